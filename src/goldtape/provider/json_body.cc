#include "goldtape/provider/json_body.h"

#include <algorithm>

#include <fmt/format.h>

#include "goldtape/base/limits.h"
#include "goldtape/io/compression.h"
#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/verdict.h"

namespace goldtape::provider {

namespace {

constexpr std::uint64_t kMaxRatio = 200;
constexpr std::uint64_t kAlwaysAllowedBytes = std::uint64_t{64} << 20U;
/// Indexes of larger documents are given back after use.
constexpr std::size_t kKeptCapacity = std::size_t{32} << 20U;

json::parser& parser_for(std::size_t size_bytes) {
  thread_local json::parser parser;
  if (parser.capacity() > kKeptCapacity && size_bytes < kKeptCapacity) parser = json::parser();
  return parser;
}

bool is_shape(simdjson::error_code code) {
  switch (code) {
    case simdjson::INCORRECT_TYPE:
    case simdjson::NO_SUCH_FIELD:
    case simdjson::NUMBER_OUT_OF_RANGE:
    case simdjson::INDEX_OUT_OF_BOUNDS:
    case simdjson::BIGINT_ERROR:
    case simdjson::SCALAR_DOCUMENT_AS_VALUE: return true;
    default: return false;
  }
}

}  // namespace

std::unexpected<Error> json_error(simdjson::error_code code, std::string_view what, std::string_view where) {
  if (code == simdjson::EMPTY) {
    return fail(ErrorKind::kDamaged, 2220, "the answer is empty", std::string(where));
  }
  if (is_shape(code)) {
    return fail(
        ErrorKind::kDamaged, 2223,
        fmt::format("the answer has another shape than expected: '{}' is missing or of another type", what),
        std::string(where));
  }
  return fail(ErrorKind::kDamaged, 2222,
              fmt::format("the answer is not whole JSON (at '{}'): {}", what, simdjson::error_message(code)),
              std::string(where));
}

Result<std::string_view> unpacked_body(const Answer& answer, std::string& unpacked) {
  std::string_view bytes = answer.bytes;
  const io::Compression compression = io::detect_compression(bytes);
  if (compression != io::Compression::kNone) {
    const std::uint64_t limit =
        std::min(limits::kMaxInputBytes, std::max(kAlwaysAllowedBytes, bytes.size() * kMaxRatio));
    GT_ASSIGN(unpacked, io::decompress(bytes, compression, limit, answer.display_name));
    bytes = unpacked;
  }
  if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return fail(ErrorKind::kDamaged, 2220, "the answer is empty", answer.display_name);
  }
  return bytes;
}

Status JsonBody::open(const Answer& answer) {
  where_ = answer.display_name;
  GT_ASSIGN(const std::string_view bytes, unpacked_body(answer, unpacked_));
  const std::size_t start = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (start == std::string_view::npos || (bytes[start] != '{' && bytes[start] != '[')) {
    return fail(ErrorKind::kDamaged, 2221,
                is_web_page(bytes) ? std::string("the answer is a web page, not data")
                                   : fmt::format("the answer is not JSON but text: {}", excerpt(bytes)),
                where_);
  }
  const std::size_t capacity = unpacked_.empty() ? answer.bytes.capacity() : unpacked_.capacity();
  simdjson::padded_string_view view(bytes.data(), bytes.size(), capacity);
  if (capacity < bytes.size() + simdjson::SIMDJSON_PADDING) {
    padded_ = simdjson::padded_string(bytes);
    view = padded_;
  }
  const simdjson::error_code code = parser_for(bytes.size()).iterate(view).get(document_);
  return code == simdjson::SUCCESS ? Status{} : error(code, "the beginning");
}

Status JsonBody::finish() {
  // Where a search for a field met broken JSON, simdjson has given the document up, and asking it where it
  // stands would go through a null pointer.
  if (!document_.is_alive()) return error(simdjson::TAPE_ERROR, "the end");
  if (document_.at_end()) return {};
  return error(simdjson::TRAILING_CONTENT, "the end");
}

}  // namespace goldtape::provider
