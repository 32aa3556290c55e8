#include "goldtape/provider/json_rows.h"

#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/json_body.h"
#include "goldtape/provider/verdict.h"

namespace goldtape::provider {

Result<nlohmann::json> read_json(const Answer& answer) {
  std::string unpacked;
  GT_ASSIGN(const std::string_view bytes, unpacked_body(answer, unpacked));
  const std::size_t start = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (start == std::string_view::npos || (bytes[start] != '{' && bytes[start] != '[')) {
    return fail(ErrorKind::kDamaged, 2221,
                is_web_page(bytes) ? std::string("the answer is a web page, not data")
                                   : fmt::format("the answer is not JSON but text: {}", excerpt(bytes)),
                answer.display_name);
  }
  // A document of arrays within arrays would exhaust the stack of whoever walks or frees it.
  constexpr int kDeepest = 64;
  const auto keep = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    return depth <= kDeepest;
  };
  nlohmann::json value = nlohmann::json::parse(bytes, keep, false);
  if (value.is_discarded()) {
    return fail(ErrorKind::kDamaged, 2222, "the answer is not whole JSON", answer.display_name);
  }
  return value;
}

const nlohmann::json* JsonRow::find(std::string_view name) const {
  const auto found = row_.is_object() ? row_.find(name) : row_.end();
  return found == row_.end() || found->is_null() ? nullptr : &*found;
}

std::string JsonRow::text(std::string_view name) const {
  const nlohmann::json* value = find(name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::optional<double> JsonRow::number(std::string_view name) const {
  const nlohmann::json* value = find(name);
  return value != nullptr && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}

std::optional<std::int64_t> JsonRow::integer(std::string_view name) const {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  return value->is_number_integer() ? std::optional(value->get<std::int64_t>()) : std::nullopt;
}

std::optional<bool> JsonRow::flag(std::string_view name) const {
  const nlohmann::json* value = find(name);
  return value != nullptr && value->is_boolean() ? std::optional(value->get<bool>()) : std::nullopt;
}

std::unexpected<Error> JsonRow::wrong(std::string_view name) const {
  return fail(
      ErrorKind::kDamaged, 2223,
      fmt::format("the answer has another shape than expected: '{}' is missing or of another type", name),
      fmt::format("{}:{}", answer_.display_name, line_));
}

Result<std::string> JsonRow::required(std::string_view name) const {
  std::string value = text(name);
  if (value.empty()) return wrong(name);
  return value;
}

Result<double> JsonRow::required_number(std::string_view name) const {
  const auto value = number(name);
  if (!value) return wrong(name);
  return *value;
}

Result<Date> JsonRow::required_date(std::string_view name) const {
  const Result<Date> date = parse_date(text(name));
  if (!date) return wrong(name);
  return *date;
}

namespace {

/// "0.1", "2 special".
std::string amount_text(const model::CorporateAction& action) {
  return fmt::format("{}{}{}", action.value, action.description.empty() ? "" : " ", action.description);
}

struct Payment {
  std::size_t index = 0;
  std::string text;
};

}  // namespace

void add_up_cash(std::vector<model::CorporateAction>& actions) {
  std::map<std::tuple<std::string, Date, std::string>, Payment> payments;
  std::vector<model::CorporateAction> out;
  for (model::CorporateAction& action : actions) {
    if (action.type == model::ActionType::kCashDividend) {
      const auto [at, added] = payments.try_emplace({action.ticker, action.ex_date, action.currency},
                                                    Payment{out.size(), amount_text(action)});
      if (!added) {
        Payment& payment = at->second;
        payment.text += " + " + amount_text(action);
        out[payment.index].value += action.value;
        out[payment.index].description = payment.text;
        continue;
      }
    }
    out.push_back(std::move(action));
  }
  actions = std::move(out);
}

}  // namespace goldtape::provider
