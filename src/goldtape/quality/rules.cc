#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>

#include <fmt/format.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/quality/rules_internal.h"

namespace goldtape::quality::internal {

namespace {

bool all_absent(const PriceRows& rows, std::size_t i) {
  return std::isnan(rows.open[i]) && std::isnan(rows.high[i]) && std::isnan(rows.low[i]) &&
         std::isnan(rows.close[i]);
}

bool is_price(double value) { return std::isfinite(value) && value > 0; }

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// "low 171.2 > close 170.9", or "" when the bar is sane.
std::string ohlc_fault(double open, double high, double low, double close, double tolerance) {
  auto above = [&](double a, double b) { return a > b && a - b > tolerance * std::abs(b); };
  if (above(low, high)) return fmt::format("low {} > high {}", low, high);
  if (above(low, open)) return fmt::format("low {} > open {}", low, open);
  if (above(low, close)) return fmt::format("low {} > close {}", low, close);
  if (above(open, high)) return fmt::format("open {} > high {}", open, high);
  if (above(close, high)) return fmt::format("close {} > high {}", close, high);
  return {};
}

}  // namespace

void check_positive(const PriceRows& rows, bool absent_allowed, Outcome& outcome) {
  const std::pair<const char*, std::span<const double>> columns[] = {
      {"open", rows.open}, {"high", rows.high}, {"low", rows.low}, {"close", rows.close}};
  for (std::size_t i = 0; i < rows.close.size(); ++i) {
    if (absent_allowed && all_absent(rows, i)) continue;
    ++outcome.checked;
    for (const auto& [name, values] : columns) {
      if (is_price(values[i])) continue;
      outcome.fail(i, rows.key(i), rows.line(i), fmt::format("{} {}", name, values[i]));
      break;
    }
  }
}

void check_ohlc(const PriceRows& rows, double tolerance, Outcome& outcome) {
  for (std::size_t i = 0; i < rows.close.size(); ++i) {
    if (all_absent(rows, i)) continue;
    ++outcome.checked;
    auto fault = ohlc_fault(rows.open[i], rows.high[i], rows.low[i], rows.close[i], tolerance);
    if (!fault.empty()) outcome.fail(i, rows.key(i), rows.line(i), std::move(fault));
  }
}

void check_volume(std::span<const std::int64_t> volume, const PriceRows& rows, Outcome& outcome) {
  outcome.checked = static_cast<std::int64_t>(volume.size());
  for (std::size_t i = 0; i < volume.size(); ++i) {
    if (volume[i] < 0) outcome.fail(i, rows.key(i), rows.line(i), fmt::format("volume {}", volume[i]));
  }
}

void Presence::add(std::string_view ticker, std::int32_t date_days, std::int32_t minute) {
  if (minute < 0 || static_cast<std::size_t>(minute) >= kMaxSessionMinutes) return;
  if (!last_ || last_ticker_ != ticker) {
    last_ticker_ = ticker;
    last_ = &by_ticker_[last_ticker_];
  }
  (*last_)[date_days].set(static_cast<std::size_t>(minute));
}

void Presence::check_row_counts(const Context& context, Outcome& outcome) const {
  const Thresholds& limits = context.thresholds;
  for (const auto& [ticker, sessions] : by_ticker_) {
    std::map<Date, double> shares;
    if (context.history) {
      if (auto known = context.history->find(ticker); known != context.history->end()) {
        for (const SessionCount& count : known->second) {
          if (count.session_minutes > 0)
            shares[count.date] = static_cast<double>(count.bars) / count.session_minutes;
        }
      }
    }
    for (const auto& [days, minutes] : sessions) {
      const calendar::Session* session = context.calendar->find_session(from_days(days));
      if (session) shares[session->date] = static_cast<double>(minutes.count()) / session->minutes();
    }
    std::deque<double> trailing;
    for (const auto& [date, share] : shares) {
      if (auto own = sessions.find(to_days(date)); own != sessions.end()) {
        ++outcome.checked;
        if (std::ssize(trailing) >= limits.row_count_min_sessions) {
          const double usual = median({trailing.begin(), trailing.end()});
          if (share < limits.row_count_min_share * usual) {
            outcome.fail(0, ticker + " " + format_date(date), 0,
                         fmt::format("{} minutes, {:.1f} % of the session; usually {:.1f} %",
                                     own->second.count(), 100 * share, 100 * usual));
          }
        }
      }
      trailing.push_back(share);
      if (std::ssize(trailing) > limits.row_count_sessions) trailing.pop_front();
    }
  }
}

void Presence::check_holes(const Context& context, Outcome& outcome) const {
  std::map<std::int32_t, std::vector<std::pair<std::string_view, const MinuteSet*>>> by_date;
  for (const auto& [ticker, sessions] : by_ticker_) {
    for (const auto& [days, minutes] : sessions) by_date[days].emplace_back(ticker, &minutes);
  }
  for (const auto& [days, tickers] : by_date) {
    const calendar::Session* session = context.calendar->find_session(from_days(days));
    if (!session) continue;
    outcome.checked += session->minutes();
    std::vector<MinuteSet> presence;
    for (const auto& [ticker, minutes] : tickers) presence.push_back(*minutes);
    const MinuteSet holes = vendor_holes(presence, session->minutes(), context.thresholds);
    for (std::int32_t minute = 0; minute < session->minutes(); ++minute) {
      const auto at = static_cast<std::size_t>(minute);
      if (!holes.test(at)) continue;
      std::string lacking;
      for (const auto& [ticker, minutes] : tickers) {
        if (minutes->test(at) || !is_liquid(minutes->count(), session->minutes(), context.thresholds))
          continue;
        lacking += (lacking.empty() ? "" : ", ") + std::string{ticker};
      }
      outcome.fail(0, format_timestamp(session->open + std::chrono::minutes{minute}), 0,
                   "lacking: " + lacking);
    }
  }
}

}  // namespace goldtape::quality::internal
