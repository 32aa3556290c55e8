// Answers of SQL read by row and column name. Not public.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <arrow/type_fwd.h>
#include <nlohmann/json_fwd.hpp>

#include "goldtape/base/result.h"
#include "goldtape/query/session.h"

namespace goldtape::serve {

/// All rows of one answer, in one piece. Requires: the SQL casts its columns to DOUBLE, BIGINT, BOOLEAN or
/// VARCHAR, and each is read as what it is.
class RowReader {
 public:
  [[nodiscard]] static Result<RowReader> run(query::Session& session, std::string_view sql);

  [[nodiscard]] std::int64_t rows() const;
  [[nodiscard]] int column(std::string_view name) const;
  [[nodiscard]] bool is_null(int column, std::int64_t row) const;
  [[nodiscard]] double number(int column, std::int64_t row) const;         ///< NULL is NaN.
  [[nodiscard]] std::int64_t integer(int column, std::int64_t row) const;  ///< Requires: not NULL.
  [[nodiscard]] std::string text(int column, std::int64_t row) const;      ///< NULL is empty.
  /// A value as JSON; NULL and what is not finite are null.
  [[nodiscard]] nlohmann::ordered_json json(int column, std::int64_t row) const;
  /// {"columns":[...],"rows":[[...],...]}
  [[nodiscard]] nlohmann::ordered_json row_table() const;

 private:
  explicit RowReader(std::shared_ptr<arrow::RecordBatch> batch);
  std::shared_ptr<arrow::RecordBatch> batch_;
};

}  // namespace goldtape::serve
