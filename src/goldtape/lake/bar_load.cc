#include "goldtape/lake/bar_load.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "goldtape/lake/action_fold.h"

namespace goldtape::lake {

namespace {

struct BarKey {
  std::uint32_t ticker;
  std::int64_t ts_us;
  std::uint64_t content;
  bool operator==(const BarKey&) const = default;
};

struct BarKeyHash {
  std::size_t operator()(const BarKey& key) const {
    return key.content ^ (static_cast<std::uint64_t>(key.ts_us) * 0x9E3779B97F4A7C15ULL) ^
           (std::uint64_t{key.ticker} << 40U);
  }
};

/// Each bar later than the one before, or of the next ticker: no two can be of one key. So answers mostly
/// come.
bool is_in_order(const model::BarBatch& bars) {
  for (std::size_t i = 1; i < bars.size(); ++i) {
    if (std::tuple(bars.ticker[i - 1], bars.ts_us[i - 1]) >= std::tuple(bars.ticker[i], bars.ts_us[i]))
      return false;
  }
  return true;
}

}  // namespace

BarLoad make_bar_load(std::string load_id, Timestamp observed_at, model::BarBatch bars,
                      const std::set<std::uint32_t>& refused) {
  BarLoad load{
      .load_id = std::move(load_id), .observed_at = observed_at, .bars = std::move(bars), .accepted = {}};
  load.accepted.reserve(load.bars.size());
  if (is_in_order(load.bars)) {
    for (std::uint32_t i = 0; i < load.bars.size(); ++i) {
      if (!refused.contains(i)) load.accepted.push_back(i);
    }
    return load;
  }
  std::unordered_map<BarKey, std::uint32_t, BarKeyHash> seen;
  seen.reserve(load.bars.size());
  for (std::uint32_t i = 0; i < load.bars.size(); ++i) {
    if (refused.contains(i)) continue;
    const BarKey key{load.bars.ticker[i], load.bars.ts_us[i], model::content_hash(load.bars, i)};
    if (seen.try_emplace(key, i).second) {
      load.accepted.push_back(i);
    } else {
      ++load.duplicates_removed;
    }
  }
  return load;
}

ActionLoad make_action_load(std::string load_id, Timestamp observed_at,
                            std::vector<model::CorporateAction> actions,
                            const std::set<std::uint32_t>& refused) {
  ActionLoad load{.load_id = std::move(load_id), .observed_at = observed_at, .actions = {}};
  std::set<std::tuple<std::string, Date, model::ActionType, std::string, std::uint64_t>> seen;
  for (std::uint32_t i = 0; i < actions.size(); ++i) {
    if (refused.contains(i)) continue;
    model::CorporateAction& action = actions[i];
    if (seen.emplace(action.ticker, action.ex_date, action.type, action.new_ticker, content_hash(action))
            .second) {
      load.actions.push_back(std::move(action));
    } else {
      ++load.duplicates_removed;
    }
  }
  return load;
}

}  // namespace goldtape::lake
