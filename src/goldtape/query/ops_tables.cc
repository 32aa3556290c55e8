#include "goldtape/query/ops_tables.h"

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/query/catalog_tables_internal.h"
#include "goldtape/query/engine_internal.h"
#include "goldtape/query/sql_text.h"

namespace goldtape::query {

namespace {

constexpr std::string_view kText = "VARCHAR";
constexpr std::string_view kCount = "BIGINT";
constexpr std::string_view kInstant = "TIMESTAMPTZ";

constexpr OpsColumn kLoadAudit[] = {
    {"load_id", kText,
     "SHA-256 of the request and the answer's bytes: the same answer twice has one id, "
     "unless another load changed in between what it says."},
    {"run_id", kText, "The run of the program: a row of ops.runs."},
    {"source", kText, "Vendor, or the name given to a file import."},
    {"dataset", kText, "bars or actions."},
    {"ticker", kText, "One ticker, or _many."},
    {"interval", kText, "Length of the bars; empty for actions."},
    {"range_start", kInstant, "First instant of the rows."},
    {"range_end", kInstant, "End of the rows, exclusive."},
    {"requested_at", kInstant, "When it was asked for."},
    {"finished_at", kInstant, "When it was done."},
    {"status", kText, "planned, landed, loaded, unchanged, failed, refused or undone."},
    {"rows_fetched", kCount, "Rows in the answer."},
    {"rows_inserted", kCount, "Rows with a new key."},
    {"rows_updated", kCount, "Rows that changed a known key: each a revision."},
    {"rows_unchanged", kCount, "Rows that said nothing new."},
    {"duplicates_removed", kCount, "Rows that the answer itself repeated."},
    {"rows_quarantined", kCount, "Rows that a gate refused."},
    {"bytes", kCount, "Bytes of the answer."},
    {"attempts", kCount, "Tries until it came."},
    {"http_status", kCount, "Status of the last try; NULL without HTTP."},
    {"error", kText, "What went wrong, empty when nothing did."},
    {"snapshot_id", kCount, "Snapshot of the bronze table that it made; NULL when nothing changed."},
    {"request", kText, "The question, as JSON."},
    {"observed_at", kInstant, "When the vendor said so."},
    {"raw_path", kText, "The answer as it came, relative to the lake."},
    {"content_sha256", kText, "SHA-256 of the answer's bytes."},
};

constexpr OpsColumn kQualityResults[] = {
    {"run_id", kText, "The run of the program."},
    {"load_id", kText, "The load that was checked; NULL when a table was."},
    {"at", kInstant, "When."},
    {"layer", kText, "bronze, silver or gold."},
    {"table_name", kText, "The table checked, or that the rows were on their way to."},
    {"rule", kText, "The expectation."},
    {"severity", kText, "critical or warning."},
    {"outcome", kText, "passed, failed or skipped."},
    {"checked", kCount, "Rows checked."},
    {"failed", kCount, "Rows that broke it."},
    {"message", kText, "In words."},
    {"offenders", kText, "The first offenders, as JSON."},
    {"snapshot_id", kCount, "Snapshot checked or made."},
};

constexpr OpsColumn kRuns[] = {
    {"run_id", kText, "Identifies the run."},      {"command", kText, "What was run."},
    {"started_at", kInstant, "When it started."},  {"finished_at", kInstant, "When it ended."},
    {"status", kText, "running, done or failed."}, {"error", kText, "Why it failed."},
};

constexpr OpsColumn kRepairs[] = {
    {"repair_id", kText, "Identifies the repair."},
    {"at", kInstant, "When it was made."},
    {"rule", kText, "The rule that found it."},
    {"table_name", kText, "Table repaired."},
    {"row_key", kText, "Key of the row, as JSON."},
    {"column_name", kText, "Column repaired."},
    {"old_value", kText, "Before."},
    {"new_value", kText, "After."},
    {"reason", kText, "In words."},
    {"evidence", kText, "What confirmed it."},
    {"status", kText, "applied or reverted."},
};

constexpr OpsTable kTables[] = {
    {"load_audit", "One row a load: what was asked, what came and what became of it.", kLoadAudit},
    {"quality_results", "The outcome of each expectation each time it was checked.", kQualityResults},
    {"runs", "One row a run of the program that changes the lake.", kRuns},
    {"repairs", "Values that were repaired, with evidence; bronze is never touched.", kRepairs},
};

Status append_value(const store::Value& value, std::string_view type, arrow::StringBuilder& texts,
                    arrow::Int64Builder& counts) {
  if (type == kCount) {
    const auto added = store::is_null(value) ? counts.AppendNull() : counts.Append(store::int_of(value));
    return added.ok() ? Status{} : fail(ErrorKind::kInternal, 6009, added.ToString());
  }
  const auto text = store::text_of(value);
  const bool absent = store::is_null(value) || (type == kInstant && text.empty());
  const auto added = absent ? texts.AppendNull() : texts.Append(text);
  return added.ok() ? Status{} : fail(ErrorKind::kInternal, 6009, added.ToString());
}

/// Column `index` of the rows as an Arrow array: texts, or 64-bit integers for counts.
Result<std::shared_ptr<arrow::Array>> column_of(const store::Rows& rows, std::size_t index,
                                                std::string_view type) {
  arrow::StringBuilder texts;
  arrow::Int64Builder counts;
  for (const auto& row : rows.rows) GT_RETURN_IF_ERROR(append_value(row[index], type, texts, counts));
  auto built = type == kCount ? counts.Finish() : texts.Finish();
  if (!built.ok()) return fail(ErrorKind::kInternal, 6009, built.status().ToString());
  return *built;
}

std::string column_names(const OpsTable& table) {
  std::string names;
  for (const auto& column : table.columns) {
    names += (names.empty() ? "" : ", ") + quote_identifier(column.name);
  }
  return names;
}

Result<std::shared_ptr<arrow::Table>> read_ops_table(const lake::Lake& lake, const OpsTable& table) {
  GT_ASSIGN(const auto rows,
            lake.database().query(fmt::format("SELECT {} FROM {}", column_names(table), table.name)));
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto& column = table.columns[i];
    GT_ASSIGN(auto array, column_of(rows, i, column.sql_type));
    fields.push_back(arrow::field(std::string(column.name), array->type()));
    arrays.push_back(std::move(array));
  }
  return arrow::Table::Make(arrow::schema(std::move(fields)), arrays,
                            static_cast<std::int64_t>(rows.rows.size()));
}

std::string storage_type(std::string_view sql_type) {
  return std::string(sql_type == kCount ? kCount : kText);
}

}  // namespace

