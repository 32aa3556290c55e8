#include "goldtape/reference/security_master.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "goldtape/reference/ticker_segments_internal.h"

namespace goldtape::reference {

namespace {

using internal::Segment;
using internal::SegmentTable;

struct Component {
  std::vector<std::size_t> segments;
  std::optional<SecurityId> id;
  Date first{};        ///< First observation, or the stored first date when nothing is observed any more.
  std::string ticker;  ///< Of the first observation.
};

std::string reason_of(const Segment& segment) {
  if (segment.started_by_rename) return "rename";
  if (segment.spun_off) return "spin_off";
  return segment.after_end ? "reuse" : "first_seen";
}

/// The names of one component, earliest first. Segments that nothing was seen of and no rename leads to
/// have no dates of their own and are left out.
std::vector<TickerInterval> intervals_of(const SegmentTable& table, const Component& component) {
  std::vector<TickerInterval> out;
  for (std::size_t at : component.segments) {
    const Segment& segment = table.segments()[at];
    std::optional<Date> from = segment.first_observed;
    if (segment.started_by_rename) from = segment.start;
    if (!from) continue;
    out.push_back({.security_id = *component.id,
                   .ticker = segment.ticker,
                   .valid_from = *from,
                   .valid_to = segment.end,
                   .change_reason = reason_of(segment)});
  }
  std::ranges::sort(out, {}, &TickerInterval::valid_from);
  return out;
}

std::vector<Component> components_of(const SegmentTable& table) {
  std::map<std::size_t, Component> by_root;
  for (std::size_t at = 0; at < table.segments().size(); ++at) {
    by_root[table.root(at)].segments.push_back(at);
  }
  std::vector<Component> out;
  for (auto& [root, component] : by_root) {
    component.id = table.segments()[root].anchored;
    bool observed = false;
    for (std::size_t at : component.segments) {
      const Segment& segment = table.segments()[at];
      if (!segment.first_observed) continue;
      if (!observed ||
          std::tie(*segment.first_observed, segment.ticker) < std::tie(component.first, component.ticker)) {
        component.first = *segment.first_observed;
        component.ticker = segment.ticker;
      }
      observed = true;
    }
    if (observed) out.push_back(std::move(component));
  }
  std::ranges::sort(out, [](const Component& a, const Component& b) {
    return std::tie(a.first, a.ticker) < std::tie(b.first, b.ticker);
  });
  return out;
}

/// Where the last name of a security ends without a next one.
void set_life(const SegmentTable& table, const Component& component, Security& security) {
  security.listed_on = component.first;
  security.delisted_on.reset();
  security.delisting_reason.reset();
  for (std::size_t at : component.segments) {
    const Segment& segment = table.segments()[at];
    if (!segment.ended_by_delisting || !segment.end) continue;
    if (security.delisted_on && *security.delisted_on > *segment.end) continue;
    security.delisted_on = segment.end;
    security.delisting_reason = segment.end_reason;
  }
}

}  // namespace

Result<SecurityMaster> SecurityMaster::restore(std::vector<Security> securities,
                                               std::vector<TickerInterval> history) {
  SecurityMaster master;
  master.securities_ = std::move(securities);
  master.history_ = std::move(history);
  std::ranges::sort(master.securities_, {}, &Security::id);
  master.index();
  const TickerInterval* previous = nullptr;
  for (const TickerInterval& interval : master.history_) {
    if (!master.find(interval.security_id)) {
      return fail(
          ErrorKind::kDamaged, 5201,
          "reference.ticker_history names security " + std::to_string(interval.security_id) +
              ", which reference.securities does not have; roll both tables back to one point in time",
          interval.ticker);
    }
    if (previous && previous->ticker == interval.ticker &&
        (!previous->valid_to || *previous->valid_to > interval.valid_from)) {
      return fail(ErrorKind::kDamaged, 5201,
                  "reference.ticker_history gives " + interval.ticker + " to two securities on " +
                      format_date(interval.valid_from) + "; roll the table back to an earlier snapshot",
                  interval.ticker);
    }
    previous = &interval;
  }
  return master;
}

std::vector<MasterWarning> SecurityMaster::update(const Observations& observations,
                                                  std::span<const model::CorporateAction> actions) {
  // A rename that leads back from a stored security to an earlier name moves that security's first date,
  // on which other cuts may rest: rare, and settled by looking again.
  constexpr int kMaxRounds = 8;
  std::vector<MasterWarning> warnings;
  for (int round = 0; round < kMaxRounds; ++round) {
    const std::vector<TickerInterval> before = history_;
    warnings = update_once(observations, actions);
    if (history_ == before) break;
  }
  return warnings;
}

std::vector<MasterWarning> SecurityMaster::update_once(const Observations& observations,
                                                       std::span<const model::CorporateAction> actions) {
  SegmentTable table(observations, actions, history_);
  std::vector<MasterWarning> warnings;
  for (std::string& message : table.link(actions)) warnings.push_back({std::move(message)});

  SecurityId next = securities_.empty() ? 1 : securities_.back().id + 1;
  std::vector<TickerInterval> history;
  std::map<SecurityId, Security> securities;
  for (Security& security : securities_) securities.emplace(security.id, std::move(security));
  for (Component& component : components_of(table)) {
    if (!component.id) {
      component.id = next++;
      securities[*component.id].id = *component.id;
    }
    set_life(table, component, securities[*component.id]);
    auto intervals = intervals_of(table, component);
    std::move(intervals.begin(), intervals.end(), std::back_inserter(history));
  }
  securities_.clear();
  for (auto& [id, security] : securities) securities_.push_back(std::move(security));
  history_ = std::move(history);
  index();
  return warnings;
}

void SecurityMaster::index() {
  std::ranges::sort(history_, [](const TickerInterval& a, const TickerInterval& b) {
    return std::tie(a.ticker, a.valid_from) < std::tie(b.ticker, b.valid_from);
  });
  by_security_.clear();
  for (std::size_t i = 0; i < history_.size(); ++i) by_security_[history_[i].security_id].push_back(i);
  for (auto& [id, at] : by_security_) {
    std::ranges::sort(at, {}, [this](std::size_t i) { return history_[i].valid_from; });
  }
}

std::optional<SecurityId> SecurityMaster::resolve(std::string_view ticker, Date date) const {
  auto after =
      std::ranges::upper_bound(history_, std::pair{ticker, date}, {}, [](const TickerInterval& interval) {
        return std::pair{std::string_view{interval.ticker}, interval.valid_from};
      });
  if (after == history_.begin()) return std::nullopt;
  const TickerInterval& candidate = *std::prev(after);
  if (candidate.ticker != ticker || !candidate.covers(date)) return std::nullopt;
  return candidate.security_id;
}

std::optional<std::string_view> SecurityMaster::ticker_of(SecurityId id, Date date) const {
  auto found = by_security_.find(id);
  if (found == by_security_.end()) return std::nullopt;
  std::optional<std::string_view> best;
  for (std::size_t at : found->second) {
    if (history_[at].valid_from <= date || !best) best = history_[at].ticker;
  }
  return best;
}

const Security* SecurityMaster::find(SecurityId id) const {
  auto found = std::ranges::lower_bound(securities_, id, {}, &Security::id);
  return found != securities_.end() && found->id == id ? &*found : nullptr;
}

}  // namespace goldtape::reference
