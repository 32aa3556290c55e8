#include "collect_run.h"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gap_report.h"
#include "goldtape/base/log.h"
#include "goldtape/provider/venues.h"
#include "ingest_report.h"
#include "interruption.h"
#include "notification.h"

namespace goldtape::app {

namespace {

using Json = nlohmann::ordered_json;

std::string count(std::int64_t value) { return count_text(static_cast<std::uint64_t>(value)); }

std::string progress_text(const ingest::CollectProgress& at) {
  const double seconds = std::max(std::chrono::duration<double>(at.elapsed).count(), 1e-3);
  std::string out = fmt::format("{} rows, {:.1f} requests/s", count(at.rows),
                                static_cast<double>(at.fetched.requests) / seconds);
  if (at.fetched.retries > 0) out += fmt::format(", {} retries", count(at.fetched.retries));
  if (at.failed > 0) out += fmt::format(", {} failed", count(at.failed));
  if (at.committing) out += ", committing";
  for (const std::string& host : at.waiting_for) out += fmt::format(", waiting: {}", host);
  return out;
}

Json json_of(const ingest::CollectionPlan& plan) {
  Json requests = Json::array();
  for (const provider::Request& request : plan.requests) {
    Json one{{"tickers", ingest::tickers_of(request)}};
    if (const auto range = ingest::range_of(request); range && range->end > range->start) {
      one["from"] = format_timestamp(range->start);
      one["to"] = format_timestamp(range->end);
    }
    requests.push_back(std::move(one));
  }
  const ingest::CollectionCounts& counts = plan.counts;
  return {{"source", plan.stream.source},
          {"dataset", plan.stream.dataset},
          {"interval", model::to_string(plan.stream.interval)},
          {"options", plan.stream.options},
          {"tickers", plan.tickers.size()},
          {"requests", plan.requests.size()},
          {"estimated_seconds", plan.duration.count()},
          {"rows_at_most", plan.rows},
          {"sessions",
           {{"asked", counts.asked},
            {"missing", counts.missing},
            {"stale", counts.stale},
            {"forming", counts.forming},
            {"out_of_reach", counts.out_of_reach}}},
          {"remarks", plan.remarks},
          {"questions", std::move(requests)}};
}

Json json_of(const ingest::CollectReport& report) {
  Json failures = Json::array();
  for (const ingest::CollectFailure& failure : report.failures) {
    failures.push_back(
        {{"ticker", failure.ticker}, {"status", failure.status}, {"error", failure.error.to_string()}});
  }
  const ingest::LoadOutcome total = report.loads.totals();
  return {{"run_id", report.loads.run_id},
          {"tickers", report.tickers},
          {"failed", report.failures.size()},
          {"success_share", report.success_share()},
          {"loads", report.loads.loads.size()},
          {"commits", report.loads.commits},
          {"cancelled", report.loads.cancelled},
          {"requests", report.fetched.requests},
          {"retries", report.fetched.retries},
          {"refusals", report.fetched.refusals},
          {"received_bytes", report.fetched.bytes},
          {"rows_fetched", total.rows_fetched},
          {"rows_inserted", total.rows_inserted},
          {"rows_updated", total.rows_updated},
          {"rows_unchanged", total.rows_unchanged},
          {"duplicates_removed", total.duplicates_removed},
          {"rows_quarantined", total.rows_quarantined},
          {"elapsed_ms", report.elapsed.count()},
          {"warnings", report.warnings},
          {"failures", std::move(failures)}};
}

void print_failures(const ingest::CollectReport& report) {
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < report.failures.size() && i < kShown; ++i) {
    const ingest::CollectFailure& failure = report.failures[i];
    std::cout << fmt::format("  {:<8} {}: {}\n", failure.ticker, failure.status, failure.error.to_string());
  }
  if (report.failures.size() > kShown) {
    std::cout << fmt::format("  ... and {} more; goldtape audit --status failed\n",
                             report.failures.size() - kShown);
  }
}

void print_report(const ingest::CollectReport& report) {
  std::cout << fmt::format("{} of {} tickers, {} requests ({} retries), {} received, in {}\n",
                           count(report.tickers - static_cast<std::int64_t>(report.failures.size())),
                           count(report.tickers), count(report.fetched.requests),
                           count(report.fetched.retries), bytes_text(report.fetched.bytes),
                           duration_text(report.elapsed));
  std::cout << counts_text(report.loads) << "\n";
  for (const std::string& warning : report.warnings) std::cout << "warning " << warning << "\n";
  print_failures(report);
  if (report.loads.cancelled) std::cout << "interrupted: the same command goes on where it stopped\n";
}

Status check_share(const ingest::CollectReport& report, double wanted) {
  if (report.success_share() >= wanted || report.loads.cancelled) return {};
  const ingest::CollectFailure& first = report.failures.front();
  return fail(
      ErrorKind::kUnavailable, 6106,
      fmt::format(
          "{} of {} tickers did not get all their data, more than the success share of {} allows; the "
          "first: {}: {}",
          report.failures.size(), report.tickers, wanted, first.ticker, first.error.to_string()),
      "success share");
}

/// Failures that did not miss the share are told too, in one message; so are sessions that are over for a day
/// and still have no answer.
void tell_others(Program& program, const lake::Lake& lake, const Config& config,
                 const ingest::CollectReport& report, const Status& ended) {
  if (report.loads.cancelled) return;
  Console& console = program.console();
  if (!ended) {
    notify_quietly(console, lake, config,
                   {.event = "success_share",
                    .subject = "a collection missed its success share",
                    .text = ended.error().to_string()});
  } else if (!report.failures.empty()) {
    const ingest::CollectFailure& first = report.failures.front();
    notify_quietly(console, lake, config,
                   {.event = "failure",
                    .subject = fmt::format("{} of {} tickers failed", report.failures.size(), report.tickers),
                    .text = fmt::format("The first: {}: {}. goldtape audit --status failed lists them.",
                                        first.ticker, first.error.to_string())});
  }
  const auto gaps = find_gaps(lake, {});
  if (!gaps) return;
  const Date today = calendar::xnys().local_date(lake.clock().now());
  const auto old = std::ranges::find_if(
      *gaps, [&](const GapRun& gap) { return today - gap.first > std::chrono::days(1); });
  if (old == gaps->end()) return;
  notify_quietly(console, lake, config,
                 {.event = "gap",
                  .subject = "a gap is older than 24 hours",
                  .text = fmt::format("{} {} {} since {}: {}. goldtape gaps lists all.", old->source,
                                      old->ticker, model::to_string(old->interval), format_date(old->first),
                                      ingest::to_string(old->state))});
}

}  // namespace

