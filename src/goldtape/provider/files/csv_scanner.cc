#include "goldtape/provider/files/csv_scanner.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "goldtape/provider/excerpt.h"

namespace goldtape::provider::files {

namespace {

constexpr std::size_t kBlock = 64;

/// Bit i is set where block[i] == c.
std::uint64_t matches(const char* block, char c) {
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi8(c);
  std::uint64_t mask = 0;
  for (unsigned part = 0; part < 4; ++part) {
    __m128i bytes;
    std::memcpy(&bytes, block + 16 * part, sizeof bytes);
    const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
    mask |= static_cast<std::uint64_t>(bits) << (16 * part);
  }
  return mask;
#else
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < kBlock; ++i) mask |= static_cast<std::uint64_t>(block[i] == c) << i;
  return mask;
#endif
}

/// Bit i becomes the parity of bits 0..i: set from each opening quote up to before its closing one.
std::uint64_t prefix_parity(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

}  // namespace

CsvScanner::CsvScanner(std::string_view text, char delimiter, char quote, std::string_view where)
    : begin_(text.data()),
      end_(text.data() + text.size()),
      delimiter_(delimiter),
      quote_(quote),
      where_(where),
      has_quotes_(text.find(quote) != std::string_view::npos),
      block_(begin_),
      next_block_(begin_),
      row_begin_(begin_),
      row_end_(begin_),
      next_row_(begin_) {}

void CsvScanner::load_block() {
  std::array<char, kBlock> tail;
  const char* bytes = next_block_;
  const auto left = static_cast<std::size_t>(end_ - next_block_);
  if (left < kBlock) {
    tail.fill(0);
    std::memcpy(tail.data(), next_block_, left);
    bytes = tail.data();
  }
  pending_ = matches(bytes, delimiter_) | matches(bytes, '\n');
  if (has_quotes_) {
    const std::uint64_t quoted = prefix_parity(matches(bytes, quote_)) ^ quoted_carry_;
    pending_ &= ~quoted;
    quoted_carry_ = (quoted >> 63) != 0 ? ~std::uint64_t{0} : 0;
  }
  if (left < kBlock) pending_ &= (std::uint64_t{1} << left) - 1;
  block_ = next_block_;
  next_block_ += std::min(left, kBlock);
}

const char* CsvScanner::next_structural() {
  while (pending_ == 0) {
    if (next_block_ == end_) return end_;
    load_block();
  }
  const char* const found = block_ + std::countr_zero(pending_);
  pending_ &= pending_ - 1;
  return found;
}

std::string_view CsvScanner::row_text() const {
  return {row_begin_, static_cast<std::size_t>(row_end_ - row_begin_)};
}

Result<Field> CsvScanner::unquote(std::string_view raw) {
  const std::size_t first = raw.find(quote_);
  if (first == std::string_view::npos) return Field{raw, false};
  const auto where = [&] { return fmt::format("{}:{}", where_, row_line_); };
  if (first != 0) {
    return fail(ErrorKind::kDamaged, 2025,
                fmt::format("a quote inside the unquoted field '{}'; quote the whole field and double the "
                            "quotes within it, or name another quote character in the dialect",
                            excerpt(raw)),
                where());
  }
  std::string_view rest = raw.substr(1);
  std::size_t close = rest.find(quote_);
  if (close != std::string_view::npos && close + 1 == rest.size()) return Field{rest.substr(0, close), true};
  std::string& text = unescaped_.emplace_back();
  while (close != std::string_view::npos) {
    text.append(rest.substr(0, close));
    rest.remove_prefix(close + 1);
    if (rest.empty()) return Field{text, true};
    if (rest.front() != quote_) break;
    text.push_back(quote_);
    rest.remove_prefix(1);
    close = rest.find(quote_);
  }
  if (close == std::string_view::npos) {
    return fail(ErrorKind::kDamaged, 2024,
                fmt::format("the quoted field that begins '{}' is never closed; the file is cut short or a "
                            "quote is missing",
                            excerpt(raw)),
                where());
  }
  return fail(ErrorKind::kDamaged, 2025,
              fmt::format("text after the closing quote of the field '{}'", excerpt(raw)), where());
}

Status CsvScanner::finish_row(std::vector<Field>& fields) {
  for (Field& field : fields) {
    GT_ASSIGN(field, unquote(field.text));
  }
  next_line_ += static_cast<std::uint32_t>(std::count(row_begin_, row_end_, '\n'));
  return {};
}

Result<bool> CsvScanner::next(std::vector<Field>& fields) {
  unescaped_.clear();
  while (true) {
    fields.clear();
    row_begin_ = next_row_;
    if (row_begin_ == end_) return false;
    row_line_ = next_line_++;
    const char* field_begin = row_begin_;
    while (true) {
      const char* const at = next_structural();
      fields.push_back({{field_begin, static_cast<std::size_t>(at - field_begin)}, false});
      if (at == end_ || *at == '\n') {
        row_end_ = at;
        next_row_ = at == end_ ? end_ : at + 1;
        break;
      }
      field_begin = at + 1;
    }
    std::string_view& last = fields.back().text;
    if (!last.empty() && last.back() == '\r') {
      last.remove_suffix(1);
      --row_end_;
    }
    if (fields.size() > 1 || !last.empty()) break;
  }
  if (has_quotes_) GT_RETURN_IF_ERROR(finish_row(fields));
  return true;
}

}  // namespace goldtape::provider::files
