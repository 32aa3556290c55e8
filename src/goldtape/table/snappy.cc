#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "goldtape/table/snappy_internal.h"

namespace goldtape::table::internal {
namespace {

static_assert(std::endian::native == std::endian::little, "loads are of the format's byte order");

constexpr std::size_t kStride = 16;
constexpr std::size_t kTagBytes = 5;  // A tag and the longest distance.

template <typename T>
[[gnu::always_inline]] inline T load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

template <typename T>
[[gnu::always_inline]] inline void store(std::uint8_t* to, const T& value) {
  std::memcpy(to, &value, sizeof(value));
}

[[gnu::always_inline]] inline void copy_stride(std::uint8_t* to, const std::uint8_t* from) {
  std::memcpy(to, from, kStride);
}

// How long the unpacked block is, by its head; false when that is not `expected`.
bool pass_head(std::span<const std::uint8_t>& packed, std::size_t expected) {
  std::uint64_t length = 0;
  for (unsigned shift = 0; shift < 35 && !packed.empty(); shift += 7) {
    const std::uint8_t part = packed.front();
    packed = packed.subspan(1);
    length |= static_cast<std::uint64_t>(part & 0x7fU) << shift;
    if ((part & 0x80U) == 0) return length == expected;
  }
  return false;
}

// By the lowest bits of a tag: a literal, or a copy with a distance of so many bytes after the tag.
constexpr std::array<std::uint8_t, 4> kDistanceBytes = {0, 1, 2, 4};
constexpr std::array<std::uint32_t, 4> kDistanceMask = {0, 0xff, 0xffff, 0xffffffff};

// What a tag says by itself.
struct Tag {
  std::uint8_t length;     // Of what it stands for.
  std::uint8_t advance;    // To the next tag, unless this is a literal that says its length after the tag.
  std::uint16_t distance;  // Its high bits.
};
constexpr std::array<Tag, 256> kTags = [] {
  std::array<Tag, 256> tags{};
  for (unsigned tag = 0; tag < tags.size(); ++tag) {
    const unsigned kind = tag & 3U;
    const unsigned length = kind == 1 ? ((tag >> 2) & 7U) + 4 : (tag >> 2) + 1;
    tags[tag].length = static_cast<std::uint8_t>(length);
    tags[tag].advance = static_cast<std::uint8_t>(1 + (kind == 0 ? length : kDistanceBytes[kind]));
    tags[tag].distance = static_cast<std::uint16_t>(kind == 1 ? (tag >> 5) << 8 : 0);
  }
  return tags;
}();

// Bytes that were there `distance` before; the two may overlap. Writes up to a stride more.
[[gnu::always_inline]] inline void repeat(std::uint8_t* to, std::size_t distance, std::size_t length) {
  const std::uint8_t* from = to - distance;
  if (distance >= kStride) {
    for (std::size_t i = 0; i < length; i += kStride) copy_stride(to + i, from + i);
    return;
  }
  // A pattern as it is, and then from so far back that strides do not meet.
  const std::size_t pattern = distance * ((kStride + distance - 1) / distance);
  for (std::size_t i = 0; i < pattern; ++i) to[i] = from[i];
  for (std::size_t i = pattern; i < length; i += kStride) copy_stride(to + i, to + i - pattern);
}

#ifdef __x86_64__
const bool kShuffles = __builtin_cpu_supports("ssse3") != 0;

// By distance: which of a stride's bytes come again and again.
constexpr std::array<std::array<std::uint8_t, kStride>, kStride + 1> kRepeated = [] {
  std::array<std::array<std::uint8_t, kStride>, kStride + 1> repeated{};
  for (std::size_t distance = 1; distance <= kStride; ++distance) {
    for (std::size_t i = 0; i < kStride; ++i) repeated[distance][i] = static_cast<std::uint8_t>(i % distance);
  }
  return repeated;
}();
#endif

class Unpacker {
 public:
  Unpacker(std::span<const std::uint8_t> packed, std::span<std::uint8_t> out)
      : in_(packed.data()),
        end_(packed.data() + packed.size()),
        to_(out.data()),
        begin_(out.data()),
        out_end_(out.data() + out.size()) {}

