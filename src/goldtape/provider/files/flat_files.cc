#include "goldtape/provider/files/flat_files.h"

#include <fmt/format.h>

#include "goldtape/provider/files/dialect.h"
#include "goldtape/provider/files/dialect_json.h"
#include "goldtape/provider/files/file_name.h"

namespace goldtape::provider::files {

namespace {

constexpr std::string_view kSource = "massive";

}  // namespace

Result<std::string> flat_file_folder(model::Interval interval) {
  if (interval == model::Interval::k1m) return "us_stocks_sip/minute_aggs_v1";
  if (interval == model::Interval::k1d) return "us_stocks_sip/day_aggs_v1";
  return fail(ErrorKind::kUsage, 2203,
              fmt::format("there are flat files of 1m and 1d, not of {}", model::to_string(interval)));
}

std::optional<Date> flat_file_date(std::string_view key) {
  const auto date = date_of_name(key);
  if (!date) return std::nullopt;
  const std::string name = fmt::format("/{}.csv.gz", format_date(*date));
  return key.ends_with(name) ? date : std::nullopt;
}

Request flat_file_request(const FlatFile& file, model::Interval interval) {
  Request request;
  request.provider = "files";
  request.source = kSource;
  request.interval = interval;
  request.params = {{"name", file.key},
                    {"dialect", to_json(builtin_dialect("massive").value())},
                    {"etag", file.etag},
                    {"observed_at", format_timestamp(file.modified)}};
  return request;
}

}  // namespace goldtape::provider::files