void print_plan(const std::vector<ingest::CollectionPlan>& plans, const Approach& approach, bool json) {
  if (json) {
    Json out = Json::array();
    for (const ingest::CollectionPlan& plan : plans) out.push_back(json_of(plan));
    std::cout << (out.size() == 1 ? out[0] : out).dump(1) << "\n";
    return;
  }
  for (const ingest::CollectionPlan& plan : plans) {
    const ingest::CollectionCounts& counts = plan.counts;
    std::cout << fmt::format("{} {} {}: {} tickers, {} requests, at least {} at {:g} requests/s\n",
                             plan.stream.source, plan.stream.dataset, model::to_string(plan.stream.interval),
                             count(static_cast<std::int64_t>(plan.tickers.size())),
                             count(static_cast<std::int64_t>(plan.requests.size())),
                             duration_text(plan.duration), approach.allowance.requests_per_second);
    std::cout << fmt::format(
        "  sessions: {} missing, {} stale, {} forming, {} asked already, {} out of reach\n",
        count(counts.missing), count(counts.stale), count(counts.forming), count(counts.asked),
        count(counts.out_of_reach));
    for (const std::string& remark : plan.remarks) std::cout << "  " << remark << "\n";
  }
}

Status run_collections(Program& program, const lake::Lake& lake, const Config& config,
                       const Approach& approach, const std::vector<ingest::CollectionPlan>& plans,
                       const CollectArguments& arguments, const std::string& run_id) {
  GT_RETURN_IF_ERROR(require_keys(approach));
  provider::Registry providers;
  GT_RETURN_IF_ERROR(provider::add_venues(providers));
  GT_ASSIGN(std::vector<ingest::Chain> chains, ingest::recover(lake, *approach.venue));
  if (!chains.empty()) {
    program.console().say(
        fmt::format("an earlier run was cut short: {} of its answers are taken up first", chains.size()));
  }
  for (const ingest::CollectionPlan& plan : plans) {
    for (const provider::Request& request : plan.requests) {
      ingest::Chain chain;
      chain.request = request;
      chain.next = request;
      chains.push_back(std::move(chain));
    }
  }
  ingest::CollectOptions options;
  options.ingest = collected_ingest(config, run_id);
  options.fetch.access = approach.access;
  options.fetch.allowance = approach.allowance;
  options.fetch.trust_venue_clock = approach.trust_venue_clock;
  if (!arguments.deadline.empty()) {
    GT_ASSIGN(options.fetch.polite.run_deadline, parse_duration(arguments.deadline, "--deadline"));
  }
  options.http = approach.http;
  const std::string what = fmt::format("collect {}", approach.venue->name());
  options.progress = [&](const ingest::CollectProgress& at) {
    program.console().progress(what, static_cast<std::uint64_t>(at.questions_done),
                               static_cast<std::uint64_t>(at.questions_total),
                               "questions, " + progress_text(at));
  };
  const Interruption interruption;
  const auto collected = ingest::collect(lake, providers, *approach.venue, std::move(chains), options);
  if (!collected) {
    notify_quietly(
        program.console(), lake, config,
        {.event = "failure", .subject = "a collection failed", .text = collected.error().to_string()});
    return std::unexpected(collected.error());
  }
  const ingest::CollectReport& report = *collected;
  program.console().end_progress();
  if (arguments.json) {
    std::cout << json_of(report).dump(1) << "\n";
  } else {
    print_report(report);
  }
  const double share =
      arguments.success_share >= 0 ? arguments.success_share : config.number("collect.success_share");
  const Status ended = check_share(report, share);
  tell_others(program, lake, config, report, ended);
  return ended;
}

}  // namespace goldtape::app
