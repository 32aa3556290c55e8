// Bars of one security as the feature engine takes them: one at a time, or in columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace goldtape::feature {

/// One bar. Prices in USD on one basis throughout (raw or adjusted alike), volume in shares.
struct BarInput {
  std::int64_t ts_us = 0;      ///< Start of the bar, UTC.
  std::int32_t date_days = 0;  ///< Session date; a change of it starts a new session.
  double open = 0, high = 0, low = 0, close = 0;
  double volume = 0;
  double vwap = std::numeric_limits<double>::quiet_NaN();  ///< The vendor's; NaN when it gave none.
  bool priced = true;  ///< False for minutes without a price (fill none or halted).
};

/// Bars of one security in ascending time, columns of one length. Does not own.
struct BarColumns {
  std::span<const std::int64_t> ts_us;
  std::span<const std::int32_t> date_days;
  std::span<const double> open, high, low, close;
  std::span<const double> volume;
  std::span<const double> vwap;          ///< May be empty: none given.
  std::span<const std::uint8_t> priced;  ///< May be empty: all priced.

  [[nodiscard]] std::size_t size() const { return ts_us.size(); }
  [[nodiscard]] BarInput row(std::size_t i) const {
    return {.ts_us = ts_us[i],
            .date_days = date_days[i],
            .open = open[i],
            .high = high[i],
            .low = low[i],
            .close = close[i],
            .volume = volume[i],
            .vwap = vwap.empty() ? std::numeric_limits<double>::quiet_NaN() : vwap[i],
            .priced = priced.empty() || priced[i] != 0};
  }
};

}  // namespace goldtape::feature
