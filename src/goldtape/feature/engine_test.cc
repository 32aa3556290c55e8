#include "goldtape/feature/engine.h"

#include <cmath>
#include <cstring>

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

/// Random walks with gaps in price, volume and sessions.
Series random_series(const std::vector<int>& moves) {
  Series series;
  double close = 100;
  int day = 0;
  for (const int move : moves) {
    const double open = close;
    close = std::max(1.0, close + (move % 17) * 0.37);
    if (move % 23 == 0) ++day;
    series.add(open, std::max(open, close) + 0.11, std::min(open, close) - 0.13, close, std::abs(move) % 1000,
               day, move % 13 != 0);
    if (move % 3 == 0) series.vwap.back() = (open + close) / 2;
  }
  return series;
}

RC_GTEST_PROP(EngineProperty, BatchAndStreamGiveTheSameBits, ()) {
  const auto moves = *rc::gen::resize(700, rc::gen::arbitrary<std::vector<int>>());
  const auto series = random_series(moves);
  const auto batch = compute(series.columns());
  SecurityState state;
  FeatureRow row;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    if (moves[i] % 5 == 0) {
      auto restored = SecurityState::restore(state.serialize());
      RC_ASSERT(restored.has_value());
      state = *std::move(restored);
    }
    state.update(series.columns().row(i), row);
    for (std::size_t id = 0; id < kFeatureCount; ++id) RC_ASSERT(same_bits(row[id], batch[id][i]));
  }
}

RC_GTEST_PROP(EngineProperty, NoBarChangesWhatCameBeforeIt, ()) {
  const auto moves = *rc::gen::resize(700, rc::gen::arbitrary<std::vector<int>>());
  const auto whole = compute(random_series(moves).columns());
  const auto half =
      std::vector<int>(moves.begin(), moves.begin() + static_cast<std::ptrdiff_t>(moves.size() / 2));
  const auto prefix = compute(random_series(half).columns());
  for (std::size_t id = 0; id < kFeatureCount; ++id) {
    for (std::size_t i = 0; i < half.size(); ++i) RC_ASSERT(same_bits(prefix[id][i], whole[id][i]));
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
