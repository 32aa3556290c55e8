#include "goldtape/feature/registry.h"

#include <array>
#include <string>
#include <vector>

#include "goldtape/base/text.h"

namespace goldtape::feature {

namespace {

constexpr std::string_view kTaLib = "TA-Lib";
constexpr std::string_view kPandas = "pandas";

constexpr std::array<FeatureSpec, kFeatureCount> kFeatures{{
    {"simple_return", "ratio", 1, "c[t] / c[t-1] - 1", kPandas, "Return over one bar."},
    {"log_return", "ratio", 1, "ln(c[t] / c[t-1])", kPandas, "Return over one bar that adds up over time."},
    {"sma_5", "USD", 4, "mean of c over 5 bars", kTaLib, "Trend over 5 bars."},
    {"sma_10", "USD", 9, "mean of c over 10 bars", kTaLib, "Trend over 10 bars."},
    {"sma_20", "USD", 19, "mean of c over 20 bars", kTaLib, "Trend over 20 bars, a month of days."},
    {"sma_50", "USD", 49, "mean of c over 50 bars", kTaLib, "Trend over 50 bars, a quarter of days."},
    {"sma_200", "USD", 199, "mean of c over 200 bars", kTaLib, "Long trend; with sma_50 its crossings."},
    {"ema_12", "USD", 11, "e + 2/13 (c - e), from the mean of the first 12", kTaLib, "Fast smoothed price."},
    {"ema_26", "USD", 25, "e + 2/27 (c - e), from the mean of the first 26", kTaLib, "Slow smoothed price."},
    {"macd", "USD", 33, "EMA 12 - EMA 26, both seeded by the means that end at bar 25", kTaLib,
     "Distance of fast and slow trend; shown from where its signal exists."},
    {"macd_signal", "USD", 33, "EMA 9 of macd, from the mean of its first 9", kTaLib, "Trend of macd."},
    {"macd_hist", "USD", 33, "macd - macd_signal", kTaLib, "Crossings of macd and its signal."},
    {"rsi_14", "0..100", 14, "100 g / (g + l), Wilder's means of gains and losses over 14; 0 when both are 0",
     "TA-Lib, Wilder 1978", "Overbought above 70, oversold below 30."},
    {"bb_upper_20", "USD", 19, "sma_20 + 2 s, s the population deviation of c over 20", "TA-Lib, Bollinger",
     "Upper band."},
    {"bb_middle_20", "USD", 19, "sma_20", "TA-Lib, Bollinger", "Middle band."},
    {"bb_lower_20", "USD", 19, "sma_20 - 2 s", "TA-Lib, Bollinger", "Lower band."},
    {"atr_14", "USD", 14, "Wilder's mean over 14 of max(h, c[t-1]) - min(l, c[t-1])", "TA-Lib, Wilder 1978",
     "Usual movement of a bar, gaps included."},
    {"volatility_20", "ratio", 20, "sample deviation of log_return over 20", kPandas,
     "Volatility per bar; times sqrt(252) a year for daily bars."},
    {"momentum_5", "USD", 5, "c[t] - c[t-5]", kTaLib, "Change over 5 bars."},
    {"session_vwap", "USD", 0,
     "sum(p v) / sum(v) since the session's start, p the bar's vwap, else (h+l+c)/3", "field's usage",
     "Average price paid today; NULL until something traded."},
    {"vwap_5", "USD", 4, "sum(p v) / sum(v) over 5 bars, p as in session_vwap", "field's usage",
     "Average price paid lately; NULL when nothing traded."},
    {"obv", "shares", 0, "v[0], then + v when c rose, - v when it fell", "TA-Lib, Granville 1963",
     "Volume flow: does volume confirm the price?"},
    {"volume_zscore_20", "deviations", 19, "(v - mean) / sample deviation of v over 20", kPandas,
     "Unusual volume; NULL when volume did not vary."},
    {"high_low_range", "USD", 0, "h - l", "field's usage", "Width of the bar."},
    {"gap_from_prev_close", "ratio", 1, "o[t] / c[t-1] - 1", "field's usage", "Jump between two bars."},
}};

}  // namespace

std::span<const FeatureSpec> features() { return kFeatures; }

Result<FeatureId> find_feature(std::string_view name) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kFeatures.size(); ++i) {
    if (kFeatures[i].name == name) return static_cast<FeatureId>(i);
    names.push_back(kFeatures[i].name);
  }
  return fail(ErrorKind::kUsage, 1301,
              "there is no feature '" + std::string(name) + "'" + did_you_mean(name, names));
}

}  // namespace goldtape::feature
