#include <algorithm>

#include <fmt/format.h>

#include "collect_run.h"
#include "collect_setup.h"
#include "command.h"
#include "flat_files.h"
#include "goldtape/provider/venues.h"
#include "quality_settings.h"
#include "recorded_run.h"

namespace goldtape::app {

namespace {

using Arguments = std::shared_ptr<CollectArguments>;

void add_question(CLI::App* command, const Arguments& arguments) {
  command->add_option("venue", arguments->venue, "Whom to ask: yahoo, alpaca, massive, nasdaq")->required();
  command->add_option("--symbols", arguments->symbols,
                      "AAPL,MSFT, or @FILE (commas or lines, # begins a comment), all (every "
                      "listed symbol) or exchange:XNYS");
  command->add_option("--interval", arguments->interval,
                      "Length of the bars: 1m or 1d (and what the venue has)");
  command->add_option("--from", arguments->from, "First session, YYYY-MM-DD");
  command->add_option("--to", arguments->to, "Last session, included (default: today)");
  command->add_option("--dataset", arguments->dataset, "bars, actions, listings, ...")->default_str("bars");
  command->add_option("--option", arguments->options,
                      "An option of the venue, NAME=VALUE, such as feed=sip (repeatable)");
  command->add_flag("--flat-files", arguments->flat_files,
                    "massive: fetch its files of whole days from S3, all tickers, each version once");
  command->add_option("--batch", arguments->batch, "Tickers of one request, where the venue takes several");
}

void add_manners(CLI::App* command, const Arguments& arguments) {
  command->add_option("--base-url", arguments->base_url,
                      "Ask here instead of at the venue's own address (a simulator)");
  command->add_option("--recheck", arguments->recheck,
                      "Ask again for the last sessions too, such as 5d: corrections become revisions");
  command->add_option("--rate", arguments->rate, "Requests a second (default: what the venue allows)");
  command->add_option("--concurrency", arguments->concurrency,
                      "Requests under way at once (default: the venue's)");
  command->add_flag("--json", arguments->json, "The answer as JSON");
}

void add_ending(Program& program, CLI::App* command, const Arguments& arguments) {
  add_on_critical(program, command);
  command->add_option("--success-share", arguments->success_share,
                      "Exit with 4 when fewer tickers than this share got all their data (default 0.99)");
  command->add_option("--deadline", arguments->deadline, "Stop asking after so long: 90m, 2h");
}

void settle_defaults(CollectArguments& arguments) {
  if (arguments.venue == "nasdaq" && arguments.dataset == "bars") arguments.dataset = "listings";
}

void add_plan(Program& program) {
  auto* command =
      program.add("plan", "Show what a backfill would ask, with requests and time; fetch nothing",
                  "  goldtape plan yahoo --symbols AAPL,MSFT --interval 1d --from 2024-01-02\n"
                  "  goldtape plan alpaca --symbols @sp500.txt --interval 1m --from 2024-01-02 --json");
  auto arguments = std::make_shared<CollectArguments>();
  add_question(command, arguments);
  add_manners(command, arguments);
  program.on_run(command, [&program, arguments]() -> Status {
    settle_defaults(*arguments);
    if (arguments->flat_files) return collect_flat_files(program, *arguments, true);
    GT_ASSIGN(const auto config, program.load_config());
    GT_ASSIGN(const auto lake, program.open_lake());
    GT_ASSIGN(const auto approached, approach(lake, config, *arguments));
    std::vector<ingest::CollectionPlan> plans(1);
    GT_ASSIGN(plans[0], make_plan(program, lake, config, approached, *arguments));
    print_plan(plans, approached, arguments->json);
    return {};
  });
}

void add_backfill(Program& program) {
  auto* command = program.add(
      "backfill", "Fetch what is missing or stale from a venue into bronze",
      "  goldtape backfill yahoo --symbols AAPL,MSFT --interval 1d --from 2015-01-02\n"
      "  goldtape backfill alpaca --symbols @sp500.txt --interval 1m --from 2024-01-02 --to 2024-03-28\n"
      "  goldtape backfill nasdaq            # the list of all listed symbols\n"
      "  goldtape backfill massive --flat-files --interval 1m --from 2024-01-02\n"
      "Interrupted, it goes on where it stopped when it is started again.");
  auto arguments = std::make_shared<CollectArguments>();
  add_question(command, arguments);
  add_manners(command, arguments);
  add_ending(program, command, arguments);
  program.on_run(command, [&program, arguments]() -> Status {
    settle_defaults(*arguments);
    if (arguments->flat_files) return collect_flat_files(program, *arguments, false);
    GT_ASSIGN(const auto config, program.load_config());
    GT_ASSIGN(const auto lake, program.open_lake());
    GT_ASSIGN(const auto approached, approach(lake, config, *arguments));
    return recorded_run(lake, "backfill " + arguments->venue, [&](const std::string& run_id) -> Status {
      std::vector<ingest::CollectionPlan> plans(1);
      GT_ASSIGN(plans[0], make_plan(program, lake, config, approached, *arguments));
      for (const std::string& remark : plans[0].remarks) program.console().say(remark);
      return run_collections(program, lake, config, approached, plans, *arguments, run_id);
    });
  });
}

/// What the same bytes answer anyway is not asked for itself.
bool comes_along(const ingest::Stream& stream, const std::map<ingest::Stream, ingest::Asked>& asked,
                 const provider::Venue& venue) {
  return std::ranges::any_of(asked, [&](const auto& entry) {
    provider::Request request;
    request.provider = request.source = entry.first.source;
    request.dataset = entry.first.dataset;
    request.interval = entry.first.interval;
    const auto others = venue.also_answers(request);
    return std::ranges::any_of(
        others, [&](const provider::Request& other) { return other.dataset == stream.dataset; });
  });
}

/// For each kind of question that the lake has answers to: the same tickers, up to now.
Result<std::vector<ingest::CollectionPlan>> plan_update(const lake::Lake& lake, const Config& config,
                                                        const Approach& approached,
                                                        const CollectArguments& arguments) {
  const provider::Venue& venue = *approached.venue;
  GT_ASSIGN(const auto asked, ingest::read_asked(lake.database(), venue.traits()));
  std::vector<ingest::CollectionPlan> plans;
  for (const auto& [stream, known] : asked) {
    if (comes_along(stream, asked, venue)) continue;
    ingest::CollectionSpec spec{.stream = stream,
                                .tickers = {},
                                .from = calendar::xnys().local_date(approached.now),
                                .to = calendar::xnys().local_date(approached.now),
                                .now = approached.now,
                                .batch = static_cast<std::size_t>(config.integer("collect.batch"))};
    for (const auto& [ticker, ranges] : known) {
      spec.tickers.push_back(ticker);
      for (const auto& range : ranges) {
        if (range.range.start != Timestamp{})
          spec.from = std::min(spec.from, calendar::xnys().local_date(range.range.start));
      }
    }
    GT_ASSIGN(spec.recheck, parse_sessions(arguments.recheck));
    GT_ASSIGN(ingest::CollectionPlan plan, ingest::plan_collection(venue, calendar::xnys(), known, spec));
    plans.push_back(std::move(plan));
  }
  return plans;
}

Status update_venue(Program& program, const lake::Lake& lake, const Config& config,
                    const CollectArguments& arguments) {
  GT_ASSIGN(const auto approached, approach(lake, config, arguments));
  GT_ASSIGN(const auto plans, plan_update(lake, config, approached, arguments));
  if (plans.empty()) return {};
  return recorded_run(lake, "update " + arguments.venue, [&](const std::string& run_id) -> Status {
    if (!arguments.json) print_plan(plans, approached, false);
    return run_collections(program, lake, config, approached, plans, arguments, run_id);
  });
}

void add_update(Program& program) {
  auto* command = program.add(
      "update", "Bring everything that was ever backfilled up to date",
      "  goldtape update\n"
      "  goldtape update --recheck 5d        # corrections of the last five sessions too\n"
      "  goldtape update yahoo\n"
      "Massive's flat files are taken up too where the lake holds some: new days and new versions.");
  auto arguments = std::make_shared<CollectArguments>();
  command->add_option("venue", arguments->venue, "Only this venue");
  add_manners(command, arguments);
  add_ending(program, command, arguments);
  program.on_run(command, [&program, arguments]() -> Status {
    GT_ASSIGN(const auto config, program.load_config());
    GT_ASSIGN(const auto lake, program.open_lake());
    std::optional<Error> worst;
    if (arguments->venue.empty() || arguments->venue == "massive") {
      if (const Status done = update_flat_files(program, lake, *arguments); !done) worst = done.error();
    }
    const auto ended = [&worst] { return worst ? Status{std::unexpected(*worst)} : Status{}; };
    if (!arguments->venue.empty()) {
      const Status done = update_venue(program, lake, config, *arguments);
      return done ? ended() : done;
    }
    for (const auto& venue : provider::venues()) {
      CollectArguments one = *arguments;
      one.venue = venue->name();
      GT_ASSIGN(const auto asked, ingest::read_asked(lake.database(), venue->traits()));
      if (asked.empty()) continue;
      if (const Status done = update_venue(program, lake, config, one); !done && !worst) worst = done.error();
    }
    return ended();
  });
}

}  // namespace

void add_collect(Program& program) {
  add_plan(program);
  add_backfill(program);
  add_update(program);
}

}  // namespace goldtape::app
