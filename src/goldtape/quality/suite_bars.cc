#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/quality/rules_internal.h"

namespace goldtape::quality {

namespace {

using internal::PriceRows;
using model::BarBatch;
using model::SessionPart;

std::string key_of(const BarBatch& batch, std::size_t i) {
  return batch.tickers[batch.ticker[i]] + " " +
         (model::is_intraday(batch.origin.interval) ? format_timestamp(from_micros(batch.ts_us[i]))
                                                    : format_date(from_days(batch.date_days[i])));
}

void fail_row(const BarBatch& batch, std::size_t i, std::string value, Outcome& outcome) {
  outcome.fail(i, key_of(batch, i), batch.line[i], std::move(value));
}

/// Sessions by date. Rows of a date mostly follow each other, so the last one is kept.
class Sessions {
 public:
  explicit Sessions(const Context& context) : calendar_(*context.calendar) {}
  /// Null on a day without one.
  const calendar::Session* find(std::int32_t date_days) {
    if (!known_ || date_days != last_days_) last_ = calendar_.find_session(from_days(date_days));
    known_ = true;
    last_days_ = date_days;
    return last_;
  }

 private:
  const calendar::Calendar& calendar_;
  bool known_ = false;
  std::int32_t last_days_ = 0;
  const calendar::Session* last_ = nullptr;
};

/// Each bar later than the one before, or of the next ticker: no two can be of one key.
bool is_in_order(const BarBatch& batch) {
  for (std::size_t i = 1; i < batch.size(); ++i) {
    if (std::pair(batch.ticker[i - 1], batch.ts_us[i - 1]) >= std::pair(batch.ticker[i], batch.ts_us[i]))
      return false;
  }
  return true;
}

PriceRows prices_of(const BarBatch& batch) {
  return {.open = batch.open,
          .high = batch.high,
          .low = batch.low,
          .close = batch.close,
          .key = [&batch](std::size_t i) { return key_of(batch, i); },
          .line = [&batch](std::size_t i) { return batch.line[i]; }};
}

void columns(const BarBatch& batch, const Context&, Outcome& outcome) {
  const std::size_t rows = batch.size();
  const std::pair<const char*, std::size_t> lengths[] = {{"ticker", batch.ticker.size()},
                                                         {"date", batch.date_days.size()},
                                                         {"open", batch.open.size()},
                                                         {"high", batch.high.size()},
                                                         {"low", batch.low.size()},
                                                         {"close", batch.close.size()},
                                                         {"volume", batch.volume.size()},
                                                         {"vwap", batch.vwap.size()},
                                                         {"trade_count", batch.trade_count.size()},
                                                         {"adj_close", batch.adj_close.size()},
                                                         {"session", batch.session.size()},
                                                         {"line", batch.line.size()}};
  for (const auto& [name, length] : lengths) {
    ++outcome.checked;
    if (length != rows) outcome.fail(0, name, 0, fmt::format("{} values for {} rows", length, rows));
  }
  for (const std::string& ticker : batch.tickers) {
    ++outcome.checked;
    if (ticker.empty()) outcome.fail(0, "ticker", 0, "an empty ticker");
  }
  ++outcome.checked;
  if (std::ranges::any_of(batch.ticker, [&](std::uint32_t at) { return at >= batch.tickers.size(); })) {
    outcome.fail(0, "ticker", 0, "a row without a ticker");
  }
  ++outcome.checked;
  if (batch.origin.source.empty()) outcome.fail(0, "source", 0, "an empty source");
}

void prices_positive(const BarBatch& batch, const Context&, Outcome& outcome) {
  internal::check_positive(prices_of(batch), false, outcome);
}

void ohlc_sane(const BarBatch& batch, const Context& context, Outcome& outcome) {
  internal::check_ohlc(prices_of(batch), context.thresholds.ohlc_tolerance, outcome);
}

void volume_not_negative(const BarBatch& batch, const Context&, Outcome& outcome) {
  internal::check_volume(batch.volume, prices_of(batch), outcome);
}

/// All rows of a key whose rows differ are failures; identical copies are merge's to count.
void keys_unique(const BarBatch& batch, const Context&, Outcome& outcome) {
  outcome.checked = static_cast<std::int64_t>(batch.size());
  if (is_in_order(batch)) return;
  std::vector<std::uint32_t> order(batch.size());
  std::iota(order.begin(), order.end(), 0U);
  auto key = [&](std::uint32_t i) { return std::tuple{batch.ticker[i], batch.ts_us[i], i}; };
  std::ranges::sort(order, {}, key);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> failures;  // row, first row of its key
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && batch.ticker[order[end]] == batch.ticker[order[begin]] &&
           batch.ts_us[order[end]] == batch.ts_us[order[begin]]) {
      ++end;
    }
    const std::uint64_t hash = end - begin > 1 ? model::content_hash(batch, order[begin]) : 0;
    const bool differ = std::any_of(order.begin() + static_cast<std::ptrdiff_t>(begin) + 1,
                                    order.begin() + static_cast<std::ptrdiff_t>(end),
                                    [&](std::uint32_t i) { return model::content_hash(batch, i) != hash; });
    for (std::size_t at = begin; differ && at < end; ++at) failures.emplace_back(order[at], order[begin]);
    begin = end;
  }
  std::ranges::sort(failures);
  for (const auto& [row, first] : failures) {
    fail_row(batch, row,
             row == first
                 ? fmt::format("close {}, volume {}: later rows of this key differ", batch.close[row],
                               batch.volume[row])
                 : fmt::format("close {}, volume {}, but line {} has close {}, volume {}", batch.close[row],
                               batch.volume[row], batch.line[first], batch.close[first], batch.volume[first]),
             outcome);
  }
}

