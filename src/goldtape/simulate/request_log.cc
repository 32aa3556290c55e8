#include "goldtape/simulate/request_log.h"

#include <algorithm>

#include "goldtape/simulate/json_text.h"

namespace goldtape::simulate {
namespace {

/// "...apiKey=secret&..." to "...apiKey=***&...".
std::string without_key(std::string_view target) {
  constexpr std::string_view kName = "apiKey=";
  std::string text(target);
  for (auto at = text.find(kName); at != std::string::npos; at = text.find(kName, at + kName.size())) {
    const auto value = at + kName.size();
    text.replace(value, std::min(text.find('&', value), text.size()) - value, "***");
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<RequestLog>> RequestLog::create(const std::string& path) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) return fail(ErrorKind::kIo, 8107, "the log of requests cannot be written", path);
  return std::unique_ptr<RequestLog>(new RequestLog(std::move(file)));
}

void RequestLog::write(const RequestRecord& record) {
  std::string line = "{";
  json::member(line, "at", format_timestamp(record.at));
  json::member(line, "now", format_timestamp(record.now));
  json::member(line, "venue", record.venue);
  json::member(line, "method", record.method);
  json::member(line, "target", without_key(record.target));
  json::member(line, "status", static_cast<std::int64_t>(record.status));
  json::member(line, "bytes", static_cast<std::int64_t>(record.bytes));
  json::key(line, "trouble");
  line.push_back('[');
  for (const auto name : record.troubles) {
    json::comma(line);
    json::text(line, name);
  }
  line += "]}\n";
  const std::scoped_lock lock(mutex_);
  file_ << line << std::flush;
}

}  // namespace goldtape::simulate
