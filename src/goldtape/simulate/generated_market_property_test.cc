#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "goldtape/simulate/bar_view.h"
#include "goldtape/simulate/generated_market.h"

namespace goldtape::simulate {
namespace {

using std::chrono::days;

struct Setting {
  GeneratedOptions options;
  std::uint32_t security = 0;
  Date first{}, last{};
};

/// A market of some weeks, one of its securities, and a range that may begin before it and end after it.
Setting any_setting() {
  Setting setting;
  setting.options.symbols = *rc::gen::inRange<std::uint32_t>(1, 60);
  setting.options.seed = *rc::gen::arbitrary<std::uint64_t>();
  setting.options.from = from_days(*rc::gen::inRange<std::int32_t>(15'000, 20'000));
  setting.options.to = setting.options.from + days{*rc::gen::inRange(7, 60)};
  setting.security = *rc::gen::inRange<std::uint32_t>(0, setting.options.symbols);
  setting.first = setting.options.from + days{*rc::gen::inRange(-3, 40)};
  setting.last = setting.first + days{*rc::gen::inRange(0, 8)};
  return setting;
}

std::vector<MarketBar> minutes(const Setting& setting, Date first, Date last) {
  const auto market = *GeneratedMarket::make(setting.options);
  const auto bars = market->minutes(market->securities()[setting.security], first, last);
  RC_ASSERT(bars.has_value());
  return *bars;
}

bool same(const MarketBar& a, const MarketBar& b) {
  return a.ts == b.ts && a.open == b.open && a.high == b.high && a.low == b.low && a.close == b.close &&
         a.volume == b.volume && a.vwap == b.vwap && a.trade_count == b.trade_count && a.part == b.part;
}

TEST(GeneratedMarketProperty, ASeedDecidesEveryBarHoweverItIsAskedFor) {
  EXPECT_TRUE(rc::check([] {
    const Setting setting = any_setting();
    const auto whole = minutes(setting, setting.first, setting.last);
    std::vector<MarketBar> pieces;
    for (Date day = setting.last; day >= setting.first; day -= days{1}) {
      const auto one = minutes(setting, day, day);
      pieces.insert(pieces.begin(), one.begin(), one.end());
    }
    RC_ASSERT(std::ranges::equal(whole, pieces, same));
  }));
}

TEST(GeneratedMarketProperty, WhatIsSeenLaterBeginsWithWhatWasSeenBefore) {
  EXPECT_TRUE(rc::check([] {
    const Setting setting = any_setting();
    const auto market = *GeneratedMarket::make(setting.options);
    const auto now = Timestamp{setting.first} + std::chrono::minutes{*rc::gen::inRange(0, 3 * 24 * 60)};
    const auto seen_at = [&](Timestamp instant) {
      const MinuteView view{
          .start = Timestamp{setting.first}, .end = Timestamp{setting.last + days{2}}, .now = instant};
      return *view_minutes(*market, market->securities()[setting.security], view);
    };
    const auto early = seen_at(now), late = seen_at(now + std::chrono::hours{5});
    RC_ASSERT(early.size() <= late.size());
    RC_ASSERT(std::equal(early.begin(), early.end(), late.begin(), same));
  }));
}

}  // namespace
}  // namespace goldtape::simulate
