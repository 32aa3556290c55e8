#include "goldtape/provider/files/dialect_json.h"

#include <array>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <toml++/toml.h>

#include "goldtape/base/text.h"
#include "goldtape/base/timezone.h"
#include "goldtape/provider/files/ts_text.h"

namespace goldtape::provider::files {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 17> kKeys = {
    "based_on", "column_order",     "columns",   "decimal",     "delimiter", "label",
    "name",     "null_words",       "order",     "price_basis", "quote",     "set_aside_fractions",
    "ticker",   "ticker_from_name", "ts_format", "tz",          "volume"};

std::unexpected<Error> bad(std::string message) { return fail(ErrorKind::kUsage, 2011, std::move(message)); }

std::unexpected<Error> wrong_type(std::string_view key, std::string_view wanted, const json& value) {
  return bad(fmt::format("'{}' must be {}, not {}", key, wanted, value.type_name()));
}

Result<std::string> as_text(std::string_view key, const json& value) {
  if (!value.is_string()) return wrong_type(key, "a text", value);
  return value.get<std::string>();
}

Result<std::vector<std::string>> as_texts(std::string_view key, const json& value) {
  if (!value.is_array()) return wrong_type(key, "a list of texts", value);
  std::vector<std::string> texts;
  for (const json& element : value) {
    GT_ASSIGN(texts.emplace_back(), as_text(key, element));
  }
  return texts;
}

/// One ASCII character that is not a letter, digit or line end; "" means `absent` where that is allowed.
Result<char> as_character(std::string_view key, const json& value, bool may_be_empty) {
  GT_ASSIGN(const std::string text, as_text(key, value));
  if (text.empty() && may_be_empty) return '\0';
  if (text.size() != 1 || static_cast<unsigned char>(text[0]) >= 0x7f ||
      (static_cast<unsigned char>(text[0]) < 0x20 && text[0] != '\t' && text[0] != '\x01')) {
    return bad(fmt::format("'{}' must be one ASCII character such as ',' or a tab", key));
  }
  return text[0];
}

Status set_columns(const json& value, Dialect& dialect) {
  if (!value.is_object()) return wrong_type("columns", "an object from role to name", value);
  for (const auto& [key, names] : value.items()) {
    GT_ASSIGN(const Role role, parse_role(key));
    if (names.is_string()) {
      dialect.columns[role] = {names.get<std::string>()};
      continue;
    }
    GT_ASSIGN(std::vector<std::string> list, as_texts("columns." + key, names));
    if (list.empty()) {
      dialect.columns.erase(role);
    } else {
      dialect.columns[role] = std::move(list);
    }
  }
  return {};
}

Status set_column_order(const json& value, Dialect& dialect) {
  GT_ASSIGN(dialect.column_order, as_texts("column_order", value));
  for (const std::string& name : dialect.column_order) {
    if (!name.empty()) GT_RETURN_IF_ERROR(parse_role(name));
  }
  return {};
}

Status set_volume(const json& value, Dialect& dialect) {
  if (value.is_null()) {
    dialect.volume.reset();
    return {};
  }
  if (!value.is_number_integer() || value.is_number_unsigned() != (value >= 0) ||
      (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX})) {
    return wrong_type("volume", "a whole number", value);
  }
  dialect.volume = value.get<std::int64_t>();
  return {};
}

Status set_key(std::string_view key, const json& value, Dialect& dialect) {
  if (key == "based_on") return {};
  if (key == "columns") return set_columns(value, dialect);
  if (key == "column_order") return set_column_order(value, dialect);
  if (key == "volume") return set_volume(value, dialect);
  if (key == "ticker_from_name" || key == "set_aside_fractions") {
    if (!value.is_boolean()) return wrong_type(key, "true or false", value);
    (key == "ticker_from_name" ? dialect.ticker_from_name : dialect.set_aside_fractions) = value.get<bool>();
    return {};
  }
  if (key == "null_words") {
    GT_ASSIGN(dialect.null_words, as_texts(key, value));
    return {};
  }
  if (key == "delimiter" || key == "quote" || key == "decimal") {
    GT_ASSIGN(const char character, as_character(key, value, key == "delimiter"));
    (key == "delimiter" ? dialect.delimiter : key == "quote" ? dialect.quote : dialect.decimal) = character;
    return {};
  }
  GT_ASSIGN(std::string text, as_text(key, value));
  if (key == "name")
    dialect.name = std::move(text);
  else if (key == "ticker")
    dialect.ticker = std::move(text);
  else if (key == "tz")
    dialect.tz = std::move(text);
  else if (key == "ts_format")
    dialect.ts_format = std::move(text);
  else if (key == "label") {
    GT_ASSIGN(dialect.label, parse_label(text));
  } else if (key == "order") {
    GT_ASSIGN(dialect.order, parse_order(text));
  } else if (key == "price_basis") {
    GT_ASSIGN(dialect.price_basis, model::parse_price_basis(text));
  } else
    return bad(
        fmt::format("unknown key '{}'{}; the keys are {}", key, did_you_mean(key, kKeys), join_or(kKeys)));
  return {};
}