void on_grid(const BarBatch& batch, const Context& context, Outcome& outcome) {
  if (!model::is_intraday(batch.origin.interval)) return;
  outcome.checked = static_cast<std::int64_t>(batch.size());
  Sessions sessions(context);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Timestamp ts = from_micros(batch.ts_us[i]);
    const calendar::Session* session = sessions.find(batch.date_days[i]);
    const bool regular = session && batch.session[i] == SessionPart::kRegular;
    const auto starts = [&](Timestamp::duration since, std::chrono::minutes step) {
      return since % step == std::chrono::microseconds{0};
    };
    // Vendors count hours from the opening or by the clock: 9:30, 10:30 or 9:00, 10:00 in New York.
    const auto length = model::length(batch.origin.interval);
    const bool on = regular ? starts(ts - session->open, length) || starts(ts.time_since_epoch(), length)
                            : starts(ts.time_since_epoch(), std::chrono::minutes{1});
    if (!on)
      fail_row(batch, i, "between two starts of " + std::string{to_string(batch.origin.interval)} + " bars",
               outcome);
  }
}

void inside_session(const BarBatch& batch, const Context& context, Outcome& outcome) {
  if (!model::is_intraday(batch.origin.interval)) return;
  Sessions sessions(context);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Date date = from_days(batch.date_days[i]);
    if (batch.session[i] != SessionPart::kRegular || !context.calendar->covers(date)) continue;
    ++outcome.checked;
    const calendar::Session* session = sessions.find(batch.date_days[i]);
    const Timestamp ts = from_micros(batch.ts_us[i]);
    if (!session) {
      fail_row(batch, i,
               fmt::format("no session on {}: {}", format_date(date), context.calendar->why_closed(date)),
               outcome);
    } else if (ts < session->open || ts >= session->close) {
      fail_row(batch, i,
               fmt::format("the session of {} is {} to {}", format_date(date),
                           format_timestamp(session->open), format_timestamp(session->close)),
               outcome);
    }
  }
}

void has_session(const BarBatch& batch, const Context& context, Outcome& outcome) {
  Sessions sessions(context);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Date date = from_days(batch.date_days[i]);
    if (!context.calendar->covers(date)) continue;
    ++outcome.checked;
    if (sessions.find(batch.date_days[i]) == nullptr)
      fail_row(batch, i, std::string{context.calendar->why_closed(date)}, outcome);
  }
}

