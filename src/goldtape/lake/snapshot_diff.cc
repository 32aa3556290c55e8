#include "goldtape/lake/snapshot_diff.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <arrow/api.h>

#include "goldtape/base/hash.h"
#include "goldtape/lake/table_rows_internal.h"
#include "goldtape/table/location.h"

namespace goldtape::lake {

namespace {

/// Equal for the same rows: a file that got deletes is another one.
std::string identity_of(const table::ScanTask& task) {
  std::vector<std::string> deletes;
  for (const auto& file : task.deletes) deletes.push_back(table::normalise_location(file->file().path));
  std::sort(deletes.begin(), deletes.end());
  std::string identity = table::normalise_location(task.file.path);
  for (const std::string& file : deletes) identity += "\n" + file;
  return identity;
}

std::unordered_set<std::string> identities_of(const table::ScanPlan& plan) {
  std::unordered_set<std::string> out;
  for (const table::ScanTask& task : plan.tasks) out.insert(identity_of(task));
  return out;
}

void keep_only_absent(table::ScanPlan& plan, const std::unordered_set<std::string>& others) {
  std::erase_if(plan.tasks, [&](const table::ScanTask& task) { return others.contains(identity_of(task)); });
}

/// Mixes a cell into a row's hash. Equal values give equal hashes whatever batch they stand in.
std::uint64_t hash_cell(const arrow::Array& column, std::int64_t i, std::uint64_t seed) {
  if (column.IsNull(i)) return xxh3_64("NULL", seed);
  if (column.type_id() == arrow::Type::STRING) {
    return xxh3_64(static_cast<const arrow::StringArray&>(column).GetView(i), seed);
  }
  const auto& fixed = static_cast<const arrow::FixedWidthType&>(*column.type());
  if (column.type_id() == arrow::Type::BOOL) {
    return xxh3_64(static_cast<const arrow::BooleanArray&>(column).Value(i) ? "1" : "0", seed);
  }
  const auto width = static_cast<std::size_t>(fixed.byte_width());
  const std::uint8_t* values = column.data()->buffers[1]->data();
  const auto offset = static_cast<std::size_t>(column.offset() + i) * width;
  // Arrow hands out bytes as uint8_t; hashes take characters.
  return xxh3_64({std::bit_cast<const char*>(values + offset), width}, seed);
}

std::vector<std::uint64_t> hash_rows(const arrow::RecordBatch& batch) {
  std::vector<std::uint64_t> hashes(static_cast<std::size_t>(batch.num_rows()), 0);
  for (const auto& column : batch.columns()) {
    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
      auto& hash = hashes[static_cast<std::size_t>(i)];
      hash = hash_cell(*column, i, hash);
    }
  }
  return hashes;
}

/// Of one group on one side of the difference.
using Content = RowsDigest;

template <typename Key>
struct Sides {
  std::map<Key, Content> removed, added;
};

/// Feeds every row of a plan to `visit(batch, row, hash)`.
template <typename Visit>
Status for_rows(const table::Table& table, const table::ScanPlan& plan, const Visit& visit) {
  if (plan.tasks.empty()) return {};
  GT_ASSIGN(auto reader, table::open_reader(table, plan));
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    const arrow::Status status = reader->ReadNext(&batch);
    if (!status.ok()) return fail(ErrorKind::kDamaged, 4025, status.message(), table.name().to_string());
    if (!batch) return {};
    GT_RETURN_IF_ERROR(visit(*batch, hash_rows(*batch)));
  }
}

template <typename Key>
std::pair<std::set<Key>, std::set<Key>> differing(const Sides<Key>& sides) {
  std::set<Key> present, gone;
  for (const auto& [key, content] : sides.added) {
    auto before = sides.removed.find(key);
    if (before == sides.removed.end() || before->second.sum != content.sum ||
        before->second.rows != content.rows) {
      present.insert(key);
    }
  }
  for (const auto& [key, content] : sides.removed) {
    if (!sides.added.contains(key)) gone.insert(key);
  }
  return {std::move(present), std::move(gone)};
}

