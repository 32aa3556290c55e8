// The features: their names, in the order of gold's columns, and what each means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape::feature {

/// Index of each feature's column, in the order of the registry.
enum FeatureId : std::uint8_t {
  kSimpleReturn,
  kLogReturn,
  kSma5,
  kSma10,
  kSma20,
  kSma50,
  kSma200,
  kEma12,
  kEma26,
  kMacd,
  kMacdSignal,
  kMacdHist,
  kRsi14,
  kBbUpper20,
  kBbMiddle20,
  kBbLower20,
  kAtr14,
  kVolatility20,
  kMomentum5,
  kSessionVwap,
  kVwap5,
  kObv,
  kVolumeZscore20,
  kHighLowRange,
  kGapFromPrevClose,
  kFeatureCount,
};

/// Values of one bar by FeatureId; NaN where there is none (warm-up, no price, undefined).
using FeatureRow = std::array<double, kFeatureCount>;

/// Where a batch writes: `out[id]` has as many rows as there are bars; an empty span leaves that feature out.
using FeatureColumns = std::span<const std::span<double>, kFeatureCount>;

struct FeatureSpec {
  std::string_view name;     ///< Column name.
  std::string_view unit;     ///< USD, ratio, shares, ...
  std::int32_t warm_up;      ///< Priced bars before the first value; those rows are NULL.
  std::string_view formula;  ///< Over c close, o open, h high, l low, v volume; t is now.
  std::string_view source;   ///< Whose definition it is.
  std::string_view doc;      ///< What it is used for.
};

/// All features, indexed by FeatureId.
[[nodiscard]] std::span<const FeatureSpec> features();
/// A feature by name. Errors: kUsage GT1301, the nearest names are listed.
[[nodiscard]] Result<FeatureId> find_feature(std::string_view name);

}  // namespace goldtape::feature
