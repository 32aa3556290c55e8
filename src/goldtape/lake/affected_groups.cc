#include "goldtape/lake/affected_groups.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "goldtape/reference/adjustment.h"

namespace goldtape::lake {

namespace {

using model::Interval;
using TickerDate = std::pair<std::string, Date>;

std::optional<Interval> refined_interval(const std::string& text) {
  if (text == to_string(Interval::k1m)) return Interval::k1m;
  if (text == to_string(Interval::k1d)) return Interval::k1d;
  return std::nullopt;
}

bool same_but_for_factor(const SecurityAction& a, const SecurityAction& b) {
  SecurityAction c = b;
  c.adjustment_factor = a.adjustment_factor;
  return a == c;
}

using ActionsBySecurity = std::map<std::int64_t, std::vector<const SecurityAction*>>;

ActionsBySecurity by_security(const std::vector<SecurityAction>& actions, bool splits_only) {
  ActionsBySecurity out;
  for (const SecurityAction& action : actions) {
    if (!splits_only || reference::is_split(action.type)) out[action.security_id].push_back(&action);
  }
  return out;
}

std::set<std::int64_t> securities_with_other_actions(const std::vector<SecurityAction>& before,
                                                     const std::vector<SecurityAction>& after,
                                                     bool splits_only) {
  const ActionsBySecurity old_actions = by_security(before, splits_only);
  const ActionsBySecurity new_actions = by_security(after, splits_only);
  std::set<std::int64_t> out;
  auto differs = [](const auto& a, const auto& b) {
    return !std::ranges::equal(a, b,
                               [](const auto* x, const auto* y) { return same_but_for_factor(*x, *y); });
  };
  for (const auto& [id, actions] : new_actions) {
    auto found = old_actions.find(id);
    if (found == old_actions.end() || differs(found->second, actions)) out.insert(id);
  }
  for (const auto& [id, actions] : old_actions) {
    if (!new_actions.contains(id)) out.insert(id);
  }
  return out;
}

/// Parents of children and children of parents: a spin-off's factor needs both sides' closes.
void close_over_spin_offs(const std::vector<SecurityAction>& actions, std::set<std::int64_t>& securities) {
  for (bool grown = true; grown;) {
    grown = false;
    for (const SecurityAction& action : actions) {
      if (action.type != model::ActionType::kSpinOff || !action.new_security_id) continue;
      if (securities.contains(action.security_id)) grown |= securities.insert(*action.new_security_id).second;
      if (securities.contains(*action.new_security_id)) grown |= securities.insert(action.security_id).second;
    }
  }
}

class Collector {
 public:
  explicit Collector(const AffectedInputs& in) : in_(in) {
    for (const auto& [key, counts] : *in.known) owner_[{counts.ticker, key.date}] = key.security_id;
  }

  AffectedGroups run() {
    for (const auto* groups : {&in_.changed->present, &in_.changed->removed}) {
      for (const BronzeKey& group : *groups) add_bronze(group);
    }
    const auto split_changes = securities_with_other_actions(*in_.old_actions, *in_.new_actions, true);
    for (const auto& [key, counts] : *in_.known) {
      const auto owner = in_.master->resolve(counts.ticker, key.date);
      const bool moved = owner != key.security_id;
      if (moved && owner) add(key.interval, {*owner, key.date});
      const bool ended = key.interval == Interval::k1m && in_.sessions_ended.contains(key.date);
      if (moved || ended || in_.everything || split_changes.contains(key.security_id)) {
        add(key.interval, {key.security_id, key.date});
      }
    }
    for (const SilverKey& key : out_.days) out_.day_securities.insert(key.security_id);
    out_.day_securities.merge(securities_with_other_actions(*in_.old_actions, *in_.new_actions, false));
    close_over_spin_offs(*in_.new_actions, out_.day_securities);
    return std::move(out_);
  }

 private:
  void add(Interval interval, SilverKey key) {
    (interval == Interval::k1m ? out_.minutes : out_.days).insert(key);
  }

  void add_bronze(const BronzeKey& group) {
    const auto interval = refined_interval(group.interval);
    if (!interval) return;
    if (const auto id = in_.master->resolve(group.ticker, group.date)) add(*interval, {*id, group.date});
    if (auto before = owner_.find({group.ticker, group.date}); before != owner_.end()) {
      add(*interval, {before->second, group.date});
    }
  }

  const AffectedInputs& in_;
  std::map<TickerDate, std::int64_t> owner_;
  AffectedGroups out_;
};

}  // namespace

AffectedGroups affected_groups(const AffectedInputs& in) { return Collector(in).run(); }

reference::Observations observations(const CoverageMap& known, const ChangedGroups& changed,
                                     const std::set<BronzeKey>& still_there) {
  std::set<std::pair<Interval, TickerDate>> seen;
  for (const auto& [key, counts] : known) seen.insert({key.interval, {counts.ticker, key.date}});
  for (const BronzeKey& group : changed.removed) {
    const auto interval = refined_interval(group.interval);
    if (interval && !still_there.contains(group)) seen.erase({*interval, {group.ticker, group.date}});
  }
  for (const BronzeKey& group : changed.present) {
    if (const auto interval = refined_interval(group.interval))
      seen.insert({*interval, {group.ticker, group.date}});
  }
  std::set<TickerDate> distinct;
  for (const auto& [interval, ticker_date] : seen) distinct.insert(ticker_date);
  reference::Observations out;
  for (const auto& [ticker, date] : distinct) out[ticker].push_back(date);
  return out;
}

}  // namespace goldtape::lake
