#include "goldtape/lake/compact.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/lake/snapshot_diff.h"
#include "goldtape/lake/step_state.h"
#include "goldtape/lake/table_change.h"
#include "goldtape/lake/value_ranges.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/location.h"
#include "goldtape/table/parquet_reader.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

constexpr const char* kBars = "bronze.bars";
constexpr std::array kLayered{"silver.bars_1m",   "silver.bars_1d",    "silver.coverage",
                              "gold.features_1m", "gold.features_1d",  "gold.volatility_by_hour",
                              "gold.liquidity",   "gold.daily_summary"};
constexpr std::array kSteps{"refine", "features", "quality"};
/// Files that become one, or few of disjoint values, and the spec that these are written in.
struct Group {
  std::vector<table::ScanTask> tasks;
  std::int32_t spec_id = 0;
  std::int64_t rows = 0;
};

class Compactor {
 public:
  Compactor(const Lake& lake, const PipelineOptions& options) : lake_(lake), options_(options) {}

  Result<CompactReport> run() {
    now_ = lake_.clock().now();
    const Status status = plan();
    if (!status) {
      discard(changes_);
      return std::unexpected(status.error());
    }
    if (!changes_.empty()) GT_RETURN_IF_ERROR(commit());
    report_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(lake_.clock().now() - now_);
    return std::move(report_);
  }

 private:
  Status plan() {
    GT_RETURN_IF_ERROR(compact_table(kBars));
    for (const char* name : kLayered) GT_RETURN_IF_ERROR(compact_table(name));
    return {};
  }

  Status compact_table(const char* name) {
    GT_ASSIGN(const bool there, lake_.catalog().exists(*table::TableName::parse(name)));
    if (!there) return {};
    GT_ASSIGN(const table::Table table, lake_.catalog().load(name));
    GT_ASSIGN(const auto plan, table::plan_scan(table, {}));
    std::map<std::string, Group> groups;
    for (const table::ScanTask& task : plan.tasks) add(table, task, groups);
    TableChange change{.table = table, .rewrite = {}, .planned_from = {}};
    std::int64_t done = 0;
    for (const auto& [key, group] : groups) {
      options_.report("compact", done++, std::ssize(groups));
      if (is_compact(table, group)) continue;
      if (const Status status = rewrite(table, group, change.rewrite); !status) {
        table::discard(table, change.rewrite);
        return status;
      }
    }
    if (!change.rewrite.empty()) changes_.push_back(std::move(change));
    return {};
  }

  /// One file, or, in a partition of more rows than are held at once, files that share no values and that are
  /// as few as they can be, give or take the last of each run of values.
  [[nodiscard]] bool is_compact(const table::Table& table, const Group& group) const {
    const bool in_place = std::ranges::all_of(group.tasks, [&](const table::ScanTask& task) {
      return task.file.spec_id == group.spec_id && task.deletes.empty();
    });
    if (group.rows <= options_.compact_rows) return in_place && group.tasks.size() == 1;
    const auto column = security_column(table);
    if (!column) return true;  // Nothing to cut by: its files are large enough.
    const std::int64_t fewest = (group.rows + options_.compact_rows - 1) / options_.compact_rows;
    return in_place && std::ssize(group.tasks) <= 2 * fewest && values_are_apart(*column, group.tasks);
  }

  /// Puts a file into its group; bronze minutes of a day that lasts into none.
  void add(const table::Table& table, const table::ScanTask& task,
           std::map<std::string, Group>& groups) const {
    const table::PartitionSpec* spec = table.metadata().find_spec(task.file.spec_id);
    if (spec == nullptr) return;
    std::string key = spec->path(task.file.partition, table.schema());
    std::int32_t target = table.metadata().default_spec_id;
    if (table.name().to_string() == kBars) {
      const auto place = place_of_bars(table, *spec, task.file.partition);
      if (!place) return;
      std::tie(key, target) = *place;
    }
    Group& group = groups[key];
    group.spec_id = target;
    group.rows += task.file.record_count;
    group.tasks.push_back(task);
  }

