#include "goldtape/ingest/repetition.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "goldtape/base/time.h"

namespace goldtape::ingest {

namespace {

constexpr const char* kMany = "_many";
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

/// When the last load but `load` was observed that may have changed what it says; kNever for none.
std::int64_t newest_change(const std::vector<lake::StandingLoad>& loads, const store::LoadAudit& load) {
  const std::int64_t first_us = load.range_start ? to_micros(*load.range_start) : kNever;
  const std::int64_t end_us =
      load.range_end ? to_micros(*load.range_end) : std::numeric_limits<std::int64_t>::max();
  std::int64_t newest = kNever;
  for (const lake::StandingLoad& other : loads) {
    const bool apart = other.range_end_us <= first_us || end_us <= other.range_start_us;
    if (!apart && other.load_id != load.load_id) newest = std::max(newest, other.observed_us);
  }
  return newest;
}

/// Of the loads that stand with this question and these bytes, the one observed last.
Result<std::optional<store::LoadAudit>> newest_of_same(store::Database& database,
                                                       const store::LoadAudit& first) {
  GT_ASSIGN(
      const store::Rows rows,
      database.query("SELECT load_id FROM load_audit WHERE source = ? AND content_sha256 = ? AND request "
                     "= ? AND status IN ('loaded', 'unchanged')",
                     {first.source, first.content_sha256, first.request}));
  std::optional<store::LoadAudit> newest = first;
  for (const store::Row& row : rows.rows) {
    GT_ASSIGN(auto load, store::find_load(database, store::text_of(row[0])));
    if (load && load->observed_at > newest->observed_at) newest = std::move(load);
  }
  return newest;
}

}  // namespace

Result<const Repetitions::ByTicker*> Repetitions::changes_of(const store::LoadAudit& load) {
  const Kind kind(load.source, load.dataset, load.interval);
  if (const auto at = changes_.find(kind); at != changes_.end()) return &at->second;
  GT_ASSIGN(auto loads, lake::changing_loads(database_, load.source, load.dataset, load.interval));
  ByTicker by_ticker;
  for (lake::StandingLoad& one : loads) by_ticker[one.ticker].push_back(std::move(one));
  return &changes_.emplace(kind, std::move(by_ticker)).first->second;
}

Result<std::optional<store::LoadAudit>> Repetitions::repeated(const store::LoadAudit& first) {
  GT_ASSIGN(const ByTicker* changes, changes_of(first));
  std::int64_t changed_us = kNever;
  const auto look_at = [&](const auto& of_ticker) {
    changed_us = std::max(changed_us, newest_change(of_ticker.second, first));
  };
  if (first.ticker == kMany) {
    std::ranges::for_each(*changes, look_at);
  } else {
    for (const std::string& ticker : {first.ticker, std::string(kMany)}) {
      if (const auto at = changes->find(ticker); at != changes->end()) look_at(*at);
    }
  }
  if (changed_us <= to_micros(first.observed_at)) return first;
  GT_ASSIGN(auto newest, newest_of_same(database_, first));
  if (changed_us <= to_micros(newest->observed_at)) return newest;
  return std::optional<store::LoadAudit>{};
}

}  // namespace goldtape::ingest
