// Small JSON answers (actions, assets, calendars) as a document, and their members with what may be wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/corporate_action.h"
#include "goldtape/provider/provider.h"

namespace goldtape::provider {

/// The whole answer. Errors: GT2220, GT2221, GT2222 and packing as in json_body.h.
[[nodiscard]] Result<nlohmann::json> read_json(const Answer& answer);

/// A row (an object) of an answer. Members that are absent or null are empty. The first wrong one is kept.
class JsonRow {
 public:
  JsonRow(const nlohmann::json& row, const Answer& answer, std::uint32_t line)
      : row_(row), answer_(answer), line_(line) {}
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::optional<double> number(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view name) const;
  /// GT2223 (kDamaged, where = answer:line) with the member concerned.
  [[nodiscard]] std::unexpected<Error> wrong(std::string_view name) const;
  /// As `text`, which must be there. Errors: GT2223.
  [[nodiscard]] Result<std::string> required(std::string_view name) const;
  [[nodiscard]] Result<double> required_number(std::string_view name) const;
  [[nodiscard]] Result<Date> required_date(std::string_view name) const;
  [[nodiscard]] std::uint32_t line() const { return line_; }

 private:
  [[nodiscard]] const nlohmann::json* find(std::string_view name) const;
  const nlohmann::json& row_;
  const Answer& answer_;
  std::uint32_t line_;
};

/// Two cash dividends of one ticker and day (a regular and a special one) become their sum, described.
void add_up_cash(std::vector<model::CorporateAction>& actions);

}  // namespace goldtape::provider
