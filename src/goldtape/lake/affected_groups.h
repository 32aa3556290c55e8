// Which parts of silver a change of bronze reaches. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "goldtape/lake/coverage.h"
#include "goldtape/lake/reference_rows.h"
#include "goldtape/lake/snapshot_diff.h"
#include "goldtape/reference/security_master.h"

namespace goldtape::lake {

struct AffectedGroups {
  std::set<SilverKey> minutes;
  std::set<SilverKey> days;
  std::set<std::int64_t> day_securities;  ///< Whose days are adjusted again: those of `days`, and more.
  [[nodiscard]] bool empty() const { return minutes.empty() && days.empty() && day_securities.empty(); }
};

/// What is known of bronze and silver at the moment.
struct AffectedInputs {
  const ChangedGroups* changed = nullptr;
  const CoverageMap* known = nullptr;                 ///< Groups of silver before the change.
  const reference::SecurityMaster* master = nullptr;  ///< After the change.
  const std::vector<SecurityAction>* old_actions = nullptr;
  const std::vector<SecurityAction>* new_actions = nullptr;
  bool everything = false;             ///< All known groups count as changed.
  std::set<Date> sessions_ended = {};  ///< Refined while they lasted: their minutes are done again.
};

/// Changed groups, under the security they name now and under the one they named before; groups that
/// changed hands; all groups of a security whose splits changed; the days of securities whose actions, or
/// whose spin-offs' closes, changed.
[[nodiscard]] AffectedGroups affected_groups(const AffectedInputs& in);

/// Dates with bars by ticker after the change: those known, less what is gone, plus what came.
/// `still_there`: of `changed.removed`, what other files hold.
[[nodiscard]] reference::Observations observations(const CoverageMap& known, const ChangedGroups& changed,
                                                   const std::set<BronzeKey>& still_there);

}  // namespace goldtape::lake
