#include "goldtape/ingest/collection_plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "goldtape/calendar/eastern_time.h"

namespace goldtape::ingest {

namespace {

using Sessions = std::span<const calendar::Session>;

/// First and last session of a run of missing ones, by index.
using Run = std::pair<std::size_t, std::size_t>;

enum class Need : std::uint8_t { kNone, kMissing, kStale, kForming, kOutOfReach };

class Planner {
 public:
  Planner(const provider::Venue& venue, const calendar::Calendar& calendar, const Asked& asked,
          const CollectionSpec& spec, const provider::DatasetTraits& dataset)
      : venue_(venue), calendar_(calendar), asked_(asked), spec_(spec), dataset_(dataset) {}

  Result<CollectionPlan> run() {
    plan_.stream = spec_.stream;
    if (!dataset_.by_range) return ask_as_a_whole();
    find_sessions();
    std::map<std::vector<Run>, std::vector<std::string>> groups;
    const std::vector<std::string> as_a_whole{std::string()};
    const auto& tickers_asked = dataset_.max_tickers == 0 ? as_a_whole : spec_.tickers;
    for (const std::string& ticker : tickers_asked) groups[missing_runs(ticker)].push_back(ticker);
    for (const auto& [runs, tickers] : groups) {
      if (runs.empty()) continue;
      plan_.tickers.insert(plan_.tickers.end(), tickers.begin(), tickers.end());
      for (const Run& one : runs) GT_RETURN_IF_ERROR(ask(one, tickers));
    }
    remark();
    estimate();
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool has_intervals() const { return !dataset_.intervals.empty(); }

  /// Bars of the sessions that have begun.
  void find_sessions() {
    sessions_ = calendar_.sessions(spec_.from, spec_.to);
    while (!sessions_.empty() && sessions_.back().open > spec_.now)
      sessions_ = sessions_.first(sessions_.size() - 1);
    Timestamp first{};
    if (dataset_.first_date > Date{}) first = dataset_.first_date;
    const provider::IntervalTraits* interval = dataset_.find(spec_.stream.interval);
    if (interval != nullptr && interval->look_back.count() > 0) {
      first = std::max(first, spec_.now - interval->look_back + std::chrono::hours(1));
    }
    reach_ = 0;
    while (reach_ < sessions_.size() &&
           days_range(sessions_[reach_].date, sessions_[reach_].date).start < first) {
      ++reach_;
    }
    const auto recheck = static_cast<std::size_t>(std::max(spec_.recheck, 0));
    recheck_from_ = sessions_.size() - std::min(recheck, sessions_.size());
  }

  /// What is to be done about each session of a ticker.
  [[nodiscard]] Need need_of(std::size_t i, const std::vector<AskedRange>* known) const {
    if (i < reach_) return Need::kOutOfReach;
    const calendar::Session& session = sessions_[i];
    const Timestamp settled = settled_at(session, spec_.stream);
    const bool forming = spec_.now < settled;
    Need need = forming ? Need::kForming : Need::kMissing;
    if (known == nullptr) return need;
    for (const AskedRange& asked : *known) {
      if (asked.range.start > session.open || asked.range.end < session.close) continue;
      if (i >= recheck_from_) {
        if (spec_.now - asked.observed_at < kRecheckFresh) return Need::kNone;
        need = Need::kStale;
        continue;
      }
      if (asked.observed_at >= settled) return Need::kNone;
      if (forming && spec_.now - asked.observed_at < kFormingStale) return Need::kNone;
      if (!forming) need = Need::kStale;
    }
    return need;
  }

  std::vector<Run> missing_runs(const std::string& ticker) {
    const auto found = asked_.find(ticker);
    const std::vector<AskedRange>* known = found == asked_.end() ? nullptr : &found->second;
    std::vector<Run> runs;
    bool open = false;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      const Need need = need_of(i, known);
      count(need);
      const bool wanted = need == Need::kMissing || need == Need::kStale || need == Need::kForming;
      if (wanted && open) {
        runs.back().second = i;
      } else if (wanted) {
        runs.emplace_back(i, i);
      }
      open = wanted;
    }
    return runs;
  }

  void count(Need need) {
    CollectionCounts& counts = plan_.counts;
    switch (need) {
      case Need::kNone: ++counts.asked; return;
      case Need::kMissing: ++counts.missing; return;
      case Need::kStale: ++counts.stale; return;
      case Need::kForming: ++counts.forming; return;
      case Need::kOutOfReach: ++counts.out_of_reach; return;
    }
  }

  [[nodiscard]] std::int64_t rows_per_session() const {
    if (!has_intervals() || !model::is_intraday(spec_.stream.interval)) return 1;
    return 390 / std::max<std::int64_t>(model::length(spec_.stream.interval).count(), 1);
  }

