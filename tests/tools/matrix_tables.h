// Tables of every kind that we write, for the tests against other engines.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "goldtape/table/catalog.h"

namespace goldtape {

/// Makes matrix.identity, year, month, day, bucket, truncate, evolved_schema, evolved_spec, deletes,
/// equality_deletes, nulls, nested and evolved_nested, each with rows 0..199 as tests/interop/matrix.py says
/// them.
void write_matrix(table::Catalog& catalog);

/// A value as JSON: decimals as text, dates and times as numbers, bytes as hex, structs as objects, maps as
/// lists of pairs.
nlohmann::json json_cell(const arrow::Array& array, std::int64_t row);

}  // namespace goldtape
