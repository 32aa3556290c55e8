#include "goldtape/serve/row_reader.h"

#include <cmath>
#include <limits>
#include <utility>

#include <arrow/api.h>
#include <arrow/util/checked_cast.h>
#include <nlohmann/json.hpp>

namespace goldtape::serve {

using arrow::internal::checked_cast;

RowReader::RowReader(std::shared_ptr<arrow::RecordBatch> batch) : batch_(std::move(batch)) {}

Result<RowReader> RowReader::run(query::Session& session, std::string_view sql) {
  GT_ASSIGN(const auto table, session.table(sql));
  auto batch = table->CombineChunksToBatch();
  if (!batch.ok())
    return fail(ErrorKind::kInternal, 8011, "rows could not be joined: " + batch.status().ToString());
  return RowReader(*std::move(batch));
}

std::int64_t RowReader::rows() const { return batch_->num_rows(); }

int RowReader::column(std::string_view name) const {
  return batch_->schema()->GetFieldIndex(std::string(name));
}

bool RowReader::is_null(int column, std::int64_t row) const { return batch_->column(column)->IsNull(row); }

double RowReader::number(int column, std::int64_t row) const {
  const auto& array = checked_cast<const arrow::DoubleArray&>(*batch_->column(column));
  return array.IsNull(row) ? std::numeric_limits<double>::quiet_NaN() : array.Value(row);
}

std::int64_t RowReader::integer(int column, std::int64_t row) const {
  return checked_cast<const arrow::Int64Array&>(*batch_->column(column)).Value(row);
}

std::string RowReader::text(int column, std::int64_t row) const {
  const auto& array = checked_cast<const arrow::StringArray&>(*batch_->column(column));
  return array.IsNull(row) ? std::string{} : array.GetString(row);
}

nlohmann::ordered_json RowReader::json(int column, std::int64_t row) const {
  if (is_null(column, row)) return nullptr;
  switch (batch_->column(column)->type_id()) {
    case arrow::Type::INT64: return integer(column, row);
    case arrow::Type::BOOL:
      return checked_cast<const arrow::BooleanArray&>(*batch_->column(column)).Value(row);
    case arrow::Type::DOUBLE: {
      const double value = number(column, row);
      return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
    }
    default: return text(column, row);
  }
}

nlohmann::ordered_json RowReader::row_table() const {
  auto columns = nlohmann::ordered_json::array();
  for (const auto& field : batch_->schema()->fields()) columns.push_back(field->name());
  auto rows = nlohmann::ordered_json::array();
  for (std::int64_t row = 0; row < batch_->num_rows(); ++row) {
    auto cells = nlohmann::ordered_json::array();
    for (int column = 0; column < batch_->num_columns(); ++column) cells.push_back(json(column, row));
    rows.push_back(std::move(cells));
  }
  return {{"columns", std::move(columns)}, {"rows", std::move(rows)}};
}

}  // namespace goldtape::serve
