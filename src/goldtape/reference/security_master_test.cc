#include "goldtape/reference/security_master.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace goldtape::reference {
namespace {

using model::ActionType;
using model::CorporateAction;
using std::chrono::days;
using namespace std::chrono_literals;

CorporateAction action(std::string ticker, Date ex_date, ActionType type, std::string new_ticker = {}) {
  CorporateAction out;
  out.ticker = std::move(ticker);
  out.ex_date = ex_date;
  out.type = type;
  out.new_ticker = std::move(new_ticker);
  return out;
}

std::vector<Date> july(std::initializer_list<int> on) {
  std::vector<Date> dates;
  for (int day : on) dates.push_back(Date{2015y / 7 / day});
  return dates;
}

const Observations kSummer{{"AAPL", july({1, 2, 6, 31})}, {"DTV", july({1, 24})}, {"EBAY", july({1, 17, 20})},
                           {"KHC", july({6, 7})},         {"KRFT", july({1, 2})}, {"PYPL", july({17, 20})}};
const std::vector<CorporateAction> kSummerActions{
    action("KRFT", Date{2015y / 7 / 6}, ActionType::kRename, "KHC"),
    action("EBAY", Date{2015y / 7 / 20}, ActionType::kSpinOff, "PYPL"),
    action("DTV", Date{2015y / 7 / 27}, ActionType::kDelisting)};

TEST(SecurityMaster, TheSummerOf2015) {
  SecurityMaster master;
  EXPECT_TRUE(master.update(kSummer, kSummerActions).empty());
  // By (first date, ticker): AAPL, DTV, EBAY, KRFT on the 1st, PYPL on the 17th.
  EXPECT_EQ(master.resolve("AAPL", Date{2015y / 7 / 1}), 1);
  EXPECT_EQ(master.resolve("KRFT", Date{2015y / 7 / 5}), 4);
  EXPECT_EQ(master.resolve("KHC", Date{2015y / 7 / 6}), 4);
  EXPECT_EQ(master.resolve("KRFT", Date{2015y / 7 / 6}), std::nullopt) << "half-open";
  EXPECT_EQ(master.resolve("KHC", Date{2015y / 7 / 5}), std::nullopt);
  EXPECT_EQ(master.resolve("PYPL", Date{2015y / 7 / 20}), 5);
  EXPECT_EQ(master.resolve("DTV", Date{2015y / 7 / 26}), 2);
  EXPECT_EQ(master.resolve("DTV", Date{2015y / 7 / 27}), std::nullopt);
  EXPECT_EQ(master.resolve("AAPL", Date{2015y / 6 / 30}), std::nullopt);
  EXPECT_EQ(master.ticker_of(4, Date{2015y / 7 / 2}), "KRFT");
  EXPECT_EQ(master.ticker_of(4, Date{2016y / 1 / 4}), "KHC");
  ASSERT_NE(master.find(2), nullptr);
  EXPECT_EQ(master.find(2)->status(), "delisted");
  EXPECT_EQ(master.find(2)->delisted_on, Date{2015y / 7 / 27});
  EXPECT_EQ(master.find(2)->delisting_reason, "delisting");
  EXPECT_EQ(master.find(4)->status(), "active");
  EXPECT_EQ(master.find(4)->listed_on, Date{2015y / 7 / 1});
  const auto pypl = std::ranges::find(master.history(), std::string{"PYPL"}, &TickerInterval::ticker);
  EXPECT_EQ(pypl->change_reason, "spin_off");
}

TEST(SecurityMaster, ATickerUsedAgainIsAnotherSecurity) {
  SecurityMaster master;
  const std::vector<CorporateAction> gone{action("X", Date{2015y / 7 / 10}, ActionType::kDelisting)};
  master.update({{"X", july({1, 9, 20})}}, gone);
  EXPECT_EQ(master.resolve("X", Date{2015y / 7 / 9}), 1);
  EXPECT_EQ(master.resolve("X", Date{2015y / 7 / 10}), std::nullopt);
  EXPECT_EQ(master.resolve("X", Date{2015y / 7 / 20}), 2);
  EXPECT_EQ(master.history()[1].change_reason, "reuse");
}

TEST(SecurityMaster, IdsStayWhateverComesLater) {
  SecurityMaster master;
  master.update({{"MSFT", july({6})}}, {});
  master.update({{"AAPL", july({1})}, {"MSFT", july({2, 6})}}, {});
  EXPECT_EQ(master.resolve("MSFT", Date{2015y / 7 / 2}), 1) << "an earlier bar widens the interval";
  EXPECT_EQ(master.resolve("AAPL", Date{2015y / 7 / 2}), 2);
  master.update({{"AAPL", july({1})}}, {});
  EXPECT_EQ(master.resolve("MSFT", Date{2015y / 7 / 6}), 1) << "a security without bars keeps its id";
}

TEST(SecurityMaster, ALateRenameCannotJoinTwoIds) {
  SecurityMaster master;
  master.update(kSummer, {});
  const auto krft = master.resolve("KRFT", Date{2015y / 7 / 2});
  const auto khc = master.resolve("KHC", Date{2015y / 7 / 6});
  const auto warnings = master.update(kSummer, kSummerActions);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].message.find("KRFT -> KHC"), std::string::npos);
  EXPECT_EQ(master.resolve("KRFT", Date{2015y / 7 / 2}), krft);
  EXPECT_EQ(master.resolve("KHC", Date{2015y / 7 / 6}), khc);
}

