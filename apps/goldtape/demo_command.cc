// The main job on the bundled data, step by step, each with its counts and its time.
#include <chrono>
#include <filesystem>
#include <iostream>

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "command.h"
#include "dashboard.h"
#include "demo_queries.h"
#include "goldtape/lake/pipeline.h"
#include "goldtape/quality/gate.h"
#include "goldtape/query/output.h"
#include "goldtape/query/session.h"
#include "ingest_report.h"
#include "layers_report.h"
#include "quality_settings.h"
#include "recorded_run.h"

namespace goldtape::app {

namespace {

namespace fs = std::filesystem;

struct DemoArguments {
  std::string samples;
  std::string page;
};

/// What is bundled, in the order in which it is ingested. samples/README.md says where it comes from.
struct Sample {
  const char* folder;
  const char* dataset;
  const char* interval;
  const char* dialect;
  const char* source;
  const char* observed_at;  ///< Empty: the file's name says.
  const char* what;
};
constexpr Sample kSamples[] = {
    {"minute", "bars", "1m", "eqker", "eqker", "2019-02-25", "one-minute bars"},
    {"history", "bars", "1d", "eqker", "eqker", "2019-02-25", "daily bars of the same symbols"},
    {"daily", "bars", "1d", "pystock", "pystock", "", "daily bars, as collected day by day"},
    {"actions", "actions", "1d", "default", "public", "2019-02-25", "corporate actions"},
};

/// Prints the title of a step, runs it, prints what it says and how long it took.
class Steps {
 public:
  explicit Steps(Console& console) : console_(console) {}

  Status run(std::string_view name, const std::function<Result<std::string>()>& action) {
    const auto start = std::chrono::steady_clock::now();
    auto said = action();
    console_.end_progress();
    if (!said) return std::unexpected(said.error());
    const auto elapsed = std::chrono::steady_clock::now() - start;
    std::cout << fmt::format("{:<10} {:>8}  {}\n", name, duration_text(elapsed), *said) << std::flush;
    return {};
  }

