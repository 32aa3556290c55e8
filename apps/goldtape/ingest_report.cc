#include "ingest_report.h"

#include <map>
#include <ostream>

#include <fmt/format.h>

#include "goldtape/query/cell_text.h"

namespace goldtape::app {

namespace {

std::string count(std::int64_t value) { return count_text(static_cast<std::uint64_t>(value)); }

std::string statuses_text(const ingest::IngestReport& report) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& load : report.loads) ++counts[load.status];
  std::string text;
  for (const auto& [status, loads] : counts) {
    auto words = status;
    for (auto& c : words) c = c == '_' ? ' ' : c;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count(loads), words);
  }
  return text;
}

}  // namespace

std::string counts_text(const ingest::IngestReport& report) {
  const auto total = report.totals();
  return fmt::format("{} rows: {} inserted, {} updated, {} unchanged, {} duplicates removed, {} quarantined",
                     count(total.rows_fetched), count(total.rows_inserted), count(total.rows_updated),
                     count(total.rows_unchanged), count(total.duplicates_removed),
                     count(total.rows_quarantined));
}

void print_report(std::ostream& out, const ingest::IngestReport& report) {
  out << fmt::format("{} loads: {}\n{}\n", report.loads.size(), statuses_text(report), counts_text(report));
  for (const auto& load : report.loads) {
    if (load.error) out << fmt::format("  {} {}: {}\n", load.status, load.name, load.error->to_string());
    for (const auto& warning : load.warnings) out << fmt::format("  warning {}: {}\n", load.name, warning);
  }
  if (report.cancelled) out << "interrupted: run the same command again to go on where it stopped\n";
}

std::string to_json(const ingest::IngestReport& report) {
  std::string loads;
  for (const auto& load : report.loads) {
    std::string warnings;
    for (const auto& warning : load.warnings)
      warnings += (warnings.empty() ? "" : ",") + query::json_string(warning);
    loads += fmt::format(
        "{}\n  "
        "{{\"load_id\":{},\"name\":{},\"status\":{},\"rows_fetched\":{},\"rows_inserted\":{},\"rows_"
        "updated\":{},"
        "\"rows_unchanged\":{},\"duplicates_removed\":{},\"rows_quarantined\":{},\"error\":{},\"warnings\":[{"
        "}]}}",
        loads.empty() ? "" : ",", query::json_string(load.load_id), query::json_string(load.name),
        query::json_string(load.status), load.rows_fetched, load.rows_inserted, load.rows_updated,
        load.rows_unchanged, load.duplicates_removed, load.rows_quarantined,
        load.error ? query::json_string(load.error->to_string()) : "null", warnings);
  }
  return fmt::format("{{\"run_id\":{},\"commits\":{},\"bytes\":{},\"cancelled\":{},\"loads\":[{}\n]}}\n",
                     query::json_string(report.run_id), report.commits, report.bytes, report.cancelled,
                     loads);
}

}  // namespace goldtape::app
