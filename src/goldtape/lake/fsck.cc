#include "goldtape/lake/fsck.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/lake/arrow_rows.h"
#include "goldtape/lake/fsck_advice_internal.h"
#include "goldtape/lake/names.h"
#include "goldtape/lake/raw_zone.h"
#include "goldtape/lake/table_folders.h"
#include "goldtape/store/load_audit.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/fsck.h"
#include "goldtape/table/location.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

using LoadStatus = std::map<std::string, std::string, std::less<>>;

class Fsck {
 public:
  Fsck(const Lake& lake, const FsckOptions& options) : lake_(lake), options_(options) {}

  Result<FsckReport> run() {
    GT_RETURN_IF_ERROR(check_database());
    GT_RETURN_IF_ERROR(check_tables());
    GT_RETURN_IF_ERROR(check_loads());
    GT_RETURN_IF_ERROR(check_orphaned_answers());
    GT_RETURN_IF_ERROR(check_lineage("bronze.bars", "load_id"));
    GT_RETURN_IF_ERROR(check_lineage("bronze.corporate_actions", "load_id"));
    GT_RETURN_IF_ERROR(check_lineage("bronze.revisions", "new_load_id"));
    GT_RETURN_IF_ERROR(check_lineage("bronze.revisions", "old_load_id"));
    GT_RETURN_IF_ERROR(check_bar_keys());
    return std::move(report_);
  }

 private:
  void find(bool is_error, std::string check, std::string where, std::string message) {
    std::string advice(internal::fsck_advice(check));
    report_.findings.push_back(
        {is_error, std::move(check), std::move(where), std::move(message), std::move(advice)});
  }

  Status check_database() {
    GT_ASSIGN(const auto findings, lake_.database().verify());
    for (const std::string& finding : findings) find(true, "database", lake_.database().path(), finding);
    return {};
  }

  Status check_tables() {
    GT_ASSIGN(table::FsckReport tables, table::fsck(lake_.catalog(), {.deep = options_.deep}));
    report_.tables = tables.tables;
    report_.snapshots = tables.snapshots;
    report_.data_files = tables.data_files;
    report_.rows = tables.rows;
    for (table::FsckFinding& finding : tables.findings) {
      const std::string where = finding.location.empty() ? finding.table : finding.location;
      if (finding.is_error) damaged_tables_.insert(finding.table);
      find(finding.is_error, finding.check, where, std::move(finding.message));
    }
    return check_folders();
  }

  /// Folders that look like tables and that the catalog does not know.
  Status check_folders() {
    GT_ASSIGN(const auto names, lake_.catalog().list_tables());
    std::set<std::string> known;
    for (const table::TableName& name : names) {
      const auto table = lake_.catalog().load(name);
      known.insert(table ? table::normalise_location(table->metadata().location)
                         : lake_.path(name.space + "/" + name.name));
    }
    GT_ASSIGN(const auto folders, table_folders(lake_.filesystem(), lake_.warehouse()));
    for (const std::string& folder : folders) {
      if (!known.contains(table::normalise_location(folder)))
        find(false, "catalog", folder, "it holds a table's metadata, and the catalog has no such table");
    }
    return {};
  }

  Status check_loads() {
    GT_ASSIGN(const auto loads, store::list_loads(lake_.database()));
    for (const store::LoadAudit& load : loads) {
      ++report_.loads;
      statuses_.emplace(load.load_id, load.status);
      if (load.raw_path.empty()) continue;
      raw_paths_.insert(lake_.path(load.raw_path));
      check_sum(load);
      const auto stored = read_raw(lake_.filesystem(), lake_.path(load.raw_path));
      if (!stored) {
        find(true, "raw", load.raw_path, stored.error().message);
      } else if (stored->content_sha256 != load.content_sha256 || stored->load_id != load.load_id) {
        find(true, "raw", load.raw_path, fmt::format("is not the answer of load {}", load.load_id));
      }
    }
    return {};
  }

  void check_sum(const store::LoadAudit& load) {
    if (load.status != "loaded" && load.status != "unchanged") return;
    const std::int64_t sum = load.rows_inserted + load.rows_updated + load.rows_unchanged +
                             load.duplicates_removed + load.rows_quarantined;
    if (sum == load.rows_fetched) return;
    find(true, "audit", load.load_id, fmt::format("counts add up to {} of {} rows", sum, load.rows_fetched));
  }

  Status check_orphaned_answers() {
    const auto files = lake_.filesystem().list(lake_.path("raw"), true);
    if (!files) {
      if (files.error().kind == ErrorKind::kNotFound) return {};
      return std::unexpected(files.error());
    }
    for (const io::FileInfo& file : *files) {
      if (file.is_directory) continue;
      ++report_.raw_files;
      if (!raw_paths_.contains(file.path)) find(false, "orphan", file.path, "no load refers to this answer");
    }
    return {};
  }

