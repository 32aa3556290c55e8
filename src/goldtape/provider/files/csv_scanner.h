// Splits delimited text into rows and fields (RFC 4180), 64 bytes at a time, without copying.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"

namespace goldtape::provider::files {

struct Field {
  std::string_view text;  ///< Without its quotes, "" undone. Valid until the next call of `next`.
  bool quoted = false;
};

/// Rows of a text. Rows end in LF or CRLF, the last one may end with the text; empty lines are passed over.
/// Inside quotes delimiters and line ends are text, and "" is one quote. Not thread safe.
class CsvScanner {
 public:
  /// `text` must outlive the scanner. `where` names it in errors ("file:line").
  CsvScanner(std::string_view text, char delimiter, char quote, std::string_view where);

  /// The next row into `fields`; false at the end. Errors (kDamaged): GT2024 a quote never closed, GT2025 a
  /// quote inside an unquoted field or text after a closing quote.
  [[nodiscard]] Result<bool> next(std::vector<Field>& fields);
  /// 1-based line on which the row last given begins.
  [[nodiscard]] std::uint32_t line() const { return row_line_; }
  /// The row last given, without its line end.
  [[nodiscard]] std::string_view row_text() const;

 private:
  const char* next_structural();
  void load_block();
  Result<Field> unquote(std::string_view raw);
  Status finish_row(std::vector<Field>& fields);

  const char* const begin_;
  const char* const end_;
  const char delimiter_;
  const char quote_;
  const std::string_view where_;
  const bool has_quotes_;
  const char* block_;  ///< The 64 bytes that `pending_` describes.
  const char* next_block_;
  std::uint64_t pending_ = 0;       ///< Bits of delimiters and line ends in `block_` not yet taken.
  std::uint64_t quoted_carry_ = 0;  ///< All ones when `next_block_` begins inside quotes.
  const char* row_begin_;
  const char* row_end_;
  const char* next_row_;
  std::uint32_t row_line_ = 0;
  std::uint32_t next_line_ = 1;
  std::deque<std::string> unescaped_;  ///< Fields of the current row that held "".
};

}  // namespace goldtape::provider::files
