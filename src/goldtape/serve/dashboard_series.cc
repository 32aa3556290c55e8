#include "goldtape/serve/dashboard_series.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "goldtape/feature/engine.h"
#include "goldtape/feature/registry.h"
#include "goldtape/serve/row_reader.h"

namespace goldtape::serve {

namespace {

/// A feature that the page draws, and to how many decimal digits it carries it.
struct DrawnFeature {
  std::string_view name;
  int scale;
};

constexpr int kPriceScale = 4;

constexpr DrawnFeature kMinuteFeatures[] = {
    {"session_vwap", kPriceScale},
    {"sma_20", kPriceScale},
    {"sma_50", kPriceScale},
    {"ema_12", kPriceScale},
    {"ema_26", kPriceScale},
    {"bb_upper_20", kPriceScale},
    {"bb_lower_20", kPriceScale},
    {"rsi_14", 3},
    {"macd", 6},
    {"macd_signal", 6},
    {"macd_hist", 6},
};

constexpr DrawnFeature kDailyFeatures[] = {
    {"sma_20", kPriceScale},      {"sma_50", kPriceScale}, {"sma_200", kPriceScale},
    {"ema_12", kPriceScale},      {"ema_26", kPriceScale}, {"bb_upper_20", kPriceScale},
    {"bb_lower_20", kPriceScale}, {"rsi_14", 3},           {"macd", 6},
    {"macd_signal", 6},           {"macd_hist", 6},        {"simple_return", 8},
};

int scale_of(std::string_view feature) {
  for (const auto features :
       {std::span<const DrawnFeature>(kMinuteFeatures), std::span<const DrawnFeature>(kDailyFeatures)}) {
    for (const auto& [name, scale] : features) {
      if (name == feature) return scale;
    }
  }
  return kPriceScale;
}

std::vector<std::string> names_of(std::span<const DrawnFeature> features) {
  std::vector<std::string> names;
  for (const auto& feature : features) names.emplace_back(feature.name);
  return names;
}

std::string feature_columns(std::span<const DrawnFeature> features) {
  std::string columns;
  for (const auto& feature : features) columns += fmt::format(", f.{0}::DOUBLE AS {0}", feature.name);
  return columns;
}

std::string id_list(const SeriesScope& scope) {
  return fmt::format("({})", fmt::join(scope.security_ids, ", "));
}

/// Rows of (security_id, ts_s, session, open, high, low, close, volume, fill, features...), in order.
Result<SeriesBySecurity> read_series(query::Session& session, std::string_view sql,
                                     const std::vector<std::string>& features) {
  GT_ASSIGN(const RowReader answer, RowReader::run(session, sql));
  const int id = answer.column("security_id");
  const int ts = answer.column("ts_s");
  const int date = answer.column("session");
  const int fill = answer.column("fill");
  const int open = answer.column("open"), high = answer.column("high"), low = answer.column("low");
  const int close = answer.column("close"), volume = answer.column("volume");
  std::vector<int> feature_at;
  for (const auto& name : features) feature_at.push_back(answer.column(name));
  SeriesBySecurity all;
  for (std::int64_t row = 0; row < answer.rows(); ++row) {
    SymbolBars& bars = all[answer.integer(id, row)];
    if (bars.features.empty()) {
      for (const auto& name : features) bars.features.emplace_back(name, std::vector<double>{});
    }
    bars.ts_s.push_back(answer.integer(ts, row));
    bars.session.push_back(answer.integer(date, row));
    bars.open.push_back(answer.number(open, row));
    bars.high.push_back(answer.number(high, row));
    bars.low.push_back(answer.number(low, row));
    bars.close.push_back(answer.number(close, row));
    bars.volume.push_back(answer.number(volume, row));
    bars.fill.push_back(answer.text(fill, row));
    for (std::size_t i = 0; i < features.size(); ++i) {
      bars.features[i].second.push_back(answer.number(feature_at[i], row));
    }
  }
  return all;
}

/// Computes the features drawn that the bars do not have yet.
Status add_computed(SymbolBars& bars, std::span<const DrawnFeature> wanted) {
  std::vector<std::int64_t> ts_us;
  std::vector<std::int32_t> date_days;
  for (std::size_t row = 0; row < bars.size(); ++row) {
    ts_us.push_back(bars.ts_s[row] * 1'000'000);
    date_days.push_back(static_cast<std::int32_t>(bars.session[row]));
  }
  auto computed = feature::compute({.ts_us = ts_us,
                                    .date_days = date_days,
                                    .open = bars.open,
                                    .high = bars.high,
                                    .low = bars.low,
                                    .close = bars.close,
                                    .volume = bars.volume,
                                    .vwap = {},
                                    .priced = {}});
  for (const auto& feature : wanted) {
    const std::string_view name = feature.name;
    const bool present =
        std::ranges::any_of(bars.features, [name](const auto& have) { return have.first == name; });
    if (present) continue;
    GT_ASSIGN(const feature::FeatureId id, feature::find_feature(name));
    bars.features.emplace_back(name, std::move(computed[id]));
  }
  return {};
}

Result<SeriesBySecurity> with_computed(Result<SeriesBySecurity> series,
                                       std::span<const DrawnFeature> wanted) {
  if (!series) return series;
  for (auto& [security_id, bars] : *series) GT_RETURN_IF_ERROR(add_computed(bars, wanted));
  return series;
}

/// `bars`: the minutes wanted, adjusted for the splits after their date as gold's features are.
std::string minute_bars(const SeriesScope& scope) {
  return fmt::format(R"(
WITH wanted AS (
  SELECT * FROM silver.bars_1m WHERE date >= DATE '{first}' AND security_id IN {ids}
), factors AS (
  SELECT d.security_id, d.date, product(a.adjustment_factor) AS split
  FROM (SELECT DISTINCT security_id, date FROM wanted) d
  JOIN reference.corporate_actions a ON a.security_id = d.security_id AND a.ex_date > d.date
  WHERE a.action_type IN ('split', 'stock_dividend')
  GROUP BY d.security_id, d.date
), bars AS (
  SELECT w.security_id, w.ts, w.date, w.fill, coalesce(f.split, 1) AS factor,
         w.open::DOUBLE * factor AS open, w.high::DOUBLE * factor AS high, w.low::DOUBLE * factor AS low,
         w.close::DOUBLE * factor AS close, w.volume / factor AS volume
  FROM wanted w LEFT JOIN factors f ON f.security_id = w.security_id AND f.date = w.date
))",
                     fmt::arg("first", scope.first_session), fmt::arg("ids", id_list(scope)));
}

constexpr std::string_view kSession = "(b.date - DATE '1970-01-01')::BIGINT";

}  // namespace

