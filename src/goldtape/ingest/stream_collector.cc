#include "goldtape/ingest/stream_collector.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "goldtape/ingest/collector.h"
#include "goldtape/ingest/heard_internal.h"
#include "goldtape/ingest/intake.h"
#include "goldtape/ingest/load_status.h"
#include "goldtape/ingest/stream_listener_internal.h"
#include "goldtape/table/location.h"

namespace goldtape::ingest {

namespace {

using internal::StreamEvent;
using provider::alpaca::StreamMessage;

constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::minutes kMinute{1};
/// So far before a gap bars may have been corrected while nobody listened.
constexpr std::chrono::minutes kCorrections{5};
constexpr std::size_t kTickersOfAQuestion = 100;
constexpr std::size_t kMaxRemarks = 100;
constexpr std::uint16_t kLocked = 5010;

class StreamCollection {
 public:
  StreamCollection(const lake::Lake& lake, const provider::Registry& providers, const provider::Venue& venue,
                   const StreamOptions& options)
      : lake_(lake),
        providers_(providers),
        venue_(venue),
        options_(options),
        heard_(venue, options.feed, options.trust_venue_clock) {
    report_.run_id = options.ingest.run_id.empty() ? table::new_uuid() : options.ingest.run_id;
  }

  Result<StreamReport> run() {
    internal::StreamListener listener(options_);
    auto next_commit = Clock::now() + options_.commit_every;
    while (!over() && !given_up_) {
      if (auto event = listener.take(kTick)) take(*std::move(event));
      if (options_.progress) options_.progress(report_, up_);
      if (Clock::now() < next_commit) continue;
      GT_RETURN_IF_ERROR(commit());
      GT_RETURN_IF_ERROR(fill_gaps());
      next_commit = Clock::now() + options_.commit_every;
    }
    listener.stop();
    while (auto event = listener.take(std::chrono::milliseconds(0))) take(*std::move(event));
    GT_RETURN_IF_ERROR(commit());
    close_gap(now());
    GT_RETURN_IF_ERROR(fill_gaps());
    if (!landed_.empty())
      remark("another command is writing: what was heard last is landed; the next run takes it up");
    if (given_up_) return std::unexpected(*given_up_);
    return std::move(report_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool over() const {
    if (options_.ingest.cancelled && options_.ingest.cancelled()) return true;
    return options_.duration && Clock::now() - started_ >= *options_.duration;
  }

  /// By the clock, or by the newest message.
  [[nodiscard]] Timestamp now() const { return options_.trust_venue_clock ? newest_ : lake_.clock().now(); }

  void remark(std::string text) {
    if (report_.remarks.size() < kMaxRemarks) report_.remarks.push_back(std::move(text));
  }

  void take(StreamEvent event) {
    switch (event.kind) {
      case StreamEvent::Kind::kUp:
        up_ = true;
        ++report_.connections;
        if (newest_ == Timestamp{} && !options_.trust_venue_clock) {
          newest_ = std::chrono::floor<std::chrono::minutes>(lake_.clock().now());
        }
        return;
      case StreamEvent::Kind::kDown:
        up_ = false;
        remark(event.error->to_string());
        if (newest_ != Timestamp{} && !gap_from_) gap_from_ = newest_ - kCorrections;
        return;
      case StreamEvent::Kind::kGivenUp: given_up_ = std::move(event.error); return;
      case StreamEvent::Kind::kMessages: break;
    }
    for (const StreamMessage& message : event.messages) hear(message);
  }

  void hear(const StreamMessage& message) {
    heard_.add(message, lake_.clock().now());
    switch (message.kind) {
      case StreamMessage::Kind::kBar:
        ++report_.bars;
        close_gap(message.ts);
        newest_ = std::max(newest_, message.ts + kMinute);
        return;
      case StreamMessage::Kind::kUpdatedBar: ++report_.updated_bars; return;
      case StreamMessage::Kind::kTrade: ++report_.trades; return;
      case StreamMessage::Kind::kStatus: ++report_.statuses; return;
      default: return;
    }
  }

  void close_gap(Timestamp until) {
    if (gap_from_ && until > *gap_from_) gaps_.push_back({*gap_from_, until});
    gap_from_.reset();
  }

  /// Lands what was heard, whoever has the lock.
  Status land() {
    if (heard_.empty()) return {};
    for (provider::Answer& answer : heard_.take(lake_.clock().now())) {
      store::LoadAudit audit = audit_of(answer, report_.run_id, lake_.clock().now());
      audit.status = load_status::kLanded;
      GT_RETURN_IF_ERROR(land_answer(lake_, answer, audit));
      GT_ASSIGN(auto transaction, lake_.database().begin());
      GT_RETURN_IF_ERROR(store::put_load(transaction, audit));
      GT_RETURN_IF_ERROR(transaction.commit());
      landed_.push_back({std::move(answer), std::move(audit)});
    }
    return {};
  }

  Status commit() {
    GT_RETURN_IF_ERROR(land());
    if (landed_.empty()) return {};
    const auto lock = lake_.lock_for_writing("stream");
    if (!lock) return lock.error().code == kLocked ? Status{} : std::unexpected(lock.error());
    IngestOptions ingest = options_.ingest;
    ingest.run_id = report_.run_id;
    Intake intake(lake_, providers_, ingest);
    for (const LandedAnswer& one : landed_) {
      GT_RETURN_IF_ERROR(intake.add(one.answer, &one.audit));
      // One after the other: each may correct the one before.
      GT_RETURN_IF_ERROR(intake.flush());
    }
    landed_.clear();
    count(intake.report());
    return {};
  }

  void count(const IngestReport& done) {
    const LoadOutcome total = done.totals();
    report_.loads += static_cast<std::int64_t>(done.loads.size());
    report_.commits += static_cast<std::int64_t>(done.commits);
    report_.rows_inserted += total.rows_inserted;
    report_.rows_updated += total.rows_updated;
    for (const LoadOutcome& load : done.loads) {
      if (load.error) remark(load.error->to_string());
    }
  }

  Status fill_gaps() {
    for (const TimeRange& gap : std::exchange(gaps_, {})) {
      GT_ASSIGN(std::vector<Chain> chains, questions(gap));
      CollectOptions options;
      options.ingest = options_.ingest;
      options.ingest.run_id = report_.run_id;
      options.fetch.access = options_.access;
      options.fetch.allowance = options_.allowance;
      options.fetch.trust_venue_clock = options_.trust_venue_clock;
      options.http = options_.http;
      const auto filled = collect(lake_, providers_, venue_, std::move(chains), options);
      if (!filled && filled.error().code == kLocked) {
        gaps_.push_back(gap);
        return {};
      }
      GT_RETURN_IF_ERROR(filled);
      ++report_.gaps;
      count(filled->loads);
      for (const CollectFailure& failure : filled->failures) {
        remark(fmt::format("{}: {}", failure.ticker, failure.error.to_string()));
      }
    }
    return {};
  }

  Result<std::vector<Chain>> questions(const TimeRange& gap) const {
    std::vector<std::string> datasets;
    if (options_.subscription.bars) datasets.emplace_back("bars");
    if (options_.subscription.trades) datasets.emplace_back("trades");
    std::vector<Chain> out;
    const std::vector<std::string>& tickers = options_.subscription.tickers;
    for (const std::string& dataset : datasets) {
      for (std::size_t at = 0; at < tickers.size(); at += kTickersOfAQuestion) {
        provider::Ask ask{
            .dataset = dataset, .tickers = {}, .range = gap, .options = {{"feed", options_.feed}}};
        if (dataset == "bars") ask.interval = model::Interval::k1m;
        const auto end = std::min(at + kTickersOfAQuestion, tickers.size());
        ask.tickers.assign(tickers.begin() + static_cast<std::ptrdiff_t>(at),
                           tickers.begin() + static_cast<std::ptrdiff_t>(end));
        Chain chain;
        GT_ASSIGN(chain.request, venue_.make_request(ask));
        chain.next = chain.request;
        out.push_back(std::move(chain));
      }
    }
    return out;
  }

  const lake::Lake& lake_;
  const provider::Registry& providers_;
  const provider::Venue& venue_;
  const StreamOptions& options_;
  internal::Heard heard_;
  std::vector<LandedAnswer> landed_;
  std::optional<Timestamp> gap_from_;  ///< Nothing is known from here on.
  std::vector<TimeRange> gaps_;
  Timestamp newest_{};  ///< Bars are known up to here.
  std::optional<Error> given_up_;
  bool up_ = false;
  StreamReport report_;
  Clock::time_point started_ = Clock::now();
};

}  // namespace

Result<StreamReport> collect_stream(const lake::Lake& lake, const provider::Registry& providers,
                                    const provider::Venue& venue, const StreamOptions& options) {
  return StreamCollection(lake, providers, venue, options).run();
}

}  // namespace goldtape::ingest
