#include "goldtape/lake/bar_fold.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "goldtape/lake/fold_internal.h"

namespace goldtape::lake {

namespace {

/// Position of each ticker when they are sorted by text.
std::vector<std::uint32_t> ranks_of(const Names& names) {
  std::vector<std::uint32_t> order(names.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return names[a] < names[b]; });
  std::vector<std::uint32_t> ranks(names.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) ranks[order[i]] = i;
  return ranks;
}

struct BarRules {
  const Names& loads;
  std::vector<std::uint32_t> ranks;

  [[nodiscard]] std::pair<std::uint32_t, std::int64_t> key(const BronzeBar& bar) const {
    return {ranks[bar.ticker], bar.ts_us};
  }
  /// Beyond (observed_at, content hash) the order only makes lineage canonical.
  [[nodiscard]] bool earlier(const BronzeBar& a, const BronzeBar& b) const {
    const auto key = [](const BronzeBar& bar) {
      return std::tuple(bar.observed_us, bar.content_hash, bar.basis, bar.basis_as_of_days);
    };
    if (key(a) != key(b)) return key(a) < key(b);
    return a.load != b.load && loads[a.load] < loads[b.load];
  }
  [[nodiscard]] bool same_content(const BronzeBar& a, const BronzeBar& b) const {
    return lake::same_content(a, b);
  }
};

}  // namespace

bool same_content(const BronzeBar& a, const BronzeBar& b) {
  return a.content_hash == b.content_hash && a.basis == b.basis;
}

Folded fold(const std::vector<BronzeBar>& evidence, const FoldNames& names, std::uint32_t loads) {
  const BarRules rules{names.loads, ranks_of(names.tickers)};
  internal::Fold<BronzeBar, BarRules> fold(rules, loads);
  fold.run(evidence);
  return {std::move(fold.rows), std::move(fold.revisions), std::move(fold.counts)};
}

}  // namespace goldtape::lake