Status check(const Dialect& dialect) {
  if (dialect.ts_format != "auto") GT_RETURN_IF_ERROR(TsFormat::parse(dialect.ts_format));
  GT_RETURN_IF_ERROR(TimeZone::find(dialect.tz));
  if (dialect.decimal != '.' && dialect.decimal != ',') return bad("'decimal' must be '.' or ','");
  if (dialect.delimiter != 0 &&
      (dialect.delimiter == dialect.quote || dialect.delimiter == dialect.decimal)) {
    return bad("'delimiter' must differ from 'quote' and 'decimal'");
  }
  return {};
}

Result<Dialect> from_value(const json& value) {
  if (!value.is_object()) return wrong_type("dialect", "an object", value);
  std::string base = "default";
  if (const auto found = value.find("based_on"); found != value.end()) {
    GT_ASSIGN(base, as_text("based_on", *found));
  }
  GT_ASSIGN(Dialect dialect, builtin_dialect(base));
  for (const auto& [key, element] : value.items()) {
    GT_RETURN_IF_ERROR(set_key(key, element, dialect));
  }
  GT_RETURN_IF_ERROR(check(dialect));
  return dialect;
}

Result<Dialect> located(Result<Dialect> result, std::string_view where) {
  if (!result && result.error().where.empty()) result.error().where = where;
  return result;
}

std::string character_text(char c) { return c == 0 ? std::string() : std::string(1, c); }

}  // namespace

std::string to_json(const Dialect& dialect) {
  json columns = json::object();
  // A role that is never looked for must say so: an absent one would come back from the default.
  for (std::size_t i = 0; i < kRoleCount; ++i) {
    const auto role = static_cast<Role>(i);
    const auto found = dialect.columns.find(role);
    columns[std::string(to_string(role))] =
        found == dialect.columns.end() ? json::array() : json(found->second);
  }
  json value = {
      {"name", dialect.name},
      {"delimiter", character_text(dialect.delimiter)},
      {"quote", character_text(dialect.quote)},
      {"decimal", character_text(dialect.decimal)},
      {"columns", std::move(columns)},
      {"column_order", dialect.column_order},
      {"ticker_from_name", dialect.ticker_from_name},
      {"ticker", dialect.ticker},
      {"volume", dialect.volume ? json(*dialect.volume) : json(nullptr)},
      {"tz", dialect.tz},
      {"label", to_string(dialect.label)},
      {"order", to_string(dialect.order)},
      {"ts_format", dialect.ts_format},
      {"null_words", dialect.null_words},
      {"price_basis", model::to_string(dialect.price_basis)},
  };
  // Said only where it holds: a load's id has this text in it, and those of older loads must stay.
  if (dialect.set_aside_fractions) value["set_aside_fractions"] = true;
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Dialect> dialect_from_json(std::string_view text, std::string_view where) {
  json value;
  try {
    value = json::parse(text);
  } catch (const json::exception& error) {
    return fail(ErrorKind::kUsage, 2011, fmt::format("the dialect is not JSON: {}", error.what()),
                std::string(where));
  }
  return located(from_value(value), where);
}

Result<Dialect> dialect_from_toml(std::string_view text, std::string_view where) {
  std::ostringstream converted;
  try {
    converted << toml::json_formatter{toml::parse(text)};
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::kUsage, 2011, fmt::format("the dialect is not TOML: {}", error.description()),
                fmt::format("{}:{}", where, error.source().begin.line));
  }
  return dialect_from_json(converted.str(), where);
}

}  // namespace goldtape::provider::files
