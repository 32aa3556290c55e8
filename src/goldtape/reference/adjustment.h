// Adjustment factors from corporate actions: what raw prices before an ex-date are multiplied by.
//
// The convention is that of CRSP and Yahoo: a split of r new shares per old gives 1/r; a cash dividend d
// gives 1 - d/c with c the raw close of the last session before the ex-date (CRSP "Stock and Index
// Databases, Data Descriptions Guide", cumulative factors; Yahoo Finance help SLN28256, "adjusted close");
// a spin-off of v child shares at price p gives 1 - v*p/c. Pure.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/model/corporate_action.h"

namespace goldtape::reference {

/// A raw close of one security.
struct DatedClose {
  Date date{};
  double close = 0;
};

/// What an action does to a security's earlier prices.
struct Adjustment {
  Date ex_date{};
  model::ActionType type = model::ActionType::kSplit;
  double value = 0;  ///< As in model::CorporateAction.
  Timestamp known_at{};
  /// Price of one child share for a spin-off: its close (when issued) of the session before ex_date, else
  /// its first close from ex_date on. Absent: not known.
  std::optional<double> child_price = {};
};

/// Whether the action changes the number of shares (split, stock dividend).
[[nodiscard]] bool is_split(model::ActionType type);
/// New shares per old: a split's value, 1 + value of a stock dividend. Requires: is_split(type).
[[nodiscard]] double split_ratio(model::ActionType type, double value);

/// The factor of one action; `closes` are the security's raw closes, ascending by date. Absent where it
/// cannot be known (no close within 30 days before ex_date, no child price), where it makes no sense (a
/// dividend of at least the price), and for actions that leave prices alone (merger, rename, delisting).
[[nodiscard]] std::optional<double> adjustment_factor(const Adjustment& action,
                                                      std::span<const DatedClose> closes);

/// Cumulative factors of a date: the products over the actions after it.
struct CumulativeFactors {
  double split = 1;         ///< Splits and stock dividends.
  double distribution = 1;  ///< Cash dividends and spin-offs.
  [[nodiscard]] double all() const { return split * distribution; }
  bool operator==(const CumulativeFactors&) const = default;
};

/// The factors of one security as they were known at an instant. Immutable; thread safe.
class FactorSchedule {
 public:
  FactorSchedule() = default;
  /// Uses the actions with known_at <= `known_at`. Actions without a factor count as 1.
  FactorSchedule(std::span<const Adjustment> actions, std::span<const DatedClose> closes, Timestamp known_at);

  /// Of actions with ex_date > `date`: raw price x factors = adjusted price. O(log actions).
  [[nodiscard]] CumulativeFactors at(Date date) const;
  /// Product of split ratios with `date` < ex_date <= `as_of`: a price adjusted for splits as of `as_of`,
  /// times this, is the raw price; such a volume divided by it is the raw volume. 1 when as_of <= date.
  [[nodiscard]] double splits_between(Date date, Date as_of) const;

 private:
  struct Step {
    Date ex_date;
    CumulativeFactors from_here;  ///< Product of this and all later steps.
  };
  std::vector<Step> steps_;  ///< Ascending, distinct ex_dates.
};

}  // namespace goldtape::reference
