#include "goldtape/ingest/audit.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace goldtape::ingest {

namespace {

constexpr std::size_t kMinPrefix = 8;

nlohmann::ordered_json time_or_null(const std::optional<Timestamp>& ts) {
  if (!ts) return nullptr;
  return format_timestamp(*ts);
}

nlohmann::ordered_json number_or_null(const std::optional<std::int64_t>& value) {
  if (!value) return nullptr;
  return *value;
}

nlohmann::ordered_json text_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return text;
}

}  // namespace

Result<std::vector<store::LoadAudit>> list_loads(const lake::Lake& lake, const AuditFilter& filter) {
  GT_ASSIGN(std::vector<store::LoadAudit> loads, store::list_loads(lake.database(), filter.status));
  std::erase_if(loads, [&](const store::LoadAudit& load) {
    return (!filter.source.empty() && load.source != filter.source) ||
           (!filter.dataset.empty() && load.dataset != filter.dataset);
  });
  return loads;
}

Result<store::LoadAudit> find_load(const lake::Lake& lake, const std::string& load_id) {
  GT_ASSIGN(std::optional<store::LoadAudit> exact, store::find_load(lake.database(), load_id));
  if (exact) return std::move(*exact);
  std::vector<store::LoadAudit> loads;
  if (load_id.size() >= kMinPrefix) {
    GT_ASSIGN(loads, store::list_loads(lake.database()));
    std::erase_if(loads, [&](const store::LoadAudit& load) { return !load.load_id.starts_with(load_id); });
  }
  if (loads.empty()) {
    return fail(ErrorKind::kNotFound, 5040,
                fmt::format("there is no load {}; `goldtape audit` lists the loads of this lake", load_id),
                "ops.load_audit");
  }
  if (loads.size() > 1) {
    return fail(ErrorKind::kUsage, 5041,
                fmt::format("{} loads begin with {}; give more of it", loads.size(), load_id),
                "ops.load_audit");
  }
  return std::move(loads.front());
}

std::string to_json(const store::LoadAudit& load) {
  const nlohmann::ordered_json json{{"load_id", load.load_id},
                                    {"run_id", load.run_id},
                                    {"source", load.source},
                                    {"dataset", load.dataset},
                                    {"ticker", load.ticker},
                                    {"interval", text_or_null(load.interval)},
                                    {"range_start", time_or_null(load.range_start)},
                                    {"range_end", time_or_null(load.range_end)},
                                    {"requested_at", format_timestamp(load.requested_at)},
                                    {"finished_at", time_or_null(load.finished_at)},
                                    {"status", load.status},
                                    {"rows_fetched", load.rows_fetched},
                                    {"rows_inserted", load.rows_inserted},
                                    {"rows_updated", load.rows_updated},
                                    {"rows_unchanged", load.rows_unchanged},
                                    {"duplicates_removed", load.duplicates_removed},
                                    {"rows_quarantined", load.rows_quarantined},
                                    {"bytes", load.bytes},
                                    {"attempts", load.attempts},
                                    {"http_status", number_or_null(load.http_status)},
                                    {"error", text_or_null(load.error)},
                                    {"snapshot_id", number_or_null(load.snapshot_id)},
                                    {"observed_at", format_timestamp(load.observed_at)},
                                    {"raw_path", load.raw_path},
                                    {"content_sha256", load.content_sha256}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace goldtape::ingest
