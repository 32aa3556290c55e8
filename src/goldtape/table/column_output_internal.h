// A column in the making: values go to their place, from any number of threads. Not public.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/table/schema.h"

namespace goldtape::table::internal {

/// Of numbers; strings are gathered in chunks of their own (page_decoder). Threads that write to places that
/// do not overlap need no lock.
class ColumnOutput {
 public:
  /// `as_doubles`: decimals become doubles.
  ColumnOutput(Type type, bool as_doubles);

  /// Room for so many rows, none of them NULL yet. Where rows can be NULL, a byte a row is kept for that.
  Status allocate(std::int64_t rows, bool nullable);

  /// Values as Parquet has them, from row `at` on. Requires: the type is stored so.
  void put(std::int64_t at, const std::int32_t* values, std::int64_t count);
  void put(std::int64_t at, const std::int64_t* values, std::int64_t count);
  void put(std::int64_t at, const float* values, std::int64_t count);
  void put(std::int64_t at, const double* values, std::int64_t count);
  /// Definition levels: 0 is NULL. Requires: nullable.
  void put_validity(std::int64_t at, const std::int16_t* levels, std::int64_t count);

  [[nodiscard]] const std::shared_ptr<arrow::DataType>& type() const { return arrow_type_; }
  [[nodiscard]] Result<std::shared_ptr<arrow::Array>> finish();

 private:
  template <typename Stored>
  void put_integers(std::int64_t at, const Stored* values, std::int64_t count);

  Type type_;
  bool as_doubles_;
  double divisor_ = 1;
  std::shared_ptr<arrow::DataType> arrow_type_;
  std::int64_t rows_ = 0;
  std::shared_ptr<arrow::Buffer> values_;
  std::vector<std::uint8_t> valid_;  // A byte a row; empty: no NULL.
  std::int64_t nulls_ = 0;           // Counted by all threads.
};

}  // namespace goldtape::table::internal
