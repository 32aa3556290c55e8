#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <memory>

#include "goldtape/feature/formulas.h"
#include "goldtape/feature/memory.h"

namespace goldtape::feature {

namespace {

/// Up to here a batch goes bar by bar; then every recursion has its seed (macd_signal has its last).
constexpr std::int64_t kSeededBars = 34;
/// Shorter runs of priced bars are not worth the setting up of a block.
constexpr std::size_t kShortRun = 24;

using Scratch = std::array<double, kBlockRows>;

/// The columns of one block of bars, all priced, and what came before them.
class Block {
 public:
  Block(Memory& memory, FeatureColumns out, Afterwards afterwards)
      : memory_(memory), out_(out), goes_on_(afterwards == Afterwards::kGoesOn) {}

  void load() {
    memory_.closes.write_to(static_cast<std::uint64_t>(memory_.bars), closes_);
    close_sums_.load(memory_.close_sums);
    volume_sums_.load(memory_.volume_sums);
    value_sums_.load(memory_.value_sums);
    close_squares_.load(memory_.close_squares);
    return_squares_.load(memory_.return_squares);
    volume_squares_.load(memory_.volume_squares);
  }
  void store(std::size_t rows) {
    memory_.closes.read_from(static_cast<std::uint64_t>(memory_.bars), closes_);
    memory_.previous_close = *(closes_.now() - 1);
    close_sums_.store(rows, memory_.close_sums);
    volume_sums_.store(rows, memory_.volume_sums);
    value_sums_.store(rows, memory_.value_sums);
    close_squares_.store(rows, memory_.close_squares);
    return_squares_.store(rows, memory_.return_squares);
    volume_squares_.store(rows, memory_.volume_squares);
  }

  /// Takes bars [first, first + rows). Requires: rows <= kBlockRows.
  [[gnu::always_inline]] void take(const BarColumns& bars, std::size_t first, std::size_t rows) {
    first_ = first;
    rows_ = rows;
    std::copy_n(bars.close.data() + first, rows, closes_.now());
    returns(bars.open.data() + first);
    averages();
    exponential();
    wilder(bars.high.data() + first, bars.low.data() + first);
    if (needs({kSessionVwap, kVwap5, kObv, kVolumeZscore20})) {
      volume(bars);
      volume_sums_.roll(rows);
      value_sums_.roll(rows);
    }
    warm_up(kSma50);
    warm_up(kSma200);
    memory_.bars += static_cast<std::int64_t>(rows);
    closes_.roll(rows);
    close_sums_.roll(rows);
  }

 private:
  /// Whether anyone needs one of these: the caller, or a stream that goes on from here.
  [[nodiscard]] bool needs(std::initializer_list<FeatureId> ids) const {
    return goes_on_ ||
           std::any_of(ids.begin(), ids.end(), [this](FeatureId id) { return !out_[id].empty(); });
  }

  /// Where a feature's values go: to the caller's column, or to a spare one that nobody reads.
  [[nodiscard]] double* column(FeatureId id) {
    return out_[id].empty() ? spare_[id].data() : out_[id].data() + first_;
  }

  [[gnu::always_inline]] void returns(const double* open) {
    const double* close = closes_.now();
    double* simple_return = column(kSimpleReturn);
    double* gap = column(kGapFromPrevClose);
    double* ratio = scratch_[0].data();
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows_; ++i) {
      const double previous = *(close + i - 1);
      ratio[i] = close[i] / previous;
      simple_return[i] = ratio[i] - 1.0;
      gap[i] = open[i] / previous - 1.0;
    }
    if (!needs({kLogReturn, kVolatility20})) return;
    double* log_return = column(kLogReturn);
    for (std::size_t i = 0; i < rows_; ++i) log_return[i] = std::log(ratio[i]);
    if (!needs({kVolatility20})) return;
    double* squares = scratch_[0].data();
    return_squares_.push(log_return, rows_, squares);
    double* volatility = column(kVolatility20);
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows_; ++i) volatility[i] = std::sqrt(squares[i] / 19.0);
  }

