// Bars in columns, as a provider delivered them: the one shape every venue's parser produces.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/model/interval.h"

namespace goldtape::model {

/// Absent optional integers (trade_count). Absent optional doubles are NaN.
inline constexpr std::int64_t kAbsentCount = std::numeric_limits<std::int64_t>::min();
[[nodiscard]] constexpr double absent_price() { return std::numeric_limits<double>::quiet_NaN(); }

/// What is true of all bars of one answer.
struct BarOrigin {
  std::string source;  ///< "yahoo", "alpaca", or the name given to a file import.
  Interval interval = Interval::k1m;
  PriceBasis basis = PriceBasis::kRaw;
  Date basis_as_of{};       ///< Last date whose splits are in the prices; only when not raw.
  Timestamp observed_at{};  ///< When the vendor said so (HTTP Date, file's word).
};

/// One bar by value, for tests and for row-wise callers.
struct Bar {
  std::string ticker;
  Timestamp ts{};  ///< Start of the bar, UTC. Daily and longer: 00:00 UTC of the session date.
  Date date{};     ///< The exchange's session date.
  double open = 0, high = 0, low = 0, close = 0;  ///< USD.
  std::int64_t volume = 0;                        ///< Shares.
  double vwap = absent_price();
  std::int64_t trade_count = kAbsentCount;
  double adj_close = absent_price();
  SessionPart session = SessionPart::kRegular;
  bool operator==(const Bar&) const = default;
};

/// A row that could be read but cannot be a bar (a price is missing): it goes to quarantine with its reason.
/// Rows that show the answer itself to be damaged refuse the whole answer instead.
struct RejectedRow {
  std::uint32_t line = 0;  ///< As BarBatch::line.
  std::string ticker;
  std::int64_t ts_us = 0;  ///< Start of the bar, UTC, as Bar::ts.
  std::int32_t date_days = 0;
  std::string reason;  ///< "missing open, close"
  std::string text;    ///< The row as it stood, at most 1 KiB.
  bool operator==(const RejectedRow&) const = default;
};

/// Columns of equal length. `ticker[i]` indexes `tickers`. Rows come in the answer's own order; parsers do
/// not sort, drop or repair. Not thread safe.
struct BarBatch {
  BarOrigin origin;
  std::vector<std::string> tickers;  ///< Distinct, in order of first appearance.
  std::vector<std::uint32_t> ticker;
  std::vector<std::int64_t> ts_us;
  std::vector<std::int32_t> date_days;
  std::vector<double> open, high, low, close;
  std::vector<std::int64_t> volume;
  std::vector<double> vwap;
  std::vector<std::int64_t> trade_count;
  std::vector<double> adj_close;
  std::vector<SessionPart> session;
  /// 1-based line (CSV) or element number (JSON, Parquet) each row came from, for messages.
  std::vector<std::uint32_t> line;
  std::vector<RejectedRow> rejected;  ///< Not among the columns above; in the answer's order.
  /// Places that the vendor sent without any value (a minute without a trade): no bars, and no faults.
  std::uint32_t empty_rows = 0;
  /// Bars that had not ended when they were observed: left out, for the vendor will say them again.
  std::uint32_t unfinished_rows = 0;

  [[nodiscard]] std::size_t size() const { return ts_us.size(); }
  [[nodiscard]] bool empty() const { return ts_us.empty(); }
  void reserve(std::size_t rows);
  /// Index of a ticker in `tickers`, added when new. O(1).
  std::uint32_t intern(std::string_view name);
  void append(const Bar& bar, std::uint32_t line_number);
  [[nodiscard]] Bar row(std::size_t i) const;

 private:
  std::unordered_map<std::string, std::uint32_t> index_;
};

/// What the vendor said about a bar; its session, basis and lineage stand apart.
struct BarContent {
  double open = 0, high = 0, low = 0, close = 0;
  std::int64_t volume = 0;
  double vwap = absent_price();
  std::int64_t trade_count = kAbsentCount;
  double adj_close = absent_price();
};
[[nodiscard]] BarContent content(const BarBatch& batch, std::size_t row);

/// XXH3-64 of the fields' little-endian bytes in their order, -0.0 as 0.0 and every NaN as one. Breaks ties
/// of observed_at.
[[nodiscard]] std::uint64_t content_hash(const BarContent& content);
[[nodiscard]] std::uint64_t content_hash(const BarBatch& batch, std::size_t row);

}  // namespace goldtape::model
