// Single values: partition values, column bounds, filter constants, and Iceberg's encodings of them.
// Source: Iceberg table spec v2, Appendix D (single-value serialisation).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <arrow/util/decimal.h>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/table/schema.h"

namespace goldtape::table {

/// A value whose type stands beside it. NULL is monostate. Dates are int32 days, times and timestamps
/// int64 microseconds, decimals unscaled; string, binary, fixed and uuid are bytes in a std::string.
using Literal = std::variant<std::monostate, bool, std::int32_t, std::int64_t, float, double,
                             arrow::Decimal128, std::string>;

[[nodiscard]] inline Literal literal(Timestamp ts) { return to_micros(ts); }
[[nodiscard]] inline Literal literal(Date date) { return to_days(date); }
[[nodiscard]] inline Literal literal(std::string_view text) { return std::string(text); }
[[nodiscard]] inline bool holds_null(const Literal& value) { return value.index() == 0; }

/// Whether a value is stored as values of this type are (NULL is of every type).
[[nodiscard]] bool is_stored_as(const Literal& value, const Type& type);

/// Converts a constant as people write it to a column's type: any integer or double to a numeric type when
/// exact, text to date and timestamp ("2019-02-11"), text to decimal. Errors: kUsage GT4031.
[[nodiscard]] Result<Literal> convert(const Literal& value, const Type& type);

/// Order of two non-null values of the same type (bytes for strings; -0.0 equals 0.0; NaN greatest).
[[nodiscard]] std::strong_ordering compare(const Literal& a, const Literal& b);
[[nodiscard]] bool equal(const Literal& a, const Literal& b);  ///< NULL equals NULL.

/// Appendix D's binary form, as bounds are stored. Requires: not NULL and of that type.
[[nodiscard]] std::string to_bytes(const Literal& value, const Type& type);
/// The reverse; accepts an int's 4 bytes for a long and a float's for a double (promoted columns).
/// Errors: kDamaged GT4024.
[[nodiscard]] Result<Literal> from_bytes(std::string_view bytes, const Type& type);

/// For people and for paths: "AAPL", "2019-02-11", "12.5000", "null".
[[nodiscard]] std::string to_string(const Literal& value, const Type& type);

}  // namespace goldtape::table
