#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "command.h"
#include "goldtape/base/log.h"
#include "goldtape/base/secrets.h"
#include "goldtape/io/faulty_filesystem.h"
#include "goldtape/io/scheme_filesystem.h"
#include "s3_lake.h"
#include "version.h"

namespace goldtape::app {

namespace {

constexpr int kUsage = 2;
constexpr int kNoSuchFolder = 5001;

constexpr const char* kAbout =
    "Goldtape: a market-data lakehouse for US equities. Collects bars and corporate actions, proves their\n"
    "quality, refines them through bronze, silver and gold as open Iceberg tables, and answers SQL.\n\n"
    "Start with:  goldtape --lake my-lake init\n"
    "Exit codes:  0 done, 1 internal, 2 usage or configuration, 3 a quality gate failed, 4 provider\n"
    "             unavailable, 5 conflict or lock, 6 data damaged.\n"
    "Times without a zone are UTC; ranges are [start, end), and a bare date as an end includes that day.";

}  // namespace

CLI::App* Program::add(const std::string& name, const std::string& what, const std::string& examples) {
  auto* command = root_.add_subcommand(name, what);
  if (!examples.empty()) command->footer("Examples:\n" + examples);
  return command;
}

void Program::on_run(CLI::App* command, std::function<Status()> action) {
  command->callback([this, action = std::move(action)] { action_ = action; });
}

int Program::run(int argc, char** argv) {
  root_.description(kAbout);
  root_
      .add_option("--lake", globals_.lake,
                  "Folder of the lake, or s3://BUCKET/PREFIX (default: $GOLDTAPE_LAKE, else ./lake)")
      ->envname("GOLDTAPE_LAKE")
      ->default_str("lake");
  root_.add_option("--set", globals_.settings, "Override a setting of goldtape.toml: KEY=VALUE (repeatable)");
  root_.add_option("--log-format", globals_.log_format,
                   "human or json (Elastic Common Schema, one object a line)");
  root_.add_flag("-q,--quiet", globals_.quiet, "No progress and no remarks, only answers and errors");
  root_.set_version_flag("--version", std::string("goldtape ") + kVersion);
  root_.require_subcommand(1);
  root_.fallthrough();
  root_.option_defaults()->always_capture_default();
  try {
    root_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = root_.exit(error, std::cout, std::cerr);
    return code == 0 ? 0 : kUsage;
  }
  if (globals_.lake.empty()) globals_.lake = "lake";
  if (const auto status = find_folder(); !status) {
    console_.error(status.error());
    return exit_code(status.error().kind);
  }
  console_.set_quiet(globals_.quiet);
  const auto status = action_ ? action_() : Status{};
  console_.end_progress();
  if (status) return 0;
  console_.error(status.error());
  return exit_code(status.error().kind);
}

Status Program::find_folder() {
  if (!io::is_s3_path(globals_.lake)) return {};
  GT_ASSIGN(globals_.warehouse, s3_warehouse(globals_.lake));
  globals_.lake = s3_lake_folder(globals_.warehouse);
  return {};
}

Result<Config> Program::load_config() const {
  ConfigSources sources{.environment = process_environment(), .flags = globals_.settings};
  const auto path = std::filesystem::path(globals_.lake) / "goldtape.toml";
  if (std::ifstream file(path, std::ios::binary); file) {
    sources.toml.assign(std::istreambuf_iterator<char>(file), {});
    sources.toml_name = path.string();
  }
  GT_ASSIGN(auto config, Config::load(sources));
  GT_ASSIGN(const auto level, log::parse_level(config.text("log.level")));
  GT_ASSIGN(const auto format,
            log::parse_format(globals_.log_format.empty() ? config.text("log.format") : globals_.log_format));
  log::configure({.level = level, .format = format, .redactor = Redactor::from(sources.environment)});
  return config;
}

Result<lake::LakeOptions> Program::lake_options(const Config& config) const {
  lake::LakeOptions options;
  options.filesystem = io::scheme_filesystem(io::local_filesystem(), [config] { return s3_files(config); });
  // Tests make the program's own I/O fail or die at a chosen step: docs/testing.md.
  if (const char* fault = std::getenv("GOLDTAPE_IO_FAULT"); fault != nullptr) {
    GT_ASSIGN(options.filesystem, io::with_fault(options.filesystem, fault));
  }
  options.catalog = config.text("catalog.uri");
  options.lock_timeout = std::chrono::seconds(config.integer("lake.lock_timeout_s"));
  options.warehouse = globals_.warehouse;
  return options;
}

Result<lake::Lake> Program::open_lake() const {
  GT_ASSIGN(const auto config, load_config());
  GT_ASSIGN(const auto options, lake_options(config));
  auto lake = lake::Lake::open(globals_.lake, options);
  if (!lake && lake.error().code == kNoSuchFolder && !globals_.warehouse.empty()) {
    return fail(
        ErrorKind::kNotFound, 7111,
        "this machine has no catalog of the lake; `init` makes a new lake there, `recover` rebuilds the "
        "catalog of one that is there",
        globals_.warehouse);
  }
  return lake;
}

}  // namespace goldtape::app
