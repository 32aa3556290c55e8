#include <iostream>

#include <fmt/format.h>

#include "command.h"
#include "goldtape/lake/fsck.h"
#include "goldtape/query/cell_text.h"

namespace goldtape::app {

namespace {

void print_json(const lake::FsckReport& report) {
  std::string findings;
  for (const auto& finding : report.findings) {
    findings += fmt::format(
        "{}\n  {{\"severity\":\"{}\",\"check\":{},\"where\":{},\"message\":{},"
        "\"advice\":{}}}",
        findings.empty() ? "" : ",", finding.is_error ? "error" : "note", query::json_string(finding.check),
        query::json_string(finding.where), query::json_string(finding.message),
        query::json_string(finding.advice));
  }
  std::cout << fmt::format(
      "{{\"clean\":{},\"tables\":{},\"snapshots\":{},\"data_files\":{},\"rows\":{},\"loads\":{},\"raw_"
      "files\":{},"
      "\"findings\":[{}{}]}}\n",
      report.is_clean(), report.tables, report.snapshots, report.data_files, report.rows, report.loads,
      report.raw_files, findings, findings.empty() ? "" : "\n");
}

void print_text(const lake::FsckReport& report) {
  for (const auto& finding : report.findings) {
    std::cout << fmt::format("{} {}: {} ({})\n", finding.is_error ? "error" : "note", finding.check,
                             finding.message, finding.where);
    if (finding.is_error) std::cout << "      what to do: " << finding.advice << '\n';
  }
  std::cout << fmt::format("{}: {} tables, {} snapshots, {} data files, {} rows, {} loads, {} raw answers\n",
                           report.is_clean() ? "clean" : "DAMAGED", report.tables, report.snapshots,
                           report.data_files, count_text(static_cast<std::uint64_t>(report.rows)),
                           report.loads, report.raw_files);
}

Status check(Program& program, bool deep, bool json) {
  program.override_setting("s3.cache_size", "0");  // What lies there is checked, not what was kept here.
  GT_ASSIGN(const auto lake, program.open_lake());
  GT_ASSIGN(const auto report, lake::fsck(lake, {.deep = deep}));
  if (json) {
    print_json(report);
  } else {
    print_text(report);
  }
  if (report.is_clean()) return {};
  return fail(ErrorKind::kDamaged, 5050, "the lake is damaged; the errors are listed above", lake.root());
}

}  // namespace

void add_fsck(Program& program) {
  auto* command = program.add("fsck", "Check the lake from its database down to the bytes of its files",
                              "  goldtape fsck\n  goldtape fsck --deep       # also reads every row\n"
                              "  goldtape fsck --json");
  auto deep = std::make_shared<bool>(false);
  auto json = std::make_shared<bool>(false);
  command->add_flag("--deep", *deep, "Also read every row and compare it with the statistics");
  command->add_flag("--json", *json, "As JSON");
  program.on_run(command, [&program, deep, json] { return check(program, *deep, *json); });
}

}  // namespace goldtape::app
