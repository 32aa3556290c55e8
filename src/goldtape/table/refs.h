// Tags and branches of a table: names for snapshots, which expiry then keeps.
// Source: Iceberg table spec v2, "Snapshot Retention Policy".
#pragma once

#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/snapshot.h"
#include "goldtape/table/table.h"

namespace goldtape::table {

/// The branch whose head is the table's current snapshot.
inline constexpr const char* kMainBranch = "main";

/// A name that cannot be taken for a snapshot id or an instant: 1 to 255 characters of letters, digits, '_',
/// '-' and '.', the first one a letter or '_'. Errors: kUsage GT5101.
Status check_ref_name(std::string_view name);

/// Adds a tag or branch to the commit. `replace` lets it take over a name; else the name must be free or name
/// the same snapshot. Errors, when the commit runs: kUsage GT5101, also for "main"; kAlreadyExists GT5103
/// the name is taken; kNotFound GT4015 no such snapshot.
void set_ref(Commit& commit, const Table& table, std::string name, SnapshotRef ref, bool replace = false);

/// Takes a tag or branch away; its snapshots stay until they expire. Errors, when the commit runs: kUsage
/// GT5101 for "main", kNotFound GT5102.
void drop_ref(Commit& commit, const Table& table, std::string name);

/// The ref of that name. Errors: kNotFound GT5102, with the nearest names.
[[nodiscard]] Result<SnapshotRef> find_ref(const TableMetadata& metadata, std::string_view name,
                                           std::string_view table);

}  // namespace goldtape::table
