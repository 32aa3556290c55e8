// Random numbers by hash, so that any instant of a generated market can be computed by itself.
#pragma once

#include <array>
#include <cstdint>

namespace goldtape::simulate {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the result depends on every bit of x.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

/// A stream of numbers that its key alone decides. Equal on every machine. Not thread safe.
class Random {
 public:
  /// The stream of (seed, a, b, c): what for, which security, which session.
  explicit constexpr Random(std::uint64_t seed, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0)
      : state_(mix(mix(mix(mix(seed) ^ a) ^ b) ^ c)) {}

  constexpr std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    return mix(state_);
  }
  /// [0, 1).
  constexpr double uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  constexpr double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// [0, n). Requires: n > 0.
  constexpr std::uint64_t below(std::uint64_t n) { return next() % n; }
  /// Mean 0, variance 1, within +-3.47: the sum of four uniforms (Irwin-Hall), cheap and without libm, so
  /// that all machines agree to the bit.
  constexpr double normal() {
    const std::uint64_t bits = next();
    const auto sum = static_cast<double>((bits & 0xffffU) + ((bits >> 16U) & 0xffffU) +
                                         ((bits >> 32U) & 0xffffU) + (bits >> 48U));
    return (sum * 0x1.0p-16 - 2.0) * kScale;
  }

 private:
  static constexpr double kScale = 1.7320508075688772;  ///< sqrt(12 / 4).
  std::uint64_t state_;
};

}  // namespace goldtape::simulate
