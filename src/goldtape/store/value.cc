#include "goldtape/store/value.h"

#include <algorithm>
#include <charconv>
#include <type_traits>

#include <fmt/format.h>

namespace goldtape::store {

int Rows::find(std::string_view column) const {
  auto at = std::find(columns.begin(), columns.end(), column);
  return at == columns.end() ? -1 : static_cast<int>(at - columns.begin());
}

bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

std::string text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* blob = std::get_if<Blob>(&value)) return blob->bytes;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  return {};
}

std::int64_t int_of(const Value& value) { return optional_int_of(value).value_or(0); }

std::optional<std::int64_t> optional_int_of(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* number = std::get_if<double>(&value)) return static_cast<std::int64_t>(*number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    std::int64_t parsed = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), parsed);
    if (error == std::errc{} && end == text->data() + text->size()) return parsed;
  }
  return std::nullopt;
}

std::optional<double> optional_double_of(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return std::nullopt;
}

std::string instant_text(Timestamp ts) {
  const auto day = std::chrono::floor<std::chrono::days>(ts);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{ts - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

Value instant_value(const std::optional<Timestamp>& ts) { return ts ? Value{instant_text(*ts)} : Value{}; }

Result<std::optional<Timestamp>> instant_of(const Value& value) {
  const std::string text = text_of(value);
  if (text.empty()) return std::optional<Timestamp>{};
  auto parsed = parse_timestamp(text);
  if (!parsed) {
    return fail(ErrorKind::kDamaged, 4003,
                "the operations database holds '" + text + "' where an instant should be");
  }
  return std::optional<Timestamp>{*parsed};
}

}  // namespace goldtape::store
