#include <csignal>
#include <iostream>

#include <fmt/format.h>

#include "command.h"
#include "dry_run.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/ingest.h"
#include "goldtape/provider/files/client.h"
#include "ingest_report.h"
#include "quality_settings.h"
#include "recorded_run.h"

namespace goldtape::app {

namespace {

namespace files = provider::files;

struct FilesArguments {
  std::string path;
  std::string interval;
  std::string dataset = "bars";
  std::string dialect = "default";
  std::string label;
  std::string tz;
  std::string source = "files";
  std::string observed_at;
  bool dry_run = false;
  bool json = false;
};

volatile std::sig_atomic_t interrupted = 0;

Result<files::ImportOptions> import_options(const FilesArguments& arguments) {
  files::ImportOptions options;
  options.path = arguments.path;
  options.dataset = arguments.dataset;
  options.source = arguments.source;
  options.dialect = arguments.dialect;
  if (arguments.dataset == "bars") {
    if (arguments.interval.empty()) {
      return fail(ErrorKind::kUsage, 1101, "say how long the bars are: --interval 1m or --interval 1d");
    }
    GT_ASSIGN(options.interval, model::parse_interval(arguments.interval));
  }
  if (!arguments.tz.empty()) options.tz = arguments.tz;
  if (!arguments.label.empty()) {
    GT_ASSIGN(options.label, files::parse_label(arguments.label));
  }
  if (!arguments.observed_at.empty()) {
    GT_ASSIGN(options.observed_at, parse_timestamp(arguments.observed_at));
  }
  return options;
}

/// How many files a dry run shows; the rest are alike, and counted.
constexpr std::size_t kShownFiles = 5;
constexpr std::size_t kShownRows = 5;

Status dry_run(const files::ImportPlan& plan, const std::shared_ptr<io::FileSystem>& filesystem) {
  files::FilesProvider provider(filesystem, plan.root);
  for (std::size_t i = 0; i < plan.requests.size() && i < kShownFiles; ++i) {
    GT_ASSIGN(const auto answer, provider.fetch(plan.requests[i]));
    GT_ASSIGN(const auto inspection, files::inspect(answer, kShownRows));
    print_inspection(std::cout, inspection);
  }
  if (plan.requests.size() > kShownFiles) {
    std::cout << fmt::format("... and {} more files\n", plan.requests.size() - kShownFiles);
  }
  for (const auto& path : plan.skipped) std::cout << fmt::format("skipped: {}\n", path);
  std::cout << "dry run: nothing was loaded\n";
  return {};
}

Status run_files(Program& program, const FilesArguments& arguments) {
  GT_ASSIGN(const auto options, import_options(arguments));
  GT_ASSIGN(const auto config, program.load_config());
  if (arguments.dry_run) {
    const auto filesystem = io::local_filesystem();
    GT_ASSIGN(const auto plan, files::plan_import(*filesystem, options));
    return dry_run(plan, filesystem);
  }
  GT_ASSIGN(const auto lake, program.open_lake());
  return recorded_run(lake, "ingest files", [&](const std::string& run_id) -> Status {
    GT_ASSIGN(const auto report, ingest_files(program.console(), lake, config, options, run_id));
    if (arguments.json) {
      std::cout << to_json(report);
    } else {
      print_report(std::cout, report);
    }
    const auto worst = report.worst();
    return worst ? Status{std::unexpected(*worst)} : Status{};
  });
}

}  // namespace

Result<ingest::IngestReport> ingest_files(Console& console, const lake::Lake& lake, const Config& config,
                                          const files::ImportOptions& options, const std::string& run_id) {
  const auto& filesystem = lake.shared_filesystem();
  GT_ASSIGN(const auto plan, files::plan_import(*filesystem, options));
  provider::Registry providers;
  GT_RETURN_IF_ERROR(providers.add(std::make_shared<files::FilesProvider>(filesystem, plan.root)));
  std::uint64_t bytes = 0;
  for (const auto& request : plan.requests) {
    const auto at = request.params.find("name");
    const auto info = filesystem->info(plan.root + "/" + (at == request.params.end() ? "" : at->second));
    if (info) bytes += info->size_bytes;
  }
  return ingest_plan(console, lake, config, providers, {.requests = plan.requests, .answer_bytes = bytes},
                     run_id);
}

Result<ingest::IngestReport> ingest_plan(Console& console, const lake::Lake& lake, const Config& config,
                                         const provider::Registry& providers, const ingest::Plan& plan,
                                         const std::string& run_id) {
  interrupted = 0;
  auto* const previous = std::signal(SIGINT, [](int) { interrupted = 1; });
  ingest::IngestOptions run{.run_id = run_id,
                            .calendar = &calendar::xnys(),
                            .quality = quality_settings(config),
                            .on_critical = on_critical(config),
                            .progress =
                                [&console](const ingest::Progress& at) {
                                  console.progress("ingest", static_cast<std::uint64_t>(at.files_done),
                                                   static_cast<std::uint64_t>(at.files_total), "files");
                                },
                            .cancelled = [] { return interrupted != 0; }};
  auto report = ingest::ingest(lake, providers, plan, run);
  std::signal(SIGINT, previous);
  console.end_progress();
  return report;
}

void add_ingest(Program& program) {
  auto* command = program.add("ingest", "Bring bars, trades and corporate actions into bronze",
                              "  goldtape ingest files --path samples/minute --interval 1m --dialect eqker");
  command->require_subcommand(1);
  auto* from_files = command->add_subcommand(
      "files", "From CSV, Parquet, Databento's or LEAN's files, plain or packed, or a folder");
  from_files->footer(
      "Examples:\n"
      "  goldtape ingest files --path bars.csv --interval 1d --dry-run\n"
      "  goldtape ingest files --path minute/ --interval 1m --tz America/New_York --label end\n"
      "  goldtape ingest files --path lean/data --interval 1m\n"
      "  goldtape ingest files --path actions.csv --dataset actions\n"
      "  goldtape ingest files --path xnas-itch.trades.dbn.zst --dataset trades\n"
      "  goldtape ingest files --path restated.csv --interval 1d --observed-at 2015-07-15T22:00:00Z");
  auto arguments = std::make_shared<FilesArguments>();
  from_files->add_option("--path", arguments->path, "A file, or a folder whose data files are all read")
      ->required();
  from_files->add_option("--interval", arguments->interval,
                         "Length of the bars: 1m or 1d (and 5m 15m 1h 1w 1mo)");
  from_files->add_option("--dataset", arguments->dataset, "bars, actions or trades")->default_str("bars");
  from_files
      ->add_option("--dialect", arguments->dialect,
                   "How the files are written: a built-in's name, or a JSON or TOML file")
      ->default_str("default");
  from_files->add_option("--label", arguments->label,
                         "start or end: which end of its minute a bar is stamped with");
  from_files->add_option("--tz", arguments->tz, "Zone of times that carry none (IANA; default UTC)");
  from_files->add_option("--source", arguments->source, "Name of the source in bronze")->default_str("files");
  from_files->add_option(
      "--observed-at", arguments->observed_at,
      "When the vendor said so; else a date in the file's name, else its modification time");
  add_on_critical(program, from_files);
  from_files->add_flag("--dry-run", arguments->dry_run, "Show how the files would be read; load nothing");
  from_files->add_flag("--json", arguments->json, "The report as JSON");
  program.on_run(from_files, [&program, arguments] { return run_files(program, *arguments); });
}

}  // namespace goldtape::app
