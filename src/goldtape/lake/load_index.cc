#include "goldtape/lake/load_index.h"

#include <utility>

#include <fmt/format.h>

namespace goldtape::lake {

namespace {

Result<std::int64_t> micros_of(const store::Value& value) {
  const std::string text = store::text_of(value);
  if (text.empty()) return 0;
  GT_ASSIGN(const Timestamp ts, parse_timestamp(text));
  return to_micros(ts);
}

Result<std::vector<StandingLoad>> loads_of(store::Database& database, std::string_view source,
                                           std::string_view dataset, std::string_view interval,
                                           std::string_view statuses) {
  GT_ASSIGN(
      const store::Rows found,
      database.query(fmt::format("SELECT load_id, ticker, observed_at, range_start, range_end FROM "
                                 "load_audit WHERE source = ? AND dataset = ? AND coalesce(interval, '') "
                                 "= ? AND status IN ({}) ORDER BY load_id",
                                 statuses),
                     {std::string(source), std::string(dataset), std::string(interval)}));
  std::vector<StandingLoad> out;
  out.reserve(found.rows.size());
  for (const store::Row& row : found.rows) {
    StandingLoad load{.load_id = store::text_of(row[0]), .ticker = store::text_of(row[1])};
    GT_ASSIGN(load.observed_us, micros_of(row[2]));
    GT_ASSIGN(load.range_start_us, micros_of(row[3]));
    GT_ASSIGN(load.range_end_us, micros_of(row[4]));
    out.push_back(std::move(load));
  }
  return out;
}

}  // namespace

Result<std::vector<StandingLoad>> standing_loads(store::Database& database, std::string_view source,
                                                 std::string_view dataset, std::string_view interval) {
  return loads_of(database, source, dataset, interval, "'loaded', 'unchanged'");
}

Result<std::vector<StandingLoad>> changing_loads(store::Database& database, std::string_view source,
                                                 std::string_view dataset, std::string_view interval) {
  return loads_of(database, source, dataset, interval, "'loaded'");
}

}  // namespace goldtape::lake
