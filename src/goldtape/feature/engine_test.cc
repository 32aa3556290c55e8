#include "goldtape/feature/engine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace goldtape::feature {
namespace {

/// Bars with owned columns.
struct Series {
  std::vector<std::int64_t> ts;
  std::vector<std::int32_t> date;
  std::vector<double> open, high, low, close, volume, vwap;
  std::vector<std::uint8_t> priced;

  void add(double o, double h, double l, double c, double v, std::int32_t day = 0, bool has_price = true) {
    ts.push_back(static_cast<std::int64_t>(ts.size()) * 60'000'000);
    date.push_back(day);
    open.push_back(o);
    high.push_back(h);
    low.push_back(l);
    close.push_back(c);
    volume.push_back(v);
    vwap.push_back(std::nan(""));
    priced.push_back(has_price ? 1 : 0);
  }
  [[nodiscard]] BarColumns columns() const {
    return {.ts_us = ts,
            .date_days = date,
            .open = open,
            .high = high,
            .low = low,
            .close = close,
            .volume = volume,
            .vwap = vwap,
            .priced = priced};
  }
};

Series closes(const std::vector<double>& values) {
  Series series;
  for (const double c : values) series.add(c, c + 1, c - 1, c, 100);
  return series;
}

bool same_bits(double a, double b) {
  return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

TEST(Engine, ValuesComputedByHand) {
  const auto columns = compute(closes({10, 11, 12, 11, 13, 14}).columns());
  EXPECT_TRUE(std::isnan(columns[kSimpleReturn][0]));
  EXPECT_DOUBLE_EQ(columns[kSimpleReturn][1], 11.0 / 10.0 - 1.0);
  EXPECT_DOUBLE_EQ(columns[kLogReturn][3], std::log(11.0 / 12.0));
  EXPECT_TRUE(std::isnan(columns[kSma5][3]));
  EXPECT_DOUBLE_EQ(columns[kSma5][4], 57.0 / 5.0);
  EXPECT_DOUBLE_EQ(columns[kSma5][5], 61.0 / 5.0);
  EXPECT_TRUE(std::isnan(columns[kMomentum5][4]));
  EXPECT_DOUBLE_EQ(columns[kMomentum5][5], 4.0);
  EXPECT_DOUBLE_EQ(columns[kObv][0], 100.0);
  EXPECT_DOUBLE_EQ(columns[kObv][5], 400.0);
  EXPECT_DOUBLE_EQ(columns[kHighLowRange][2], 2.0);
  EXPECT_DOUBLE_EQ(columns[kSessionVwap][1], (10.0 + 11.0) / 2.0);
  EXPECT_DOUBLE_EQ(columns[kVwap5][4], 57.0 / 5.0);
}

TEST(Engine, WarmUpIsExactlyWhatTheRegistrySays) {
  std::vector<double> values;
  for (int i = 0; i < 260; ++i) values.push_back(100 + std::sin(i) * 5);
  auto series = closes(values);
  for (std::size_t i = 0; i < series.volume.size(); ++i)
    series.volume[i] = 100.0 + static_cast<double>(i % 7);
  const auto columns = compute(series.columns());
  for (std::size_t id = 0; id < kFeatureCount; ++id) {
    const auto warm_up = static_cast<std::size_t>(features()[id].warm_up);
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(std::isnan(columns[id][i]), i < warm_up) << features()[id].name << " at " << i;
    }
  }
}

TEST(Engine, ConstantPricesHaveNoVolatility) {
  const auto columns = compute(closes(std::vector<double>(60, 12345.6789)).columns());
  EXPECT_EQ(columns[kVolatility20].back(), 0.0);
  EXPECT_EQ(columns[kBbUpper20].back(), columns[kBbLower20].back());
  EXPECT_EQ(columns[kRsi14].back(), 0.0);
  EXPECT_TRUE(std::isnan(columns[kVolumeZscore20].back()));
}

TEST(Engine, UnpricedMinutesGiveNothingAndChangeNothing) {
  Series with;
  Series without;
  for (int i = 0; i < 80; ++i) {
    const double c = 50 + i % 9;
    with.add(c, c + 1, c - 1, c, 10 + i);
    without.add(c, c + 1, c - 1, c, 10 + i);
    if (i % 5 == 0) with.add(0, 0, 0, 0, 0, 0, false);
  }
  const auto a = compute(with.columns());
  const auto b = compute(without.columns());
  for (std::size_t id = 0; id < kFeatureCount; ++id) {
    std::size_t j = 0;
    for (std::size_t i = 0; i < with.priced.size(); ++i) {
      if (with.priced[i] == 0) {
        EXPECT_TRUE(std::isnan(a[id][i]));
      } else {
        EXPECT_TRUE(same_bits(a[id][i], b[id][j++])) << features()[id].name;
      }
    }
  }
}

TEST(Engine, SessionVwapStartsAnewAndIsNullWithoutVolume) {
  Series series;
  series.add(10, 12, 8, 10, 0, 1);
  series.add(10, 12, 8, 10, 5, 1);
  series.add(20, 22, 18, 20, 5, 1);
  series.add(30, 33, 27, 30, 7, 2);
  const auto columns = compute(series.columns());
  EXPECT_TRUE(std::isnan(columns[kSessionVwap][0]));
  EXPECT_DOUBLE_EQ(columns[kSessionVwap][1], 10.0);
  EXPECT_DOUBLE_EQ(columns[kSessionVwap][2], 15.0);
  EXPECT_DOUBLE_EQ(columns[kSessionVwap][3], 30.0);
}

TEST(Engine, TheVendorsVwapIsUsedWhereThereIsOne) {
  Series series;
  series.add(10, 12, 8, 10, 5);
  series.vwap[0] = 9.5;
  EXPECT_DOUBLE_EQ(compute(series.columns())[kSessionVwap][0], 9.5);
}

TEST(Engine, StateIsCheckedWhenItIsRestored) {
  SecurityState state;
  auto bytes = state.serialize();
  ASSERT_TRUE(SecurityState::restore(bytes));
  auto cut = SecurityState::restore(std::string_view(bytes).substr(0, bytes.size() - 1));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, 1302);
  bytes[40] = static_cast<char>(bytes[40] ^ 1);
  EXPECT_EQ(SecurityState::restore(bytes).error().code, 1302);
  bytes[0] = 9;
  EXPECT_EQ(SecurityState::restore(bytes).error().code, 1303);
  EXPECT_EQ(SecurityState::restore("").error().code, 1302);
}