PackedSeries SymbolBars::packed() const {
  PackedSeries series(size());
  series.add_integers("ts", ts_s);
  series.add_numbers("open", open, kPriceScale);
  series.add_numbers("high", high, kPriceScale);
  series.add_numbers("low", low, kPriceScale);
  series.add_numbers("close", close, kPriceScale);
  series.add_numbers("volume", volume, 0);
  series.add_words("fill", fill);
  for (const auto& [name, values] : features) series.add_numbers(name, values, scale_of(name));
  return series;
}

Result<SeriesBySecurity> read_minutes(query::Session& session, const SeriesScope& scope) {
  if (scope.first_session.empty()) return SeriesBySecurity{};
  const auto sql = minute_bars(scope) + fmt::format(R"(
SELECT b.security_id, epoch_us(b.ts) // 1000000 AS ts_s, {session} AS session,
       b.open, b.high, b.low, b.close, CASE WHEN b.close IS NOT NULL THEN b.volume END AS volume, b.fill{features}
FROM bars b LEFT JOIN gold.features_1m f ON f.security_id = b.security_id AND f.ts = b.ts
ORDER BY b.security_id, b.ts)",
                                                    fmt::arg("session", kSession),
                                                    fmt::arg("features", feature_columns(kMinuteFeatures)));
  return read_series(session, sql, names_of(kMinuteFeatures));
}

Result<SeriesBySecurity> read_resampled(query::Session& session, const SeriesScope& scope, int minutes) {
  if (scope.first_session.empty()) return SeriesBySecurity{};
  // Sessions open and close on whole quarters of an hour, so buckets of the UTC day are those of the session.
  const auto sql =
      minute_bars(scope) + fmt::format(R"(
SELECT b.security_id, epoch_us(b.ts) // {bucket_us} * {bucket_s} AS ts_s, any_value({session}) AS session,
       arg_min(b.open, b.ts) AS open, max(b.high) AS high, min(b.low) AS low, arg_max(b.close, b.ts) AS close,
       sum(b.volume) AS volume, 'traded' AS fill, arg_max(f.session_vwap, b.ts)::DOUBLE AS session_vwap
FROM bars b LEFT JOIN gold.features_1m f ON f.security_id = b.security_id AND f.ts = b.ts
WHERE b.fill = 'traded'
GROUP BY b.security_id, ts_s
ORDER BY b.security_id, ts_s)",
                                       fmt::arg("bucket_us", minutes * 60'000'000),
                                       fmt::arg("bucket_s", minutes * 60), fmt::arg("session", kSession));
  return with_computed(read_series(session, sql, {"session_vwap"}), kMinuteFeatures);
}

Result<SeriesBySecurity> read_days(query::Session& session, const SeriesScope& scope) {
  const auto sql =
      fmt::format(R"(
WITH bars AS (
  SELECT security_id, date, split_factor * dividend_factor AS factor,
         open::DOUBLE * factor AS open, high::DOUBLE * factor AS high, low::DOUBLE * factor AS low,
         close::DOUBLE * factor AS close, volume / split_factor AS volume
  FROM silver.bars_1d WHERE security_id IN {ids}
  QUALIFY row_number() OVER (PARTITION BY security_id ORDER BY date DESC) <= {limit}
)
SELECT b.security_id, {session} * 86400 AS ts_s, {session} AS session,
       b.open, b.high, b.low, b.close, b.volume, 'traded' AS fill{features}
FROM bars b LEFT JOIN gold.features_1d f ON f.security_id = b.security_id AND f.date = b.date
ORDER BY b.security_id, b.date)",
                  fmt::arg("session", kSession), fmt::arg("features", feature_columns(kDailyFeatures)),
                  fmt::arg("ids", id_list(scope)), fmt::arg("limit", scope.max_daily_bars));
  return read_series(session, sql, names_of(kDailyFeatures));
}

Result<SeriesBySecurity> read_days_of_minutes(query::Session& session, const SeriesScope& scope) {
  if (scope.first_session.empty()) return SeriesBySecurity{};
  const auto sql = minute_bars(scope) + fmt::format(R"(
SELECT b.security_id, any_value({session}) * 86400 AS ts_s, any_value({session}) AS session,
       arg_min(b.open, b.ts) AS open, max(b.high) AS high, min(b.low) AS low, arg_max(b.close, b.ts) AS close,
       sum(b.volume) AS volume, 'traded' AS fill
FROM bars b
WHERE b.fill = 'traded'
GROUP BY b.security_id, b.date
ORDER BY b.security_id, b.date)",
                                                    fmt::arg("session", kSession));
  return with_computed(read_series(session, sql, {}), kDailyFeatures);
}

}  // namespace goldtape::serve
