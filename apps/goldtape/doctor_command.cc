#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command.h"
#include "doctor.h"
#include "goldtape/io/s3_bucket.h"
#include "goldtape/table/catalog.h"

namespace goldtape::app {

namespace {

Finding examine_settings(const Program& program) {
  const auto config = program.load_config();
  if (config) return {"settings", Health::kOk, "understood", ""};
  return {"settings", Health::kMissing, config.error().to_string(), "mend the setting that is named"};
}

/// Only for a lake on S3: whether its bucket answers.
void examine_bucket(const Program& program, std::vector<Finding>& findings) {
  const auto config = program.load_config();
  const auto lake = program.open_lake();
  if (!config || !lake || !io::is_s3_path(lake->warehouse())) return;
  const auto options = io::S3Options::from(*config, process_environment());
  const auto location = io::parse_s3_path(lake->warehouse());
  Status reached{};
  if (!options) reached = std::unexpected(options.error());
  if (reached && location) reached = io::reach_s3_bucket(*options, *location);
  if (reached) {
    findings.push_back({"s3", Health::kOk,
                        fmt::format("{} answers at {}", lake->warehouse(), options->endpoint_or_default()),
                        ""});
  } else {
    findings.push_back(
        {"s3", Health::kMissing, reached.error().to_string(), "docs/s3.md says what S3 needs"});
  }
}

/// Only for a lake whose catalog is on a server: whether it answers and lets us in.
void examine_catalog(const Program& program, std::vector<Finding>& findings) {
  const auto config = program.load_config();
  if (!config || config->text("catalog.uri").empty()) return;
  const auto lake = program.open_lake();
  Result<std::vector<table::TableName>> tables;
  if (lake) {
    tables = lake->catalog().list_tables();
  } else {
    tables = std::unexpected(lake.error());
  }
  if (tables) {
    findings.push_back({"catalog", Health::kOk,
                        fmt::format("{} answers: {} tables", config->text("catalog.uri"), tables->size()),
                        ""});
  } else {
    findings.push_back({"catalog", Health::kMissing, tables.error().to_string(),
                        "docs/catalogs.md says what a catalog on a server needs"});
  }
}

void print_json(const std::vector<Finding>& findings) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& finding : findings) {
    list.push_back({{"name", finding.name},
                    {"health", to_string(finding.health)},
                    {"found", finding.found},
                    {"advice", finding.advice}});
  }
  std::cout << list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

void print_text(const std::vector<Finding>& findings) {
  for (const auto& finding : findings) {
    std::cout << fmt::format("{:<8} {:<11} {}\n", to_string(finding.health), finding.name, finding.found);
    if (!finding.advice.empty()) std::cout << fmt::format("{:<20} -> {}\n", "", finding.advice);
  }
}

}  // namespace

void add_doctor(Program& program) {
  auto* command = program.add("doctor", "Say what is present, what is missing and how to get it",
                              "  goldtape doctor\n  goldtape --lake my-lake doctor --json");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON: an array of {name, health, found, advice}");
  program.on_run(command, [&program, json]() -> Status {
    auto findings = examine(
        {.lake = program.globals().lake, .filesystem = io::local_filesystem(), .clock = io::system_clock()});
    findings.push_back(examine_settings(program));
    examine_bucket(program, findings);
    examine_catalog(program, findings);
    if (*json) {
      print_json(findings);
    } else {
      print_text(findings);
    }
    const auto missing = std::count_if(findings.begin(), findings.end(),
                                       [](const Finding& f) { return f.health == Health::kMissing; });
    if (missing == 0) return {};
    return fail(ErrorKind::kNotFound, 1030,
                fmt::format("{} of {} things that Goldtape needs are not right; the advice is above", missing,
                            findings.size()));
  });
}

}  // namespace goldtape::app
