// Tables of every kind that we write, for the tests against other engines.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "goldtape/table/catalog.h"

namespace goldtape {

/// Makes matrix.identity, year, month, day, hour, bucket, truncate, decimal_bucket, decimal_truncate,
/// evolved_schema, evolved_spec, deletes, equality_deletes, nulls, nested, evolved_nested and maps, each with
/// rows 0..199 as tests/interop/matrix.py says them; only those of `names`, unless that is empty.
void write_matrix(table::Catalog& catalog, const std::vector<std::string>& names);

/// A value as JSON: decimals as text, dates and times as numbers, bytes as hex, structs as objects, maps as
/// lists of objects with key and value.
nlohmann::json json_cell(const arrow::Array& array, std::int64_t row);

}  // namespace goldtape
