// Prices as whole numbers of 1e-4 USD, the exact form that silver stores (decimal(18,4), ADR 0004).
#pragma once

#include <cstdint>
#include <optional>

namespace goldtape::model {

/// Units in a dollar.
inline constexpr std::int64_t kPriceUnits = 10'000;

/// The nearest number of units, ties away from zero; nothing for NaN, infinities and what decimal(18,4)
/// cannot hold. Vendors' float32 widened to double (170.4199981689453) comes out as what they meant
/// (1704200).
[[nodiscard]] std::optional<std::int64_t> to_price_units(double price_usd);

/// The double nearest to that many units.
[[nodiscard]] double from_price_units(std::int64_t units);

/// Whether rounding to units keeps a price within 1e-6 of itself, relatively. Where it does not (sub-cent
/// prices, long adjustment histories) the loss must stay visible: kFlagInexactPrice.
[[nodiscard]] bool survives_rounding(double price_usd);

}  // namespace goldtape::model
