// Building blocks of the table definitions. Not public.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "goldtape/model/table_def.h"

namespace goldtape::model::internal {

inline constexpr ColumnType kBool{TypeId::kBoolean};
inline constexpr ColumnType kInt{TypeId::kInt32};
inline constexpr ColumnType kLong{TypeId::kInt64};
inline constexpr ColumnType kDouble{TypeId::kFloat64};
inline constexpr ColumnType kDate{TypeId::kDate};
inline constexpr ColumnType kTime{TypeId::kTimestampTz};
inline constexpr ColumnType kText{TypeId::kString};

/// Numbers the columns in the order they are given: append only, ids are for ever.
class Columns {
 public:
  Columns& required(std::string name, ColumnType type, std::string unit, std::string source,
                    std::string doc) {
    return add(true, std::move(name), type, std::move(unit), std::move(source), std::move(doc));
  }
  Columns& optional(std::string name, ColumnType type, std::string unit, std::string source,
                    std::string doc) {
    return add(false, std::move(name), type, std::move(unit), std::move(source), std::move(doc));
  }
  [[nodiscard]] std::vector<Column> take() { return std::move(columns_); }

 private:
  Columns& add(bool required, std::string name, ColumnType type, std::string unit, std::string source,
               std::string doc) {
    columns_.push_back(Column{static_cast<std::int32_t>(columns_.size()) + 1, std::move(name), type, required,
                              std::move(unit), std::move(source), std::move(doc)});
    return *this;
  }
  std::vector<Column> columns_;
};

[[nodiscard]] std::vector<TableDef> bronze_tables();
[[nodiscard]] std::vector<TableDef> record_tables();
[[nodiscard]] std::vector<TableDef> silver_tables();
[[nodiscard]] std::vector<TableDef> reference_tables();
[[nodiscard]] std::vector<TableDef> quarantine_tables();

}  // namespace goldtape::model::internal
