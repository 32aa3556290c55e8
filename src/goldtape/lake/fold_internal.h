// The fold over evidence, for any kind of row (bar_fold.h says what it means). Not public.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "goldtape/lake/fold_counts.h"

namespace goldtape::lake::internal {

/// `Rules` has key(row): cheap to compare, valid as long as the row; earlier(a, b): the order of observation;
/// and same_content(a, b). `Row` has `sequence`.
template <typename Row, typename Rules>
class Fold {
 public:
  Fold(const Rules& rules, std::uint32_t loads) : rules_(rules) { counts.resize(loads + 1); }

  std::vector<Row> rows;
  std::vector<std::pair<Row, Row>> revisions;
  std::vector<FoldCounts> counts;

  void run(const std::vector<Row>& evidence) {
    const std::vector<Place> order = in_order(evidence);
    rows.reserve(evidence.size());
    std::vector<const Row*> same;
    for (auto first = order.begin(); first != order.end();) {
      const auto last =
          std::find_if(first, order.end(), [&](const Place& place) { return place.key != first->key; });
      same.clear();
      for (auto place = first; place != last; ++place) same.push_back(place->row);
      count(same);
      if (same.size() > 1) {
        std::sort(same.begin(), same.end(),
                  [&](const Row* a, const Row* b) { return rules_.earlier(*a, *b); });
      }
      fold_key(same);
      first = last;
    }
  }

 private:
  using Key = decltype(std::declval<const Rules&>().key(std::declval<const Row&>()));

  /// Keys are sorted, not rows: these are many times as large, and lie anywhere.
  struct Place {
    Key key;
    const Row* row;
  };

  std::vector<Place> in_order(const std::vector<Row>& evidence) const {
    std::vector<Place> order;
    order.reserve(evidence.size());
    for (const Row& row : evidence) order.push_back({rules_.key(row), &row});
    const auto before = [&](const Place& a, const Place& b) {
      if (a.key != b.key) return a.key < b.key;
      return a.row->sequence != b.row->sequence ? a.row->sequence < b.row->sequence
                                                : rules_.earlier(*a.row, *b.row);
    };
    if (!std::is_sorted(order.begin(), order.end(), before)) std::sort(order.begin(), order.end(), before);
    return order;
  }

  /// Requires: evidence of one key, by sequence.
  void count(std::span<const Row* const> evidence) {
    const Row* current = nullptr;
    for (const Row* row : evidence) {
      const bool wins = current == nullptr || !rules_.earlier(*row, *current);
      if (row->sequence != 0) {
        FoldCounts& mine = counts[row->sequence];
        if (current == nullptr) {
          ++mine.inserted;
        } else if (wins && !rules_.same_content(*row, *current)) {
          ++mine.updated;
        } else {
          ++mine.unchanged;
        }
      }
      if (wins) current = row;
    }
  }

  /// Requires: evidence of one key, in the order of observation.
  void fold_key(std::span<const Row* const> evidence) {
    const Row* current = evidence.front();
    for (const Row* row : evidence.subspan(1)) {
      if (rules_.same_content(*row, *current)) continue;
      revisions.emplace_back(*current, *row);
      current = row;
    }
    rows.push_back(*current);
  }

  const Rules& rules_;
};

}  // namespace goldtape::lake::internal
