#include "goldtape/reference/adjustment.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

namespace goldtape::reference {

using model::ActionType;

namespace {

/// Older closes say nothing about the price an amount was paid from.
constexpr std::chrono::days kMaxCloseAge{30};

std::optional<double> close_before(std::span<const DatedClose> closes, Date ex_date) {
  auto at = std::ranges::lower_bound(closes, ex_date, {}, &DatedClose::date);
  if (at == closes.begin()) return std::nullopt;
  const DatedClose& last = *std::prev(at);
  if (ex_date - last.date > kMaxCloseAge || !(last.close > 0)) return std::nullopt;
  return last.close;
}

std::optional<double> paid_out(double amount, std::optional<double> close) {
  if (!close || !(amount >= 0) || amount >= *close) return std::nullopt;
  return 1 - amount / *close;
}

}  // namespace

bool is_split(ActionType type) { return type == ActionType::kSplit || type == ActionType::kStockDividend; }

double split_ratio(ActionType type, double value) {
  return type == ActionType::kStockDividend ? 1 + value : value;
}

std::optional<double> adjustment_factor(const Adjustment& action, std::span<const DatedClose> closes) {
  switch (action.type) {
    case ActionType::kSplit:
    case ActionType::kStockDividend: {
      double ratio = split_ratio(action.type, action.value);
      if (!(ratio > 0) || !std::isfinite(ratio)) return std::nullopt;
      return 1 / ratio;
    }
    case ActionType::kCashDividend: return paid_out(action.value, close_before(closes, action.ex_date));
    case ActionType::kSpinOff:
      if (!action.child_price) return std::nullopt;
      return paid_out(action.value * *action.child_price, close_before(closes, action.ex_date));
    case ActionType::kMerger:
    case ActionType::kRename:
    case ActionType::kDelisting: break;
  }
  return std::nullopt;
}

FactorSchedule::FactorSchedule(std::span<const Adjustment> actions, std::span<const DatedClose> closes,
                               Timestamp known_at) {
  std::map<Date, CumulativeFactors> by_date;
  for (const Adjustment& action : actions) {
    if (action.known_at > known_at) continue;
    auto factor = adjustment_factor(action, closes);
    if (!factor) continue;
    CumulativeFactors& on_date = by_date[action.ex_date];
    (is_split(action.type) ? on_date.split : on_date.distribution) *= *factor;
  }
  CumulativeFactors product;
  for (auto at = by_date.rbegin(); at != by_date.rend(); ++at) {
    product.split *= at->second.split;
    product.distribution *= at->second.distribution;
    steps_.push_back({at->first, product});
  }
  std::ranges::reverse(steps_);
}

CumulativeFactors FactorSchedule::at(Date date) const {
  auto next = std::ranges::upper_bound(steps_, date, {}, &Step::ex_date);
  return next == steps_.end() ? CumulativeFactors{} : next->from_here;
}

double FactorSchedule::splits_between(Date date, Date as_of) const {
  if (as_of <= date) return 1;
  return at(as_of).split / at(date).split;
}

}  // namespace goldtape::reference
