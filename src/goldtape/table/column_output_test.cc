#include <algorithm>
#include <vector>

#include <arrow/array.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "goldtape/table/column_output_internal.h"

namespace goldtape::table::internal {
namespace {

const Type kPrice{.id = TypeId::kDecimal, .precision = 18, .scale = 4};

// Prices, and now and then numbers of any size, on both sides of what vector instructions take.
RC_GTEST_PROP(ColumnOutput, GivesTheDoubleNearestToADecimal, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(0, 200);
  const auto bits = *rc::gen::inRange(1, 64);
  auto state = *rc::gen::arbitrary<std::uint64_t>() | 1;
  std::vector<std::int64_t> values(count);
  for (std::int64_t& value : values) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    value = static_cast<std::int64_t>(state ^ (state << 31)) >> (state % 40 == 0 ? 0 : 64 - bits);
  }
  ColumnOutput out(kPrice, true);
  RC_ASSERT(out.allocate(std::ssize(values), false).has_value());
  out.put(0, values.data(), std::ssize(values));
  const auto array = out.finish();
  RC_ASSERT(array.has_value());
  const auto& doubles = dynamic_cast<const arrow::DoubleArray&>(**array);
  for (std::size_t i = 0; i < count; ++i)
    RC_ASSERT(doubles.Value(static_cast<std::int64_t>(i)) == static_cast<double>(values[i]) / 10'000.0);
}

RC_GTEST_PROP(ColumnOutput, KeepsWhichRowsAreNull, ()) {
  const auto count = *rc::gen::inRange<std::int64_t>(1, 100);
  const auto from = *rc::gen::inRange<std::int64_t>(0, count);
  std::vector<std::int16_t> levels(static_cast<std::size_t>(count - from));
  for (std::int16_t& level : levels) level = static_cast<std::int16_t>(*rc::gen::inRange(0, 4) > 0);
  ColumnOutput out({.id = TypeId::kLong}, false);
  RC_ASSERT(out.allocate(count, true).has_value());
  const std::vector<std::int64_t> values(static_cast<std::size_t>(count), 7);
  out.put(0, values.data(), count);
  out.put_validity(from, levels.data(), std::ssize(levels));
  const auto array = out.finish();
  RC_ASSERT(array.has_value());
  RC_ASSERT((*array)->null_count() == std::count(levels.begin(), levels.end(), 0));
  for (std::int64_t row = 0; row < count; ++row) {
    const bool valid = row < from || levels[static_cast<std::size_t>(row - from)] > 0;
    RC_ASSERT((*array)->IsValid(row) == valid);
  }
  RC_ASSERT((*array)->ValidateFull().ok());
}

}  // namespace
}  // namespace goldtape::table::internal
