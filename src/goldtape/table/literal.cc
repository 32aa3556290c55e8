#include "goldtape/table/literal.h"

#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "goldtape/table/bytes_internal.h"

namespace goldtape::table {
namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kMaxDecimalBytes = 16;

std::unexpected<Error> not_convertible(const Literal& value, const Type& type) {
  std::string text = "NULL";
  if (const auto* b = std::get_if<bool>(&value)) text = *b ? "true" : "false";
  if (const auto* i = std::get_if<std::int32_t>(&value)) text = fmt::format("{}", *i);
  if (const auto* l = std::get_if<std::int64_t>(&value)) text = fmt::format("{}", *l);
  if (const auto* f = std::get_if<float>(&value)) text = fmt::format("{}", *f);
  if (const auto* d = std::get_if<double>(&value)) text = fmt::format("{}", *d);
  if (const auto* s = std::get_if<std::string>(&value)) text = fmt::format("'{}'", *s);
  return fail(ErrorKind::kUsage, 4031, fmt::format("{} cannot be a value of type {}", text, to_string(type)));
}

std::optional<std::int64_t> as_integer(const Literal& value) {
  if (const auto* i = std::get_if<std::int32_t>(&value)) return *i;
  if (const auto* l = std::get_if<std::int64_t>(&value)) return *l;
  std::optional<double> number;
  if (const auto* f = std::get_if<float>(&value)) number = *f;
  if (const auto* d = std::get_if<double>(&value)) number = *d;
  constexpr double kLimit = 9.0e18;
  if (number && std::trunc(*number) == *number && std::abs(*number) < kLimit) {
    return static_cast<std::int64_t>(*number);
  }
  return std::nullopt;
}

std::optional<double> as_double(const Literal& value) {
  if (const auto* f = std::get_if<float>(&value)) return *f;
  if (const auto* d = std::get_if<double>(&value)) return *d;
  if (const auto integer = as_integer(value)) return static_cast<double>(*integer);
  return std::nullopt;
}

std::optional<Literal> as_decimal(const Literal& value, const Type& type) {
  if (std::holds_alternative<arrow::Decimal128>(value)) return value;
  std::string text;
  if (const auto* s = std::get_if<std::string>(&value)) text = *s;
  if (const auto integer = as_integer(value)) {
    text = fmt::format("{}", *integer);
  } else if (const auto number = as_double(value)) {
    if (!std::isfinite(*number)) return std::nullopt;
    text = fmt::format("{}", *number);  // The shortest text that reads back as the same double.
  }
  arrow::Decimal128 decimal;
  std::int32_t precision = 0;
  std::int32_t scale = 0;
  if (text.empty() || !arrow::Decimal128::FromString(text, &decimal, &precision, &scale).ok())
    return std::nullopt;
  auto rescaled = decimal.Rescale(scale, type.scale);
  if (!rescaled.ok() || !rescaled->FitsInPrecision(type.precision)) return std::nullopt;
  return Literal{*rescaled};
}

std::optional<Literal> as_uuid(const std::string& text) {
  if (text.size() == kUuidBytes) return Literal{text};
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    if (c == '-') continue;
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0) return std::nullopt;
    if (high < 0) {
      high = digit;
    } else {
      bytes += static_cast<char>(high * 16 + digit);
      high = -1;
    }
  }
  if (bytes.size() != kUuidBytes || high >= 0) return std::nullopt;
  return Literal{bytes};
}

std::optional<Literal> as_int32(const Literal& value) {
  const auto integer = as_integer(value);
  if (!integer || *integer < std::numeric_limits<std::int32_t>::min() ||
      *integer > std::numeric_limits<std::int32_t>::max()) {
    return std::nullopt;
  }
  return Literal{static_cast<std::int32_t>(*integer)};
}

std::optional<Literal> as_int64(const Literal& value) {
  if (const auto integer = as_integer(value)) return Literal{*integer};
  return std::nullopt;
}

std::optional<Literal> as_date(const Literal& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return as_int32(value);
  const auto date = parse_date(*text);
  if (!date) return std::nullopt;
  return Literal{to_days(*date)};
}

