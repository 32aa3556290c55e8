#include "goldtape/lake/row_rewrite.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <arrow/api.h>
#include <arrow/compute/cast.h>

#include "goldtape/table/data_writer.h"
#include "goldtape/table/delete_writer.h"
#include "goldtape/table/work_sharing.h"

namespace goldtape::lake {

namespace {

constexpr std::int64_t kAloneRows = 8'192;       // So few are written before another thread is awake.
constexpr std::int64_t kSharedRows = 1'048'576;  // A partition of more takes the memory of several.

/// Without a property: a file of fewer rows is written anew sooner than its readers would have paid for
/// deletes.
constexpr MergeOnRead kBySize{.file_rows = 524'288, .deleted_share = 0.02};
constexpr MergeOnRead kNever{.file_rows = std::numeric_limits<std::int64_t>::max(), .deleted_share = 0};
constexpr MergeOnRead kAlways{.file_rows = 0, .deleted_share = 0.5};

/// What becomes of one partition.
struct Partition {
  const table::PartitionTuple* tuple = nullptr;
  std::int32_t spec_id = 0;
  std::vector<std::size_t> files;   ///< Those written anew.
  std::vector<std::size_t> marked;  ///< Those that get deletes.
  std::vector<const NewRows*> added;
  std::int64_t rows = 0;
};

std::int64_t count(const NewRows& added) {
  return added.rows != nullptr ? added.rows->num_rows() : added.sorted.rows;
}

/// All at once, with strings in place of dictionaries of them, as stored rows are.
Result<std::shared_ptr<arrow::Table>> plain(const NewRows& added) {
  std::shared_ptr<arrow::Table> out = added.rows;
  if (out == nullptr) {
    GT_ASSIGN(out, added.sorted.take(0, added.sorted.rows));
  }
  for (int i = 0; i < out->num_columns(); ++i) {
    const auto* type = dynamic_cast<const arrow::DictionaryType*>(out->column(i)->type().get());
    if (type == nullptr) continue;
    const auto column = arrow::compute::Cast(out->column(i), type->value_type());
    if (!column.ok()) return fail(ErrorKind::kInternal, 5023, column.status().ToString());
    const auto field = out->schema()->field(i)->WithType(type->value_type());
    const auto with_column = out->SetColumn(i, field, column->chunked_array());
    if (!with_column.ok()) return fail(ErrorKind::kInternal, 5023, with_column.status().ToString());
    out = *with_column;
  }
  return out;
}

class EditWriter {
 public:
  EditWriter(const table::Table& table, const RowEdit& edit)
      : table_(table), edit_(edit), rule_(merge_on_read(table.metadata())) {}

  Result<table::Rewrite> run() {
    GT_RETURN_IF_ERROR(find_partitions());
    std::vector<table::Rewrite> written(partitions_.size());
    const Status done = table::share_work(partitions_.size(), threads(),
                                          [&](std::size_t i) { return write(partitions_[i], written[i]); });
    table::Rewrite out;
    for (table::Rewrite& part : written) {
      std::ranges::move(part.removed, std::back_inserter(out.removed));
      std::ranges::move(part.added, std::back_inserter(out.added));
      out.rows_deleted += part.rows_deleted;
    }
    if (done) return out;
    table::discard(table_, out);
    return std::unexpected(done.error());
  }

 private:
  Status find_partitions() {
    std::map<std::pair<std::int32_t, std::string>, Partition> found;
    const auto place = [&](std::int32_t spec_id, const table::PartitionTuple& tuple) {
      const table::PartitionSpec* spec = table_.metadata().find_spec(spec_id);
      return std::pair{spec_id, spec == nullptr ? std::string() : spec->path(tuple, table_.schema())};
    };
    for (const NewRows& rows : edit_.added) {
      Partition& partition = found[place(rows.spec_id, rows.partition)];
      partition.spec_id = rows.spec_id;
      partition.tuple = &rows.partition;
      partition.added.push_back(&rows);
      partition.rows += count(rows);
    }
    for (std::size_t i = 0; i < edit_.plan->tasks.size(); ++i) {
      const table::DataFile& file = edit_.plan->tasks[i].file;
      const bool touched = edit_.removed.contains(i);
      if (!touched && file.record_count >= kSmallFileRows) continue;
      const auto key = place(file.spec_id, file.partition);
      const auto at = found.find(key);
      if (!touched && (at == found.end() || at->second.added.empty())) continue;
      Partition& partition = found[key];
      partition.spec_id = file.spec_id;
      partition.tuple = &file.partition;
      if (touched && is_marked(i)) {
        partition.marked.push_back(i);
      } else {
        partition.files.push_back(i);
        partition.rows += file.record_count;
      }
    }
    for (auto& [key, partition] : found) partitions_.push_back(std::move(partition));
    return {};
  }

  /// Whether a file gets deletes.
  [[nodiscard]] bool is_marked(std::size_t file) const {
    const table::ScanTask& task = edit_.plan->tasks[file];
    if (task.file.record_count < rule_.file_rows) return false;
    auto deleted = static_cast<double>(edit_.removed.at(file).size());
    for (const table::DeleteFile* deletes : table::deletes_of_file(task))
      deleted += static_cast<double>(deletes->file().record_count);
    return deleted <= rule_.deleted_share * static_cast<double>(task.file.record_count);
  }

  [[nodiscard]] int threads() const {
    std::int64_t all = 0;
    std::int64_t most = 0;
    for (const Partition& partition : partitions_) {
      all += partition.rows;
      most = std::max(most, partition.rows);
    }
    return all <= kAloneRows || most > kSharedRows ? 1 : 0;
  }

  /// The rows of a file that stay are those of `rows` whose numbers, counted from `first`, are added to
  /// `kept`.
  Result<std::shared_ptr<arrow::Table>> rows_of(std::size_t file, std::int64_t first,
                                                std::vector<std::int64_t>& kept) const {
    table::PlacedRows placed;
    const auto at_hand = edit_.at_hand.find(file);
    if (at_hand != edit_.at_hand.end()) {
      placed.rows = at_hand->second;
      placed.places.resize(static_cast<std::size_t>(placed.rows->num_rows()));
      std::iota(placed.places.begin(), placed.places.end(), 0);
    } else {
      GT_ASSIGN(placed, table::read_placed(table_, edit_.plan->tasks[file],
                                           {.projection = table_.schema(), .table_schema = table_.schema()}));
    }
    std::vector<std::int64_t> removed;
    if (const auto at = edit_.removed.find(file); at != edit_.removed.end()) removed = at->second;
    std::ranges::sort(removed);
    auto next = removed.begin();
    for (std::size_t i = 0; i < placed.places.size(); ++i) {
      next = std::find_if(next, removed.end(), [&](std::int64_t place) { return place >= placed.places[i]; });
      if (next == removed.end() || *next != placed.places[i])
        kept.push_back(first + static_cast<std::int64_t>(i));
    }
    return placed.rows;
  }

  Status mark(std::size_t file, table::Rewrite& out) const {
    const table::ScanTask& task = edit_.plan->tasks[file];
    const std::vector<std::int64_t>& removed = edit_.removed.at(file);
    GT_ASSIGN(out.added.emplace_back(), table::write_more_position_deletes(table_, task, removed));
    for (const table::DeleteFile* deletes : table::deletes_of_file(task))
      out.removed.push_back(deletes->file());
    out.rows_deleted += std::ssize(removed);
    return {};
  }

  /// Writes a partition's files anew, with what is new in it.
  Status write(const Partition& partition, table::Rewrite& out) const {
    for (const std::size_t file : partition.marked) GT_RETURN_IF_ERROR(mark(file, out));
    const bool alone = partition.files.empty() && partition.added.size() == 1;
    if (alone && partition.added.front()->rows == nullptr)
      return write_sorted(partition, partition.added.front()->sorted, out);
    std::vector<std::shared_ptr<arrow::Table>> parts;
    std::vector<std::int64_t> kept;
    std::int64_t rows = 0;
    for (const std::size_t file : partition.files) {
      const std::size_t before = kept.size();
      GT_ASSIGN(parts.emplace_back(), rows_of(file, rows, kept));
      rows += parts.back()->num_rows();
      out.removed.push_back(edit_.plan->tasks[file].file);
      out.rows_deleted += parts.back()->num_rows() - static_cast<std::int64_t>(kept.size() - before);
    }
    for (const NewRows* added : partition.added) {
      GT_ASSIGN(parts.emplace_back(), plain(*added));
      for (std::int64_t i = 0; i < count(*added); ++i) kept.push_back(rows++);
    }
    if (kept.empty()) return {};
    const auto all = arrow::ConcatenateTables(parts);
    if (!all.ok()) return fail(ErrorKind::kInternal, 5023, all.status().ToString());
    table::DataWriter writer(table_, {.spec_id = partition.spec_id});
    return take_in(writer, writer.write_partition(*all, *partition.tuple, std::move(kept)), out);
  }

  Status write_sorted(const Partition& partition, const table::RowSource& rows, table::Rewrite& out) const {
    table::DataWriter writer(table_, {.spec_id = partition.spec_id});
    return take_in(writer, writer.write_sorted(rows, *partition.tuple), out);
  }

  static Status take_in(table::DataWriter& writer, Result<std::vector<table::DataFile>> files,
                        table::Rewrite& out) {
    if (!files) {
      writer.discard();
      return std::unexpected(files.error());
    }
    std::ranges::move(*files, std::back_inserter(out.added));
    return {};
  }

  const table::Table& table_;
  const RowEdit& edit_;
  MergeOnRead rule_;
  std::vector<Partition> partitions_;
};

}  // namespace

MergeOnRead merge_on_read(const table::TableMetadata& metadata) {
  const auto mode = metadata.properties.find("write.merge.mode");
  if (mode == metadata.properties.end()) return kBySize;
  if (mode->second == "merge-on-read") return kAlways;
  return mode->second == "copy-on-write" ? kNever : kBySize;
}

Result<table::Rewrite> write_edit(const table::Table& table, const RowEdit& edit) {
  return EditWriter(table, edit).run();
}

}  // namespace goldtape::lake
