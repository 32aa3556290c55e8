#include "goldtape/provider/yahoo/parser.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "goldtape/base/timezone.h"
#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/local_clock.h"
#include "goldtape/provider/session_clock.h"
#include "goldtape/provider/yahoo/chart_internal.h"

namespace goldtape::provider::yahoo {

namespace {

using internal::Chart;
using internal::kNoVolume;

constexpr std::string_view kNewYork = "America/New_York";
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
/// Beyond these a time is no time: 1900 and 2200, in seconds.
constexpr std::int64_t kFirst_s = -2'208'988'800;
constexpr std::int64_t kLast_s = 7'258'118'400;

Result<TimeZone> zone_of(const Chart& chart, const Answer& answer) {
  auto zone = TimeZone::find(chart.zone.empty() ? kNewYork : std::string_view(chart.zone));
  if (zone) return zone;
  return fail(ErrorKind::kDamaged, 2225,
              fmt::format("the exchange's time zone '{}' is unknown", excerpt(chart.zone)),
              answer.display_name);
}

/// Yahoo's word for an interval of ours.
bool says(std::string_view granularity, model::Interval interval) {
  if (granularity.empty()) return true;
  return granularity == model::to_string(interval) ||
         (granularity == "60m" && interval == model::Interval::k1h);
}

/// Rows of a chart to a batch: what is whole goes into the columns, the rest is counted or set aside.
class BarReader {
 public:
  BarReader(Chart chart, const Answer& answer, TimeZone zone)
      : chart_(std::move(chart)), answer_(answer), to_local_(std::move(zone)) {
    out_.origin = {.source = answer.request.source,
                   .interval = answer.request.interval,
                   .basis = model::PriceBasis::kSplitAdjusted,
                   .basis_as_of = from_days(clock_.place(to_micros(answer.observed_at)).date_days),
                   .observed_at = answer.observed_at};
    intraday_ = model::is_intraday(out_.origin.interval);
    new_york_ = chart_.zone.empty() || chart_.zone == kNewYork;
    if (intraday_) length_us_ = std::chrono::microseconds(model::length(out_.origin.interval)).count();
  }

  Result<model::BarBatch> run() {
    const std::size_t rows = chart_.timestamp_s.size();
    if (rows > 0) out_.intern(answer_.request.ticker);
    out_.ts_us.reserve(rows);
    out_.date_days.reserve(rows);
    out_.session.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      if (chart_.timestamp_s[i] < kFirst_s || chart_.timestamp_s[i] > kLast_s) {
        return fail(ErrorKind::kDamaged, 2226, fmt::format("{} is not a time", chart_.timestamp_s[i]),
                    fmt::format("{}:{}", answer_.display_name, i + 1));
      }
      take(i);
    }
    if (out_.size() == rows) {
      take_whole_columns();
    } else {
      take_kept_rows();
    }
    return std::move(out_);
  }

 private:
  void take(std::size_t i) {
    std::int64_t ts_us = chart_.timestamp_s[i] * kSecond;
    SessionClock::Place place{};
    if (intraday_ || new_york_) {
      place = clock_.place(ts_us);
    } else {
      place = {day_of(to_local_(ts_us)), model::SessionPart::kRegular};
    }
    if (!intraday_) {
      ts_us = place.date_days * kDay;
      place.part = model::SessionPart::kRegular;
    }
    const bool whole = std::isfinite(chart_.open[i]) && std::isfinite(chart_.high[i]) &&
                       std::isfinite(chart_.low[i]) && std::isfinite(chart_.close[i]) &&
                       chart_.volume[i] != kNoVolume;
    if (!whole) return take_incomplete(i, ts_us, place.date_days);
    if (is_unfinished(chart_.timestamp_s[i], ts_us, place.date_days)) {
      ++out_.unfinished_rows;
      return;
    }
    // Two rows for the newest session: the second, the live quote's, is the later word.
    if (!intraday_ && !out_.empty() && out_.date_days.back() == place.date_days) set_last_aside();
    out_.ts_us.push_back(ts_us);
    out_.date_days.push_back(place.date_days);
    out_.session.push_back(place.part);
    kept_.push_back(static_cast<std::uint32_t>(i));
  }

  /// Intraday bars of half hours and less begin on their grid, hours on that of half hours (09:30).
  [[nodiscard]] bool is_unfinished(std::int64_t second, std::int64_t ts_us, std::int32_t date_days) const {
    const std::int64_t observed_us = to_micros(answer_.observed_at);
    if (intraday_) {
      const std::int64_t grid_s = std::min<std::int64_t>(length_us_ / kSecond, 1800);
      if (second % grid_s != 0) return true;
      if (ts_us + length_us_ <= observed_us) return false;
    } else if (ts_us + 2 * kDay <= observed_us) {
      return false;
    }
    return bar_end(out_.origin.interval, from_micros(ts_us), from_days(date_days)) > answer_.observed_at;
  }

  void take_incomplete(std::size_t i, std::int64_t ts_us, std::int32_t date_days) {
    std::string missing;
    int absent = 0;
    const auto note = [&](std::string_view name, bool is_absent) {
      if (!is_absent) return;
      missing += fmt::format("{}{}", absent == 0 ? "missing " : ", ", name);
      ++absent;
    };
    note("open", std::isnan(chart_.open[i]));
    note("high", std::isnan(chart_.high[i]));
    note("low", std::isnan(chart_.low[i]));
    note("close", std::isnan(chart_.close[i]));
    note("volume", chart_.volume[i] == kNoVolume);
    constexpr int kAll = 5;
    if (absent == kAll) {
      ++out_.empty_rows;
      return;
    }
    set_aside(i, ts_us, date_days, std::move(missing));
  }