  template <std::size_t kWindow>
  [[gnu::always_inline]] void mean_close(FeatureId id) {
    if (!needs({id})) return;
    double* out = column(id);
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows_; ++i) {
      out[i] = close_sums_.sum<kWindow>(i) / static_cast<double>(kWindow);
    }
  }

  [[gnu::always_inline]] void averages() {
    const double* close = closes_.now();
    double* momentum = column(kMomentum5);
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows_; ++i) momentum[i] = close[i] - *(close + i - 5);
    close_sums_.push(close, rows_);
    mean_close<5>(kSma5);
    mean_close<10>(kSma10);
    mean_close<20>(kSma20);
    mean_close<50>(kSma50);
    mean_close<200>(kSma200);
    if (needs({kBbUpper20, kBbMiddle20, kBbLower20})) bands();
  }

  [[gnu::always_inline]] void bands() {
    double* squares = scratch_[0].data();
    close_squares_.push(closes_.now(), rows_, squares);
    double* upper = column(kBbUpper20);
    double* middle = column(kBbMiddle20);
    double* lower = column(kBbLower20);
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows_; ++i) {
      const double mean = close_sums_.sum<20>(i) / 20.0;
      const double width = 2.0 * std::sqrt(squares[i] / 20.0);
      middle[i] = mean;
      upper[i] = mean + width;
      lower[i] = mean - width;
    }
  }

  [[gnu::always_inline]] void exponential() {
    if (!needs({kEma12, kEma26, kMacd, kMacdSignal, kMacdHist})) return;
    const double* close = closes_.now();
    double* slow_out = column(kEma26);
    double* fast_out = column(kEma12);
    double* macd_out = column(kMacd);
    double* signal_out = column(kMacdSignal);
    double* histogram = column(kMacdHist);
    auto ema_12 = memory_.ema_12;
    auto ema_26 = memory_.ema_26;
    auto macd_fast = memory_.macd_fast;
    auto macd_signal = memory_.macd_signal;
    for (std::size_t i = 0; i < rows_; ++i) {
      const double slow = ema_26.push_seeded(close[i]);
      const double macd = macd_fast.push_seeded(close[i]) - slow;
      const double signal = macd_signal.push_seeded(macd);
      fast_out[i] = ema_12.push_seeded(close[i]);
      slow_out[i] = slow;
      macd_out[i] = macd;
      signal_out[i] = signal;
      histogram[i] = macd - signal;
    }
    memory_.ema_12 = ema_12;
    memory_.ema_26 = ema_26;
    memory_.macd_fast = macd_fast;
    memory_.macd_signal = macd_signal;
  }

  [[gnu::always_inline]] void wilder(const double* high, const double* low) {
    if (!needs({kRsi14, kAtr14, kHighLowRange})) return;
    const double* close = closes_.now();
    double* mean_gain = scratch_[0].data();
    double* mean_loss = scratch_[1].data();
    double* atr = column(kAtr14);
    double* range = column(kHighLowRange);
    auto gains = memory_.gains;
    auto losses = memory_.losses;
    auto ranges = memory_.true_range;
    for (std::size_t i = 0; i < rows_; ++i) {
      const double previous = *(close + i - 1);
      const double change = close[i] - previous;
      mean_gain[i] = gains.push_seeded(gain(change));
      mean_loss[i] = losses.push_seeded(loss(change));
      atr[i] = ranges.push_seeded(true_range(high[i], low[i], previous));
      range[i] = high[i] - low[i];
    }
    memory_.gains = gains;
    memory_.losses = losses;
    memory_.true_range = ranges;
    double* rsi_14 = column(kRsi14);
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows_; ++i) rsi_14[i] = rsi(mean_gain[i], mean_loss[i]);
  }

  [[gnu::always_inline]] void volume(const BarColumns& bars) {
    const double* shares = bars.volume.data() + first_;
    double* value = scratch_[0].data();
    traded_value(bars, value);
    running_totals(bars.date_days.data() + first_, shares, value);
    volume_sums_.push(shares, rows_);
    value_sums_.push(value, rows_);
    double* vwap_5 = column(kVwap5);
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows_; ++i) {
      vwap_5[i] = average_price(value_sums_.sum<5>(i), volume_sums_.sum<5>(i));
    }
    if (!needs({kVolumeZscore20})) return;
    double* squares = scratch_[1].data();
    volume_squares_.push(shares, rows_, squares);
    double* z_scores = column(kVolumeZscore20);
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows_; ++i) {
      z_scores[i] = z_score(shares[i], volume_sums_.sum<20>(i) / 20.0, std::sqrt(squares[i] / 19.0));
    }
  }

  [[gnu::always_inline]] void traded_value(const BarColumns& bars, double* value) {
    const double* high = bars.high.data() + first_;
    const double* low = bars.low.data() + first_;
    const double* close = closes_.now();
    const double* shares = bars.volume.data() + first_;
    if (bars.vwap.empty()) {
      GOLDTAPE_ROWS_APART
      for (std::size_t i = 0; i < rows_; ++i) {
        value[i] = traded_price(kNoValue, high[i], low[i], close[i]) * shares[i];
      }
      return;
    }
    const double* vwap = bars.vwap.data() + first_;
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows_; ++i) {
      value[i] = traded_price(vwap[i], high[i], low[i], close[i]) * shares[i];
    }
  }

  [[gnu::always_inline]] void running_totals(const std::int32_t* date, const double* shares,
                                             const double* value) {
    const double* close = closes_.now();
    double* total_value = scratch_[1].data();
    double* total_volume = scratch_[2].data();
    double* obv_out = column(kObv);
    auto session = memory_.session;
    double session_value = memory_.session_value;
    double session_volume = memory_.session_volume;
    double obv = memory_.obv;
    for (std::size_t i = 0; i < rows_; ++i) {
      const bool fresh = date[i] != session;
      session = date[i];
      session_value = (fresh ? 0.0 : session_value) + value[i];
      session_volume = (fresh ? 0.0 : session_volume) + shares[i];
      obv += signed_volume(close[i], *(close + i - 1), shares[i]);
      total_value[i] = session_value;
      total_volume[i] = session_volume;
      obv_out[i] = obv;
    }
    memory_.session = session;
    memory_.session_value = session_value;
    memory_.session_volume = session_volume;
    memory_.obv = obv;
    double* session_vwap = column(kSessionVwap);
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows_; ++i) session_vwap[i] = average_price(total_value[i], total_volume[i]);
  }

  /// Takes values back that came before a feature's warm-up was over.
  void warm_up(FeatureId id) {
    const auto missing = static_cast<std::int64_t>(features()[id].warm_up) - memory_.bars;
    if (missing <= 0) return;
    std::fill_n(column(id), std::min(static_cast<std::size_t>(missing), rows_), kNoValue);
  }

  Memory& memory_;
  FeatureColumns out_;
  bool goes_on_;
  std::size_t first_ = 0;
  std::size_t rows_ = 0;
  HistoryColumn<5> closes_;
  CloseSums::Columns close_sums_;
  VolumeSums::Columns volume_sums_;
  ValueSums::Columns value_sums_;
  WindowSquares20Columns close_squares_;
  WindowSquares20Columns return_squares_;
  WindowSquares20Columns volume_squares_;
  std::array<Scratch, 3> scratch_;
  std::array<Scratch, kFeatureCount> spare_;
};

