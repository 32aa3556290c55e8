// The updates between two states of a table.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/metadata_update.h"

namespace goldtape::table {
namespace {

std::unexpected<Error> cannot_express(const char* what) {
  return fail(ErrorKind::kUsage, 4302, fmt::format("{}: no update of the REST catalog can say that", what));
}

/// Schemas, specs and orders get their ids from the catalog, which counts on from the base's highest; so
/// what was added must be in that order, and what the difference then names by id is right.
template <typename Items, typename Id, typename Add>
Status add_new(const Items& base, const Items& next, Id&& id_of, Add&& add) {
  for (const auto& item : next) {
    const bool known =
        std::any_of(base.begin(), base.end(), [&](const auto& other) { return id_of(other) == id_of(item); });
    if (!known) add(item);
  }
  return {};
}

template <typename Items, typename Id>
auto removed_ids(const Items& base, const Items& next, Id&& id_of) {
  std::vector<std::decay_t<decltype(id_of(base[0]))>> ids;
  for (const auto& item : base) {
    const bool kept =
        std::any_of(next.begin(), next.end(), [&](const auto& other) { return id_of(other) == id_of(item); });
    if (!kept) ids.push_back(id_of(item));
  }
  return ids;
}

void add_property_updates(const TableMetadata& base, const TableMetadata& next,
                          std::vector<MetadataUpdate>& updates) {
  SetProperties set;
  RemoveProperties removed;
  for (const auto& [key, value] : next.properties) {
    const auto at = base.properties.find(key);
    if (at == base.properties.end() || at->second != value) set.properties[key] = value;
  }
  for (const auto& [key, value] : base.properties) {
    if (!next.properties.contains(key)) removed.keys.push_back(key);
  }
  if (!set.properties.empty()) updates.emplace_back(std::move(set));
  if (!removed.keys.empty()) updates.emplace_back(std::move(removed));
}

void add_snapshot_updates(const TableMetadata& base, const TableMetadata& next,
                          std::vector<MetadataUpdate>& updates) {
  const auto id_of = [](const Snapshot& snapshot) { return snapshot.snapshot_id; };
  (void)add_new(base.snapshots, next.snapshots, id_of,
                [&](const Snapshot& snapshot) { updates.emplace_back(AddSnapshot{snapshot}); });
  for (const auto& [name, ref] : next.refs) {
    const auto at = base.refs.find(name);
    if (at == base.refs.end() || at->second != ref) updates.emplace_back(SetSnapshotRef{name, ref});
  }
  for (const auto& [name, ref] : base.refs) {
    if (!next.refs.contains(name)) updates.emplace_back(RemoveSnapshotRef{name});
  }
  auto removed = removed_ids(base.snapshots, next.snapshots, id_of);
  if (!removed.empty()) updates.emplace_back(RemoveSnapshots{std::move(removed)});
}

}  // namespace

Result<std::vector<MetadataUpdate>> updates_between(const TableMetadata& base, const TableMetadata& next) {
  std::vector<MetadataUpdate> updates;
  if (base.table_uuid != next.table_uuid) updates.emplace_back(AssignUuid{next.table_uuid});
  if (base.format_version < 2) updates.emplace_back(UpgradeFormatVersion{2});
  const auto schema_id = [](const Schema& schema) { return schema.schema_id; };
  const auto spec_id = [](const PartitionSpec& spec) { return spec.spec_id; };
  const auto order_id = [](const SortOrder& order) { return order.order_id; };
  GT_RETURN_IF_ERROR(add_new(base.schemas, next.schemas, schema_id,
                             [&](const Schema& schema) { updates.emplace_back(AddSchema{schema}); }));
  if (base.current_schema_id != next.current_schema_id || base.schemas.empty())
    updates.emplace_back(SetCurrentSchema{next.current_schema_id});
  GT_RETURN_IF_ERROR(
      add_new(base.partition_specs, next.partition_specs, spec_id,
              [&](const PartitionSpec& spec) { updates.emplace_back(AddPartitionSpec{spec}); }));
  if (base.default_spec_id != next.default_spec_id || base.partition_specs.empty())
    updates.emplace_back(SetDefaultSpec{next.default_spec_id});
  GT_RETURN_IF_ERROR(add_new(base.sort_orders, next.sort_orders, order_id,
                             [&](const SortOrder& order) { updates.emplace_back(AddSortOrder{order}); }));
  if (base.default_sort_order_id != next.default_sort_order_id || base.sort_orders.empty())
    updates.emplace_back(SetDefaultSortOrder{next.default_sort_order_id});
  if (base.location != next.location) updates.emplace_back(SetLocation{next.location});
  add_property_updates(base, next, updates);
  add_snapshot_updates(base, next, updates);
  if (auto ids = removed_ids(base.partition_specs, next.partition_specs, spec_id); !ids.empty())
    updates.emplace_back(RemovePartitionSpecs{std::move(ids)});
  if (auto ids = removed_ids(base.schemas, next.schemas, schema_id); !ids.empty())
    updates.emplace_back(RemoveSchemas{std::move(ids)});
  if (!removed_ids(base.sort_orders, next.sort_orders, order_id).empty())
    return cannot_express("a sort order is removed");
  if (base.statistics_json != next.statistics_json ||
      base.partition_statistics_json != next.partition_statistics_json) {
    // Expiring a snapshot takes its statistics along on the server's side too.
    GT_ASSIGN(const TableMetadata there, apply(base, updates, Timestamp{}));
    if (there.statistics_json != next.statistics_json ||
        there.partition_statistics_json != next.partition_statistics_json) {
      return cannot_express("statistics are changed");
    }
  }
  return updates;
}

}  // namespace goldtape::table