Status add_bronze(const table::Table& table, const table::ScanPlan& plan,
                  std::map<BronzeKey, Content>& side) {
  return for_rows(
      table, plan, [&](const arrow::RecordBatch& batch, const std::vector<std::uint64_t>& hashes) -> Status {
        internal::ColumnReader in(batch);
        const auto* interval = in.get<arrow::StringArray>("interval");
        const auto* ticker = in.get<arrow::StringArray>("ticker");
        const auto* date = in.get<arrow::Date32Array>("date");
        if (!in.missing().empty()) return internal::damaged("bronze.bars", in.missing());
        auto last = side.end();
        for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
          const Date on = from_days(date->Value(i));
          if (last == side.end() || last->first.date != on || last->first.ticker != ticker->GetView(i) ||
              last->first.interval != interval->GetView(i)) {
            last = side.try_emplace(BronzeKey{interval->GetString(i), ticker->GetString(i), on}).first;
          }
          last->second.sum += hashes[static_cast<std::size_t>(i)];
          ++last->second.rows;
        }
        return {};
      });
}

Status add_silver(const table::Table& table, const table::ScanPlan& plan,
                  std::map<SilverKey, Content>& side) {
  return for_rows(table, plan,
                  [&](const arrow::RecordBatch& batch, const std::vector<std::uint64_t>& hashes) -> Status {
                    internal::ColumnReader in(batch);
                    const auto* security_id = in.get<arrow::Int64Array>("security_id");
                    const auto* date = in.get<arrow::Date32Array>("date");
                    if (!in.missing().empty()) return internal::damaged("silver", in.missing());
                    auto last = side.end();
                    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
                      const SilverKey key{security_id->Value(i), from_days(date->Value(i))};
                      if (last == side.end() || last->first != key) last = side.try_emplace(key).first;
                      last->second.sum += hashes[static_cast<std::size_t>(i)];
                      ++last->second.rows;
                    }
                    return {};
                  });
}

}  // namespace

Result<RowsDigest> digest_rows(const arrow::Table& rows) {
  RowsDigest digest;
  GT_RETURN_IF_ERROR(internal::for_batches(rows, [&](const arrow::RecordBatch& batch) -> Status {
    for (std::uint64_t hash : hash_rows(batch)) digest += {hash, 1};
    return {};
  }));
  return digest;
}

Result<SnapshotDiff> diff_snapshots(const table::Table& table, std::optional<std::int64_t> from,
                                    std::optional<std::int64_t> to, const std::vector<std::string>& columns) {
  SnapshotDiff diff;
  if (from == to) return diff;
  if (to) {
    GT_ASSIGN(diff.added, table::plan_scan(table, {.columns = columns, .snapshot_id = to}));
  }
  if (from) {
    GT_ASSIGN(diff.removed, table::plan_scan(table, {.columns = columns, .snapshot_id = from}));
  }
  const auto before = identities_of(diff.removed);
  const auto after = identities_of(diff.added);
  keep_only_absent(diff.removed, after);
  keep_only_absent(diff.added, before);
  return diff;
}

Result<ChangedGroups> changed_bronze_groups(const table::Table& bars, std::optional<std::int64_t> from,
                                            std::optional<std::int64_t> to) {
  static const std::vector<std::string> kColumns{
      "source", "interval", "ticker", "ts",          "date",    "open",        "high",       "low",
      "close",  "volume",   "vwap",   "trade_count", "session", "price_basis", "basis_as_of"};
  GT_ASSIGN(const SnapshotDiff diff, diff_snapshots(bars, from, to, kColumns));
  Sides<BronzeKey> sides;
  GT_RETURN_IF_ERROR(add_bronze(bars, diff.removed, sides.removed));
  GT_RETURN_IF_ERROR(add_bronze(bars, diff.added, sides.added));
  auto [present, gone] = differing(sides);
  return ChangedGroups{std::move(present), std::move(gone)};
}

Result<std::set<SilverKey>> changed_silver_groups(const table::Table& rows, std::optional<std::int64_t> from,
                                                  std::optional<std::int64_t> to) {
  GT_ASSIGN(const SnapshotDiff diff, diff_snapshots(rows, from, to, {}));
  Sides<SilverKey> sides;
  GT_RETURN_IF_ERROR(add_silver(rows, diff.removed, sides.removed));
  GT_RETURN_IF_ERROR(add_silver(rows, diff.added, sides.added));
  auto [present, gone] = differing(sides);
  present.merge(gone);
  return present;
}

}  // namespace goldtape::lake
