#include "goldtape/base/duration.h"

#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace goldtape {

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr std::int64_t kMaxSeconds = 100LL * 366 * 86'400;
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const std::int64_t unit_s = unit == "s"   ? 1
                              : unit == "m" ? 60
                              : unit == "h" ? 3'600
                              : unit == "d" ? 86'400
                              : unit == "w" ? 604'800
                                            : 0;
  if (error != std::errc{} || number < 0 || unit_s == 0 || number > kMaxSeconds / unit_s) {
    return fail(
        ErrorKind::kUsage, 1013,
        fmt::format("'{}' is no length of time; write a whole number and s, m, h, d or w, as 30d", text));
  }
  return std::chrono::seconds(number * unit_s);
}

}  // namespace goldtape
