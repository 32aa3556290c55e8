// The log: lines for a person on a terminal, or one Elastic Common Schema object a line for machines.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "goldtape/base/error.h"
#include "goldtape/base/result.h"
#include "goldtape/base/secrets.h"

namespace goldtape::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError, kOff };
[[nodiscard]] std::string_view to_string(Level level);  ///< debug | info | warn | error | off
[[nodiscard]] Result<Level> parse_level(std::string_view text);

enum class Format : std::uint8_t {
  kHuman,  ///< "14:30:01.250 info  loaded bars ticker=AAPL rows=390", UTC.
  kJson,   ///< ECS 8.11; our own fields stand under "goldtape".
};
[[nodiscard]] Result<Format> parse_format(std::string_view text);  ///< human | json

/// A fact beside the message. `key` is snake_case, unit last ("elapsed_ms").
struct Field {
  std::string_view key;
  std::variant<std::string, std::int64_t, double, bool> value;
};
using Fields = std::vector<Field>;

struct Options {
  Level level = Level::kInfo;
  Format format = Format::kHuman;
  /// Receives each line without its newline, one call at a time. Absent: standard error.
  std::function<void(std::string_view line)> sink = {};
  Redactor redactor = {};
};

/// Replaces the process's log settings. Before it is called, warnings and errors go to standard error.
void configure(Options options);

[[nodiscard]] bool enabled(Level level);

/// One line. Message and text fields are redacted. Thread safe; never fails: a line that cannot be written
/// is dropped.
void write(Level level, std::string_view message, const Fields& fields = {});

inline void debug(std::string_view message, const Fields& fields = {}) {
  write(Level::kDebug, message, fields);
}
inline void info(std::string_view message, const Fields& fields = {}) {
  write(Level::kInfo, message, fields);
}
inline void warn(std::string_view message, const Fields& fields = {}) {
  write(Level::kWarn, message, fields);
}
/// With `error.code` ("GT2003"), `error.type` ("damaged") and where it happened as fields of their own.
void error(const Error& error, const Fields& fields = {});

}  // namespace goldtape::log