  /// Rows of a table in batches; nothing for a table that is damaged, which is found out already.
  template <typename Visit>
  Status visit_rows(const std::string& name, std::vector<std::string> columns, const Visit& visit) {
    if (damaged_tables_.contains(name)) return {};
    GT_ASSIGN(const table::Table table, lake_.catalog().load(name));
    GT_ASSIGN(table::ScanPlan plan, table::plan_scan(table, {.columns = std::move(columns)}));
    GT_ASSIGN(const auto reader, table::open_reader(table, std::move(plan)));
    while (true) {
      auto batch = reader->Next();
      if (!batch.ok()) {
        find(true, "data_file", name, batch.status().ToString());
        return {};
      }
      if (*batch == nullptr) return {};
      auto rows = arrow::Table::FromRecordBatches({*batch});
      if (!rows.ok()) return fail(ErrorKind::kInternal, 5023, rows.status().ToString());
      if ((*rows)->num_rows() > 0) GT_RETURN_IF_ERROR(visit(**rows));
    }
  }

  Status check_lineage(const std::string& name, const std::string& column) {
    std::set<std::string, std::less<>> seen;
    GT_RETURN_IF_ERROR(visit_rows(name, {column}, [&](const arrow::Table& rows) -> Status {
      GT_ASSIGN(const ColumnsOf columns, ColumnsOf::open(rows));
      GT_ASSIGN(const auto* ids, columns.get<arrow::StringArray>(column));
      std::string_view last;
      for (std::int64_t i = 0; i < rows.num_rows(); ++i) {
        const std::string_view id = ids->GetView(i);
        if (id == last) continue;
        last = id;
        if (!seen.contains(id)) seen.emplace(id);
      }
      return {};
    }));
    for (const std::string& id : seen) {
      const auto status = statuses_.find(id);
      if (status == statuses_.end()) {
        find(true, "lineage", name,
             fmt::format("{} names load {}, which the audit does not know", column, id));
      } else if (status->second != "loaded" && status->second != "unchanged") {
        find(true, "lineage", name, fmt::format("{} names load {}, which is {}", column, id, status->second));
      }
    }
    return {};
  }

  /// Day by day, so that memory is bounded by one partition.
  Status check_bar_keys() {
    if (damaged_tables_.contains("bronze.bars")) return {};
    GT_ASSIGN(const table::Table table, lake_.catalog().load("bronze.bars"));
    GT_ASSIGN(const table::ScanPlan plan,
              table::plan_scan(table, {.columns = {"source", "interval", "ticker", "ts"}}));
    // Files of one (interval, day or year) may share keys, whatever their spec.
    std::map<std::string, table::ScanPlan> groups;
    for (const table::ScanTask& task : plan.tasks) {
      table::ScanPlan& group = groups[group_of(table, task.file)];
      if (group.tasks.empty()) {
        group = plan;
        group.tasks.clear();
      }
      group.tasks.push_back(task);
    }
    for (const auto& [name, group] : groups) GT_RETURN_IF_ERROR(check_keys_of(table, group));
    return {};
  }

  static std::string group_of(const table::Table& table, const table::DataFile& file) {
    const table::PartitionSpec* spec = table.metadata().find_spec(file.spec_id);
    if (spec == nullptr) return {};
    std::string name;
    std::string interval;
    for (std::size_t i = 0; i < spec->fields.size(); ++i) {
      const table::Field* column = table.schema().find(spec->fields[i].source_id);
      if (column == nullptr || column->name == "ticker") continue;
      if (column->name == "interval") interval = table::to_string(file.partition[i], column->type);
      if (column->name == "date") name = date_group(spec->fields[i], file.partition[i], column->type);
    }
    return interval + "/" + (interval == "1d" || interval == "1w" || interval == "1mo" ? "" : name);
  }

  static std::string date_group(const table::PartitionField& field, const table::Literal& value,
                                const table::Type& type) {
    return table::to_human_string(field.transform, value, type);
  }

  Status check_keys_of(const table::Table& table, const table::ScanPlan& plan) {
    auto rows = table::read(table, plan);
    if (!rows) {
      find(true, "data_file", "bronze.bars", rows.error().to_string());
      return {};
    }
    if ((*rows)->num_rows() == 0) return {};
    GT_ASSIGN(const ColumnsOf columns, ColumnsOf::open(**rows));
    GT_ASSIGN(const auto* source, columns.get<arrow::StringArray>("source"));
    GT_ASSIGN(const auto* ticker, columns.get<arrow::StringArray>("ticker"));
    GT_ASSIGN(const auto* ts, columns.get<arrow::TimestampArray>("ts"));
    Names names;
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::int64_t>> keys;
    std::int64_t twice = 0;
    std::string first;
    for (std::int64_t i = 0; i < (*rows)->num_rows(); ++i) {
      if (keys.emplace(names.intern(source->GetView(i)), names.intern(ticker->GetView(i)), ts->Value(i))
              .second) {
        continue;
      }
      if (twice++ == 0) {
        first = fmt::format("{} {} {}", source->GetView(i), ticker->GetView(i),
                            format_timestamp(from_micros(ts->Value(i))));
      }
    }
    if (twice > 0)
      find(true, "keys", "bronze.bars", fmt::format("{} rows repeat a key, first {}", twice, first));
    return {};
  }

  const Lake& lake_;
  const FsckOptions& options_;
  FsckReport report_;
  LoadStatus statuses_;
  std::set<std::string> raw_paths_;
  std::set<std::string> damaged_tables_;
};

}  // namespace

bool FsckReport::is_clean() const {
  return std::ranges::none_of(findings, [](const FsckFinding& finding) { return finding.is_error; });
}

Result<FsckReport> fsck(const Lake& lake, const FsckOptions& options) { return Fsck(lake, options).run(); }

}  // namespace goldtape::lake
