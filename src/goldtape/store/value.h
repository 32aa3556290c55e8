// Values of columns and parameters, and the texts that instants are stored as.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"

namespace goldtape::store {

/// Bytes that are not text.
struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};

/// A value of a column or a parameter. Booleans are 0 and 1, instants are texts (instant_text), JSON is
/// text: portable between SQLite and PostgreSQL.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

using Row = std::vector<Value>;

/// All rows of an answer.
struct Rows {
  std::vector<std::string> columns;
  std::vector<Row> rows;

  /// Index of a column, or -1.
  [[nodiscard]] int find(std::string_view column) const;
};

/// Convenience: an absent optional becomes NULL.
template <typename T>
[[nodiscard]] Value nullable(const std::optional<T>& optional) {
  return optional ? Value{*optional} : Value{};
}

[[nodiscard]] bool is_null(const Value& value);
/// Text of a value; NULL is empty. Numbers are printed.
[[nodiscard]] std::string text_of(const Value& value);
/// Integer of a value; NULL and text that is no number are 0.
[[nodiscard]] std::int64_t int_of(const Value& value);
/// Absent for NULL.
[[nodiscard]] std::optional<std::int64_t> optional_int_of(const Value& value);
[[nodiscard]] std::optional<double> optional_double_of(const Value& value);

/// "2019-02-11T14:30:00.000000Z": always 27 characters, so texts sort as instants do.
[[nodiscard]] std::string instant_text(Timestamp ts);
[[nodiscard]] Value instant_value(const std::optional<Timestamp>& ts);
/// Absent for NULL and the empty text. Errors: kDamaged GT4003.
[[nodiscard]] Result<std::optional<Timestamp>> instant_of(const Value& value);

}  // namespace goldtape::store