TEST(SecurityMaster, ARenameBeforeTheNewNameHasBars) {
  SecurityMaster master;
  master.update({{"KRFT", july({1, 2})}}, {});
  master.update(kSummer, kSummerActions);
  EXPECT_EQ(master.resolve("KHC", Date{2015y / 7 / 7}), 1);
}

TEST(SecurityMaster, RestoreRefusesWhatCannotBe) {
  const Date from{2015y / 7 / 1};
  EXPECT_EQ(SecurityMaster::restore({}, {{1, "A", from, {}, "first_seen"}}).error().kind,
            ErrorKind::kDamaged);
  EXPECT_EQ(SecurityMaster::restore({{.id = 1}, {.id = 2}},
                                    {{1, "A", from, {}, "first_seen"}, {2, "A", from + days{1}, {}, "reuse"}})
                .error()
                .code,
            5201);
}

struct World {
  Observations observations;
  std::vector<CorporateAction> actions;
};

World arbitrary_world() {
  static const std::vector<std::string> kNames{"A", "B", "C", "D"};
  World world;
  for (int i = *rc::gen::inRange(0, 20); i > 0; --i) {
    world.observations[*rc::gen::elementOf(kNames)].push_back(Date{2015y / 7 / 1} +
                                                              days{*rc::gen::inRange(0, 40)});
  }
  for (auto& [ticker, dates] : world.observations) {
    std::ranges::sort(dates);
    const auto repeated = std::ranges::unique(dates);
    dates.erase(repeated.begin(), repeated.end());
  }
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    const auto type = *rc::gen::element(ActionType::kRename, ActionType::kDelisting, ActionType::kSpinOff);
    const std::string ticker = *rc::gen::elementOf(kNames);
    const std::string other = *rc::gen::elementOf(kNames);
    if (ticker == other) continue;
    world.actions.push_back(
        action(ticker, Date{2015y / 7 / 1} + days{*rc::gen::inRange(0, 40)}, type, other));
  }
  return world;
}

void assert_sound(const SecurityMaster& master, const Observations& observations) {
  for (std::size_t i = 1; i < master.history().size(); ++i) {
    const TickerInterval& a = master.history()[i - 1];
    const TickerInterval& b = master.history()[i];
    if (a.ticker == b.ticker) RC_ASSERT(a.valid_to && *a.valid_to <= b.valid_from);
  }
  for (const auto& [ticker, dates] : observations) {
    for (Date date : dates) RC_ASSERT(master.resolve(ticker, date).has_value());
  }
}

TEST(SecurityMaster, EveryObservationResolvesAndIdsNeverChange) {
  EXPECT_TRUE(rc::check([] {
    const World first = arbitrary_world();
    const World second = arbitrary_world();
    SecurityMaster master;
    master.update(first.observations, first.actions);
    assert_sound(master, first.observations);
    std::set<SecurityId> before;
    for (const Security& security : master.securities()) before.insert(security.id);
    auto restored = SecurityMaster::restore({master.securities().begin(), master.securities().end()},
                                            {master.history().begin(), master.history().end()});
    RC_ASSERT(restored.has_value());
    restored->update(second.observations, second.actions);
    assert_sound(*restored, second.observations);
    for (SecurityId id : before) RC_ASSERT(restored->find(id) != nullptr);
    const std::vector<TickerInterval> history(restored->history().begin(), restored->history().end());
    restored->update(second.observations, second.actions);
    RC_ASSERT(std::ranges::equal(history, restored->history()));
  }));
}

/// Which observed (ticker, date)s are one security, whatever its number.
std::set<std::set<std::pair<std::string, Date>>> partition_of(const SecurityMaster& master,
                                                              const Observations& seen) {
  std::map<SecurityId, std::set<std::pair<std::string, Date>>> groups;
  for (const auto& [ticker, dates] : seen) {
    for (Date date : dates) groups[*master.resolve(ticker, date)].emplace(ticker, date);
  }
  std::set<std::set<std::pair<std::string, Date>>> out;
  for (auto& [id, group] : groups) out.insert(std::move(group));
  return out;
}

TEST(SecurityMaster, BarsThatArriveDayByDayGiveTheSamePartition) {
  EXPECT_TRUE(rc::check([] {
    const World world = arbitrary_world();
    SecurityMaster at_once;
    at_once.update(world.observations, world.actions);
    SecurityMaster by_day;
    Observations known;
    for (int day = 0; day < 40; ++day) {
      const Date date = Date{2015y / 7 / 1} + days{day};
      for (const auto& [ticker, dates] : world.observations) {
        if (std::ranges::binary_search(dates, date)) known[ticker].push_back(date);
      }
      by_day.update(known, world.actions);
    }
    RC_ASSERT(partition_of(at_once, world.observations) == partition_of(by_day, world.observations));
  }));
}

}  // namespace
}  // namespace goldtape::reference