  /// Day (or, for longer bars, year) that a file's bars belong to, and the spec that suits it.
  [[nodiscard]] std::optional<std::pair<std::string, std::int32_t>> place_of_bars(
      const table::Table& table, const table::PartitionSpec& spec,
      const table::PartitionTuple& partition) const {
    std::string interval;
    std::optional<Date> date;
    std::optional<int> year;
    for (std::size_t i = 0; i < spec.fields.size(); ++i) {
      if (spec.fields[i].name == "interval") interval = std::get<std::string>(partition[i]);
      if (spec.fields[i].name == "date") date = from_days(std::get<std::int32_t>(partition[i]));
      if (spec.fields[i].name == "date_year") year = 1970 + std::get<std::int32_t>(partition[i]);
    }
    const auto parsed = model::parse_interval(interval);
    if (!parsed) return std::nullopt;
    const bool intraday = model::is_intraday(*parsed);
    if (date && !year) year = static_cast<int>(std::chrono::year_month_day{*date}.year());
    if (!year || (intraday && !date)) return std::nullopt;
    if (intraday && options_.calendar->local_date(now_) <= *date) return std::nullopt;
    const std::int32_t target = target_spec(table, intraday);
    if (target < 0) return std::nullopt;
    return std::pair{interval + " " + (intraday ? format_date(*date) : std::to_string(*year)), target};
  }

  /// Of bronze.bars: the wide spec for minutes, that by year for longer bars; -1 when the table lacks it.
  [[nodiscard]] static std::int32_t target_spec(const table::Table& table, bool intraday) {
    for (const table::PartitionSpec& spec : table.metadata().partition_specs) {
      if (spec.fields.size() == 2 && spec.fields[1].name == (intraday ? "date" : "date_year"))
        return spec.spec_id;
    }
    return -1;
  }

  /// Piece by piece, each no more than memory holds.
  Status rewrite(const table::Table& table, const Group& group, table::Rewrite& out) {
    RowsDigest before;
    if (group.rows <= options_.compact_rows) {
      GT_RETURN_IF_ERROR(rewrite_piece(table, group, {}, before, out));
    } else {
      GT_ASSIGN(const auto ranges,
                cut_by_value(table, *security_column(table), group.tasks, options_.compact_rows));
      const std::string name = security_column(table)->name;
      for (const ValueRange& range : ranges) {
        GT_ASSIGN(const auto filter, table::BoundExpression::bind(table::greater_equal(name, range.from) &&
                                                                      table::less_equal(name, range.to),
                                                                  table.schema()));
        GT_RETURN_IF_ERROR(rewrite_piece(table, group, filter, before, out));
      }
    }
    GT_ASSIGN(const std::int64_t live, live_rows(table, group));
    if (before.rows != live) {
      return fail(ErrorKind::kInternal, 5210,
                  fmt::format("compaction of {} read {} of {} rows; nothing was committed",
                              table.name().to_string(), before.rows, live));
    }
    CompactTable& totals = report_.tables[table.name().to_string()];
    for (const table::ScanTask& task : group.tasks) {
      out.removed.push_back(task.file);
      totals.bytes_before += task.file.file_size_bytes;
    }
    totals.files_before += std::ssize(group.tasks);
    return {};
  }

  /// Without those that delete files take out.
  static Result<std::int64_t> live_rows(const table::Table& table, const Group& group) {
    std::int64_t rows = group.rows;
    for (const table::ScanTask& task : group.tasks) {
      if (task.deletes.empty()) continue;
      GT_ASSIGN(const auto deleted, table::deleted_rows(table, task));
      rows -= std::ssize(deleted);
    }
    return rows;
  }