 private:
  Console& console_;
};

Result<std::string> find_samples(const std::string& given) {
  if (!given.empty()) {
    if (fs::is_directory(given)) return given;
    return fail(ErrorKind::kNotFound, 1034, "there are no samples in this folder", given);
  }
  std::error_code ignored;
  const auto program = fs::read_symlink("/proc/self/exe", ignored);
  for (const auto& candidate : {fs::path("samples"), program.parent_path().parent_path() / "samples"}) {
    if (fs::is_directory(candidate / "minute")) return candidate.string();
  }
  return fail(ErrorKind::kNotFound, 1034,
              "the bundled samples are not beside the program; name their folder with --samples DIR",
              "samples");
}

Result<std::string> bootstrap(const Program& program, const Config& config) {
  GT_ASSIGN(const auto options, program.lake_options(config));
  GT_ASSIGN(const auto report, lake::Lake::create(program.globals().lake, options));
  if (!report.lake_created && report.tables_created.empty()) {
    return fmt::format("{} is there already; nothing changed", report.root);
  }
  return fmt::format("{}: {} tables, SQLite catalog, settings", report.root, report.tables_created.size());
}

Result<std::string> ingest_sample(Console& console, const lake::Lake& lake, const Config& config,
                                  const std::string& samples, const Sample& sample, const std::string& run_id,
                                  bool& changed) {
  provider::files::ImportOptions options;
  options.path = (fs::path(samples) / sample.folder).string();
  options.dataset = sample.dataset;
  options.source = sample.source;
  options.dialect = sample.dialect;
  GT_ASSIGN(options.interval, model::parse_interval(sample.interval));
  if (*sample.observed_at != '\0') {
    GT_ASSIGN(options.observed_at, parse_timestamp(sample.observed_at));
  }
  GT_ASSIGN(const auto report, ingest_files(console, lake, config, options, run_id));
  if (const auto worst = report.worst()) return std::unexpected(*worst);
  changed = changed || report.commits > 0;
  if (report.commits == 0)
    return fmt::format("{}: {} loads are in the lake already", sample.what, report.loads.size());
  return fmt::format("{}: {} files, {}", sample.what, report.loads.size(), counts_text(report));
}

Result<std::string> check(const lake::Lake& lake, const lake::PipelineOptions& options) {
  GT_ASSIGN(const auto report, lake::check_quality(lake, options));
  for (const auto& table : report.reports) GT_RETURN_IF_ERROR(quality::enforce(table));
  std::string text = quality_text(report);
  for (const auto& table : report.reports) {
    for (const auto& outcome : table.outcomes) {
      if (outcome.passed()) continue;
      text += fmt::format("\n{:21}warning {}: {} ({} of {}{})", "", table.table, outcome.expectation.rule,
                          outcome.failed, outcome.checked,
                          outcome.offenders.empty() ? "" : ", first " + outcome.offenders.front().key);
    }
  }
  return text;
}

Result<std::string> ask(const lake::Lake& lake) {
  GT_ASSIGN(const auto session, query::Session::open(lake));
  std::int64_t rows = 0;
  for (const auto& query : demo_queries()) {
    std::cout << fmt::format("\n{}\n\n{}\n\n", query.title, query.sql);
    GT_ASSIGN(const auto reader, session->query(query.sql));
    GT_ASSIGN(const auto written, query::write_rows(*reader, {.max_rows = 20}, std::cout));
    rows += written;
  }
  std::cout << '\n';
  return fmt::format("{} questions, {} rows of answers", demo_queries().size(), rows);
}

Status steps(Program& program, const lake::Lake& lake, const Config& config, const std::string& samples,
             const std::string& page, const std::string& run_id) {
  Steps step(program.console());
  auto options = pipeline_options(config, run_id);
  bool changed = false;
  for (const auto& sample : kSamples) {
    GT_RETURN_IF_ERROR(step.run("ingest", [&] {
      return ingest_sample(program.console(), lake, config, samples, sample, run_id, changed);
    }));
  }
  const auto refine = [&]() -> Result<std::string> {
    GT_ASSIGN(const auto report, lake::refine(lake, options));
    changed = changed || !report.snapshots.empty();
    return refine_text(report);
  };
  const auto features = [&]() -> Result<std::string> {
    GT_ASSIGN(const auto report, lake::features(lake, options));
    changed = changed || !report.snapshots.empty();
    return features_text(report);
  };
  GT_RETURN_IF_ERROR(step.run("quality", [&] { return check(lake, options); }));
  GT_RETURN_IF_ERROR(step.run("refine", refine));
  GT_RETURN_IF_ERROR(step.run("quality", [&] { return check(lake, options); }));
  GT_RETURN_IF_ERROR(step.run("features", features));
  GT_RETURN_IF_ERROR(step.run("query", [&] { return ask(lake); }));
  GT_RETURN_IF_ERROR(step.run("dashboard", [&]() -> Result<std::string> {
    GT_ASSIGN(const auto file, write_dashboard(lake, page, "", 120));
    return fmt::format("{} ({})", file.path, bytes_text(file.bytes));
  }));
  if (!changed) std::cout << "\nThe lake was up to date: nothing changed, no new rows, no new snapshots.\n";
  std::cout << fmt::format(
      "\nNow ask it something of your own:\n  {} --lake {} query \"select * from "
      "silver.bars_1m limit 5\"\n",
      "bin/goldtape", lake.root());
  return {};
}

Status demo(Program& program, const DemoArguments& arguments) {
  GT_ASSIGN(const auto samples, find_samples(arguments.samples));
  GT_ASSIGN(const auto config, program.load_config());
  if (const auto parent = fs::path(arguments.page).parent_path(); !parent.empty()) {
    std::error_code ignored;  // Writing the page will say what is wrong with its folder.
    fs::create_directories(parent, ignored);
  }
  Steps step(program.console());
  GT_RETURN_IF_ERROR(step.run("bootstrap", [&] { return bootstrap(program, config); }));
  GT_ASSIGN(const auto lake, program.open_lake());
  return recorded_run(lake, "demo", [&](const std::string& run_id) {
    return steps(program, lake, config, samples, arguments.page, run_id);
  });
}

}  // namespace

void add_demo(Program& program) {
  auto* command =
      program.add("demo", "The main job on the bundled data, from a new lake to the dashboard",
                  "  goldtape --lake demo/lake demo\n  goldtape --lake /tmp/try demo --page /tmp/try.html");
  auto arguments = std::make_shared<DemoArguments>();
  command->add_option("--samples", arguments->samples, "Folder of the bundled data (default: samples)");
  command->add_option("--page", arguments->page, "The dashboard's file")->default_str("demo/dashboard.html");
  arguments->page = "demo/dashboard.html";
  program.on_run(command, [&program, arguments] { return demo(program, *arguments); });
}

}  // namespace goldtape::app
