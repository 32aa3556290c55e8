// The data dictionary, printed from the table definitions themselves; the tests compare
// docs/data-dictionary.md with it.
#include <iostream>

#include <fmt/format.h>

#include "command.h"
#include "goldtape/lake/gold_tables.h"
#include "goldtape/model/table_def.h"
#include "goldtape/query/ops_tables.h"

namespace goldtape::app {

namespace {

std::string type_text(const model::ColumnType& type) {
  switch (type.id) {
    case model::TypeId::kBoolean: return "boolean";
    case model::TypeId::kInt32: return "int";
    case model::TypeId::kInt64: return "long";
    case model::TypeId::kFloat64: return "double";
    case model::TypeId::kDecimal: return fmt::format("decimal({},{})", type.precision, type.scale);
    case model::TypeId::kDate: return "date";
    case model::TypeId::kTimestampTz: return "timestamptz";
    case model::TypeId::kString: return "string";
  }
  return "?";
}

/// A cell of a Markdown table: bars would end it.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string spec_text(const std::vector<model::PartitionField>& spec) {
  std::string text;
  for (const auto& field : spec) {
    text += text.empty() ? "" : ", ";
    text +=
        field.transform == "identity" ? field.column : fmt::format("{}({})", field.transform, field.column);
  }
  return text.empty() ? "none" : text;
}

void print_table(const model::TableDef& def) {
  std::string partitions;
  for (const auto& spec : def.specs) partitions += (partitions.empty() ? "" : "; or ") + spec_text(spec);
  std::cout << fmt::format("\n## {}\n\n{}\n\nPartitioned by: {}. Sorted by: {}.\n\n", def.qualified_name(),
                           def.doc, partitions.empty() ? "none" : partitions,
                           fmt::join(def.sort_columns, ", "))
            << "| id | column | type | null | unit | source | meaning |\n| --- | --- | --- | --- | --- | --- "
               "| --- |\n";
  for (const auto& column : def.columns) {
    std::cout << fmt::format("| {} | `{}` | {} | {} | {} | {} | {} |\n", column.field_id, column.name,
                             type_text(column.type), column.required ? "no" : "yes", cell(column.unit),
                             cell(column.source), cell(column.doc));
  }
}

void print_ops_table(const query::OpsTable& table) {
  std::cout << fmt::format("\n## ops.{}\n\n{} Kept in the operations database.\n\n", table.name, table.doc)
            << "| column | type | meaning |\n| --- | --- | --- |\n";
  for (const auto& column : table.columns) {
    std::cout << fmt::format("| `{}` | {} | {} |\n", column.name, column.sql_type, cell(column.doc));
  }
}

Status print_dictionary() {
  std::cout
      << "# Data dictionary\n\n"
         "Made by `goldtape docs dictionary` from the table definitions; a test keeps it true. Types are "
         "Iceberg's. All times are UTC; `date` is the exchange's session date.\n";
  for (const auto& def : lake::all_tables()) print_table(def);
  for (const auto& table : query::ops_tables()) print_ops_table(table);
  std::cout
      << "\n`ops.revisions` shows `bronze.revisions`; `ops.tables` and `ops.snapshots` show the catalog.\n";
  return {};
}

}  // namespace

void add_docs(Program& program) {
  auto* command = program.add("docs", "Print documentation that is made from the program itself",
                              "  goldtape docs dictionary > docs/data-dictionary.md");
  auto what = std::make_shared<std::string>("dictionary");
  command->add_option("what", *what, "dictionary: every table and column")
      ->check(CLI::IsMember({"dictionary"}));
  program.on_run(command, [] { return print_dictionary(); });
}

}  // namespace goldtape::app
