#include "goldtape/simulate/price_factors.h"

#include <algorithm>
#include <cmath>
#include <ranges>

namespace goldtape::simulate {
namespace {

/// A usual number of days over which a close before an ex-date is surely found.
constexpr std::chrono::days kLookBack{40};

Result<double> close_before(const Market& market, const Security& security, Date ex_date) {
  GT_ASSIGN(const auto days, market.days(security, ex_date - kLookBack, ex_date - std::chrono::days{1}));
  return days.empty() ? 0.0 : days.back().close;
}

double rounded(double value, double scale) { return std::round(value * scale) / scale; }

}  // namespace

Result<PriceFactors> PriceFactors::make(const Market& market, const Security& security, Adjustment adjustment,
                                        Date as_of) {
  PriceFactors factors;
  Factor factor;
  for (const auto& action : security.actions | std::views::reverse) {
    if (action.ex_date > as_of) continue;
    if (adjustment.splits && action.type == model::ActionType::kSplit && action.value > 0) {
      factor.price /= action.value;
      factor.volume *= action.value;
    } else if (adjustment.dividends && action.type == model::ActionType::kCashDividend) {
      GT_ASSIGN(const double close, close_before(market, security, action.ex_date));
      if (close <= action.value) continue;
      factor.price *= 1 - action.value / close;
    } else {
      continue;
    }
    factors.steps_.push_back({action.ex_date, factor});
  }
  std::ranges::reverse(factors.steps_);
  return factors;
}

PriceFactors::Factor PriceFactors::at(Date date) const {
  const auto step = std::ranges::upper_bound(steps_, date, {}, &Step::until);
  return step == steps_.end() ? Factor{} : step->factor;
}

void PriceFactors::apply(std::vector<MarketBar>& bars) const {
  if (trivial()) return;
  for (MarketBar& bar : bars) {
    const Factor factor = at(bar.date);
    if (factor.price == 1) continue;
    for (double* price : {&bar.open, &bar.high, &bar.low, &bar.close})
      *price = rounded(*price * factor.price, 1e4);
    bar.vwap = rounded(bar.vwap * factor.price, 1e6);
    bar.volume = std::llround(static_cast<double>(bar.volume) * factor.volume);
  }
}

}  // namespace goldtape::simulate