  bool run(std::size_t wanted) {
    const std::uint8_t* const stop = begin_ + wanted;
    while (to_ < stop) {
#ifdef __x86_64__
      if (kShuffles && !take_short(stop)) return false;
      if (to_ >= stop) break;
#endif
      if (!step()) return false;
    }
    return true;
  }

 private:
#ifdef __x86_64__
  // Literals and copies of a stride or less alike, without a branch between them, and longer copies; until
  // there is something else or the end of what is packed is near. False when a copy is from nowhere.
  [[gnu::target("ssse3")]] bool take_short(const std::uint8_t* stop) {
    const std::uint8_t* in = in_;
    std::uint8_t* to = to_;
    while (to < stop && static_cast<std::size_t>(end_ - in) >= kTagBytes + kStride) {
      const std::uint8_t tag = *in;
      const std::size_t kind = tag & 3U;
      const std::size_t length = kTags[tag].length;
      const std::size_t distance =
          kTags[tag].distance + std::size_t{load<std::uint32_t>(in + 1) & kDistanceMask[kind]};
      const bool literal = kind == 0;
      if (length > kStride && (literal || length > static_cast<std::size_t>(out_end_ - to))) break;
      if (!literal && distance - 1 >= static_cast<std::size_t>(to - begin_)) return false;
      const std::uint8_t* const from = literal ? in + 1 : to - distance;
      const std::size_t apart = literal ? kStride : std::min(distance, kStride);
      const __m128i bytes = _mm_shuffle_epi8(load<__m128i>(from), load<__m128i>(kRepeated[apart].data()));
      store(to, bytes);
      if (length > kStride) {
        // Of a short pattern whole repetitions; else what follows.
        const std::size_t step = distance < kStride ? kStride / distance * distance : kStride;
        for (std::size_t i = step; i < length; i += step)
          store(to + i, distance < kStride ? bytes : load<__m128i>(from + i));
      }
      in += kTags[tag].advance;
      to += length;
    }
    in_ = in;
    to_ = to;
    return to <= out_end_;
  }
#endif

  // One literal or copy of any kind.
  bool step() {
    if (in_ == end_) return false;
    const std::uint8_t tag = *in_++;
    const std::size_t kind = tag & 3U;
    const std::size_t length = kTags[tag].length;
    const auto room = static_cast<std::size_t>(out_end_ - to_);
    if (kind == 0) return literal(length, room);
    std::uint32_t low = 0;
    if (left() < kDistanceBytes[kind]) return false;
    std::memcpy(&low, in_, kDistanceBytes[kind]);
    in_ += kDistanceBytes[kind];
    const std::size_t distance = kTags[tag].distance + std::size_t{low};
    if (distance == 0 || distance > static_cast<std::size_t>(to_ - begin_) || length > room) return false;
    repeat(to_, distance, length);
    to_ += length;
    return true;
  }

  bool literal(std::size_t length, std::size_t room) {
    const std::size_t more = length > 60 ? length - 60 : 0;
    if (left() < more) return false;
    if (more > 0) {
      std::uint32_t long_length = 0;
      std::memcpy(&long_length, in_, more);
      length = std::size_t{long_length} + 1;
      in_ += more;
    }
    if (length > left() || length > room) return false;
    std::memcpy(to_, in_, length);
    in_ += length;
    to_ += length;
    return true;
  }

  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - in_); }

  const std::uint8_t* in_;
  const std::uint8_t* const end_;
  std::uint8_t* to_;
  std::uint8_t* const begin_;
  std::uint8_t* const out_end_;
};

}  // namespace

bool unsnap(std::span<const std::uint8_t> packed, std::size_t wanted, std::span<std::uint8_t> out) {
  if (!pass_head(packed, out.size())) return false;
  return Unpacker(packed, out).run(wanted);
}

}  // namespace goldtape::table::internal
