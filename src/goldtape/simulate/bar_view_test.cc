#include "goldtape/simulate/bar_view.h"

#include <algorithm>

#include "goldtape/simulate/movable_clock.h"
#include "goldtape/simulate/wire_test_fixture.h"

namespace goldtape::simulate {
namespace {

class BarView : public WireTest {
 protected:
  std::vector<MarketBar> day(std::vector<BarTrouble> with = {}, std::int32_t length = 1) const {
    auto bars = view_minutes(*market, market->securities()[0],
                             {.minutes = length,
                              .start = *parse_timestamp("2024-02-28T14:30:00Z"),
                              .end = *parse_timestamp("2024-02-28T21:00:00Z"),
                              .now = now,
                              .troubles = with});
    EXPECT_TRUE(bars);
    return *std::move(bars);
  }
  using Kind = BarTrouble::Kind;
};

TEST_F(BarView, LongerBarsAddUp) {
  const auto minutes = day(), hours = day({}, 60);
  std::int64_t volume = 0;
  for (const auto& bar : hours) volume += bar.volume;
  std::int64_t all = 0;
  for (const auto& bar : minutes) all += bar.volume;
  // The first hour began before the open, at 14:00, and so is not asked for.
  EXPECT_LT(volume, all);
  ASSERT_EQ(hours.size(), 6U);
  EXPECT_EQ(hours[0].open, minutes[30].open);
  EXPECT_EQ(hours[5].close, minutes[389].close);
}

TEST_F(BarView, HolesDoublesAndEmptyDaysAreTheSameEachTime) {
  const auto whole = day();
  const auto holes = day({{.kind = Kind::kHoles, .share = 0.1, .seed = 3}});
  EXPECT_LT(holes.size(), whole.size());
  EXPECT_GT(holes.size(), whole.size() * 8 / 10);
  const auto again = day({{.kind = Kind::kHoles, .share = 0.1, .seed = 3}});
  EXPECT_TRUE(std::ranges::equal(holes, again, {}, &MarketBar::ts, &MarketBar::ts));
  const auto doubled = day({{.kind = Kind::kDoubled, .share = 0.1}});
  EXPECT_GT(doubled.size(), whole.size());
  EXPECT_TRUE(day({{.kind = Kind::kEmpty, .share = 1}}).empty());
}

// A script names symbols and sessions; where it draws, it draws by them: the same in a market of another
// size.
TEST_F(BarView, TroubleGoesByTheNameOfSymbolAndSession) {
  using namespace std::chrono_literals;
  const Date session = std::chrono::sys_days{2024y / 2 / 28};
  const std::string name = market->securities()[0].tickers[0].ticker;
  for (const Kind kind : {Kind::kHoles, Kind::kLate}) {
    BarTrouble trouble{.kind = kind,
                       .delay = std::chrono::hours{24 * 30},
                       .tickers = {name},
                       .first = session,
                       .last = session};
    EXPECT_TRUE(day({trouble}).empty());
    trouble.tickers = {"NOT." + name};
    EXPECT_EQ(day({trouble}).size(), 390U);
    trouble.tickers = {name};
    trouble.first = trouble.last = session + std::chrono::days(1);
    EXPECT_EQ(day({trouble}).size(), 390U);
  }
  const auto drawn = [&](std::uint32_t place) {
    Security moved = market->securities()[0];
    moved.index = place;
    const BarTrouble trouble{.kind = Kind::kHoles, .share = 0.5, .seed = 3};
    std::vector<bool> met;
    for (std::int64_t minute = 0; minute < 390; ++minute) {
      met.push_back(meets_trouble(trouble, moved, minute));
    }
    return met;
  };
  EXPECT_EQ(drawn(0), drawn(77));
}

TEST_F(BarView, LateBarsComeAndRevisedOnesSettle) {
  at("2024-02-28T21:00:00Z");
  const BarTrouble late{.kind = Kind::kLate, .share = 1, .delay = std::chrono::minutes{30}};
  const BarTrouble revised{.kind = Kind::kRevised, .share = 1, .delay = std::chrono::hours{24}};
  EXPECT_EQ(day({late}).size(), 360U);
  const auto first = day({revised});
  at("2024-03-01T22:00:00Z");
  EXPECT_EQ(day({late}).size(), 390U);
  const auto settled = day({revised}), whole = day();
  EXPECT_LT(first[100].volume, settled[100].volume);
  EXPECT_EQ(settled[100].volume, whole[100].volume);
}

TEST_F(BarView, AClockCanBeSetAndSpedUp) {
  const auto real = std::make_shared<io::ManualClock>(Timestamp{});
  MovableClock clock(real, *parse_timestamp("2024-02-28T14:30:00Z"), 1);
  real->advance(std::chrono::seconds{10});
  EXPECT_EQ(format_timestamp(clock.now()), "2024-02-28T14:30:10Z");
  clock.set_speed(60);
  real->advance(std::chrono::seconds{10});
  EXPECT_EQ(format_timestamp(clock.now()), "2024-02-28T14:40:10Z");
  clock.set(*parse_timestamp("2024-03-01T00:00:00Z"));
  clock.set_speed(0);
  real->advance(std::chrono::hours{10});
  EXPECT_EQ(format_timestamp(clock.now()), "2024-03-01T00:00:00Z");
}

}  // namespace
}  // namespace goldtape::simulate
