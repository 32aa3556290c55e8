#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "goldtape/reference/ticker_segments_internal.h"

namespace goldtape::reference::internal {

using model::ActionType;
using model::CorporateAction;

namespace {

constexpr std::chrono::days kOneDay{1};

bool ends_ticker(ActionType type) {
  return type == ActionType::kRename || type == ActionType::kDelisting || type == ActionType::kMerger;
}

/// The earliest interval of each stored security.
std::map<SecurityId, const TickerInterval*> first_intervals(std::span<const TickerInterval> stored) {
  std::map<SecurityId, const TickerInterval*> first;
  for (const TickerInterval& interval : stored) {
    auto [at, added] = first.emplace(interval.security_id, &interval);
    if (!added && interval.valid_from < at->second->valid_from) at->second = &interval;
  }
  return first;
}

}  // namespace

SegmentTable::SegmentTable(const Observations& observations, std::span<const CorporateAction> actions,
                           std::span<const TickerInterval> stored) {
  cut(observations, actions, stored);
  mark(actions);
  anchor(stored);
  for (Segment& segment : segments_) {
    auto seen = observations.find(segment.ticker);
    if (seen == observations.end()) continue;
    auto first =
        segment.start ? std::ranges::lower_bound(seen->second, *segment.start) : seen->second.begin();
    if (first == seen->second.end() || !segment.covers(*first)) continue;
    segment.first_observed = segment.first_observed ? std::min(*segment.first_observed, *first) : *first;
  }
  parent_.resize(segments_.size());
  std::iota(parent_.begin(), parent_.end(), std::size_t{0});
}

void SegmentTable::cut(const Observations& observations, std::span<const CorporateAction> actions,
                       std::span<const TickerInterval> stored) {
  std::map<std::string, std::set<Date>, std::less<>> cuts;
  for (const auto& [ticker, dates] : observations) cuts[ticker];
  for (const CorporateAction& action : actions) {
    if (!ends_ticker(action.type)) continue;
    cuts[action.ticker].insert(action.ex_date);
    if (action.type == ActionType::kRename) cuts[action.new_ticker].insert(action.ex_date);
  }
  // Two stored securities never share a segment, even when the action that parted them is gone.
  std::map<std::string, std::set<Date>, std::less<>> anchors;
  for (const auto& [id, interval] : first_intervals(stored))
    anchors[interval->ticker].insert(interval->valid_from);
  for (const auto& [ticker, dates] : anchors) {
    auto& of_ticker = cuts[ticker];
    for (auto later = dates.begin(); later != dates.end(); ++later) {
      if (later == dates.begin()) continue;
      auto parted = of_ticker.upper_bound(*std::prev(later));
      if (parted == of_ticker.end() || *parted > *later) of_ticker.insert(*later);
    }
  }
  for (const auto& [ticker, dates] : cuts) {
    std::optional<Date> start;
    for (Date date : dates) {
      segments_.push_back({.ticker = ticker, .start = start, .end = date});
      start = date;
    }
    segments_.push_back({.ticker = ticker, .start = start});
  }
}

void SegmentTable::mark(std::span<const CorporateAction> actions) {
  for (const CorporateAction& action : actions) {
    if (action.type == ActionType::kSpinOff) {
      if (auto child = find(action.new_ticker, action.ex_date)) segments_[*child].spun_off = true;
      continue;
    }
    if (!ends_ticker(action.type)) continue;
    if (auto ended = find(action.ticker, action.ex_date - kOneDay)) {
      Segment& segment = segments_[*ended];
      if (action.type != ActionType::kRename) {
        segment.ended_by_delisting = true;
        segment.end_reason =
            action.description.empty() ? std::string{to_string(action.type)} : action.description;
      }
    }
    for (Segment& segment : segments_) {
      if (segment.ticker == action.ticker && segment.start && *segment.start >= action.ex_date) {
        segment.after_end = true;
      }
    }
  }
}

void SegmentTable::anchor(std::span<const TickerInterval> stored) {
  for (const auto& [id, interval] : first_intervals(stored)) {
    auto at = find(interval->ticker, interval->valid_from);
    if (!at) continue;
    Segment& segment = segments_[*at];
    segment.anchored = id;
    // A security whose first bars were taken back keeps its name and first date.
    segment.first_observed = interval->valid_from;
  }
}

std::vector<std::string> SegmentTable::link(std::span<const CorporateAction> actions) {
  std::vector<const CorporateAction*> renames;
  for (const CorporateAction& action : actions) {
    if (action.type == ActionType::kRename) renames.push_back(&action);
  }
  std::ranges::sort(renames, [](const CorporateAction* a, const CorporateAction* b) {
    return std::tie(a->ex_date, a->ticker, a->new_ticker) < std::tie(b->ex_date, b->ticker, b->new_ticker);
  });
  std::vector<std::string> refused;
  for (const CorporateAction* rename : renames) {
    auto before = find(rename->ticker, rename->ex_date - kOneDay);
    auto after = find(rename->new_ticker, rename->ex_date);
    if (!before || !after) continue;
    std::size_t a = root(*before);
    std::size_t b = root(*after);
    if (a == b) continue;
    const auto& id_a = segments_[a].anchored;
    const auto& id_b = segments_[b].anchored;
    if (id_a && id_b) {
      refused.push_back("the rename " + rename->ticker + " -> " + rename->new_ticker + " of " +
                        format_date(rename->ex_date) + " came when both names had ids (" +
                        std::to_string(*id_a) + ", " + std::to_string(*id_b) + "); they stay two securities");
      continue;
    }
    segments_[*after].started_by_rename = true;
    if (id_b) std::swap(a, b);
    parent_[b] = a;
  }
  return refused;
}

std::size_t SegmentTable::root(std::size_t at) const {
  while (parent_[at] != at) at = parent_[at];
  return at;
}

std::optional<std::size_t> SegmentTable::find(std::string_view ticker, Date date) const {
  auto first = std::ranges::lower_bound(segments_, ticker, {}, &Segment::ticker);
  for (; first != segments_.end() && first->ticker == ticker; ++first) {
    if (first->covers(date)) return static_cast<std::size_t>(first - segments_.begin());
  }
  return std::nullopt;
}

}  // namespace goldtape::reference::internal
