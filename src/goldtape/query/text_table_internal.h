// Rows as an aligned text table for a terminal. Not public.
#pragma once

#include <cstdint>
#include <deque>
#include <iosfwd>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

namespace goldtape::query::internal {

/// Keeps the first and last rows that will be shown (all when max_rows is 0); memory is bounded by them.
class TextTable {
 public:
  TextTable(const arrow::Schema& schema, std::int64_t max_rows, int max_column_width);
  void add(const arrow::RecordBatch& batch);
  void print(std::ostream& out) const;

 private:
  using Cells = std::vector<std::string>;
  [[nodiscard]] std::vector<std::size_t> widths() const;
  void print_line(std::ostream& out, const Cells& cells, const std::vector<std::size_t>& widths) const;

  std::vector<std::string> names_;
  std::vector<bool> right_;  ///< Aligned right: numbers.
  std::int64_t max_rows_;
  std::size_t max_width_;
  std::int64_t count_ = 0;
  std::vector<Cells> head_;
  std::deque<Cells> tail_;
};

/// Columns a UTF-8 text takes on a terminal, counting one for each code point.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace goldtape::query::internal
