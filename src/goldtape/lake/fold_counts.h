// What became of the rows of a load.
#pragma once

#include <cstdint>

namespace goldtape::lake {

/// Counted as if the loads of a merge had come one by one; each row is exactly one of the three.
struct FoldCounts {
  std::int64_t inserted = 0;   ///< There was no such row.
  std::int64_t updated = 0;    ///< The row that stands changed.
  std::int64_t unchanged = 0;  ///< It did not: said again, or older than what stands.
  bool operator==(const FoldCounts&) const = default;
};

}  // namespace goldtape::lake
