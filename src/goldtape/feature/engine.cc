#include "goldtape/feature/engine.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "goldtape/base/hash.h"
#include "goldtape/feature/smoothing.h"
#include "goldtape/feature/window.h"
#include "goldtape/feature/window_sums.h"

namespace goldtape::feature {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t kStateVersion = 1;
/// TA-Lib's threshold below which gains and losses count as none (ta_utility.h, TA_EPSILON).
constexpr double kTaEpsilon = 1e-14;
/// The bar at which TA-Lib's MACD takes both averages from: the first with a full slow window.
constexpr std::int64_t kMacdSlow = 26;
constexpr std::int64_t kMacdFast = 12;

/// Everything the engine remembers. Trivially copyable: serialising it is copying it.
struct Memory {
  std::int64_t bars = 0;  ///< Priced bars seen.
  double previous_close = 0;
  WindowSums<5, 10, 20, 50, 200> close_sums;
  Window<20> closes;
  Ema<12> ema_12;
  Ema<26> ema_26;
  Ema<kMacdFast> macd_fast;
  Ema<9> macd_signal;
  WilderMean<14> gains;
  WilderMean<14> losses;
  WilderMean<14> true_range;
  Window<20> log_returns;
  Window<20> volumes;
  WindowSums<5> traded_value;
  WindowSums<5> traded_volume;
  std::int32_t session = std::numeric_limits<std::int32_t>::min();
  double session_value = 0;
  double session_volume = 0;
  double obv = 0;
};
static_assert(std::is_trivially_copyable_v<Memory>);

void returns(Memory& m, const BarInput& bar, FeatureRow& out) {
  if (m.bars == 1) return;
  const double ratio = bar.close / m.previous_close;
  out[kSimpleReturn] = ratio - 1.0;
  out[kLogReturn] = std::log(ratio);
  out[kGapFromPrevClose] = bar.open / m.previous_close - 1.0;
  m.log_returns.push(out[kLogReturn]);
  if (m.bars > 20) out[kVolatility20] = std::sqrt(m.log_returns.moments().squares / 19.0);
}

void averages(Memory& m, const BarInput& bar, FeatureRow& out) {
  m.close_sums.push(bar.close);
  if (m.bars >= 5) out[kSma5] = m.close_sums.sum<5>() / 5.0;
  if (m.bars >= 10) out[kSma10] = m.close_sums.sum<10>() / 10.0;
  if (m.bars >= 20) out[kSma20] = m.close_sums.sum<20>() / 20.0;
  if (m.bars >= 50) out[kSma50] = m.close_sums.sum<50>() / 50.0;
  if (m.bars >= 200) out[kSma200] = m.close_sums.sum<200>() / 200.0;
  if (m.bars > 5) out[kMomentum5] = bar.close - m.closes.at(4);
  m.closes.push(bar.close);
  if (m.bars < 20) return;
  const double width = 2.0 * m.closes.population_deviation();
  out[kBbMiddle20] = out[kSma20];
  out[kBbUpper20] = out[kSma20] + width;
  out[kBbLower20] = out[kSma20] - width;
}

void exponential(Memory& m, const BarInput& bar, FeatureRow& out) {
  out[kEma12] = m.ema_12.push(bar.close);
  out[kEma26] = m.ema_26.push(bar.close);
  // TA-Lib's MACD starts its fast average late, so that both first exist at the same bar.
  const double fast = m.bars > kMacdSlow - kMacdFast ? m.macd_fast.push(bar.close) : kNone;
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
  const double gain = m.gains.push(change > 0 ? change : 0.0);
  const double loss = m.losses.push(change < 0 ? -change : 0.0);
  if (!std::isnan(gain)) out[kRsi14] = gain + loss < kTaEpsilon ? 0.0 : 100.0 * (gain / (gain + loss));
  const double high = std::fmax(bar.high, m.previous_close);
  const double low = std::fmin(bar.low, m.previous_close);
  out[kAtr14] = m.true_range.push(high - low);
}

void volume(Memory& m, const BarInput& bar, FeatureRow& out) {
  const double price = std::isnan(bar.vwap) ? (bar.high + bar.low + bar.close) / 3.0 : bar.vwap;
  const double value = price * bar.volume;
  if (bar.date_days != m.session) {
    m.session = bar.date_days;
    m.session_value = 0;
    m.session_volume = 0;
  }
  m.session_value += value;
  m.session_volume += bar.volume;
  if (m.session_volume > 0) out[kSessionVwap] = m.session_value / m.session_volume;

  m.traded_value.push(value);
  m.traded_volume.push(bar.volume);
  const double lately = m.traded_volume.sum<5>();
  if (m.bars >= 5 && lately > 0) out[kVwap5] = m.traded_value.sum<5>() / lately;

  if (m.bars == 1 || bar.close > m.previous_close) {
    m.obv += bar.volume;
  } else if (bar.close < m.previous_close) {
    m.obv -= bar.volume;
  }
  out[kObv] = m.obv;

  m.volumes.push(bar.volume);
  if (m.bars < 20) return;
  const auto moments = m.volumes.moments();
  if (moments.squares > 0)
    out[kVolumeZscore20] = (bar.volume - moments.mean) / std::sqrt(moments.squares / 19.0);
}

/// One bar. Not inlined: batch and stream must run the very same instructions.
[[gnu::noinline]] void step(Memory& m, const BarInput& bar, FeatureRow& out) {
  out.fill(kNone);
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

struct Header {
  std::uint32_t version;
  std::uint32_t size;
  std::uint64_t checksum;
};

}  // namespace

struct SecurityState::Impl {
  Memory memory;
};

SecurityState::SecurityState() : impl_(std::make_unique<Impl>()) {}
SecurityState::SecurityState(const SecurityState& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
SecurityState& SecurityState::operator=(const SecurityState& other) {
  if (this != &other) impl_ = std::make_unique<Impl>(*other.impl_);
  return *this;
}
SecurityState::SecurityState(SecurityState&&) noexcept = default;
SecurityState& SecurityState::operator=(SecurityState&&) noexcept = default;
SecurityState::~SecurityState() = default;

void SecurityState::update(const BarInput& bar, FeatureRow& out) { step(impl_->memory, bar, out); }

std::string SecurityState::serialize() const {
  std::string bytes(sizeof(Header) + sizeof(Memory), '\0');
  std::memcpy(bytes.data() + sizeof(Header), &impl_->memory, sizeof(Memory));
  const std::string_view body = std::string_view(bytes).substr(sizeof(Header));
  const Header header{.version = kStateVersion, .size = sizeof(Memory), .checksum = xxh3_64(body)};
  std::memcpy(bytes.data(), &header, sizeof(Header));
  return bytes;
}

Result<SecurityState> SecurityState::restore(std::string_view bytes) {
  Header header{};
  if (bytes.size() < sizeof(Header)) return fail(ErrorKind::kDamaged, 1302, "a feature state is cut short");
  std::memcpy(&header, bytes.data(), sizeof(Header));
  if (header.version != kStateVersion || header.size != sizeof(Memory)) {
    return fail(ErrorKind::kUnsupported, 1303,
                "a feature state of version " + std::to_string(header.version) +
                    " cannot go on here; compute the features again from the first bar");
  }
  const auto body = bytes.substr(sizeof(Header));
  if (body.size() != sizeof(Memory) || xxh3_64(body) != header.checksum) {
    return fail(ErrorKind::kDamaged, 1302, "a feature state is cut short or changed");
  }
  SecurityState state;
  std::memcpy(&state.impl_->memory, body.data(), sizeof(Memory));
  return state;
}

void compute(const BarColumns& bars, std::span<const std::span<double>, kFeatureCount> out) {
  Memory memory;
  FeatureRow row;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    step(memory, bars.row(i), row);
    for (std::size_t id = 0; id < kFeatureCount; ++id) {
      if (!out[id].empty()) out[id][i] = row[id];
    }
  }
}

std::vector<std::vector<double>> compute(const BarColumns& bars) {
  std::vector<std::vector<double>> columns(kFeatureCount, std::vector<double>(bars.size()));
  std::array<std::span<double>, kFeatureCount> out;
  for (std::size_t id = 0; id < kFeatureCount; ++id) out[id] = columns[id];
  compute(bars, std::span<const std::span<double>, kFeatureCount>(out));
  return columns;
}

}  // namespace goldtape::feature
