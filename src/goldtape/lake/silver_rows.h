// Silver rows in columns, as refine builds them and as they go to and come from Arrow.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/lake/names.h"
#include "goldtape/model/interval.h"

namespace goldtape::lake {

/// NULL in the integer columns below.
inline constexpr std::int64_t kNull = std::numeric_limits<std::int64_t>::min();
/// NULL in name columns.
inline constexpr std::uint32_t kNoName = std::numeric_limits<std::uint32_t>::max();

/// Prices are stored as integers of 1e-4 USD, VWAPs of 1e-6 USD: decimal(18, 4) and decimal(18, 6).
inline constexpr double kPriceScale = 1e4;
inline constexpr double kVwapScale = 1e6;

/// A price as an integer; `inexact` is raised when it is off by more than 1e-6 relative. kNull for NaN;
/// nothing when the value is not finite or does not fit 18 digits.
[[nodiscard]] std::optional<std::int64_t> to_fixed(double value, double scale, bool& inexact);
[[nodiscard]] inline double from_fixed(std::int64_t value, double scale) {
  return value == kNull ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(value) / scale;
}

/// A row of silver.bars_1m. ticker and source are numbers in SilverNames.
struct SilverMinute {
  std::int64_t security_id = 0;
  std::int64_t ts_us = 0;
  std::int64_t open = kNull, high = kNull, low = kNull, close = kNull;
  std::int64_t volume = 0;
  std::int64_t vwap = kNull;
  std::int64_t trade_count = kNull;
  std::int32_t date_days = 0;
  std::int32_t minute = 0;
  std::int32_t flags = 0;
  std::uint32_t ticker = 0;
  std::uint32_t source = kNoName;
  model::Fill fill = model::Fill::kNone;
  bool operator==(const SilverMinute&) const = default;
};

/// A row of silver.bars_1d.
struct SilverDay {
  std::int64_t security_id = 0;
  std::int64_t open = kNull, high = kNull, low = kNull, close = kNull;
  std::int64_t volume = 0;
  std::int64_t vwap = kNull;
  double adj_close = std::numeric_limits<double>::quiet_NaN();
  double split_factor = 1, dividend_factor = 1;
  std::int32_t date_days = 0;
  std::int32_t flags = 0;
  std::uint32_t ticker = 0;
  std::uint32_t source = kNoName;
  bool operator==(const SilverDay&) const = default;
};

/// Tickers and sources of one batch of rows.
struct SilverNames {
  Names tickers;
  Names sources;
};

/// Rows in the schema of the table, in their order. Errors: kInternal GT5203.
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<SilverMinute>& rows,
                                                             const SilverNames& names);
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<SilverDay>& rows,
                                                             const SilverNames& names);

/// Appends rows that have the table's columns. Errors: kDamaged GT5202.
Status append(const arrow::Table& table, SilverNames& names, std::vector<SilverMinute>& out);
Status append(const arrow::Table& table, SilverNames& names, std::vector<SilverDay>& out);

}  // namespace goldtape::lake