std::span<const OpsTable> ops_tables() { return kTables; }

namespace internal {

Status create_ops_tables(Engine& engine) {
  // Instants are texts in the database; a view over the copied rows gives them their type.
  GT_RETURN_IF_ERROR(engine.run("CREATE SCHEMA ops; CREATE SCHEMA ops_rows"));
  for (const auto& table : kTables) {
    std::string stored;
    std::string shown;
    for (const auto& column : table.columns) {
      const auto name = quote_identifier(column.name);
      stored += fmt::format("{}{} {}", stored.empty() ? "" : ", ", name, storage_type(column.sql_type));
      shown += fmt::format("{}{}::{} AS {}", shown.empty() ? "" : ", ", name, column.sql_type, name);
    }
    GT_RETURN_IF_ERROR(
        engine.run(fmt::format("CREATE TABLE ops_rows.{0} ({1}); "
                               "CREATE VIEW ops.{0} AS SELECT {2} FROM ops_rows.{0}",
                               table.name, stored, shown)));
  }
  return create_catalog_tables(engine);
}

Status fill_ops_tables(Engine& engine, const lake::Lake& lake) {
  for (const auto& table : kTables) {
    GT_ASSIGN(const auto rows, read_ops_table(lake, table));
    GT_RETURN_IF_ERROR(engine.run(fmt::format("DELETE FROM ops_rows.{}", table.name)));
    GT_RETURN_IF_ERROR(engine.insert(fmt::format("ops_rows.{}", table.name), *rows));
  }
  return fill_catalog_tables(engine, lake);
}

}  // namespace internal
}  // namespace goldtape::query
