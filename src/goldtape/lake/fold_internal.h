// The fold over evidence, for any kind of row (bar_fold.h says what it means). Not public.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "goldtape/lake/fold_counts.h"

namespace goldtape::lake::internal {

/// `Rules` has key_less(a, b), same_key(a, b), earlier(a, b): the order of observation, and same_content(a,
/// b). `Row` has `sequence`.
template <typename Row, typename Rules>
class Fold {
 public:
  Fold(const Rules& rules, std::uint32_t loads) : rules_(rules) { counts.resize(loads + 1); }

  std::vector<Row> rows;
  std::vector<std::pair<Row, Row>> revisions;
  std::vector<FoldCounts> counts;

  void run(std::vector<Row> evidence) {
    std::sort(evidence.begin(), evidence.end(), [&](const Row& a, const Row& b) {
      if (rules_.key_less(a, b)) return true;
      if (rules_.key_less(b, a)) return false;
      return a.sequence != b.sequence ? a.sequence < b.sequence : rules_.earlier(a, b);
    });
    for (auto first = evidence.begin(); first != evidence.end();) {
      const auto last =
          std::find_if(first, evidence.end(), [&](const Row& row) { return !rules_.same_key(row, *first); });
      count({first, last});
      if (last - first > 1) {
        std::sort(first, last, [&](const Row& a, const Row& b) { return rules_.earlier(a, b); });
      }
      fold_key({first, last});
      first = last;
    }
  }

 private:
  /// Requires: evidence of one key, by sequence.
  void count(std::span<const Row> evidence) {
    const Row* current = nullptr;
    for (const Row& row : evidence) {
      const bool wins = current == nullptr || !rules_.earlier(row, *current);
      if (row.sequence != 0) {
        FoldCounts& mine = counts[row.sequence];
        if (current == nullptr) {
          ++mine.inserted;
        } else if (wins && !rules_.same_content(row, *current)) {
          ++mine.updated;
        } else {
          ++mine.unchanged;
        }
      }
      if (wins) current = &row;
    }
  }

  /// Requires: evidence of one key, in the order of observation.
  void fold_key(std::span<const Row> evidence) {
    const Row* current = &evidence.front();
    for (const Row& row : evidence.subspan(1)) {
      if (rules_.same_content(row, *current)) continue;
      revisions.emplace_back(*current, row);
      current = &row;
    }
    rows.push_back(*current);
  }

  const Rules& rules_;
};

}  // namespace goldtape::lake::internal
