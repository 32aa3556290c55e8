#include "goldtape/model/price.h"

#include <cmath>

namespace goldtape::model {

std::optional<std::int64_t> to_price_units(double price_usd) {
  const double scaled = std::round(price_usd * static_cast<double>(kPriceUnits));
  if (!(std::abs(scaled) < 1e18)) return std::nullopt;
  return static_cast<std::int64_t>(scaled);
}

double from_price_units(std::int64_t units) {
  return static_cast<double>(units) / static_cast<double>(kPriceUnits);
}

bool survives_rounding(double price_usd) {
  constexpr double kRelative = 1e-6;
  const auto units = to_price_units(price_usd);
  return units && std::abs(from_price_units(*units) - price_usd) <= kRelative * std::abs(price_usd);
}

}  // namespace goldtape::model
