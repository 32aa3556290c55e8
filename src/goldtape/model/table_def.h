// Definitions of the lake's tables: columns with field ids, units and meaning, partitioning, sort order.
// The data dictionary, the Arrow schemas and the Iceberg schemas all come from here.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"

namespace goldtape::model {

/// The primitive Iceberg types we write. Decimal is decimal(precision, scale).
enum class TypeId : std::uint8_t {
  kBoolean,
  kInt32,
  kInt64,
  kFloat64,
  kDecimal,
  kDate,
  kTimestampTz,
  kString
};

struct ColumnType {
  TypeId id;
  std::uint8_t precision = 0;
  std::uint8_t scale = 0;
  bool operator==(const ColumnType&) const = default;
};

/// Silver prices: exact to 1e-4 USD, an INT64 in Parquet (ADR 0004).
inline constexpr ColumnType kPrice{TypeId::kDecimal, 18, 4};

struct Column {
  std::int32_t field_id;  ///< Never reused within a table.
  std::string name;
  ColumnType type;
  bool required;
  std::string unit;    ///< "USD", "shares", "UTC, microseconds", ... or empty.
  std::string source;  ///< Where the value comes from: vendor, formula, calendar.
  std::string doc;     ///< One sentence.
};

/// One field of a partition spec; transform as in the Iceberg spec: identity, year, month, day, bucket[N].
struct PartitionField {
  std::string column;
  std::string transform;
  std::string name;
};

struct TableDef {
  std::string zone;  ///< The Iceberg namespace: bronze, silver, gold, reference, quarantine.
  std::string name;
  std::string doc;
  std::vector<Column> columns;
  std::vector<std::vector<PartitionField>> specs;  ///< First: the default. May be {} for unpartitioned.
  std::vector<std::string> sort_columns;           ///< Ascending, nulls first.

  [[nodiscard]] std::string qualified_name() const { return zone + "." + name; }
  /// Index of a column, or -1.
  [[nodiscard]] int find(std::string_view column) const;
};

/// The tables of bronze, silver, reference and quarantine, in the order of the data dictionary. Gold's
/// columns follow the feature registry and are defined in lake/gold_tables.h. Built once; immutable.
[[nodiscard]] std::span<const TableDef> tables();
/// One of them by "zone.name". Errors: GT1120 with the nearest names.
[[nodiscard]] Result<const TableDef*> find_table(std::string_view qualified_name);

/// The Arrow schema of a table; each field carries `PARQUET:field_id` metadata. Timestamps are
/// timestamp[us, UTC], dates date32, decimals decimal128, strings utf8.
[[nodiscard]] std::shared_ptr<arrow::Schema> arrow_schema(const TableDef& def);

/// Bits of silver `flags`.
enum BarFlag : std::int32_t {
  kFlagInexactPrice = 1 << 0,      ///< A price did not survive rounding to 4 decimals within 1e-6 relative.
  kFlagVendorHole = 1 << 1,        ///< A minute that many liquid tickers lack at once.
  kFlagSplitBasisUndone = 1 << 2,  ///< The vendor's split adjustment was undone to get the raw price.
  kFlagSecondarySource = 1 << 3,   ///< Taken from a source other than the preferred one.
  kFlagOhlcSuspect = 1 << 4,       ///< A warning-level expectation on OHLC was broken.
  kFlagNoSession = 1 << 5,         ///< Daily bar on a date without a session.
};

}  // namespace goldtape::model
