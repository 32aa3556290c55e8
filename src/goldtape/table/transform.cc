#include "goldtape/table/transform.h"

#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/bytes_internal.h"

namespace goldtape::table {
namespace {

constexpr std::array<std::pair<std::string_view, TransformKind>, 6> kPlainNames = {{
    {"identity", TransformKind::kIdentity},
    {"year", TransformKind::kYear},
    {"month", TransformKind::kMonth},
    {"day", TransformKind::kDay},
    {"hour", TransformKind::kHour},
    {"void", TransformKind::kVoid},
}};

constexpr std::int64_t kMicrosPerHour = 3'600'000'000;
constexpr int kEpochYear = 1970;

bool is_instant(const Type& type) { return type.id == TypeId::kTimestamp || type.id == TypeId::kTimestampTz; }

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - static_cast<std::int64_t>(a % b < 0);
}

std::int32_t days_of(const Literal& value, const Type& source) {
  if (source.id == TypeId::kDate) return std::get<std::int32_t>(value);
  return static_cast<std::int32_t>(floor_div(std::get<std::int64_t>(value), 24 * kMicrosPerHour));
}

std::int32_t year_of(std::int32_t days) {
  return static_cast<int>(std::chrono::year_month_day{from_days(days)}.year()) - kEpochYear;
}

std::int32_t month_of(std::int32_t days) {
  const std::chrono::year_month_day date{from_days(days)};
  return (static_cast<int>(date.year()) - kEpochYear) * 12 +
         static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

// The bytes that Appendix B hashes for a value.
std::string hashed_bytes(const Literal& value, const Type& source) {
  if (const auto* i = std::get_if<std::int32_t>(&value)) return little_endian<std::int64_t>(*i);
  return to_bytes(value, source);
}

std::string first_code_points(const std::string& text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size() && count > 0; --count) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
  }
  return text.substr(0, at);
}

Literal truncate(const Literal& value, std::int32_t width, const Type& source) {
  if (const auto* i = std::get_if<std::int32_t>(&value)) {
    return static_cast<std::int32_t>(*i - (((*i % width) + std::int64_t{width}) % width));
  }
  if (const auto* l = std::get_if<std::int64_t>(&value)) return *l - (((*l % width) + width) % width);
  if (const auto* decimal = std::get_if<arrow::Decimal128>(&value)) {
    const arrow::Decimal128 w(width);
    return arrow::Decimal128(*decimal - (((*decimal % w) + w) % w));
  }
  const auto& text = std::get<std::string>(value);
  const auto count = static_cast<std::size_t>(width);
  return source.id == TypeId::kString ? first_code_points(text, count) : text.substr(0, count);
}

bool can_bucket(const Type& source) {
  return source.is_primitive() && source.id != TypeId::kBoolean && source.id != TypeId::kFloat &&
         source.id != TypeId::kDouble;
}

bool can_truncate(const Type& source) {
  return source.id == TypeId::kInt || source.id == TypeId::kLong || source.id == TypeId::kDecimal ||
         source.id == TypeId::kString || source.id == TypeId::kBinary;
}

}  // namespace

std::string to_string(const Transform& transform) {
  if (transform.kind == TransformKind::kBucket) return fmt::format("bucket[{}]", transform.parameter);
  if (transform.kind == TransformKind::kTruncate) return fmt::format("truncate[{}]", transform.parameter);
  for (const auto& [name, kind] : kPlainNames) {
    if (kind == transform.kind) return std::string(name);
  }
  return "unknown";
}

Result<Transform> parse_transform(std::string_view text) {
  for (const auto& [name, kind] : kPlainNames) {
    if (name == text) return Transform{kind, 0};
  }
  for (const auto& [prefix, kind] : {std::pair{std::string_view("bucket["), TransformKind::kBucket},
                                     std::pair{std::string_view("truncate["), TransformKind::kTruncate}}) {
    if (!text.starts_with(prefix) || !text.ends_with(']')) continue;
    const std::string_view digits = text.substr(prefix.size(), text.size() - prefix.size() - 1);
    std::int32_t parameter = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parameter);
    if (error == std::errc{} && end == digits.data() + digits.size() && parameter > 0) {
      return Transform{kind, parameter};
    }
  }
  return fail(ErrorKind::kUnsupported, 4021,
              fmt::format("the partition transform '{}' is not one of Iceberg's format version 2",
                          text.substr(0, 100)));
}

