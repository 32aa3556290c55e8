#include <cmath>

#include "goldtape/feature/formulas.h"
#include "goldtape/feature/memory.h"

namespace goldtape::feature {

namespace {

/// The bar at which TA-Lib's MACD takes both averages from: the first with a full slow window.
constexpr std::int64_t kMacdSlow = 26;
constexpr std::int64_t kMacdFast = 12;

void returns(Memory& m, const BarInput& bar, FeatureRow& out) {
  if (m.bars == 1) return;
  const double ratio = bar.close / m.previous_close;
  out[kSimpleReturn] = ratio - 1.0;
  out[kLogReturn] = std::log(ratio);
  out[kGapFromPrevClose] = bar.open / m.previous_close - 1.0;
  const double squares = m.return_squares.push(out[kLogReturn]);
  if (m.bars > 20) out[kVolatility20] = std::sqrt(squares / 19.0);
}

void averages(Memory& m, const BarInput& bar, FeatureRow& out) {
  m.close_sums.push(bar.close);
  if (m.bars >= 5) out[kSma5] = m.close_sums.sum<5>() / 5.0;
  if (m.bars >= 10) out[kSma10] = m.close_sums.sum<10>() / 10.0;
  if (m.bars >= 20) out[kSma20] = m.close_sums.sum<20>() / 20.0;
  if (m.bars >= 50) out[kSma50] = m.close_sums.sum<50>() / 50.0;
  if (m.bars >= 200) out[kSma200] = m.close_sums.sum<200>() / 200.0;
  const auto now = static_cast<std::uint64_t>(m.bars);
  m.closes.at(now, 0) = bar.close;
  if (m.bars > 5) out[kMomentum5] = bar.close - m.closes.at(now, 5);
  const double squares = m.close_squares.push(bar.close);
  if (m.bars < 20) return;
  const double width = 2.0 * std::sqrt(squares / 20.0);
  out[kBbMiddle20] = out[kSma20];
  out[kBbUpper20] = out[kSma20] + width;
  out[kBbLower20] = out[kSma20] - width;
}

void exponential(Memory& m, const BarInput& bar, FeatureRow& out) {
  out[kEma12] = m.ema_12.push(bar.close);
  out[kEma26] = m.ema_26.push(bar.close);
  const double fast = m.bars > kMacdSlow - kMacdFast ? m.macd_fast.push(bar.close) : kNoValue;
  if (m.bars < kMacdSlow) return;
  const double macd = fast - out[kEma26];
  const double signal = m.macd_signal.push(macd);
  if (std::isnan(signal)) return;
  out[kMacd] = macd;
  out[kMacdSignal] = signal;
  out[kMacdHist] = macd - signal;
}

void wilder(Memory& m, const BarInput& bar, FeatureRow& out) {
  if (m.bars == 1) return;
  const double change = bar.close - m.previous_close;
  const double mean_gain = m.gains.push(gain(change));
  const double mean_loss = m.losses.push(loss(change));
  if (m.bars > 14) out[kRsi14] = rsi(mean_gain, mean_loss);
  out[kAtr14] = m.true_range.push(true_range(bar.high, bar.low, m.previous_close));
}

void volume(Memory& m, const BarInput& bar, FeatureRow& out) {
  const double value = traded_price(bar.vwap, bar.high, bar.low, bar.close) * bar.volume;
  if (bar.date_days != m.session) {
    m.session = bar.date_days;
    m.session_value = 0;
    m.session_volume = 0;
  }
  m.session_value += value;
  m.session_volume += bar.volume;
  out[kSessionVwap] = average_price(m.session_value, m.session_volume);

  m.value_sums.push(value);
  m.volume_sums.push(bar.volume);
  if (m.bars >= 5) out[kVwap5] = average_price(m.value_sums.sum<5>(), m.volume_sums.sum<5>());

  m.obv += m.bars == 1 ? bar.volume : signed_volume(bar.close, m.previous_close, bar.volume);
  out[kObv] = m.obv;

  const double squares = m.volume_squares.push(bar.volume);
  if (m.bars < 20) return;
  out[kVolumeZscore20] = z_score(bar.volume, m.volume_sums.sum<20>() / 20.0, std::sqrt(squares / 19.0));
}

}  // namespace

void step(Memory& m, const BarInput& bar, FeatureRow& out) {
  out.fill(kNoValue);
  if (!bar.priced) return;
  ++m.bars;
  returns(m, bar, out);
  averages(m, bar, out);
  exponential(m, bar, out);
  wilder(m, bar, out);
  volume(m, bar, out);
  out[kHighLowRange] = bar.high - bar.low;
  m.previous_close = bar.close;
}

}  // namespace goldtape::feature