/// A random walk of `bars` bars: sessions of random length, bars without volume, now and then bars without a
/// price, alone (`gaps` of a thousand) or several.
Series random_series(std::uint32_t seed, std::size_t bars, std::uint32_t gaps) {
  std::minstd_rand random(seed);
  const auto one_in = [&](std::uint32_t n) { return random() % n == 0; };
  Series series;
  double close = 100;
  int day = 0;
  std::size_t unpriced = 0;
  for (std::size_t i = 0; i < bars; ++i) {
    const double open = close;
    if (!one_in(4)) close = std::max(1.0, close + (static_cast<double>(random() % 2001) - 1000.0) * 0.0013);
    if (one_in(100)) ++day;
    if (random() % 1000 < gaps) unpriced = one_in(3) ? random() % 60 : 1;
    series.add(open, std::max(open, close) + 0.11, std::min(open, close) - 0.13, close,
               one_in(5) ? 0 : static_cast<double>(random() % 100'000), day, unpriced == 0);
    if (unpriced > 0) --unpriced;
    if (one_in(3)) series.vwap.back() = (open + close) / 2;
  }
  return series;
}

Series any_series() {
  return random_series(*rc::gen::inRange<std::uint32_t>(1, 1'000'000),
                       *rc::gen::inRange<std::size_t>(0, 2500),
                       *rc::gen::element<std::uint32_t>(0, 1, 10, 100));
}

BarColumns part(const BarColumns& bars, std::size_t first, std::size_t rows) {
  return {.ts_us = bars.ts_us.subspan(first, rows),
          .date_days = bars.date_days.subspan(first, rows),
          .open = bars.open.subspan(first, rows),
          .high = bars.high.subspan(first, rows),
          .low = bars.low.subspan(first, rows),
          .close = bars.close.subspan(first, rows),
          .volume = bars.volume.subspan(first, rows),
          .vwap = bars.vwap.subspan(first, rows),
          .priced = bars.priced.subspan(first, rows)};
}

RC_GTEST_PROP(EngineProperty, BatchAndStreamGiveTheSameBits, ()) {
  const auto series = any_series();
  const auto batch = compute(series.columns());
  SecurityState state;
  FeatureRow row;
  for (std::size_t i = 0; i < series.ts.size(); ++i) {
    if (i % 97 == 50) {
      auto restored = SecurityState::restore(state.serialize());
      RC_ASSERT(restored.has_value());
      state = *std::move(restored);
    }
    state.update(series.columns().row(i), row);
    for (std::size_t id = 0; id < kFeatureCount; ++id) RC_ASSERT(same_bits(row[id], batch[id][i]));
  }
}

RC_GTEST_PROP(EngineProperty, BatchesOfAnySizeWithStreamsBetweenGiveTheSameBits, ()) {
  const auto series = any_series();
  const auto bars = series.columns();
  const auto whole = compute(bars);
  std::vector<std::vector<double>> pieces(kFeatureCount, std::vector<double>(bars.size()));
  SecurityState state;
  for (std::size_t i = 0; i < bars.size();) {
    const auto rows = *rc::gen::weightedOneOf<std::size_t>(
        {{1, rc::gen::just<std::size_t>(1)}, {3, rc::gen::inRange<std::size_t>(1, bars.size() - i + 1)}});
    auto restored = SecurityState::restore(state.serialize());
    RC_ASSERT(restored.has_value());
    state = *std::move(restored);
    if (rows == 1) {
      FeatureRow row;
      state.update(bars.row(i), row);
      for (std::size_t id = 0; id < kFeatureCount; ++id) pieces[id][i] = row[id];
    } else {
      std::array<std::span<double>, kFeatureCount> out;
      for (std::size_t id = 0; id < kFeatureCount; ++id) out[id] = std::span(pieces[id]).subspan(i, rows);
      state.update(part(bars, i, rows), out);
    }
    i += rows;
  }
  for (std::size_t id = 0; id < kFeatureCount; ++id) {
    for (std::size_t i = 0; i < bars.size(); ++i) RC_ASSERT(same_bits(pieces[id][i], whole[id][i]));
  }
}

RC_GTEST_PROP(EngineProperty, NoBarChangesWhatCameBeforeIt, ()) {
  const auto series = any_series();
  const auto whole = compute(series.columns());
  const auto rows = *rc::gen::inRange<std::size_t>(0, series.ts.size() + 1);
  const auto prefix = compute(part(series.columns(), 0, rows));
  for (std::size_t id = 0; id < kFeatureCount; ++id) {
    for (std::size_t i = 0; i < rows; ++i) RC_ASSERT(same_bits(prefix[id][i], whole[id][i]));
  }
}

RC_GTEST_PROP(EngineProperty, LeavingFeaturesOutChangesNoOther, ()) {
  const auto series = any_series();
  const auto all = compute(series.columns());
  const auto wanted = *rc::gen::container<std::vector<bool>>(kFeatureCount, rc::gen::arbitrary<bool>());
  std::vector<std::vector<double>> some(kFeatureCount);
  std::array<std::span<double>, kFeatureCount> out;
  for (std::size_t id = 0; id < kFeatureCount; ++id) {
    if (wanted[id]) some[id].resize(series.ts.size());
    out[id] = some[id];
  }
  compute(series.columns(), FeatureColumns(out));
  for (std::size_t id = 0; id < kFeatureCount; ++id) {
    for (std::size_t i = 0; i < some[id].size(); ++i) RC_ASSERT(same_bits(some[id][i], all[id][i]));
  }
}

TEST(Registry, NamesAreUniqueAndFound) {
  ASSERT_GE(features().size(), 24U);
  for (std::size_t id = 0; id < features().size(); ++id) {
    const auto found = find_feature(features()[id].name);
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, id);
  }
  const auto unknown = find_feature("sma_21");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("sma_20"), std::string::npos);
}

}  // namespace
}  // namespace goldtape::feature