[[gnu::always_inline]] inline void take_run(Block& block, const BarColumns& bars, std::size_t first,
                                            std::size_t last) {
  block.load();
  for (std::size_t i = first; i < last; i += kBlockRows) block.take(bars, i, std::min(kBlockRows, last - i));
  block.store(last - first);
}

// The same code for two machines; neither may fuse a multiplication with an addition (-ffp-contract=off), so
// that both, and the stream, round alike.
#if defined(__x86_64__)
[[gnu::target("avx2")]] void take_run_avx2(Block& block, const BarColumns& bars, std::size_t first,
                                           std::size_t last) {
  take_run(block, bars, first, last);
}
#endif
void take_run_portable(Block& block, const BarColumns& bars, std::size_t first, std::size_t last) {
  take_run(block, bars, first, last);
}

using TakeRun = void (*)(Block&, const BarColumns&, std::size_t, std::size_t);

TakeRun best_take_run() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return take_run_avx2;
#endif
  return take_run_portable;
}

void take_one(Memory& memory, const BarColumns& bars, std::size_t i, FeatureColumns out) {
  FeatureRow row;
  step(memory, bars.row(i), row);
  for (std::size_t id = 0; id < kFeatureCount; ++id) {
    if (!out[id].empty()) out[id][i] = row[id];
  }
}

}  // namespace

void step_columns(Memory& memory, const BarColumns& bars, FeatureColumns out, Afterwards afterwards) {
  static const TakeRun run = best_take_run();
  std::unique_ptr<Block> block;
  const auto priced = [&](std::size_t i) { return bars.priced.empty() || bars.priced[i] != 0; };
  std::size_t i = 0;
  while (i < bars.size()) {
    if (!priced(i) || memory.bars < kSeededBars) {
      take_one(memory, bars, i++, out);
      continue;
    }
    std::size_t last = i + 1;
    while (last < bars.size() && priced(last)) ++last;
    if (last - i < kShortRun) {
      while (i < last) take_one(memory, bars, i++, out);
      continue;
    }
    if (!block) block = std::make_unique<Block>(memory, out, afterwards);
    run(*block, bars, i, last);
    i = last;
  }
}

}  // namespace goldtape::feature
