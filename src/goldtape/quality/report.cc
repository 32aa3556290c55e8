#include "goldtape/quality/report.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace goldtape::quality {

namespace {

std::string_view word(const Outcome& outcome) {
  if (outcome.passed()) return "passed";
  return outcome.expectation.severity == Severity::kCritical ? "FAILED" : "warned";
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string offender_text(const Offender& offender) {
  std::string out = offender.key;
  if (offender.line != 0) out += fmt::format(" line {}", offender.line);
  if (!offender.value.empty()) out += ": " + offender.value;
  return out;
}

constexpr std::string_view kHtmlHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Goldtape quality report</title>
<style>
:root{color-scheme:light dark}
body{font:14px/1.5 system-ui,sans-serif;margin:2rem;max-width:75rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #8884;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.passed{color:#2a8a3e}.warned{color:#b36b00}.FAILED{color:#c62828;font-weight:600}
</style></head><body>
)";

}  // namespace

bool Report::passed() const { return std::ranges::all_of(outcomes, &Outcome::passed); }

bool Report::critical_passed() const {
  return std::ranges::all_of(outcomes, [](const Outcome& outcome) {
    return outcome.passed() || outcome.expectation.severity != Severity::kCritical;
  });
}

const Outcome* Report::find(std::string_view rule) const {
  auto found = std::ranges::find_if(outcomes, [&](const Outcome& o) { return o.expectation.rule == rule; });
  return found == outcomes.end() ? nullptr : &*found;
}

void Report::merge(const Report& later) {
  if (table.empty()) table = later.table;
  const auto shift = static_cast<std::uint32_t>(rows);
  for (const Outcome& other : later.outcomes) {
    auto mine = std::ranges::find_if(
        outcomes, [&](const Outcome& o) { return o.expectation.rule == other.expectation.rule; });
    if (mine == outcomes.end()) {
      outcomes.push_back({.expectation = other.expectation});
      mine = std::prev(outcomes.end());
    }
    mine->checked += other.checked;
    mine->failed += other.failed;
    for (std::uint32_t row : other.failed_rows) mine->failed_rows.push_back(row + shift);
    for (Offender offender : other.offenders) {
      if (mine->offenders.size() == kMaxOffenders) break;
      offender.row += shift;
      mine->offenders.push_back(std::move(offender));
    }
  }
  rows += later.rows;
}

std::string to_text(const Report& report) {
  std::string out = fmt::format("{}: {} rows\n", report.table, report.rows);
  for (const Outcome& outcome : report.outcomes) {
    out += fmt::format("  {:<7} {:<9} {:<24} {} of {} failed\n", word(outcome),
                       to_string(outcome.expectation.severity), outcome.expectation.rule, outcome.failed,
                       outcome.checked);
    for (const Offender& offender : outcome.offenders) out += "            " + offender_text(offender) + "\n";
  }
  return out;
}

std::string offenders_json(const Outcome& outcome) {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const Offender& offender : outcome.offenders) {
    nlohmann::ordered_json entry{{"key", offender.key}};
    if (offender.line != 0) entry["line"] = offender.line;
    entry["value"] = offender.value;
    array.push_back(std::move(entry));
  }
  return array.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string to_html(const std::vector<Report>& reports, Timestamp at) {
  std::string out{kHtmlHead};
  out += "<h1>Quality report</h1><p>" + format_timestamp(at) + "</p>\n";
  for (const Report& report : reports) {
    out += fmt::format(
        "<h2>{}</h2><p>{} rows</p>\n<table><tr><th>Outcome<th>Severity<th>Rule<th>What must hold"
        "<th>Failed<th>Checked<th>First offenders</tr>\n",
        escape_html(report.table), report.rows);
    for (const Outcome& outcome : report.outcomes) {
      std::string offenders;
      for (const Offender& offender : outcome.offenders)
        offenders += escape_html(offender_text(offender)) + "<br>";
      out += fmt::format(
          "<tr><td class=\"{0}\">{0}<td>{1}<td>{2}<td>{3}<td class=n>{4}<td class=n>{5}<td>{6}</tr>\n",
          word(outcome), to_string(outcome.expectation.severity), escape_html(outcome.expectation.rule),
          escape_html(outcome.expectation.description), outcome.failed, outcome.checked, offenders);
    }
    out += "</table>\n";
  }
  return out + "</body></html>\n";
}

}  // namespace goldtape::quality
