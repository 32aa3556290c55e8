// The feature engine: one state machine a security, run bar by bar in a stream or over columns in a batch.
// Both evaluate the same expressions in the same order, so both give the same bits.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/feature/bar_columns.h"
#include "goldtape/feature/registry.h"

namespace goldtape::feature {

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
  /// Takes many bars at once, faster, to the same bits. Requires: as compute(), after the bars before.
  void update(const BarColumns& bars, FeatureColumns out);

  /// The state as bytes with a version and a checksum; of this machine's byte order.
  [[nodiscard]] std::string serialize() const;
  /// Errors: kDamaged GT1302 cut or changed bytes, kUnsupported GT1303 another version.
  [[nodiscard]] static Result<SecurityState> restore(std::string_view bytes);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

/// Computes features over the bars of one security from its first: `out[id]` gets bars.size() values, NaN for
/// none. What is left out costs little. Requires: columns of one length, ascending time, nothing of `out`
/// overlapping `bars`.
void compute(const BarColumns& bars, FeatureColumns out);

/// The same into vectors of its own, by FeatureId.
[[nodiscard]] std::vector<std::vector<double>> compute(const BarColumns& bars);

}  // namespace goldtape::feature
