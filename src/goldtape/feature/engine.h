// The feature engine: one state machine a security, run bar by bar in a stream or over columns in a batch.
// Both call the same function, so both give the same bits.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/feature/bar_columns.h"
#include "goldtape/feature/registry.h"

namespace goldtape::feature {

/// Values of one bar by FeatureId; NaN where there is none (warm-up, no price, undefined).
using FeatureRow = std::array<double, kFeatureCount>;

/// The features of one security, bar after bar. A bar without a price gives a row of NaN and leaves the state
/// as it is; a filled minute (the last close, volume 0) is a bar like any other. Copyable; not thread safe.
class SecurityState {
 public:
  SecurityState();
  SecurityState(const SecurityState& other);
  SecurityState& operator=(const SecurityState& other);
  SecurityState(SecurityState&&) noexcept;
  SecurityState& operator=(SecurityState&&) noexcept;
  ~SecurityState();

  /// Takes the next bar and gives its features. Requires: ascending time.
  void update(const BarInput& bar, FeatureRow& out);

  /// The state as bytes with a version and a checksum; of this machine's byte order.
  [[nodiscard]] std::string serialize() const;
  /// Errors: kDamaged GT1302 cut or changed bytes, kUnsupported GT1303 another version.
  [[nodiscard]] static Result<SecurityState> restore(std::string_view bytes);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

/// Computes all features over the bars of one security from its first: `out[id]` gets bars.size() values, NaN
/// for none. Requires: columns of one length, ascending time, out[id].size() == bars.size() (an empty span
/// leaves that feature out).
void compute(const BarColumns& bars, std::span<const std::span<double>, kFeatureCount> out);

/// The same into vectors of its own, by FeatureId.
[[nodiscard]] std::vector<std::vector<double>> compute(const BarColumns& bars);

}  // namespace goldtape::feature