  /// The rows of a group that match, as files of their own.
  Status rewrite_piece(const table::Table& table, const Group& group, const table::BoundExpression& filter,
                       RowsDigest& read, table::Rewrite& out) {
    std::vector<std::shared_ptr<arrow::Table>> parts;
    for (const table::ScanTask& task : group.tasks) {
      GT_ASSIGN(
          auto rows,
          table::read_task(table, task,
                           {.projection = table.schema(), .table_schema = table.schema(), .filter = filter}));
      if (rows->num_rows() > 0) parts.push_back(std::move(rows));
    }
    if (parts.empty()) return {};
    auto before = arrow::ConcatenateTables(parts);
    if (!before.ok()) return fail(ErrorKind::kInternal, 5203, "compaction: " + before.status().ToString());
    table::DataWriter writer(table, {.spec_id = group.spec_id});
    auto files = writer.write(*before);
    if (!files) {
      writer.discard();
      return std::unexpected(files.error());
    }
    for (const table::DataFile& file : *files) out.added.push_back(file);
    GT_ASSIGN(const RowsDigest digest, digest_rows(**before));
    read += digest;
    return verify(table, digest, *files);
  }

  /// Reads back what was written.
  Status verify(const table::Table& table, const RowsDigest& expected,
                const std::vector<table::DataFile>& files) {
    RowsDigest written;
    CompactTable& totals = report_.tables[table.name().to_string()];
    for (const table::DataFile& file : files) {
      GT_ASSIGN(const std::string path, table::to_path(file.path));
      GT_ASSIGN(const auto rows, read_file(table, path));
      GT_ASSIGN(const RowsDigest digest, digest_rows(*rows));
      written += digest;
      totals.bytes_after += file.file_size_bytes;
    }
    if (written != expected) {
      return fail(
          ErrorKind::kInternal, 5210,
          fmt::format("compaction of {} would change its rows ({} before, {} after); nothing was committed",
                      table.name().to_string(), expected.rows, written.rows));
    }
    totals.files_after += std::ssize(files);
    totals.rows += expected.rows;
    return {};
  }

  static Result<std::shared_ptr<arrow::Table>> read_file(const table::Table& table, const std::string& path) {
    return table::read_parquet(
        table.shared_filesystem(),
        {.path = path, .projection = table.schema(), .table_schema = table.schema(), .filter = {}});
  }

  /// The steps' states name snapshots: where they named the one before, they name the one after.
  Status commit() {
    std::map<std::string, StepState> states;
    for (const char* step : kSteps) {
      GT_ASSIGN(const auto state, read_step_state(lake_.database(), step));
      if (state) states.emplace(step, *state);
    }
    table::Commit commit(lake_.catalog());
    for (const TableChange& change : changes_) {
      commit.replace(change.table, change.rewrite.removed, change.rewrite.added,
                     {.summary = {{"goldtape.run-id", options_.run_id}},
                      .operation = table::Operation::kReplace,
                      .planned_from = change.planned_from});
    }
    commit.with_ops([&](store::Transaction& transaction, const table::CommitResult& result) -> Status {
      for (auto& [step, before] : states) {
        StepState state = before;
        for (const TableChange& change : changes_) rename_snapshot(change.table, result, state);
        GT_RETURN_IF_ERROR(write_step_state(transaction, step, state));
      }
      return {};
    });
    auto result = commit.run();
    if (!result) {
      discard(changes_);
      return std::unexpected(result.error());
    }
    for (auto& [name, totals] : report_.tables) {
      GT_ASSIGN(const auto parsed, table::TableName::parse(name));
      totals.snapshot_id = result->snapshot_id(parsed).value_or(0);
    }
    return {};
  }

  static void rename_snapshot(const table::Table& table, const table::CommitResult& result,
                              StepState& state) {
    for (Snapshots* snapshots : {&state.inputs, &state.outputs}) {
      auto named = snapshots->find(table.name().to_string());
      if (named != snapshots->end() && named->second == table.current_snapshot_id()) {
        named->second = result.snapshot_id(table.name());
      }
    }
  }

  const Lake& lake_;
  const PipelineOptions& options_;
  Timestamp now_{};
  std::vector<TableChange> changes_;
  CompactReport report_;
};

}  // namespace

Result<CompactReport> compact(const Lake& lake, const PipelineOptions& options) {
  GT_ASSIGN(const WriterLock lock, lake.lock_for_writing("compact"));
  return Compactor(lake, options).run();
}

}  // namespace goldtape::lake
