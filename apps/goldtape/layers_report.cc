#include "layers_report.h"

#include <ostream>

#include <fmt/format.h>

#include "console.h"

namespace goldtape::app {

namespace {

std::string count(std::int64_t value) { return count_text(static_cast<std::uint64_t>(value)); }

std::string snapshots_text(const std::map<std::string, std::int64_t>& snapshots) {
  std::string names;
  for (const auto& [table, id] : snapshots) names += (names.empty() ? "" : ", ") + table;
  return names.empty() ? "no new snapshots" : fmt::format("new snapshots of {}", names);
}

}  // namespace

std::string refine_text(const lake::RefineReport& report) {
  if (report.up_to_date) return "nothing changed";
  return fmt::format(
      "{} minute sessions and {} days of {} securities ({} new), {} rows written, {} quarantined; {}",
      count(report.minute_groups), count(report.day_groups), count(report.securities),
      count(report.new_securities), count(report.rows_written), count(report.rows_quarantined),
      snapshots_text(report.snapshots));
}

std::string features_text(const lake::FeaturesReport& report) {
  if (report.up_to_date) return "nothing changed";
  return fmt::format("{} series over {} bars, {} rows written; {}", count(report.securities_computed),
                     count(report.bars_read), count(report.rows_written), snapshots_text(report.snapshots));
}

std::string quality_text(const lake::QualityReport& report) {
  std::int64_t rules = 0;
  std::int64_t warnings = 0;
  std::int64_t critical = 0;
  for (const auto& table : report.reports) {
    for (const auto& outcome : table.outcomes) {
      ++rules;
      if (outcome.passed()) continue;
      ++(outcome.expectation.severity == quality::Severity::kCritical ? critical : warnings);
    }
  }
  return fmt::format("{} tables, {} rules: {} passed, {} warned, {} failed", report.reports.size(), rules,
                     rules - warnings - critical, warnings, critical);
}

void print_quality(std::ostream& out, const lake::QualityReport& report) {
  for (const auto& table : report.reports) {
    out << quality::to_text(table);
  }
  out << "quality: " << quality_text(report) << '\n';
}

void print_compact(std::ostream& out, const lake::CompactReport& report) {
  if (report.tables.empty()) {
    out << "compact: nothing to do\n";
    return;
  }
  for (const auto& [name, table] : report.tables) {
    out << fmt::format("compact: {} from {} files ({}) to {} ({}), {} rows as before\n", name,
                       count(table.files_before), bytes_text(static_cast<std::uint64_t>(table.bytes_before)),
                       count(table.files_after), bytes_text(static_cast<std::uint64_t>(table.bytes_after)),
                       count(table.rows));
  }
}

}  // namespace goldtape::app