std::optional<Literal> as_timestamp(const Literal& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return as_int64(value);
  const auto ts = parse_timestamp(*text);
  if (!ts) return std::nullopt;
  return Literal{to_micros(*ts)};
}

std::optional<Literal> as_bytes(const Literal& value, const Type& type) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  if (type.id == TypeId::kUuid) return as_uuid(*text);
  if (type.id == TypeId::kFixed && text->size() != static_cast<std::size_t>(type.length)) return std::nullopt;
  return value;
}

std::optional<Literal> try_convert(const Literal& value, const Type& type) {
  switch (type.id) {
    case TypeId::kBoolean:
      if (std::holds_alternative<bool>(value)) return value;
      return std::nullopt;
    case TypeId::kInt: return as_int32(value);
    case TypeId::kLong:
    case TypeId::kTime: return as_int64(value);
    case TypeId::kFloat:
      if (const auto number = as_double(value)) return Literal{static_cast<float>(*number)};
      return std::nullopt;
    case TypeId::kDouble:
      if (const auto number = as_double(value)) return Literal{*number};
      return std::nullopt;
    case TypeId::kDecimal: return as_decimal(value, type);
    case TypeId::kDate: return as_date(value);
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz: return as_timestamp(value);
    case TypeId::kString:
    case TypeId::kUuid:
    case TypeId::kFixed:
    case TypeId::kBinary: return as_bytes(value, type);
    default: return std::nullopt;
  }
}

template <typename T>
std::strong_ordering order_floating(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) <=> std::isnan(b);
  if (a < b) return std::strong_ordering::less;
  return a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::string decimal_bytes(const arrow::Decimal128& value) {
  std::array<std::uint8_t, kMaxDecimalBytes> little = value.ToBytes();
  std::size_t size = kMaxDecimalBytes;
  const std::uint8_t filler = value.IsNegative() ? 0xff : 0x00;
  // A byte may go as long as the next one still shows the sign.
  while (size > 1 && little[size - 1] == filler && ((little[size - 2] ^ filler) & 0x80) == 0) --size;
  std::string bytes;
  for (std::size_t i = size; i > 0; --i) bytes += static_cast<char>(little[i - 1]);
  return bytes;
}

Result<Literal> decimal_from(std::string_view bytes) {
  auto value = arrow::Decimal128::FromBigEndian(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                static_cast<std::int32_t>(bytes.size()));
  if (!value.ok()) return fail(ErrorKind::kDamaged, 4024, "a decimal value has a wrong number of bytes");
  return Literal{*value};
}

std::string uuid_text(const std::string& bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(bytes[i]));
  }
  return text;
}

}  // namespace

bool is_stored_as(const Literal& value, const Type& type) {
  if (holds_null(value)) return true;
  switch (type.id) {
    case TypeId::kBoolean: return std::holds_alternative<bool>(value);
    case TypeId::kInt:
    case TypeId::kDate: return std::holds_alternative<std::int32_t>(value);
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz: return std::holds_alternative<std::int64_t>(value);
    case TypeId::kFloat: return std::holds_alternative<float>(value);
    case TypeId::kDouble: return std::holds_alternative<double>(value);
    case TypeId::kDecimal: return std::holds_alternative<arrow::Decimal128>(value);
    default: return type.is_primitive() && std::holds_alternative<std::string>(value);
  }
}

Result<Literal> convert(const Literal& value, const Type& type) {
  if (auto converted = try_convert(value, type)) return *std::move(converted);
  return not_convertible(value, type);
}