/// Daily bars have begun when their session opens.
void not_in_future(const BarBatch& batch, const Context& context, Outcome& outcome) {
  outcome.checked = static_cast<std::int64_t>(batch.size());
  const Timestamp limit = context.now + std::chrono::seconds{context.thresholds.clock_skew_s};
  const bool intraday = model::is_intraday(batch.origin.interval);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Timestamp begun = from_micros(batch.ts_us[i]);
    if (!intraday) {
      const calendar::Session* session = context.calendar->find_session(from_days(batch.date_days[i]));
      if (session) begun = session->open;
    }
    if (begun > limit) fail_row(batch, i, "it is " + format_timestamp(context.now), outcome);
  }
}

void vwap_in_range(const BarBatch& batch, const Context& context, Outcome& outcome) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const double vwap = batch.vwap[i];
    if (std::isnan(vwap)) continue;
    ++outcome.checked;
    const double slack = context.thresholds.ohlc_tolerance * std::abs(vwap);
    if (vwap < batch.low[i] - slack || vwap > batch.high[i] + slack) {
      fail_row(batch, i, fmt::format("vwap {} outside {} to {}", vwap, batch.low[i], batch.high[i]), outcome);
    }
  }
}

internal::Presence presence_of(const BarBatch& batch, const Context& context) {
  internal::Presence presence;
  Sessions sessions(context);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const calendar::Session* session = sessions.find(batch.date_days[i]);
    const Timestamp ts = from_micros(batch.ts_us[i]);
    if (!session || ts < session->open || ts >= session->close) continue;
    presence.add(batch.tickers[batch.ticker[i]], batch.date_days[i],
                 static_cast<std::int32_t>((ts - session->open) / std::chrono::minutes{1}));
  }
  return presence;
}

void row_count(const BarBatch& batch, const Context& context, Outcome& outcome) {
  if (batch.origin.interval == model::Interval::k1m)
    presence_of(batch, context).check_row_counts(context, outcome);
}

void vendor_hole(const BarBatch& batch, const Context& context, Outcome& outcome) {
  if (batch.origin.interval == model::Interval::k1m)
    presence_of(batch, context).check_holes(context, outcome);
}

using enum Severity;
using enum Scope;

const std::vector<internal::Rule<BarBatch>>& rules() {
  static const std::vector<internal::Rule<BarBatch>> all{
      {{"columns", kCritical, kTable, "columns of one length, with source and tickers"}, columns},
      {{"prices_positive", kCritical, kRow, "open, high, low and close are finite and > 0"}, prices_positive},
      {{"ohlc_sane", kCritical, kRow, "low <= open, close <= high"}, ohlc_sane},
      {{"volume_not_negative", kCritical, kRow, "volume >= 0"}, volume_not_negative},
      {{"keys_unique", kCritical, kRow, "rows of one (ticker, ts) are equal"}, keys_unique},
      {{"on_grid", kCritical, kRow, "ts is a start of a bar of this interval"}, on_grid},
      {{"inside_session", kCritical, kRow, "regular bars lie inside the session of their date"},
       inside_session},
      {{"has_session", kWarning, kRow, "the exchange was open on the date"}, has_session},
      {{"not_in_future", kCritical, kRow, "the bar has begun"}, not_in_future},
      {{"vwap_in_range", kWarning, kRow, "low <= vwap <= high"}, vwap_in_range},
      {{"row_count", kWarning, kTable, "not far fewer minutes than the ticker's own earlier sessions"},
       row_count},
      {{"vendor_hole", kWarning, kTable, "no minute that many liquid tickers lack at once"}, vendor_hole},
  };
  return all;
}

}  // namespace

Report check_bars(const BarBatch& batch, const Context& context, const Settings& settings) {
  return internal::run<BarBatch>("bronze.bars", batch.size(), rules(), batch, context, settings);
}

std::vector<Expectation> internal::bar_expectations() {
  std::vector<Expectation> out;
  for (const auto& rule : rules()) out.push_back(rule.expectation);
  return out;
}

}  // namespace goldtape::quality
