#include "goldtape/lake/action_fold.h"

#include <bit>
#include <string>
#include <tuple>
#include <utility>

#include "goldtape/base/hash.h"
#include "goldtape/lake/fold_internal.h"

namespace goldtape::lake {

namespace {

auto key_of(const BronzeAction& row) {
  const model::CorporateAction& a = row.action;
  return std::tuple(std::string_view(a.ticker), a.ex_date, model::to_string(a.type),
                    std::string_view(a.new_ticker));
}

struct ActionRules {
  const Names& loads;

  [[nodiscard]] static auto key(const BronzeAction& row) { return key_of(row); }
  [[nodiscard]] bool earlier(const BronzeAction& a, const BronzeAction& b) const {
    const auto order = [](const BronzeAction& row) {
      return std::tuple(row.observed_us, row.content_hash, row.action.known_at);
    };
    if (order(a) != order(b)) return order(a) < order(b);
    return a.load != b.load && loads[a.load] < loads[b.load];
  }
  [[nodiscard]] bool same_content(const BronzeAction& a, const BronzeAction& b) const {
    return a.content_hash == b.content_hash;
  }
};

}  // namespace

std::uint64_t content_hash(const model::CorporateAction& action) {
  const std::uint64_t value =
      xxh3_64(std::to_string(std::bit_cast<std::uint64_t>(action.value == 0.0 ? 0.0 : action.value)));
  return xxh3_64(action.description, xxh3_64(action.currency, value));
}

bool same_key(const BronzeAction& a, const BronzeAction& b) { return key_of(a) == key_of(b); }

FoldedActions fold(const std::vector<BronzeAction>& evidence, const Names& load_ids, std::uint32_t loads) {
  const ActionRules rules{load_ids};
  internal::Fold<BronzeAction, ActionRules> fold(rules, loads);
  fold.run(evidence);
  return {std::move(fold.rows), std::move(fold.counts)};
}

}  // namespace goldtape::lake
