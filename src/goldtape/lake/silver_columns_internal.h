// Silver rows in columns, as the quality suites take them. Not public.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "goldtape/lake/silver_rows.h"
#include "goldtape/quality/suite.h"

namespace goldtape::lake::internal {

/// Minutes; tickers are views into the names.
struct MinuteColumns {
  std::vector<std::int64_t> security_id, ts_us, volume;
  std::vector<std::string_view> ticker;
  std::vector<std::int32_t> date_days, minute;
  std::vector<double> open, high, low, close;
  std::vector<model::Fill> fill;

  void add(const SilverMinute& row, const SilverNames& names) {
    security_id.push_back(row.security_id);
    ticker.push_back(names.tickers[row.ticker]);
    ts_us.push_back(row.ts_us);
    date_days.push_back(row.date_days);
    minute.push_back(row.minute);
    open.push_back(from_fixed(row.open, kPriceScale));
    high.push_back(from_fixed(row.high, kPriceScale));
    low.push_back(from_fixed(row.low, kPriceScale));
    close.push_back(from_fixed(row.close, kPriceScale));
    volume.push_back(row.volume);
    fill.push_back(row.fill);
  }
  [[nodiscard]] quality::SilverMinutes view() const {
    return {security_id, ticker, ts_us, date_days, minute, open, high, low, close, volume, fill};
  }
};

/// Days.
struct DayColumns {
  std::vector<std::int64_t> security_id, volume;
  std::vector<std::string_view> ticker;
  std::vector<std::int32_t> date_days;
  std::vector<double> open, high, low, close, split, dividend;

  void add(const SilverDay& row, const SilverNames& names) {
    security_id.push_back(row.security_id);
    ticker.push_back(names.tickers[row.ticker]);
    date_days.push_back(row.date_days);
    open.push_back(from_fixed(row.open, kPriceScale));
    high.push_back(from_fixed(row.high, kPriceScale));
    low.push_back(from_fixed(row.low, kPriceScale));
    close.push_back(from_fixed(row.close, kPriceScale));
    volume.push_back(row.volume);
    split.push_back(row.split_factor);
    dividend.push_back(row.dividend_factor);
  }
  [[nodiscard]] quality::SilverDays view() const {
    return {security_id, ticker, date_days, open, high, low, close, volume, split, dividend};
  }
};

}  // namespace goldtape::lake::internal
