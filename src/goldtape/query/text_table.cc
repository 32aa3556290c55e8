#include <algorithm>
#include <ostream>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/query/cell_text.h"
#include "goldtape/query/text_table_internal.h"

namespace goldtape::query::internal {

namespace {

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

/// One line of text: control characters would break the table.
std::string printable(std::string text, std::size_t max_width) {
  std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (display_width(text) <= max_width) return text;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if (starts_code_point(text[end]) && seen++ == max_width - 1) break;
  }
  return text.substr(0, end) + "…";
}

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_code_point));
}

TextTable::TextTable(const arrow::Schema& schema, std::int64_t max_rows, int max_column_width)
    : max_rows_(max_rows), max_width_(static_cast<std::size_t>(std::max(max_column_width, 4))) {
  for (const auto& field : schema.fields()) {
    names_.push_back(printable(field->name(), max_width_));
    right_.push_back(is_number(*field->type()));
  }
}

void TextTable::add(const arrow::RecordBatch& batch) {
  const auto half = static_cast<std::size_t>((max_rows_ + 1) / 2);
  for (std::int64_t r = 0; r < batch.num_rows(); ++r, ++count_) {
    const bool fits = max_rows_ == 0 || head_.size() < half;
    Cells cells;
    for (const auto& column : batch.columns())
      cells.push_back(printable(cell_text(*column, r, "NULL"), max_width_));
    if (fits) {
      head_.push_back(std::move(cells));
      continue;
    }
    tail_.push_back(std::move(cells));
    if (tail_.size() > static_cast<std::size_t>(max_rows_) - half) tail_.pop_front();
  }
}

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < names_.size(); ++c) {
    std::size_t width = display_width(names_[c]);
    for (const auto& row : head_) width = std::max(width, display_width(row[c]));
    for (const auto& row : tail_) width = std::max(width, display_width(row[c]));
    widths.push_back(width);
  }
  return widths;
}

void TextTable::print_line(std::ostream& out, const Cells& cells,
                           const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const std::string pad(widths[c] - display_width(cells[c]), ' ');
    line += (c > 0 ? "  " : "") + (right_[c] ? pad + cells[c] : cells[c] + pad);
  }
  while (line.ends_with(' ')) line.pop_back();
  out << line << '\n';
}

void TextTable::print(std::ostream& out) const {
  const auto column_widths = widths();
  print_line(out, names_, column_widths);
  Cells rule;
  for (const auto width : column_widths) {
    std::string dashes;
    for (std::size_t i = 0; i < width; ++i) dashes += "─";
    rule.push_back(std::move(dashes));
  }
  print_line(out, rule, column_widths);
  for (const auto& row : head_) print_line(out, row, column_widths);
  const auto shown = static_cast<std::int64_t>(head_.size() + tail_.size());
  if (shown < count_) out << fmt::format("… {} rows not shown …\n", count_ - shown);
  for (const auto& row : tail_) print_line(out, row, column_widths);
  out << fmt::format("({} {})\n", count_, count_ == 1 ? "row" : "rows");
}

}  // namespace goldtape::query::internal