std::strong_ordering compare(const Literal& a, const Literal& b) {
  if (a.index() != b.index()) return a.index() <=> b.index();
  if (const auto* x = std::get_if<bool>(&a)) return *x <=> std::get<bool>(b);
  if (const auto* x = std::get_if<std::int32_t>(&a)) return *x <=> std::get<std::int32_t>(b);
  if (const auto* x = std::get_if<std::int64_t>(&a)) return *x <=> std::get<std::int64_t>(b);
  if (const auto* x = std::get_if<float>(&a)) return order_floating(*x, std::get<float>(b));
  if (const auto* x = std::get_if<double>(&a)) return order_floating(*x, std::get<double>(b));
  if (const auto* x = std::get_if<std::string>(&a)) return x->compare(std::get<std::string>(b)) <=> 0;
  if (const auto* x = std::get_if<arrow::Decimal128>(&a)) {
    const auto& y = std::get<arrow::Decimal128>(b);
    if (*x == y) return std::strong_ordering::equal;
    return *x < y ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return std::strong_ordering::equal;
}

bool equal(const Literal& a, const Literal& b) { return a.index() == b.index() && compare(a, b) == 0; }

std::string to_bytes(const Literal& value, const Type& type) {
  if (const auto* b = std::get_if<bool>(&value)) return std::string(1, *b ? '\1' : '\0');
  if (const auto* i = std::get_if<std::int32_t>(&value)) {
    return type.id == TypeId::kLong ? little_endian<std::int64_t>(*i) : little_endian(*i);
  }
  if (const auto* l = std::get_if<std::int64_t>(&value)) return little_endian(*l);
  if (const auto* f = std::get_if<float>(&value)) return little_endian(*f);
  if (const auto* d = std::get_if<double>(&value)) return little_endian(*d);
  if (const auto* s = std::get_if<std::string>(&value)) return *s;
  if (const auto* decimal = std::get_if<arrow::Decimal128>(&value)) return decimal_bytes(*decimal);
  return {};
}

Result<Literal> from_bytes(std::string_view bytes, const Type& type) {
  const auto wrong = [&] {
    return fail(ErrorKind::kDamaged, 4024,
                fmt::format("{} bytes are no value of type {}", bytes.size(), to_string(type)));
  };
  switch (type.id) {
    case TypeId::kBoolean:
      if (bytes.size() != 1) return wrong();
      return Literal{bytes[0] != '\0'};
    case TypeId::kInt:
    case TypeId::kDate:
      if (bytes.size() != 4) return wrong();
      return Literal{from_little_endian<std::int32_t>(bytes)};
    case TypeId::kLong:
      if (bytes.size() == 4) return Literal{std::int64_t{from_little_endian<std::int32_t>(bytes)}};
      [[fallthrough]];
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      if (bytes.size() != 8) return wrong();
      return Literal{from_little_endian<std::int64_t>(bytes)};
    case TypeId::kFloat:
      if (bytes.size() != 4) return wrong();
      return Literal{from_little_endian<float>(bytes)};
    case TypeId::kDouble:
      if (bytes.size() == 4) return Literal{static_cast<double>(from_little_endian<float>(bytes))};
      if (bytes.size() != 8) return wrong();
      return Literal{from_little_endian<double>(bytes)};
    case TypeId::kDecimal:
      if (bytes.empty() || bytes.size() > kMaxDecimalBytes) return wrong();
      return decimal_from(bytes);
    case TypeId::kUuid:
      if (bytes.size() != kUuidBytes) return wrong();
      return Literal{std::string(bytes)};
    case TypeId::kString:
    case TypeId::kFixed:
    case TypeId::kBinary: return Literal{std::string(bytes)};
    default: return wrong();
  }
}

std::string to_string(const Literal& value, const Type& type) {
  if (holds_null(value)) return "null";
  if (const auto* b = std::get_if<bool>(&value)) return *b ? "true" : "false";
  if (const auto* i = std::get_if<std::int32_t>(&value)) {
    return type.id == TypeId::kDate ? format_date(from_days(*i)) : fmt::format("{}", *i);
  }
  if (const auto* l = std::get_if<std::int64_t>(&value)) {
    const bool instant = type.id == TypeId::kTimestamp || type.id == TypeId::kTimestampTz;
    return instant ? format_timestamp(from_micros(*l)) : fmt::format("{}", *l);
  }
  if (const auto* f = std::get_if<float>(&value)) return fmt::format("{}", *f);
  if (const auto* d = std::get_if<double>(&value)) return fmt::format("{}", *d);
  if (const auto* decimal = std::get_if<arrow::Decimal128>(&value)) return decimal->ToString(type.scale);
  const auto& text = std::get<std::string>(value);
  if (type.id == TypeId::kUuid) return uuid_text(text);
  if (type.id == TypeId::kString) return text;
  std::string hex;
  for (const char c : text) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

}  // namespace goldtape::table
