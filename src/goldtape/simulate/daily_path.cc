#include "goldtape/simulate/daily_path.h"

#include <algorithm>
#include <cmath>

#include "goldtape/simulate/random.h"

namespace goldtape::simulate {
namespace {

enum Stream : std::uint64_t { kMarket = 11, kDay = 12 };

constexpr double kMarketSigma = 0.009;
constexpr double kReversion = 0.003;
constexpr double kLargestPrice = 150'000;

/// What the actions of one date do to the price before the open: a price p becomes p * factor - cash.
struct Cut {
  double factor = 1;
  double cash = 0;
};

Cut cut_of(const Security& security, Date date, std::size_t& next) {
  Cut cut;
  for (; next < security.actions.size() && security.actions[next].ex_date <= date; ++next) {
    const auto& action = security.actions[next];
    if (action.ex_date != date) continue;
    if (action.type == model::ActionType::kSplit) cut.factor /= action.value;
    if (action.type == model::ActionType::kCashDividend) cut.cash += action.value;
  }
  return cut;
}

}  // namespace

std::int32_t to_ticks(double dollars) {
  const double price = std::min(dollars, kLargestPrice);
  const double tick = price >= 1 ? 100 : 1;
  return std::max(static_cast<std::int32_t>(std::round(price * kTicksPerDollar / tick) * tick), 1);
}

std::vector<DayPlan> daily_path(const GeneratedSecurity& generated, std::uint64_t seed,
                                std::span<const calendar::Session> sessions) {
  const Security& security = generated.security;
  const Profile& profile = generated.profile;
  std::vector<DayPlan> plans(sessions.size());
  double price = profile.first_price;
  double anchor = std::log(price);
  double usual_volume = profile.daily_volume;
  std::size_t next_action = 0;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    const Date date = sessions[i].date;
    const Cut cut = cut_of(security, date, next_action);
    if (!security.trades_on(date) || security.test_issue) continue;
    anchor += std::log(cut.factor);
    usual_volume /= cut.factor;
    price = std::max(price * cut.factor - cut.cash, 0.01);
    DayPlan& plan = plans[i];
    plan.previous_close = to_ticks(price);

    Random random(seed, kDay, security.index, static_cast<std::uint64_t>(to_days(date)));
    const double common =
        Random(seed, kMarket, static_cast<std::uint64_t>(to_days(date))).normal() * kMarketSigma;
    const double sigma = profile.daily_sigma;
    const bool jump = random.uniform() < 0.01;
    const double drift = kReversion * (anchor - std::log(price));
    const double total =
        drift + profile.beta * common + sigma * random.normal() + (jump ? 4 * sigma * random.normal() : 0);
    // Some of a day's return happens overnight, nearly all of a jump's.
    const double gap = total * (jump ? 0.8 : 0.3) + 0.3 * sigma * random.normal();
    const double open = price * std::exp(gap);
    price = std::clamp(price * std::exp(total), 0.02, kLargestPrice);

    plan.open = to_ticks(open);
    plan.close = to_ticks(price);
    const double up = std::exp(0.55 * sigma * std::abs(random.normal()));
    const double down = std::exp(-0.55 * sigma * std::abs(random.normal()));
    plan.high = std::max({to_ticks(std::max(open, price) * up), plan.open, plan.close});
    plan.low = std::min({to_ticks(std::min(open, price) * down), plan.open, plan.close});
    const double busy = std::exp(0.35 * random.normal() + (jump ? 1.0 : 0.0) + 8 * std::abs(total)) *
                        static_cast<double>(sessions[i].minutes()) / 390.0;
    plan.volume = std::max(static_cast<std::int64_t>(usual_volume * busy), std::int64_t{500});
    plan.trades = static_cast<std::int32_t>(
        std::clamp(static_cast<double>(plan.volume) / profile.shares_a_trade, 3.0, 2e6));
  }
  return plans;
}

}  // namespace goldtape::simulate
