#include "goldtape/table/expire.h"

#include <algorithm>

#include "goldtape/table/refs.h"
#include "goldtape/table/statistics_files_internal.h"

namespace goldtape::table {
namespace {

/// Marks what a branch keeps of its line.
void keep_line(const TableMetadata& metadata, const SnapshotRef& ref, const ExpirePolicy& policy,
               std::int64_t now_ms, std::set<std::int64_t>& kept) {
  const std::int64_t max_age_ms = ref.max_snapshot_age_ms.value_or(policy.max_age_ms);
  const std::int32_t least = std::max(1, ref.min_snapshots_to_keep.value_or(policy.min_snapshots));
  std::set<std::int64_t> seen;
  const Snapshot* at = metadata.find_snapshot(ref.snapshot_id);
  for (std::int32_t number = 1; at != nullptr && seen.insert(at->snapshot_id).second; ++number) {
    // Ages grow along the line; a clock that jumped must not end it early.
    if (number <= least || now_ms - at->timestamp_ms < max_age_ms) kept.insert(at->snapshot_id);
    at = at->parent_snapshot_id ? metadata.find_snapshot(*at->parent_snapshot_id) : nullptr;
  }
}

bool outlived(const TableMetadata& metadata, const SnapshotRef& ref, std::int64_t now_ms) {
  const Snapshot* snapshot = metadata.find_snapshot(ref.snapshot_id);
  return ref.max_ref_age_ms && snapshot != nullptr && now_ms - snapshot->timestamp_ms > *ref.max_ref_age_ms;
}

/// Snapshots that a ref reaches by parentage.
std::set<std::int64_t> reached(const TableMetadata& metadata, const std::vector<SnapshotRef>& refs) {
  std::set<std::int64_t> out;
  for (const SnapshotRef& ref : refs) {
    const Snapshot* at = metadata.find_snapshot(ref.snapshot_id);
    while (at != nullptr && out.insert(at->snapshot_id).second) {
      at = at->parent_snapshot_id ? metadata.find_snapshot(*at->parent_snapshot_id) : nullptr;
    }
  }
  return out;
}

}  // namespace

ExpirePlan plan_expire(const TableMetadata& metadata, const ExpirePolicy& policy, std::int64_t now_ms) {
  ExpirePlan plan;
  std::set<std::int64_t> kept = policy.pinned;
  std::vector<SnapshotRef> live;
  for (const auto& [name, ref] : metadata.refs) {
    if (name != kMainBranch && outlived(metadata, ref, now_ms)) {
      plan.refs.push_back(name);
      continue;
    }
    live.push_back(ref);
    kept.insert(ref.snapshot_id);
    if (!ref.is_tag) keep_line(metadata, ref, policy, now_ms, kept);
  }
  if (metadata.current_snapshot_id && !metadata.refs.contains(kMainBranch)) {  // Version 1 has no refs.
    live.emplace_back().snapshot_id = *metadata.current_snapshot_id;
    keep_line(metadata, live.back(), policy, now_ms, kept);
  }
  const std::set<std::int64_t> named = reached(metadata, live);
  for (const Snapshot& snapshot : metadata.snapshots) {
    const bool young = now_ms - snapshot.timestamp_ms < policy.max_age_ms;
    if (kept.contains(snapshot.snapshot_id) || (young && !named.contains(snapshot.snapshot_id))) continue;
    plan.snapshots.push_back(snapshot.snapshot_id);
  }
  if (metadata.metadata_log.size() > policy.metadata_files) {
    // The commit adds one.
    const std::size_t stay = policy.metadata_files > 0 ? policy.metadata_files - 1 : 0;
    const std::size_t surplus = metadata.metadata_log.size() - stay;
    for (std::size_t i = 0; i < surplus; ++i)
      plan.metadata_files.push_back(metadata.metadata_log[i].metadata_file);
  }
  return plan;
}

void apply(const ExpirePlan& plan, TableMetadata& metadata) {
  const std::set<std::int64_t> lost(plan.snapshots.begin(), plan.snapshots.end());
  const std::set<std::string> dropped(plan.metadata_files.begin(), plan.metadata_files.end());
  std::erase_if(metadata.snapshots, [&](const Snapshot& s) { return lost.contains(s.snapshot_id); });
  for (const std::string& name : plan.refs) metadata.refs.erase(name);
  std::erase_if(metadata.metadata_log,
                [&](const MetadataLogEntry& entry) { return dropped.contains(entry.metadata_file); });
  const auto hole =
      std::find_if(metadata.snapshot_log.rbegin(), metadata.snapshot_log.rend(),
                   [&](const SnapshotLogEntry& entry) { return lost.contains(entry.snapshot_id); });
  metadata.snapshot_log.erase(metadata.snapshot_log.begin(), hole.base());
  metadata.statistics_json = internal::without_snapshots(metadata.statistics_json, lost);
  metadata.partition_statistics_json = internal::without_snapshots(metadata.partition_statistics_json, lost);
}

}  // namespace goldtape::table
