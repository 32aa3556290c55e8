#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "collect_setup.h"
#include "command.h"
#include "goldtape/ingest/stream_collector.h"
#include "goldtape/provider/venues.h"
#include "interruption.h"
#include "recorded_run.h"

namespace goldtape::app {

namespace {

struct StreamArguments {
  CollectArguments collect;
  std::vector<std::string> channels = {"bars"};
  std::string feed = "sip";
  std::string duration;
  std::string commit_every = "5s";
};
using Arguments = std::shared_ptr<StreamArguments>;

std::string count(std::int64_t value) { return count_text(static_cast<std::uint64_t>(value)); }

Result<provider::alpaca::StreamSubscription> subscription_of(const StreamArguments& arguments,
                                                             std::vector<std::string> tickers) {
  provider::alpaca::StreamSubscription out{.tickers = std::move(tickers), .bars = false};
  for (const std::string& channel : arguments.channels) {
    if (channel == "bars") {
      out.bars = true;
    } else if (channel == "trades") {
      out.trades = true;
    } else if (channel == "statuses") {
      out.statuses = true;
    } else {
      return fail(ErrorKind::kUsage, 1002, fmt::format("'{}' is no channel: bars, trades, statuses", channel),
                  "--channels");
    }
  }
  return out;
}

nlohmann::ordered_json json_of(const ingest::StreamReport& report) {
  return {{"run_id", report.run_id},
          {"bars", report.bars},
          {"updated_bars", report.updated_bars},
          {"trades", report.trades},
          {"statuses", report.statuses},
          {"connections", report.connections},
          {"gaps_filled", report.gaps},
          {"loads", report.loads},
          {"commits", report.commits},
          {"rows_inserted", report.rows_inserted},
          {"rows_updated", report.rows_updated},
          {"remarks", report.remarks}};
}

void print(const ingest::StreamReport& report) {
  std::cout << fmt::format(
      "heard {} bars, {} corrected, {} trades, {} statuses; {} connections, {} gaps asked for\n{} rows "
      "inserted, {} "
      "updated in {} commits\n",
      count(report.bars), count(report.updated_bars), count(report.trades), count(report.statuses),
      count(report.connections), count(report.gaps), count(report.rows_inserted), count(report.rows_updated),
      count(report.commits));
  for (const std::string& remark : report.remarks) std::cout << "  " << remark << "\n";
}

Status listen(Program& program, const lake::Lake& lake, const Config& config, const Approach& approached,
              const StreamArguments& arguments, const std::string& run_id) {
  provider::Registry providers;
  GT_RETURN_IF_ERROR(provider::add_venues(providers));
  GT_ASSIGN(std::vector<std::string> tickers,
            universe(program, lake, *approached.venue, arguments.collect.symbols));
  ingest::StreamOptions options;
  GT_ASSIGN(options.subscription, subscription_of(arguments, std::move(tickers)));
  options.feed = arguments.feed;
  options.ingest = collected_ingest(config, run_id);
  options.access = approached.access;
  options.http = approached.http;
  options.allowance = approached.allowance;
  options.trust_venue_clock = approached.trust_venue_clock;
  GT_ASSIGN(options.commit_every, parse_duration(arguments.commit_every, "--commit-every"));
  if (!arguments.duration.empty()) {
    GT_ASSIGN(options.duration, parse_duration(arguments.duration, "--for"));
  }
  options.progress = [&](const ingest::StreamReport& at, bool up) {
    program.console().progress(
        "stream alpaca", static_cast<std::uint64_t>(at.bars), 0,
        fmt::format("bars, {} corrected, {} trades, {} rows committed{}", count(at.updated_bars),
                    count(at.trades), count(at.rows_inserted), up ? "" : ", waiting for a connection"));
  };
  const Interruption interruption;
  const auto report = ingest::collect_stream(lake, providers, *approached.venue, options);
  GT_RETURN_IF_ERROR(report);
  program.console().end_progress();
  if (arguments.collect.json) {
    std::cout << json_of(*report).dump(1) << "\n";
  } else {
    print(*report);
  }
  return {};
}

}  // namespace

void add_stream(Program& program) {
  auto* command = program.add(
      "stream", "Listen to a venue's live stream: bars, their corrections, trades, trading status",
      "  goldtape stream alpaca --symbols AAPL,MSFT\n"
      "  goldtape stream alpaca --symbols @sp500.txt --channels bars,statuses --for 7h\n"
      "  goldtape stream alpaca --symbols SPY --channels bars,trades --feed iex\n"
      "A corrected bar is a revision. When the connection ends it is made again, and what was missed is "
      "asked for.\n"
      "Ctrl-C commits what was heard; a kill loses at most the last --commit-every.");
  auto arguments = std::make_shared<StreamArguments>();
  command->add_option("venue", arguments->collect.venue, "Whom to listen to: alpaca")
      ->required()
      ->check(CLI::IsMember({"alpaca"}));
  command->add_option("--symbols", arguments->collect.symbols, "AAPL,MSFT, or @FILE, all or exchange:XNYS");
  command->add_option("--channels", arguments->channels, "bars, trades, statuses (default: bars)")
      ->delimiter(',');
  command->add_option("--feed", arguments->feed, "sip, iex or delayed_sip")
      ->check(CLI::IsMember({"sip", "iex", "delayed_sip"}))
      ->default_str("sip");
  command->add_option("--for", arguments->duration, "Stop after so long: 90m, 7h (default: until Ctrl-C)");
  command->add_option("--commit-every", arguments->commit_every, "Commit what was heard so often")
      ->default_str("5s");
  command->add_option("--base-url", arguments->collect.base_url,
                      "Listen here instead of at the venue's own address (a simulator)");
  command->add_flag("--json", arguments->collect.json, "The report as JSON");
  program.on_run(command, [&program, arguments]() -> Status {
    GT_ASSIGN(const auto config, program.load_config());
    GT_ASSIGN(const auto lake, program.open_lake());
    GT_ASSIGN(const auto approached, approach(lake, config, arguments->collect));
    GT_RETURN_IF_ERROR(require_keys(approached));
    return recorded_run(lake, "stream " + arguments->collect.venue, [&](const std::string& run_id) {
      return listen(program, lake, config, approached, *arguments, run_id);
    });
  });
}

}  // namespace goldtape::app
