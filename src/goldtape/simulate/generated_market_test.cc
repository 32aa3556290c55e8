#include "goldtape/simulate/generated_market.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace goldtape::simulate {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

std::unique_ptr<GeneratedMarket> market(std::uint32_t symbols = 200, std::uint64_t seed = 7,
                                        Date from = sys_days{2024y / 1 / 2},
                                        Date to = sys_days{2024y / 3 / 28}) {
  auto made = GeneratedMarket::make({.symbols = symbols, .seed = seed, .from = from, .to = to});
  EXPECT_TRUE(made) << made.error().to_string();
  return *std::move(made);
}

std::vector<MarketBar> minutes(const Market& of, const Security& security, Date first, Date last) {
  auto bars = of.minutes(security, first, last);
  EXPECT_TRUE(bars) << bars.error().to_string();
  return *std::move(bars);
}

TEST(GeneratedMarket, MinutesAddUpToTheirDays) {
  const auto all = market(60);
  for (const Security& security : all->securities()) {
    const auto days = *all->days(security, all->first_date(), sys_days{2024y / 1 / 31});
    for (const MarketBar& day : days) {
      auto bars = *all->minutes(security, day.date, day.date);
      std::erase_if(bars, [](const auto& bar) { return bar.part != model::SessionPart::kRegular; });
      ASSERT_FALSE(bars.empty());
      std::int64_t volume = 0, trades = 0;
      for (const auto& bar : bars) volume += bar.volume, trades += bar.trade_count;
      EXPECT_EQ(bars.front().open, day.open);
      EXPECT_EQ(bars.back().close, day.close);
      EXPECT_EQ(std::ranges::max(bars, {}, &MarketBar::high).high, day.high) << security.name;
      EXPECT_EQ(std::ranges::min(bars, {}, &MarketBar::low).low, day.low) << security.name;
      EXPECT_EQ(volume, day.volume);
      EXPECT_EQ(trades, day.trade_count);
    }
  }
}

TEST(GeneratedMarket, BarsAreWhole) {
  const auto all = market(60);
  for (const Security& security : all->securities()) {
    Timestamp before{};
    for (const MarketBar& bar : minutes(*all, security, sys_days{2024y / 1 / 8}, sys_days{2024y / 1 / 12})) {
      EXPECT_GT(bar.ts, before);
      before = bar.ts;
      EXPECT_LE(bar.low, std::min(bar.open, bar.close));
      EXPECT_GE(bar.high, std::max(bar.open, bar.close));
      EXPECT_GT(bar.low, 0);
      EXPECT_GE(bar.vwap, bar.low - 1e-6);
      EXPECT_LE(bar.vwap, bar.high + 1e-6);
      EXPECT_GE(bar.volume, bar.trade_count);
      EXPECT_GE(bar.trade_count, 1);
    }
  }
}

TEST(GeneratedMarket, TheSameSeedGivesTheSameBarsInAnyOrderOfQuestions) {
  const auto one = market(), other = market(), different = market(200, 8);
  const Date day = sys_days{2024y / 2 / 14};
  const auto asked_first = *one->minutes(one->securities()[17], day, day);
  for (std::size_t i = 200; i-- > 18;) (void)other->minutes(other->securities()[i], day, day);
  const auto asked_last = *other->minutes(other->securities()[17], day, day);
  ASSERT_EQ(asked_first.size(), asked_last.size());
  for (std::size_t i = 0; i < asked_first.size(); ++i) {
    EXPECT_EQ(asked_first[i].close, asked_last[i].close);
    EXPECT_EQ(asked_first[i].volume, asked_last[i].volume);
  }
  EXPECT_NE(different->days(different->securities()[17], day, day)->front().volume,
            one->days(one->securities()[17], day, day)->front().volume);
}

TEST(GeneratedMarket, AFewSessionsHaveEveryKindOfEvent) {
  const auto all = market(200, 7, sys_days{2024y / 1 / 2}, sys_days{2024y / 1 / 31});
  std::map<model::ActionType, int> seen;
  int listed = 0, reverse = 0;
  std::map<std::string, int> bearers;
  for (const Security& security : all->securities()) {
    listed += security.listed > all->first_date() ? 1 : 0;
    for (const auto& action : security.actions) {
      ++seen[action.type];
      reverse += action.type == model::ActionType::kSplit && action.value < 1 ? 1 : 0;
      EXPECT_TRUE(calendar::xnys().is_session(action.ex_date));
      EXPECT_LT(action.known_at, Timestamp{action.ex_date});
    }
    for (const auto& span : security.tickers) ++bearers[span.ticker];
  }
  EXPECT_GE(seen[model::ActionType::kSplit] - reverse, 1);
  EXPECT_GE(reverse, 1);
  EXPECT_GE(seen[model::ActionType::kCashDividend], 5);
  EXPECT_GE(seen[model::ActionType::kRename], 1);
  EXPECT_GE(seen[model::ActionType::kDelisting], 1);
  EXPECT_GE(listed, 2);
  EXPECT_TRUE(std::ranges::any_of(bearers, [](const auto& one) { return one.second == 2; }));
  std::size_t halts = 0;
  for (const auto& session : calendar::xnys().sessions(all->first_date(), all->last_date())) {
    halts += all->halts(session.date).size();
  }
  EXPECT_GE(halts, 2U);
}

