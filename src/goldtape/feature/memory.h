// What the engine remembers of a security, and the two ways to move it on.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "goldtape/feature/bar_columns.h"
#include "goldtape/feature/registry.h"
#include "goldtape/feature/ring.h"
#include "goldtape/feature/smoothing.h"
#include "goldtape/feature/window_squares.h"
#include "goldtape/feature/window_sums.h"

namespace goldtape::feature {

using CloseSums = WindowSums<5, 10, 20, 50, 200>;
using VolumeSums = WindowSums<5, 20>;
using ValueSums = WindowSums<5>;

/// Trivially copyable and without padding: serialising it is copying it.
struct Memory {
  std::int64_t bars = 0;  ///< Priced bars seen.
  double previous_close = 0;
  CloseSums close_sums;
  WindowSquares20 close_squares;
  Ring<5> closes;  ///< By bar number.
  Ema<12> ema_12;
  Ema<26> ema_26;
  Ema<12> macd_fast;  ///< TA-Lib's MACD seeds its fast average later than EMA 12 itself.
  Ema<9> macd_signal;
  WilderMean<14> gains;
  WilderMean<14> losses;
  WilderMean<14> true_range;
  WindowSquares20 return_squares;
  WindowSquares20 volume_squares;
  VolumeSums volume_sums;
  ValueSums value_sums;
  std::int64_t session = std::numeric_limits<std::int64_t>::min();
  double session_value = 0;
  double session_volume = 0;
  double obv = 0;
};
static_assert(std::is_trivially_copyable_v<Memory>);

/// The stream: takes one bar.
void step(Memory& memory, const BarInput& bar, FeatureRow& out);

/// What becomes of the memory after a batch.
enum class Afterwards : std::uint8_t {
  kGoesOn,  ///< More bars will come: all of it must be right.
  kDone,    ///< Nothing: only what the features asked for need is kept up.
};

/// The batch: takes many, to the same bits as as many steps. Requires: as engine.h's compute().
void step_columns(Memory& memory, const BarColumns& bars, FeatureColumns out, Afterwards afterwards);

}  // namespace goldtape::feature