Result<Type> result_type(const Transform& transform, const Type& source) {
  const bool dated = source.id == TypeId::kDate || is_instant(source);
  bool fits = false;
  Type result{.id = TypeId::kInt};
  switch (transform.kind) {
    case TransformKind::kIdentity:
    case TransformKind::kVoid:
      fits = source.is_primitive();
      result = source;
      break;
    case TransformKind::kBucket: fits = can_bucket(source); break;
    case TransformKind::kTruncate:
      fits = can_truncate(source);
      result = source;
      break;
    case TransformKind::kYear:
    case TransformKind::kMonth: fits = dated; break;
    case TransformKind::kDay:
      fits = dated;
      result = {.id = TypeId::kDate};
      break;
    case TransformKind::kHour: fits = is_instant(source); break;
  }
  if (fits) return result;
  return fail(ErrorKind::kUsage, 4032,
              fmt::format("the partition transform {} cannot be applied to a column of type {}",
                          to_string(transform), to_string(source)));
}

Literal apply(const Transform& transform, const Literal& value, const Type& source) {
  if (holds_null(value)) return {};
  switch (transform.kind) {
    case TransformKind::kIdentity: return value;
    case TransformKind::kVoid: return {};
    case TransformKind::kBucket:
      return static_cast<std::int32_t>((murmur3_32(hashed_bytes(value, source)) & 0x7fffffff) %
                                       transform.parameter);
    case TransformKind::kTruncate: return truncate(value, transform.parameter, source);
    case TransformKind::kYear: return year_of(days_of(value, source));
    case TransformKind::kMonth: return month_of(days_of(value, source));
    case TransformKind::kDay: return days_of(value, source);
    case TransformKind::kHour:
      return static_cast<std::int32_t>(floor_div(std::get<std::int64_t>(value), kMicrosPerHour));
  }
  return {};
}

bool preserves_order(const Transform& transform) {
  return transform.kind != TransformKind::kBucket && transform.kind != TransformKind::kVoid;
}

std::string to_human_string(const Transform& transform, const Literal& result, const Type& source) {
  if (holds_null(result)) return "null";
  const auto number = [&] { return std::get<std::int32_t>(result); };
  switch (transform.kind) {
    case TransformKind::kYear: return fmt::format("{:04}", number() + kEpochYear);
    case TransformKind::kMonth: {
      const std::int64_t year = floor_div(number(), 12);
      return fmt::format("{:04}-{:02}", year + kEpochYear, number() - year * 12 + 1);
    }
    case TransformKind::kDay: return format_date(from_days(number()));
    case TransformKind::kHour: {
      const std::int64_t day = floor_div(number(), 24);
      return fmt::format("{}-{:02}", format_date(from_days(static_cast<std::int32_t>(day))),
                         number() - day * 24);
    }
    case TransformKind::kBucket: return fmt::format("{}", number());
    default: return to_string(result, source);
  }
}

std::int32_t murmur3_32(std::string_view bytes) {
  constexpr std::uint32_t kC1 = 0xcc9e2d51;
  constexpr std::uint32_t kC2 = 0x1b873593;
  std::uint32_t hash = 0;
  const std::size_t blocks = bytes.size() / 4;
  for (std::size_t i = 0; i < blocks; ++i) {
    std::uint32_t k = from_little_endian<std::uint32_t>(bytes.substr(i * 4));
    k = std::rotl(k * kC1, 15) * kC2;
    hash = std::rotl(hash ^ k, 13) * 5 + 0xe6546b64;
  }
  std::uint32_t tail = 0;
  for (std::size_t i = bytes.size(); i > blocks * 4; --i)
    tail = (tail << 8) | static_cast<unsigned char>(bytes[i - 1]);
  hash ^= std::rotl(tail * kC1, 15) * kC2;
  hash ^= static_cast<std::uint32_t>(bytes.size());
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return static_cast<std::int32_t>(hash ^ (hash >> 16));
}

}  // namespace goldtape::table
