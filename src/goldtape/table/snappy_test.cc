// Snappy unpacked here against Arrow's.
#include <algorithm>
#include <optional>
#include <vector>

#include <arrow/util/compression.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "goldtape/table/snappy_internal.h"

namespace goldtape::table::internal {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes snap(const Bytes& bytes) {
  const auto codec = *arrow::util::Codec::Create(arrow::Compression::SNAPPY);
  Bytes packed(static_cast<std::size_t>(codec->MaxCompressedLen(std::ssize(bytes), bytes.data())));
  const std::int64_t size =
      *codec->Compress(std::ssize(bytes), bytes.data(), std::ssize(packed), packed.data());
  packed.resize(static_cast<std::size_t>(size));
  packed.shrink_to_fit();
  return packed;
}

// Nothing when it is turned down; else the first `wanted` of `size` bytes.
std::optional<Bytes> unpack(const Bytes& packed, std::size_t size, std::size_t wanted) {
  Bytes out(size + kSnappyBytesAfter, 0xee);
  if (!unsnap(packed, wanted, std::span(out).first(size))) return std::nullopt;
  out.resize(wanted);
  return out;
}

// Repetitions of every distance and length between bytes of chance.
Bytes some_bytes() {
  const auto size = *rc::gen::inRange<std::size_t>(1, 5000);
  const auto alike = *rc::gen::inRange<std::uint64_t>(1, 40);
  auto state = *rc::gen::arbitrary<std::uint64_t>() | 1;
  const auto random = [&](std::uint64_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % below;
  };
  Bytes bytes;
  while (bytes.size() < size) {
    const auto length = static_cast<std::size_t>(random(random(9) == 0 ? 300 : 30) + 1);
    const auto distance = static_cast<std::size_t>(random(random(3) == 0 ? 3000 : 20) + 1);
    const bool repeat = distance <= bytes.size() && random(40) < alike;
    for (std::size_t i = 0; i < length; ++i)
      bytes.push_back(repeat ? bytes[bytes.size() - distance] : static_cast<std::uint8_t>(random(256)));
  }
  return bytes;
}

RC_GTEST_PROP(Snappy, UnpacksWhatArrowPacked, ()) {
  const Bytes bytes = some_bytes();
  const Bytes packed = snap(bytes);
  const auto whole = unpack(packed, bytes.size(), bytes.size());
  RC_ASSERT(whole.has_value());
  RC_ASSERT(*whole == bytes);
  const auto wanted = *rc::gen::inRange<std::size_t>(0, bytes.size() + 1);
  const auto part = unpack(packed, bytes.size(), wanted);
  RC_ASSERT(part.has_value());
  RC_ASSERT(std::equal(part->begin(), part->end(), bytes.begin()));
}

RC_GTEST_PROP(Snappy, GivesWhatArrowGivesForDamagedBytes, ()) {
  const Bytes bytes = some_bytes();
  Bytes packed = snap(bytes);
  const int changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes; ++i)
    packed[*rc::gen::inRange<std::size_t>(0, packed.size())] ^=
        static_cast<std::uint8_t>(*rc::gen::inRange(1, 256));
  if (*rc::gen::arbitrary<bool>()) packed.resize(*rc::gen::inRange<std::size_t>(0, packed.size()));
  const auto ours = unpack(packed, bytes.size(), bytes.size());
  const auto codec = *arrow::util::Codec::Create(arrow::Compression::SNAPPY);
  Bytes arrows(bytes.size());
  const auto size = codec->Decompress(std::ssize(packed), packed.data(), std::ssize(arrows), arrows.data());
  if (size.ok() && *size == std::ssize(bytes)) {
    RC_ASSERT(ours.has_value());
    RC_ASSERT(*ours == arrows);
  }
}

TEST(Snappy, TurnsDownWhatCannotBe) {
  EXPECT_EQ(unpack({3, 2 << 2, 'a', 'b', 'c'}, 3, 3), (Bytes{'a', 'b', 'c'}));
  EXPECT_EQ(unpack({6, 0, 'a', (1 << 2) | 1, 1}, 6, 6), (Bytes{'a', 'a', 'a', 'a', 'a', 'a'}));
  const std::vector<Bytes> bad = {
      {},
      {6},
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
      {7, 2 << 2, 'a', 'b', 'c'},            // Says seven.
      {6, 2 << 2, 'a', 'b'},                 // A literal that is cut.
      {6, 60 << 2},                          // Its length is cut.
      {6, 63 << 2, 0xff, 0xff, 0xff, 0xff},  // Of 4 GiB.
      {6, 6 << 2, 1, 2, 3, 4, 5, 6, 7},      // Longer than all.
      {6, 0, 'a', (1 << 2) | 1},             // Of a copy only the tag.
      {6, 0, 'a', (1 << 2) | 1, 0},          // From nowhere.
      {6, 0, 'a', (1 << 2) | 1, 2},          // From before the beginning.
      {6, 0, 'a', (5 << 2) | 2, 1, 0},       // Beyond the end.
      {6, 0, 'a', (4 << 2) | 3, 1, 0, 0},    // Its distance is cut.
  };
  for (const Bytes& packed : bad) EXPECT_FALSE(unpack(packed, 6, 6)) << packed.size();
}

}  // namespace
}  // namespace goldtape::table::internal
