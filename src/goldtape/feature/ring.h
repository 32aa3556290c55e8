// The last values of a stream, as the batch's history_column.h holds them for a block.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "goldtape/feature/history_column.h"

namespace goldtape::feature {

/// The newest value and the kHistory before it; 0 before the first. `now` is a step counter that all rings of
/// one machine share. Trivially copyable: its bytes are its state.
template <std::size_t kHistory>
class Ring {
 public:
  [[nodiscard]] double& at(std::uint64_t now, std::size_t back) { return values_[(now - back) & kMask]; }
  [[nodiscard]] double at(std::uint64_t now, std::size_t back) const { return values_[(now - back) & kMask]; }

  /// The newest value and those before it.
  [[nodiscard]] auto back_from(std::uint64_t now) const {
    return [this, now](std::size_t back) { return at(now, back); };
  }

  /// Writes the newest kHistory values as the history of a block.
  void write_to(std::uint64_t now, HistoryColumn<kHistory>& column) const {
    for (std::size_t back = 0; back < kHistory; ++back) *(column.now() - 1 - back) = at(now, back);
  }
  /// Takes the history of a block over as the newest values.
  void read_from(std::uint64_t now, const HistoryColumn<kHistory>& column) {
    for (std::size_t back = 0; back < kHistory; ++back) at(now, back) = *(column.now() - 1 - back);
  }

 private:
  static constexpr std::size_t kMask = std::bit_ceil(kHistory + 1) - 1;
  std::array<double, kMask + 1> values_{};
};

}  // namespace goldtape::feature
