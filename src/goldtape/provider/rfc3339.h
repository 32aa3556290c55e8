// Instants as vendors' JSON has them, read fast: "2021-10-15T16:00:00Z", with up to nine digits of a second.
#pragma once

#include <cstdint>
#include <string_view>

namespace goldtape::provider {

/// Reads neighbouring instants; the date of the one before is remembered. Not thread safe.
class Rfc3339 {
 public:
  /// Microseconds since 1970, nanoseconds cut. "Z" is read here, other offsets and forms as parse_timestamp
  /// does. False for what is no instant, or lies outside the years 1900 to 2199.
  [[nodiscard]] bool read(std::string_view text, std::int64_t& us);

 private:
  bool read_date(const char* text);
  char date_[8] = {};  ///< "2021-10-" of the date whose midnight is kept
  char day_[2] = {};   ///< and its "15".
  std::int64_t midnight_us_ = 0;
};

}  // namespace goldtape::provider
