// Deltas against Arrow's encoder and decoder, and against an encoder with other writers' freedoms.
#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <vector>

#include <arrow/buffer.h>
#include <gtest/gtest.h>
#include <parquet/encoding.h>
#include <rapidcheck/gtest.h>

#include "goldtape/table/delta_values_internal.h"

namespace goldtape::table::internal {
namespace {

using Bytes = std::vector<std::uint8_t>;

template <typename T>
struct Arrows;
template <>
struct Arrows<std::int32_t> {
  using Type = parquet::Int32Type;
};
template <>
struct Arrows<std::int64_t> {
  using Type = parquet::Int64Type;
};

template <typename T>
Bytes encode_by_arrow(const std::vector<T>& values) {
  auto encoder = parquet::MakeTypedEncoder<typename Arrows<T>::Type>(parquet::Encoding::DELTA_BINARY_PACKED);
  encoder->Put(values.data(), static_cast<int>(values.size()));
  const auto buffer = encoder->FlushValues();
  return {buffer->data(), buffer->data() + buffer->size()};
}

// Nothing when the bytes are turned down. They lie at the very end of their memory but for what must follow.
template <typename T>
std::optional<std::vector<T>> decode(Bytes bytes, std::int64_t count, std::int64_t wanted) {
  const std::size_t size = bytes.size();
  bytes.resize(size + kDeltaBytesAfter, 0xee);
  bytes.shrink_to_fit();
  std::vector<T> out(static_cast<std::size_t>(wanted + 2 * kDeltaStep));
  if (!decode_deltas(std::span<const std::uint8_t>(bytes).first(size), count, wanted, out.data()))
    return std::nullopt;
  out.resize(static_cast<std::size_t>(wanted));
  return out;
}

void put_varint(Bytes& out, std::uint64_t value) {
  for (; value > 0x7f; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}
void put_zigzag(Bytes& out, std::int64_t value) {
  put_varint(out, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

struct Shape {
  std::size_t block = 128;
  std::size_t miniblocks = 4;
};

// Deltas as the format allows them: any multiple of 128 a block, any width for miniblocks without values.
template <typename T>
Bytes encode(const std::vector<T>& values, Shape shape) {
  using Unsigned = std::make_unsigned_t<T>;
  Bytes out;
  put_varint(out, shape.block);
  put_varint(out, shape.miniblocks);
  put_varint(out, values.size());
  put_zigzag(out, values.front());
  const std::size_t some = shape.block / shape.miniblocks;
  for (std::size_t first = 1; first < values.size(); first += shape.block) {
    std::vector<T> deltas;
    for (std::size_t i = first; i < std::min(first + shape.block, values.size()); ++i)
      deltas.push_back(
          static_cast<T>(static_cast<Unsigned>(values[i]) - static_cast<Unsigned>(values[i - 1])));
    const T least = *std::min_element(deltas.begin(), deltas.end());
    put_zigzag(out, least);
    Bytes packed;
    for (std::size_t m = 0; m < shape.miniblocks; ++m) {
      if (m * some >= deltas.size()) {
        out.push_back(0xff);  // Nobody may look at it.
        continue;
      }
      std::vector<Unsigned> above(some, 0);
      Unsigned all = 0;
      for (std::size_t i = m * some; i < std::min((m + 1) * some, deltas.size()); ++i) {
        above[i - m * some] = static_cast<Unsigned>(deltas[i]) - static_cast<Unsigned>(least);
        all |= above[i - m * some];
      }
      const auto width = static_cast<std::size_t>(std::bit_width(all));
      out.push_back(static_cast<std::uint8_t>(width));
      Bytes bits(some * width / 8, 0);
      for (std::size_t bit = 0; bit < some * width; ++bit) {
        if ((above[bit / width] >> (bit % width)) & 1U)
          bits[bit / 8] |= static_cast<std::uint8_t>(1U << (bit % 8));
      }
      packed.insert(packed.end(), bits.begin(), bits.end());
    }
    out.insert(out.end(), packed.begin(), packed.end());
  }
  return out;
}

// Values whose differences have about so many bits, now and then any at all.
template <typename T>
std::vector<T> some_values() {
  const auto count = *rc::gen::inRange<std::size_t>(1, 700);
  const auto bits = *rc::gen::inRange<unsigned>(0, std::numeric_limits<std::make_unsigned_t<T>>::digits + 1);
  const std::uint64_t mask = bits == 0 ? 0 : ~std::uint64_t{0} >> (64 - bits);
  auto state = *rc::gen::arbitrary<std::uint64_t>() | 1;
  std::vector<T> values(count);
  std::uint64_t last = state;
  for (T& value : values) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::uint64_t random = state ^ (state >> 29);
    last += random % 61 == 0 ? random : (random >> 3) & mask;
    value = static_cast<T>(last);
  }
  return values;
}

template <typename T>
void check_against_arrow() {
  const std::vector<T> values = some_values<T>();
  const Bytes bytes = encode_by_arrow(values);
  const auto wanted = *rc::gen::inRange<std::int64_t>(1, std::ssize(values) + 1);
  const auto got = decode<T>(bytes, std::ssize(values), wanted);
  RC_ASSERT(got.has_value());
  RC_ASSERT(std::equal(got->begin(), got->end(), values.begin()));
}

template <typename T>
void check_shapes() {
  const std::vector<T> values = some_values<T>();
  const Shape shape = *rc::gen::element(Shape{128, 1}, Shape{128, 2}, Shape{128, 4}, Shape{256, 4},
                                        Shape{2048, 8}, Shape{384, 12});
  const Bytes bytes = encode(values, shape);
  const auto got = decode<T>(bytes, std::ssize(values), std::ssize(values));
  RC_ASSERT(got.has_value());
  RC_ASSERT(*got == values);
  auto decoder = parquet::MakeTypedDecoder<typename Arrows<T>::Type>(parquet::Encoding::DELTA_BINARY_PACKED);
  decoder->SetData(static_cast<int>(values.size()), bytes.data(), static_cast<int>(bytes.size()));
  std::vector<T> arrows(values.size());
  RC_ASSERT(decoder->Decode(arrows.data(), static_cast<int>(arrows.size())) ==
            static_cast<int>(values.size()));
  RC_ASSERT(arrows == values);
}

RC_GTEST_PROP(DeltaValues, AreWhatArrowEncoded, ()) {
  check_against_arrow<std::int64_t>();
  check_against_arrow<std::int32_t>();
}

RC_GTEST_PROP(DeltaValues, OfEveryShapeOfBlocks, ()) {
  check_shapes<std::int64_t>();
  check_shapes<std::int32_t>();
}

template <typename T>
void check_every_width() {
  using Unsigned = std::make_unsigned_t<T>;
  for (unsigned width = 0; width <= std::numeric_limits<Unsigned>::digits; ++width) {
    std::vector<T> values{T{-5}};
    Unsigned last = static_cast<Unsigned>(values[0]);
    const Unsigned most =
        width == 0 ? Unsigned{0}
                   : static_cast<Unsigned>(~Unsigned{0}) >> (std::numeric_limits<Unsigned>::digits - width);
    for (unsigned i = 0; i < 300; ++i) {
      last += i % 3 == 0 ? most : i % 3 == 1 ? Unsigned{0} : static_cast<Unsigned>(most / (i + 1));
      values.push_back(static_cast<T>(last));
    }
    const auto got = decode<T>(encode(values, {}), std::ssize(values), std::ssize(values));
    ASSERT_TRUE(got) << width;
    EXPECT_EQ(*got, values) << width;
  }
}

TEST(DeltaValues, OfEveryWidth) {
  check_every_width<std::int64_t>();
  check_every_width<std::int32_t>();
}

TEST(DeltaValues, ThatAreCutAreTurnedDownOrNotMissed) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < 400; ++i) values.push_back(i * i * 37 % 1009);
  const Bytes bytes = encode(values, {});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(decode<std::int64_t>(cut, 400, 400)) << size;
    const auto part = decode<std::int64_t>(cut, 400, 100);
    if (!part) continue;
    EXPECT_TRUE(std::equal(part->begin(), part->end(), values.begin())) << size;
  }
}

Bytes head(const std::vector<std::uint64_t>& numbers) {
  Bytes bytes;
  for (const std::uint64_t number : numbers) put_varint(bytes, number);
  bytes.resize(bytes.size() + 4096, 0);
  return bytes;
}

TEST(DeltaValues, WithAHeadThatCannotBeAreTurnedDown) {
  EXPECT_TRUE(decode<std::int64_t>(head({128, 4, 200, 0}), 200, 200));
  const std::vector<std::vector<std::uint64_t>> bad = {
      {0, 4, 200, 0},   {100, 4, 200, 0},        {128, 0, 200, 0},
      {128, 8, 200, 0}, {128, 3, 200, 0},        {1ULL << 40, 4, 200, 0},
      {128, 4, 199, 0}, {128, 4, 1ULL << 62, 0}, {128, ~0ULL, 200, 0}};
  for (const auto& numbers : bad) {
    EXPECT_FALSE(decode<std::int64_t>(head(numbers), 200, 200)) << numbers[1];
  }
  EXPECT_FALSE(decode<std::int32_t>(head({128, 4, 200, 1ULL << 33}), 200, 200)) << "a first value of 33 bits";
  Bytes wide = head({128, 4, 200, 0, 0});
  wide[7] = 33;
  EXPECT_TRUE(decode<std::int64_t>(wide, 200, 200));
  EXPECT_FALSE(decode<std::int32_t>(wide, 200, 200)) << "33 bits for a value of 32";
  wide[7] = 65;
  EXPECT_FALSE(decode<std::int64_t>(wide, 200, 200));
  EXPECT_FALSE(decode<std::int64_t>(head({128, 4, 0, 0}), 0, 0));
  EXPECT_FALSE(decode<std::int64_t>(Bytes(64, 0xff), 200, 200)) << "a number without an end";
}

}  // namespace
}  // namespace goldtape::table::internal
