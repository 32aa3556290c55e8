#include "goldtape/quality/expectation.h"

#include <utility>

namespace goldtape::quality {

std::string_view to_string(Severity severity) {
  return severity == Severity::kCritical ? "critical" : "warning";
}

Result<Severity> parse_severity(std::string_view text) {
  if (text == "critical") return Severity::kCritical;
  if (text == "warning") return Severity::kWarning;
  return fail(ErrorKind::kUsage, 3010,
              "'" + std::string{text} + "' is no severity; write critical or warning");
}

std::string_view to_string(Scope scope) { return scope == Scope::kRow ? "row" : "table"; }

void Outcome::fail(std::size_t row, std::string key, std::uint32_t line, std::string value) {
  ++failed;
  if (expectation.scope == Scope::kRow) failed_rows.push_back(static_cast<std::uint32_t>(row));
  if (offenders.size() < kMaxOffenders) {
    offenders.push_back({.key = std::move(key), .line = line, .value = std::move(value), .row = row});
  }
}

}  // namespace goldtape::quality
