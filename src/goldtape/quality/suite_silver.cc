#include <cmath>

#include <fmt/format.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/quality/rules_internal.h"

namespace goldtape::quality {

namespace {

using internal::PriceRows;
using model::Fill;

std::uint32_t no_line(std::size_t) { return 0; }

std::string key_of(const SilverMinutes& rows, std::size_t i) {
  return std::string{rows.ticker[i]} + " " + format_timestamp(from_micros(rows.ts_us[i]));
}
std::string key_of(const SilverDays& rows, std::size_t i) {
  return std::string{rows.ticker[i]} + " " + format_date(from_days(rows.date_days[i]));
}

template <typename Rows>
PriceRows prices_of(const Rows& rows) {
  return {.open = rows.open,
          .high = rows.high,
          .low = rows.low,
          .close = rows.close,
          .key = [&rows](std::size_t i) { return key_of(rows, i); },
          .line = no_line};
}

template <typename Rows, typename... Spans>
void check_lengths(const Rows& rows, Outcome& outcome, const Spans&... spans) {
  outcome.checked = static_cast<std::int64_t>(sizeof...(spans));
  if (((spans.size() != rows.security_id.size()) || ...))
    outcome.fail(0, "rows", 0, "columns of different lengths");
}

void minute_columns(const SilverMinutes& rows, const Context&, Outcome& outcome) {
  check_lengths(rows, outcome, rows.ticker, rows.ts_us, rows.date_days, rows.minute, rows.open, rows.high,
                rows.low, rows.close, rows.volume, rows.fill);
}

void day_columns(const SilverDays& rows, const Context&, Outcome& outcome) {
  check_lengths(rows, outcome, rows.ticker, rows.date_days, rows.open, rows.high, rows.low, rows.close,
                rows.volume, rows.split_factor, rows.dividend_factor);
}

template <typename Rows, typename Time>
void check_increasing(const Rows& rows, std::span<const Time> times, Outcome& outcome) {
  outcome.checked = static_cast<std::int64_t>(times.size());
  for (std::size_t i = 1; i < times.size(); ++i) {
    const bool ordered = rows.security_id[i - 1] < rows.security_id[i] ||
                         (rows.security_id[i - 1] == rows.security_id[i] && times[i - 1] < times[i]);
    if (!ordered) outcome.fail(i, key_of(rows, i), 0, "not after " + key_of(rows, i - 1));
  }
}

template <typename Rows>
void prices_positive(const Rows& rows, const Context&, Outcome& outcome) {
  internal::check_positive(prices_of(rows), std::is_same_v<Rows, SilverMinutes>, outcome);
}
template <typename Rows>
void ohlc_sane(const Rows& rows, const Context& context, Outcome& outcome) {
  internal::check_ohlc(prices_of(rows), context.thresholds.ohlc_tolerance, outcome);
}
template <typename Rows>
void volume_not_negative(const Rows& rows, const Context&, Outcome& outcome) {
  internal::check_volume(rows.volume, prices_of(rows), outcome);
}

/// Minutes 0, 1, ... of the session, each once and at its own instant; while it lasts, as far as they go.
void grid_complete(const SilverMinutes& rows, const Context& context, Outcome& outcome) {
  const std::size_t size = rows.ts_us.size();
  for (std::size_t begin = 0; begin < size;) {
    std::size_t end = begin + 1;
    while (end < size && rows.security_id[end] == rows.security_id[begin] &&
           rows.date_days[end] == rows.date_days[begin]) {
      ++end;
    }
    const calendar::Session* session = context.calendar->find_session(from_days(rows.date_days[begin]));
    const std::size_t expected = session ? static_cast<std::size_t>(session->minutes()) : 0;
    const bool lasts = session && context.now < session->close;
    const bool whole = lasts ? end - begin <= expected : end - begin == expected;
    outcome.checked += static_cast<std::int64_t>(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      const auto minute = static_cast<std::int32_t>(i - begin);
      const bool right = session && whole && rows.minute[i] == minute &&
                         from_micros(rows.ts_us[i]) == session->open + std::chrono::minutes{minute};
      if (!right) {
        outcome.fail(
            i, key_of(rows, i), 0,
            fmt::format("minute {} of {} rows; the session has {}", rows.minute[i], end - begin, expected));
      }
    }
    begin = end;
  }
}

void fill_consistent(const SilverMinutes& rows, const Context&, Outcome& outcome) {
  outcome.checked = static_cast<std::int64_t>(rows.fill.size());
  for (std::size_t i = 0; i < rows.fill.size(); ++i) {
    const bool priced = rows.fill[i] == Fill::kTraded || rows.fill[i] == Fill::kFilled;
    const bool has_price = !std::isnan(rows.close[i]);
    const bool idle = rows.fill[i] == Fill::kTraded || rows.volume[i] == 0;
    if (priced != has_price || !idle) {
      outcome.fail(i, key_of(rows, i), 0,
                   fmt::format("{} with close {} and volume {}", to_string(rows.fill[i]), rows.close[i],
                               rows.volume[i]));
    }
  }
}

void minute_not_in_future(const SilverMinutes& rows, const Context& context, Outcome& outcome) {
  const Timestamp limit = context.now + std::chrono::seconds{context.thresholds.clock_skew_s};
  for (std::size_t i = 0; i < rows.ts_us.size(); ++i) {
    if (rows.fill[i] != Fill::kTraded) continue;
    ++outcome.checked;
    if (from_micros(rows.ts_us[i]) > limit)
      outcome.fail(i, key_of(rows, i), 0, "it is " + format_timestamp(context.now));
  }
}

void day_not_in_future(const SilverDays& rows, const Context& context, Outcome& outcome) {
  outcome.checked = static_cast<std::int64_t>(rows.date_days.size());
  const Timestamp limit = context.now + std::chrono::seconds{context.thresholds.clock_skew_s};
  for (std::size_t i = 0; i < rows.date_days.size(); ++i) {
    if (Timestamp{from_days(rows.date_days[i])} > limit) {
      outcome.fail(i, key_of(rows, i), 0, "it is " + format_timestamp(context.now));
    }
  }
}

internal::Presence presence_of(const SilverMinutes& rows) {
  internal::Presence presence;
  for (std::size_t i = 0; i < rows.ts_us.size(); ++i) {
    if (rows.fill[i] == Fill::kTraded) presence.add(rows.ticker[i], rows.date_days[i], rows.minute[i]);
  }
  return presence;
}

void row_count(const SilverMinutes& rows, const Context& context, Outcome& outcome) {
  presence_of(rows).check_row_counts(context, outcome);
}
void vendor_hole(const SilverMinutes& rows, const Context& context, Outcome& outcome) {
  presence_of(rows).check_holes(context, outcome);
}

void factors_positive(const SilverDays& rows, const Context&, Outcome& outcome) {
  outcome.checked = static_cast<std::int64_t>(rows.split_factor.size());
  auto good = [](double factor) { return std::isfinite(factor) && factor > 0; };
  for (std::size_t i = 0; i < rows.split_factor.size(); ++i) {
    if (!good(rows.split_factor[i]) || !good(rows.dividend_factor[i])) {
      outcome.fail(
          i, key_of(rows, i), 0,
          fmt::format("split factor {}, dividend factor {}", rows.split_factor[i], rows.dividend_factor[i]));
    }
  }
}

void day_has_session(const SilverDays& rows, const Context& context, Outcome& outcome) {
  for (std::size_t i = 0; i < rows.date_days.size(); ++i) {
    const Date date = from_days(rows.date_days[i]);
    if (!context.calendar->covers(date)) continue;
    ++outcome.checked;
    if (!context.calendar->is_session(date))
      outcome.fail(i, key_of(rows, i), 0, std::string{context.calendar->why_closed(date)});
  }
}

using enum Severity;
using enum Scope;

const std::vector<internal::Rule<SilverMinutes>>& minute_rules() {
  static const std::vector<internal::Rule<SilverMinutes>> all{
      {{"columns", kCritical, kTable, "columns of one length"}, minute_columns},
      {{"timestamps_increasing", kCritical, kRow, "ts strictly increases within a security"},
       [](const SilverMinutes& rows, const Context&, Outcome& outcome) {
         check_increasing(rows, rows.ts_us, outcome);
       }},
      {{"grid_complete", kCritical, kRow, "every minute of the session once, at its instant"}, grid_complete},
      {{"prices_positive", kCritical, kRow, "prices are finite and > 0, or all absent"},
       prices_positive<SilverMinutes>},
      {{"ohlc_sane", kCritical, kRow, "low <= open, close <= high"}, ohlc_sane<SilverMinutes>},
      {{"volume_not_negative", kCritical, kRow, "volume >= 0"}, volume_not_negative<SilverMinutes>},
      {{"fill_consistent", kCritical, kRow,
        "traded and filled minutes have prices, others none; no volume unless traded"},
       fill_consistent},
      {{"not_in_future", kCritical, kRow, "traded minutes have begun"}, minute_not_in_future},
      {{"row_count", kWarning, kTable, "not far fewer minutes than the ticker's own earlier sessions"},
       row_count},
      {{"vendor_hole", kWarning, kTable, "no minute that many liquid tickers lack at once"}, vendor_hole},
  };
  return all;
}

const std::vector<internal::Rule<SilverDays>>& day_rules() {
  static const std::vector<internal::Rule<SilverDays>> all{
      {{"columns", kCritical, kTable, "columns of one length"}, day_columns},
      {{"timestamps_increasing", kCritical, kRow, "date strictly increases within a security"},
       [](const SilverDays& rows, const Context&, Outcome& outcome) {
         check_increasing(rows, rows.date_days, outcome);
       }},
      {{"prices_positive", kCritical, kRow, "prices are finite and > 0"}, prices_positive<SilverDays>},
      {{"ohlc_sane", kCritical, kRow, "low <= open, close <= high"}, ohlc_sane<SilverDays>},
      {{"volume_not_negative", kCritical, kRow, "volume >= 0"}, volume_not_negative<SilverDays>},
      {{"factors_positive", kCritical, kRow, "factors are finite and > 0"}, factors_positive},
      {{"not_in_future", kCritical, kRow, "the day has begun"}, day_not_in_future},
      {{"has_session", kWarning, kRow, "the exchange was open on the date"}, day_has_session},
  };
  return all;
}

template <typename Data>
std::vector<Expectation> expectations_of(const std::vector<internal::Rule<Data>>& rules) {
  std::vector<Expectation> out;
  for (const auto& rule : rules) out.push_back(rule.expectation);
  return out;
}

}  // namespace

Report check_silver_1m(const SilverMinutes& rows, const Context& context, const Settings& settings) {
  return internal::run<SilverMinutes>("silver.bars_1m", rows.security_id.size(), minute_rules(), rows,
                                      context, settings);
}

Report check_silver_1d(const SilverDays& rows, const Context& context, const Settings& settings) {
  return internal::run<SilverDays>("silver.bars_1d", rows.security_id.size(), day_rules(), rows, context,
                                   settings);
}

std::vector<Expectation> expectations(std::string_view table) {
  if (table == "bronze.bars") return internal::bar_expectations();
  if (table == "bronze.corporate_actions") return internal::action_expectations();
  if (table == "silver.bars_1m") return expectations_of(minute_rules());
  if (table == "silver.bars_1d") return expectations_of(day_rules());
  return {};
}

}  // namespace goldtape::quality