TEST(GeneratedMarket, ASplitCutsThePriceAndRaisesTheVolume) {
  const auto all = market();
  int seen = 0;
  for (const Security& security : all->securities()) {
    for (const auto& action : security.actions) {
      if (action.type != model::ActionType::kSplit) continue;
      const auto days = *all->days(security, action.ex_date - 7 * std::chrono::days{1}, action.ex_date);
      if (days.size() < 2 || days.back().date != action.ex_date) continue;
      const double ratio = days[days.size() - 2].close / days.back().open;
      EXPECT_NEAR(ratio / action.value, 1, 0.35) << security.name << ' ' << format_date(action.ex_date);
      ++seen;
    }
  }
  EXPECT_GE(seen, 3);
}

TEST(GeneratedMarket, VolumeIsHighAtTheOpenAndTheCloseAndLowAtNoon) {
  const auto all = market(20);
  std::vector<double> by_minute(390);
  for (const Security& security : all->securities()) {
    for (const auto& bar : minutes(*all, security, sys_days{2024y / 1 / 8}, sys_days{2024y / 1 / 12})) {
      if (const auto minute = calendar::xnys().minute_index(bar.ts)) {
        by_minute[static_cast<std::size_t>(*minute)] += static_cast<double>(bar.volume);
      }
    }
  }
  EXPECT_GT(by_minute[2], 2 * by_minute[200]);
  EXPECT_GT(by_minute[389], 3 * by_minute[200]);
}

TEST(GeneratedMarket, ThinTickersLackMinutesAndLiquidOnesDoNot) {
  const auto all = market();
  const Date day = sys_days{2024y / 1 / 10};
  const auto regular = [&](std::size_t i) {
    const auto bars = *all->minutes(all->securities()[i], day, day);
    return std::ranges::count(bars, model::SessionPart::kRegular, &MarketBar::part);
  };
  EXPECT_EQ(regular(0), 390);
  int thin = 0;
  for (std::size_t i = 150; i < 200; ++i) thin += regular(i) < 200 ? 1 : 0;
  EXPECT_GE(thin, 25);
}

TEST(GeneratedMarket, NothingTradesInAHaltNorAfterADelisting) {
  const auto all = market();
  int halts = 0;
  for (const auto& session : calendar::xnys().sessions(all->first_date(), all->last_date())) {
    for (const Halt& halt : all->halts(session.date)) {
      ++halts;
      for (const auto& bar : minutes(*all, all->securities()[halt.security], session.date, session.date)) {
        EXPECT_FALSE(bar.ts >= halt.start && bar.ts < halt.end);
      }
    }
  }
  EXPECT_GT(halts, 0);
  for (const Security& security : all->securities()) {
    if (!security.delisted) continue;
    EXPECT_TRUE(all->days(security, *security.delisted, all->last_date())->empty());
    EXPECT_TRUE(all->minutes(security, *security.delisted, all->last_date())->empty());
  }
}

TEST(GeneratedMarket, ATickerIsResolvedAsOfADate) {
  const auto all = market();
  int renamed = 0;
  for (const Security& security : all->securities()) {
    if (security.tickers.size() < 2) continue;
    const auto& old_name = security.tickers.front();
    EXPECT_EQ(all->find(old_name.ticker, old_name.until - std::chrono::days{1}), &security);
    EXPECT_NE(all->find(old_name.ticker, old_name.until), &security);
    EXPECT_EQ(all->find(security.tickers[1].ticker, old_name.until), &security);
    EXPECT_NE(all->find_ever(old_name.ticker, all->last_date()), nullptr);
    ++renamed;
  }
  EXPECT_GE(renamed, 1);
  EXPECT_EQ(all->find_ever("NOSUCH", all->last_date()), nullptr);
}

TEST(GeneratedMarket, AnEarlyCloseHasFewerMinutes) {
  const auto all = market(3, 7, sys_days{2024y / 11 / 25}, sys_days{2024y / 11 / 29});
  const auto bars = *all->minutes(all->securities()[0], sys_days{2024y / 11 / 29}, sys_days{2024y / 11 / 29});
  EXPECT_EQ(std::ranges::count(bars, model::SessionPart::kRegular, &MarketBar::part), 210);
}

TEST(GeneratedMarket, TenThousandSymbolsAreDistinctAndMadeQuickly) {
  const auto all = market(10'000, 1, sys_days{2024y / 1 / 2}, sys_days{2024y / 1 / 8});
  std::set<std::string> tickers;
  for (const Security& security : all->securities()) tickers.insert(security.tickers.front().ticker);
  EXPECT_GE(tickers.size(), 9'999U);  // One may have been given away and again.
  EXPECT_FALSE(all->days(all->securities()[9'999], all->first_date(), all->last_date())->empty());
}

TEST(GeneratedMarket, RefusesWhatCannotBe) {
  const Date weekend = sys_days{2024y / 1 / 6};
  EXPECT_EQ(GeneratedMarket::make({.symbols = 0, .from = weekend, .to = weekend}).error().code, 8101);
  EXPECT_EQ(GeneratedMarket::make({.symbols = 10'001, .from = weekend, .to = weekend}).error().code, 8101);
  EXPECT_EQ(GeneratedMarket::make({.symbols = 1, .from = weekend, .to = weekend}).error().code, 8102);
}

}  // namespace
}  // namespace goldtape::simulate
