// Bars on their way to bronze as stretches of their loads' columns, so that those of which nothing else was
// ever said, nearly all of a collection, are neither copied nor folded one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "goldtape/lake/bar_fold.h"
#include "goldtape/lake/bar_load.h"

namespace goldtape::lake {

/// A load's numbers in FoldNames.
struct LoadNames {
  std::uint32_t load = 0;
  std::vector<std::uint32_t> tickers;  ///< By the batch's.
};
[[nodiscard]] LoadNames names_of(const BarLoad& load, FoldNames& names);

/// Accepted rows of one load that follow each other: of one ticker, each later than the one before. The load
/// must outlive it.
struct BarRun {
  const BarLoad* load = nullptr;
  std::uint32_t ticker = 0;     ///< In FoldNames::tickers.
  std::uint32_t load_name = 0;  ///< In FoldNames::loads.
  std::uint32_t sequence = 0;   ///< As BronzeBar's.
  std::size_t first = 0;        ///< Of load->accepted.
  std::size_t end = 0;

  [[nodiscard]] std::size_t size() const { return end - first; }
  /// Of the batch, for the i-th of the accepted rows.
  [[nodiscard]] std::uint32_t row(std::size_t i) const { return load->accepted[i]; }
  [[nodiscard]] std::int64_t ts_us(std::size_t i) const { return load->bars.ts_us[row(i)]; }
  [[nodiscard]] std::int64_t first_us() const { return ts_us(first); }
  [[nodiscard]] std::int64_t last_us() const { return ts_us(end - 1); }
};

/// Calls `take(run, date_days)` for each stretch of a run that is of one session date.
void for_each_date(const BarRun& run, const std::function<void(const BarRun&, std::int32_t)>& take);

/// Appends part of a run, or makes the last run longer where it goes on with it.
void append_part(const BarRun& part, std::vector<BarRun>& out);

/// So many rows of these runs from the first-th on, counted through all of them.
[[nodiscard]] std::vector<BarRun> rows_of_runs(std::span<const BarRun> runs, std::size_t first,
                                               std::size_t count);

/// Appends the load's rows, in as few runs as there can be.
void append_runs(const BarLoad& load, const LoadNames& names, std::uint32_t sequence,
                 std::vector<BarRun>& out);

/// The row as the fold has it.
[[nodiscard]] BronzeBar bar_of(const BarLoad& load, std::uint32_t row, const LoadNames& names,
                               std::int64_t ingested_us);

/// Takes out of `runs`, and returns, those that share their ticker and time with another run or with a bar
/// of `evidence`: what was said about their bars has to be folded. Those that stay are in the order of
/// bronze: by the ticker's text, then by time.
[[nodiscard]] std::vector<BarRun> take_contested(std::vector<BarRun>& runs,
                                                 std::span<const BronzeBar> evidence, const FoldNames& names);

}  // namespace goldtape::lake