  void set_last_aside() {
    const std::uint32_t i = kept_.back();
    set_aside(i, out_.ts_us.back(), out_.date_days.back(),
              "a later row of the answer is for the same session");
    kept_.pop_back();
    out_.ts_us.pop_back();
    out_.date_days.pop_back();
    out_.session.pop_back();
  }

  void set_aside(std::size_t i, std::int64_t ts_us, std::int32_t date_days, std::string reason) {
    const auto price = [](double value) {
      return std::isnan(value) ? std::string("null") : fmt::format("{}", value);
    };
    const std::int64_t volume = chart_.volume[i];
    out_.rejected.push_back(
        {.line = static_cast<std::uint32_t>(i + 1),
         .ticker = answer_.request.ticker,
         .ts_us = ts_us,
         .date_days = date_days,
         .reason = std::move(reason),
         .text = fmt::format(R"({{"timestamp":{},"open":{},"high":{},"low":{},"close":{},"volume":{}}})",
                             chart_.timestamp_s[i], price(chart_.open[i]), price(chart_.high[i]),
                             price(chart_.low[i]), price(chart_.close[i]),
                             volume == kNoVolume ? "null" : std::to_string(volume))});
  }

  /// The usual case: the answer's columns are the batch's.
  void take_whole_columns() {
    out_.open = std::move(chart_.open);
    out_.high = std::move(chart_.high);
    out_.low = std::move(chart_.low);
    out_.close = std::move(chart_.close);
    out_.volume = std::move(chart_.volume);
    if (!chart_.adj_close.empty()) out_.adj_close = std::move(chart_.adj_close);
    fill_constants();
  }

  void take_kept_rows() {
    const auto pick = [&](const auto& from, auto& to) {
      to.reserve(kept_.size());
      for (const std::uint32_t i : kept_) to.push_back(from[i]);
    };
    pick(chart_.open, out_.open);
    pick(chart_.high, out_.high);
    pick(chart_.low, out_.low);
    pick(chart_.close, out_.close);
    pick(chart_.volume, out_.volume);
    if (!chart_.adj_close.empty()) pick(chart_.adj_close, out_.adj_close);
    fill_constants();
  }

  void fill_constants() {
    const std::size_t rows = kept_.size();
    out_.ticker.assign(rows, 0);
    out_.vwap.assign(rows, model::absent_price());
    out_.trade_count.assign(rows, model::kAbsentCount);
    if (out_.adj_close.empty()) out_.adj_close.assign(rows, model::absent_price());
    out_.line.resize(rows);
    std::ranges::transform(kept_, out_.line.begin(), [](std::uint32_t i) { return i + 1; });
  }

  Chart chart_;
  const Answer& answer_;
  UtcToLocal to_local_;
  SessionClock clock_;
  model::BarBatch out_;
  std::vector<std::uint32_t> kept_;  ///< Places in the answer of the rows of `out_`.
  bool intraday_ = false, new_york_ = true;
  std::int64_t length_us_ = 0;
};

}  // namespace

Result<model::BarBatch> parse_bars(const Answer& answer) {
  GT_ASSIGN(Chart chart, internal::read_chart(answer));
  if (!says(chart.granularity, answer.request.interval)) {
    return fail(ErrorKind::kDamaged, 2229,
                fmt::format("asked for {} bars, the answer has '{}'",
                            model::to_string(answer.request.interval), excerpt(chart.granularity)),
                answer.display_name);
  }
  if (model::is_intraday(answer.request.interval) && !chart.zone.empty() && chart.zone != kNewYork) {
    return fail(ErrorKind::kUnsupported, 2228,
                fmt::format("minutes of {} are of an exchange in {}; only New York's sessions are known",
                            answer.request.ticker, excerpt(chart.zone)),
                answer.display_name);
  }
  GT_ASSIGN(TimeZone zone, zone_of(chart, answer));
  return BarReader(std::move(chart), answer, std::move(zone)).run();
}

Result<model::ActionBatch> parse_actions(const Answer& answer) {
  GT_ASSIGN(const Chart chart, internal::read_chart(answer));
  GT_ASSIGN(TimeZone zone, zone_of(chart, answer));
  UtcToLocal to_local(std::move(zone));
  SessionClock clock;
  model::ActionBatch out{.source = answer.request.source, .observed_at = answer.observed_at, .actions = {}};
  const Date observed_on = from_days(clock.place(to_micros(answer.observed_at)).date_days);
  const auto add = [&](std::int64_t second, model::ActionType type, double value) -> model::CorporateAction& {
    model::CorporateAction& action = out.actions.emplace_back();
    action.ticker = answer.request.ticker;
    action.ex_date = from_days(day_of(to_local(std::clamp(second, kFirst_s, kLast_s) * kSecond)));
    action.type = type;
    action.value = value;
    action.known_at = std::min<Timestamp>(answer.observed_at, action.ex_date);
    action.line = static_cast<std::uint32_t>(out.actions.size());
    return action;
  };
  for (const auto& [second, split] : chart.splits) {
    add(second, model::ActionType::kSplit, split.denominator == 0 ? 0 : split.numerator / split.denominator);
  }
  std::map<std::int64_t, double> cash = chart.dividends;
  for (const auto& [second, gain] : chart.capital_gains) cash[second] += gain;
  for (const auto& [second, amount] : cash) {
    model::CorporateAction& action = add(second, model::ActionType::kCashDividend, amount);
    action.currency = "USD";
    action.basis_as_of = observed_on;
    if (const auto gain = chart.capital_gains.find(second); gain != chart.capital_gains.end()) {
      action.description = fmt::format("of it capital gain {}", gain->second);
    }
  }
  return out;
}

}  // namespace goldtape::provider::yahoo
