// Columns of one symbol as the dashboard page carries them: integers of differences, zipped.
// The encoding is described in web/README.md and read by web/src/columns.ts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"

namespace goldtape::serve {

/// Columns of equal length under their names, in the order in which they were added.
class PackedSeries {
 public:
  explicit PackedSeries(std::size_t rows);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  /// Numbers rounded to `scale` decimal digits; what is not finite, or beyond 2^53 units, is absent.
  /// Requires: values.size() == rows(), 0 <= scale <= 12.
  void add_numbers(std::string_view name, const std::vector<double>& values, int scale);
  /// Integers; requires |value| < 2^53, so that JavaScript has them exactly.
  void add_integers(std::string_view name, const std::vector<std::int64_t>& values);
  /// Words, each kept once.
  void add_words(std::string_view name, const std::vector<std::string>& values);

  /// {"rows":2,"columns":{"open":{"scale":2,"delta":[12345,-7]},"fill":{"codes":["traded"],"index":[0,0]}}}
  [[nodiscard]] std::string json() const;

 private:
  void begin_column(std::string_view name);

  std::size_t rows_;
  std::string columns_;
};

/// base64 (RFC 4648, padded) of gzip of the text. Errors: GT8010 when compression fails.
[[nodiscard]] Result<std::string> gzip_base64(std::string_view text);

}  // namespace goldtape::serve
