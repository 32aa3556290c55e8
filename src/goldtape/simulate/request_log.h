// What was asked of the simulator, one JSON object a line: how polite a client is, and whether it asks twice.
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"

namespace goldtape::simulate {

struct RequestRecord {
  Timestamp at{};           ///< Real time of the answer.
  Timestamp now{};          ///< The simulated clock.
  std::string_view venue;   ///< "yahoo"
  std::string_view method;  ///< "GET"
  std::string_view target;  ///< As sent; the value of apiKey is not written.
  int status = 0;
  std::uint64_t bytes = 0;                      ///< Of the body, before troubles stretched it.
  std::vector<std::string_view> troubles = {};  ///< What the request met.
};

/// A file that grows by a line a request. Thread safe.
class RequestLog {
 public:
  /// Begins a new file. Errors: kIo GT8107 it cannot be written.
  [[nodiscard]] static Result<std::unique_ptr<RequestLog>> create(const std::string& path);
  /// Whole lines only, so that a reader can follow.
  void write(const RequestRecord& record);

 private:
  explicit RequestLog(std::ofstream file) : file_(std::move(file)) {}
  std::mutex mutex_;
  std::ofstream file_;
};

}  // namespace goldtape::simulate
