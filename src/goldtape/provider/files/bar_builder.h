// Turns the cells of a row, whatever file they came from, into a bar: instants, session, label, order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/model/bar_batch.h"
#include "goldtape/provider/files/dialect.h"
#include "goldtape/provider/files/ts_text.h"
#include "goldtape/provider/local_clock.h"

namespace goldtape::provider::files {

/// One row as it was read. Bits of `missing` count Role::kOpen.. as 1 << role.
struct BarCells {
  std::uint32_t line = 0;
  std::string_view ticker;
  ReadTime time;
  double open = 0, high = 0, low = 0, close = 0;
  std::int64_t volume = 0;
  double vwap = model::absent_price();
  std::int64_t trade_count = model::kAbsentCount;
  double adj_close = model::absent_price();
  std::uint32_t missing = 0;
  std::string_view row_text;  ///< For rejected rows; not kept otherwise.
  std::string_view reason;    ///< Of a rejected row, in place of what is missing; may be empty.
};

/// How a ticker's rows were found to follow each other.
enum class FoundOrder : std::uint8_t { kSingleRow, kAscending, kDescending, kMixed };

/// Rows in the file's order go in, the batch comes out. Not thread safe.
class BarBuilder {
 public:
  /// `where` names the file in errors. Errors: GT1020, GT1021.
  [[nodiscard]] static Result<BarBuilder> create(model::BarOrigin origin, const Dialect& dialect,
                                                 std::string where);

  void reserve(std::size_t rows);
  /// Errors (kDamaged, where = "file:line"): GT2031 a date without a time in an intraday file, GT2032 a local
  /// time that the clocks jumped over, GT2034 not a ticker, GT2035 the dialect's order is broken.
  Status add(const BarCells& cells);
  /// Settles the hour that autumn repeats: in a file that runs one way, the one place where the clock steps
  /// back tells the two passes apart. Errors (kDamaged): GT2033 it cannot be told (both instants are named),
  /// GT2036 the rows are those of another interval.
  [[nodiscard]] Result<model::BarBatch> finish();
  /// Valid after `finish`.
  [[nodiscard]] FoundOrder order() const;

 private:
  /// What is known of one ticker's rows so far, those in the repeated hour left out.
  struct Sequence {
    std::int64_t last_us = INT64_MIN;
    std::uint32_t rises = 0, falls = 0;
    std::uint32_t steps = 0;        ///< Between rows of one date, equal times left out.
    std::uint32_t short_steps = 0;  ///< Those shorter than the interval.
    std::uint32_t same_dates = 0;   ///< Daily: rows with the date of the row before.
    std::int64_t gcd_us = 0;        ///< Of the steps.
  };
  /// A row whose local time means two instants.
  struct Ambiguous {
    std::uint32_t ticker;
    std::uint32_t run;  ///< The ticker's rises + falls when it came: equal for neighbours.
    std::uint32_t line;
    bool rejected;
    std::size_t row;  ///< In the batch's columns, or in `rejected`.
    std::int64_t local_us;
    std::int64_t first_us, second_us;  ///< Bar starts.
  };

  BarBuilder(model::BarOrigin origin, const Dialect& dialect, TimeZone zone, TimeZone exchange,
             std::string where);
  Result<std::uint32_t> ticker_index(const BarCells& cells);
  Status place(const BarCells& cells, std::int64_t& ts_us, Ambiguous& ambiguous, bool& is_ambiguous);
  Status follow(std::uint32_t ticker, std::int64_t ts_us, std::uint32_t line);
  void set_session(std::int64_t ts_us, std::int32_t& date_days, model::SessionPart& part);
  void reject(const BarCells& cells, std::uint32_t ticker, std::int64_t ts_us);
  Status settle_run(std::size_t begin, std::size_t end);
  Status settle_ambiguous();
  Status check_interval() const;
  [[nodiscard]] std::string at(std::uint32_t line) const;

  model::BarBatch batch_;
  Dialect dialect_;
  std::string where_;
  bool intraday_;
  std::int64_t length_us_ = 0;  ///< Of an intraday bar.
  LocalToUtc to_utc_;
  UtcToLocal to_local_;
  UtcToLocal to_exchange_;
  std::vector<Sequence> sequences_;  ///< By ticker index.
  std::vector<Ambiguous> ambiguous_;
  std::string last_ticker_;
  std::uint32_t last_ticker_index_ = 0;
  std::int32_t session_date_ = INT32_MIN;  ///< The date that `session_open_us_` is of.
  std::int64_t session_open_us_ = 0, session_close_us_ = 0;
};

}  // namespace goldtape::provider::files
