// What a vendor does to prices before it shows them: splits and dividends known by an instant.
#pragma once

#include <vector>

#include "goldtape/simulate/market.h"

namespace goldtape::simulate {

struct Adjustment {
  bool splits = false;
  bool dividends = false;
};

/// Steps of the factors of one security, by date. A raw price times `price`, a raw volume times `volume`,
/// is what the vendor shows. Built once a question; cheap to ask in ascending order of dates.
class PriceFactors {
 public:
  /// Uses the actions whose ex-date is `as_of` or before it. A dividend D on a close P before it leaves the
  /// factor 1 - D / P (CRSP's way, which Yahoo's adjclose follows). Errors: the market's.
  [[nodiscard]] static Result<PriceFactors> make(const Market& market, const Security& security,
                                                 Adjustment adjustment, Date as_of);

  struct Factor {
    double price = 1;
    double volume = 1;
  };
  /// For bars of a date.
  [[nodiscard]] Factor at(Date date) const;
  [[nodiscard]] bool trivial() const { return steps_.empty(); }

  /// Multiplies prices and VWAP, rounds them to 1e-4 (VWAP 1e-6), and scales the volume.
  void apply(std::vector<MarketBar>& bars) const;

 private:
  struct Step {
    Date until{};  ///< Dates before it have this factor, down to the step before.
    Factor factor;
  };
  std::vector<Step> steps_;  ///< Ascending.
};

}  // namespace goldtape::simulate
