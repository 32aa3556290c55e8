// Partition transforms. Source: Iceberg table spec v2, "Partition Transforms", Appendix B (hash).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/table/literal.h"
#include "goldtape/table/schema.h"

namespace goldtape::table {

enum class TransformKind : std::uint8_t { kIdentity, kBucket, kTruncate, kYear, kMonth, kDay, kHour, kVoid };

/// A transform with its parameter (bucket count, truncation width; else 0).
struct Transform {
  TransformKind kind = TransformKind::kIdentity;
  std::int32_t parameter = 0;
  bool operator==(const Transform&) const = default;
};

/// "identity", "bucket[16]", "truncate[4]", "year", "month", "day", "hour", "void".
[[nodiscard]] std::string to_string(const Transform& transform);
/// Errors: kUnsupported GT4021 for a transform that is not of format v2.
[[nodiscard]] Result<Transform> parse_transform(std::string_view text);

/// The type of a transform's results. Errors: kUsage GT4032 when it cannot take `source`.
[[nodiscard]] Result<Type> result_type(const Transform& transform, const Type& source);

/// The partition value of a source value; NULL gives NULL. Requires: result_type succeeds.
[[nodiscard]] Literal apply(const Transform& transform, const Literal& value, const Type& source);

/// Whether values in ascending order give results in ascending order (all but bucket and void).
[[nodiscard]] bool preserves_order(const Transform& transform);

/// How a result is written in a path: "2019-02", "2019-02-11", "AAPL", "3", "null".
[[nodiscard]] std::string to_human_string(const Transform& transform, const Literal& result,
                                          const Type& source);

/// Murmur3, x86 32 bit, seed 0, as bucket uses it (Appendix B).
[[nodiscard]] std::int32_t murmur3_32(std::string_view bytes);

}  // namespace goldtape::table