  /// Splits a run into ranges that the venue takes, each with its tickers in batches.
  Status ask(const Run& run, const std::vector<std::string>& tickers) {
    std::chrono::hours longest = dataset_.longest_range(spec_.stream.interval);
    if (longest.count() == 0) longest = std::chrono::days(100'000);
    const std::size_t batch = std::max<std::size_t>(
        std::min(std::max<std::size_t>(spec_.batch, 1), std::size_t{dataset_.max_tickers}), 1);
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(
        1,
        spec_.max_rows / (rows_per_session() * static_cast<std::int64_t>(std::min(batch, tickers.size())))));
    std::size_t first = run.first;
    while (first <= run.second) {
      std::size_t last = first;
      while (last < run.second && last - first + 1 < most) {
        const TimeRange longer = days_range(sessions_[first].date, sessions_[last + 1].date);
        if (longer.end - longer.start > longest) break;
        ++last;
      }
      GT_RETURN_IF_ERROR(ask_batches(first, last, tickers, batch));
      first = last + 1;
    }
    return {};
  }

  Status ask_batches(std::size_t first, std::size_t last, const std::vector<std::string>& tickers,
                     std::size_t batch) {
    provider::Ask ask{.dataset = spec_.stream.dataset,
                      .tickers = {},
                      .interval = spec_.stream.interval,
                      .range = {},
                      .options = spec_.stream.options};
    ask.range = days_range(sessions_[first].date, sessions_[last].date);
    for (std::size_t at = 0; at < tickers.size(); at += batch) {
      const auto end = std::min(at + batch, tickers.size());
      ask.tickers.assign(tickers.begin() + static_cast<std::ptrdiff_t>(at),
                         tickers.begin() + static_cast<std::ptrdiff_t>(end));
      if (dataset_.max_tickers == 0) ask.tickers.clear();
      GT_ASSIGN(provider::Request request, venue_.make_request(ask));
      plan_.rows += static_cast<std::int64_t>((end - at) * (last - first + 1)) * rows_per_session();
      plan_.requests.push_back(std::move(request));
    }
    return {};
  }

  Result<CollectionPlan> ask_as_a_whole() {
    const auto fresh = [&](const std::string& ticker) {
      const auto found = asked_.find(ticker);
      return found != asked_.end() && std::ranges::any_of(found->second, [&](const AskedRange& asked) {
               return spec_.now - asked.observed_at < kRecheckFresh;
             });
    };
    std::vector<std::string> tickers = spec_.tickers;
    if (dataset_.max_tickers == 0) tickers = {std::string()};
    for (const std::string& ticker : tickers) {
      if (fresh(ticker) && spec_.recheck == 0) {
        ++plan_.counts.asked;
        continue;
      }
      ++plan_.counts.missing;
      provider::Ask ask{
          .dataset = spec_.stream.dataset, .tickers = {}, .range = {}, .options = spec_.stream.options};
      if (!ticker.empty()) ask.tickers = {ticker};
      GT_ASSIGN(provider::Request request, venue_.make_request(ask));
      plan_.requests.push_back(std::move(request));
      plan_.tickers.push_back(ticker);
    }
    estimate();
    return std::move(plan_);
  }

  void remark() {
    if (plan_.counts.out_of_reach > 0 && reach_ > 0) {
      const std::string first = reach_ < sessions_.size() ? format_date(sessions_[reach_].date) : "now";
      plan_.remarks.push_back(
          fmt::format("{} goes back to {} for {} of this length: {} sessions are out of reach", venue_.name(),
                      first, spec_.stream.dataset, reach_));
    }
  }

  void estimate() {
    const provider::Politeness& politeness = venue_.traits().politeness;
    const double rate = std::max(politeness.requests_per_second, 1e-6);
    // As many as the burst allows leave at once.
    const auto paced = std::max(static_cast<double>(plan_.requests.size()) - politeness.burst + 1, 1.0);
    plan_.duration =
        std::chrono::seconds(plan_.requests.empty() ? 0 : static_cast<std::int64_t>(std::ceil(paced / rate)));
  }

  const provider::Venue& venue_;
  const calendar::Calendar& calendar_;
  const Asked& asked_;
  const CollectionSpec& spec_;
  const provider::DatasetTraits& dataset_;
  Sessions sessions_;
  std::size_t reach_ = 0;         ///< First session that the venue still has.
  std::size_t recheck_from_ = 0;  ///< First session that is asked again.
  CollectionPlan plan_;
};

}  // namespace

TimeRange days_range(Date first, Date last) {
  return {calendar::eastern_to_utc(first, std::chrono::minutes(0)),
          calendar::eastern_to_utc(last + std::chrono::days(1), std::chrono::minutes(0))};
}

Timestamp settled_at(const calendar::Session& session, const Stream& stream) {
  const auto extended = stream.options.find("extended");
  const bool regular_only = extended != stream.options.end() && extended->second == "false";
  if (!model::is_intraday(stream.interval) || regular_only) return session.close + kSettle;
  return std::max(session.close, calendar::eastern_to_utc(session.date, std::chrono::hours(20))) + kSettle;
}

Result<CollectionPlan> plan_collection(const provider::Venue& venue, const calendar::Calendar& calendar,
                                       const Asked& asked, const CollectionSpec& spec) {
  GT_ASSIGN(const provider::DatasetTraits* dataset, venue.traits().find(spec.stream.dataset));
  if (dataset->by_range && spec.to < spec.from) {
    return fail(ErrorKind::kUsage, 6103,
                fmt::format("the range {} to {} is empty", format_date(spec.from), format_date(spec.to)),
                "--to");
  }
  return Planner(venue, calendar, asked, spec, *dataset).run();
}

}  // namespace goldtape::ingest
