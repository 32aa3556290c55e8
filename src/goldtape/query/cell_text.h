// Values of Arrow arrays as text: for tables, CSV and JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

namespace goldtape::query {

/// Text of one value: doubles in the shortest form that reads back equal, decimals with all their digits,
/// instants as ISO 8601 in UTC, nested values as Arrow prints them. NULL is the given word.
[[nodiscard]] std::string cell_text(const arrow::Array& array, std::int64_t row, std::string_view null_word);

/// The value as JSON (RFC 8259): numbers and booleans bare, NULL, NaN and infinities null, all else strings;
/// lists and structs nested. 64-bit integers and decimals keep all their digits.
[[nodiscard]] std::string cell_json(const arrow::Array& array, std::int64_t row);

/// A string as a JSON string, quotes included; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

/// Whether values of a type read best aligned right.
[[nodiscard]] bool is_number(const arrow::DataType& type);

}  // namespace goldtape::query
