#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "goldtape/table/delta_values_internal.h"

namespace goldtape::table::internal {
namespace {

static_assert(std::endian::native == std::endian::little, "loads are of the format's byte order");

constexpr std::size_t kStep = static_cast<std::size_t>(kDeltaStep);
constexpr std::size_t kLongestVarint = 10;

std::uint64_t load(const std::uint8_t* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// Value number `Place` of those packed with this width; it may look at up to 16 bytes from its first.
template <unsigned Width, unsigned Place>
[[gnu::always_inline]] inline std::uint64_t unpack(const std::uint8_t* in) {
  constexpr unsigned kByte = Place * Width / 8;
  constexpr unsigned kShift = Place * Width % 8;
  std::uint64_t value = load(in + kByte) >> kShift;
  if constexpr (kShift + Width > 64) value |= load(in + kByte + 8) << (64 - kShift);
  if constexpr (Width < 64) value &= (std::uint64_t{1} << Width) - 1;
  return value;
}

// A step of equal differences; of a column that stays as it is, none.
template <typename T>
T take_even_step(const std::uint8_t* /*in*/, T least, T last, T* out) {
  using Unsigned = std::make_unsigned_t<T>;
  if (least == 0) {
    std::fill_n(out, kStep, last);
    return last;
  }
  auto sum = static_cast<Unsigned>(last);
  for (std::size_t i = 0; i < kStep; ++i) out[i] = static_cast<T>(sum += static_cast<Unsigned>(least));
  return static_cast<T>(sum);
}

// One step of values, each the one before it plus `least` plus what is packed; returns the last.
template <typename T, unsigned Width>
T take_step(const std::uint8_t* in, T least, T last, T* out) {
  using Unsigned = std::make_unsigned_t<T>;
  auto sum = static_cast<Unsigned>(last);
  const auto add = static_cast<Unsigned>(least);
  const auto take = [&](std::size_t place, std::uint64_t packed) {
    sum += add + static_cast<Unsigned>(packed);
    out[place] = static_cast<T>(sum);
  };
  [&]<std::size_t... kPlaces>(std::index_sequence<kPlaces...>) {
    (take(kPlaces, unpack<Width, static_cast<unsigned>(kPlaces)>(in)), ...);
  }(std::make_index_sequence<kStep>{});
  return static_cast<T>(sum);
}

template <typename T>
using TakeStep = T (*)(const std::uint8_t*, T, T, T*);

template <typename T>
constexpr unsigned kWidest = std::numeric_limits<std::make_unsigned_t<T>>::digits;

// By width.
template <typename T>
constexpr auto kSteps = []<std::size_t... kWidths>(std::index_sequence<kWidths...>) {
  return std::array<TakeStep<T>, sizeof...(kWidths) + 1>{take_even_step<T>,
                                                         take_step<T, static_cast<unsigned>(kWidths) + 1>...};
}(std::make_index_sequence<kWidest<T>>{});

class Input {
 public:
  explicit Input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool good() const { return good_; }
  std::span<const std::uint8_t> take(std::uint64_t count) {
    if (!good_ || count > bytes_.size()) {
      good_ = false;
      return {};
    }
    const auto taken = bytes_.first(static_cast<std::size_t>(count));
    bytes_ = bytes_.subspan(static_cast<std::size_t>(count));
    return taken;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < std::min(kLongestVarint, bytes_.size()); ++i) {
      const std::uint64_t part = bytes_[i] & 0x7fU;
      if (i + 1 == kLongestVarint && part > 1) break;
      value |= part << (7 * i);
      if ((bytes_[i] & 0x80U) != 0) continue;
      bytes_ = bytes_.subspan(i + 1);
      return value;
    }
    good_ = false;
    return 0;
  }
  template <typename T>
  T zigzag() {
    const std::uint64_t value = varint();
    if (value > std::numeric_limits<std::make_unsigned_t<T>>::max()) good_ = false;
    return static_cast<T>((value >> 1) ^ (0 - (value & 1)));
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool good_ = true;
};

struct BlockShape {
  std::uint64_t miniblocks = 0;
  std::uint64_t miniblock_values = 0;
};

// Blocks of a multiple of 128 values, miniblocks of a multiple of 32; no writer's are longer than this.
bool read_shape(Input& in, BlockShape& shape) {
  constexpr std::uint64_t kLongestBlock = 1 << 16;
  const std::uint64_t values = in.varint();
  shape.miniblocks = in.varint();
  if (!in.good() || values == 0 || values > kLongestBlock || values % 128 != 0) return false;
  if (shape.miniblocks == 0 || values % shape.miniblocks != 0) return false;
  shape.miniblock_values = values / shape.miniblocks;
  return shape.miniblock_values % kStep == 0;
}

}  // namespace

template <typename T>
bool decode_deltas(std::span<const std::uint8_t> bytes, std::int64_t count, std::int64_t wanted, T* out) {
  Input in(bytes);
  BlockShape shape;
  if (count <= 0 || wanted <= 0 || wanted > count || !read_shape(in, shape)) return false;
  if (in.varint() != static_cast<std::uint64_t>(count)) return false;
  T last = in.zigzag<T>();
  if (!in.good()) return false;
  *out = last;
  for (std::int64_t done = 1; done < wanted;) {
    const T least = in.zigzag<T>();
    const auto widths = in.take(shape.miniblocks);
    for (std::size_t m = 0; m < widths.size() && done < wanted; ++m) {
      if (widths[m] > kWidest<T>) return false;
      const auto packed = in.take(shape.miniblock_values / 8 * widths[m]);
      if (!in.good()) return false;
      const std::uint8_t* from = packed.data();
      const TakeStep<T> step = kSteps<T>[widths[m]];
      for (std::uint64_t i = 0; i < shape.miniblock_values && done < wanted; i += kStep, done += kDeltaStep) {
        last = step(from, least, last, out + done);
        from += kStep / 8 * widths[m];
      }
    }
    if (!in.good()) return false;
  }
  return true;
}

template bool decode_deltas(std::span<const std::uint8_t>, std::int64_t, std::int64_t, std::int32_t*);
template bool decode_deltas(std::span<const std::uint8_t>, std::int64_t, std::int64_t, std::int64_t*);

}  // namespace goldtape::table::internal
