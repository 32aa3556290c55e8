// Corporate actions as vendors tell them, before they are tied to a security.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/time.h"

namespace goldtape::model {

enum class ActionType : std::uint8_t {
  kSplit,          ///< value = new shares per old (7 for 7:1, 0.1 for a 1:10 reverse split).
  kCashDividend,   ///< value = currency per share.
  kStockDividend,  ///< value = new shares per old share held (0.05 for 5 %).
  kSpinOff,        ///< value = spun-off shares per parent share; new_ticker = the child.
  kMerger,         ///< value = acquirer's shares per share, 0 for cash; new_ticker = the acquirer.
  kRename,         ///< new_ticker = the name from ex_date on; value 1.
  kDelisting,      ///< ex_date = first session without trading; value 0.
};
[[nodiscard]] std::string_view to_string(ActionType type);  ///< split | cash_dividend | ...
[[nodiscard]] Result<ActionType> parse_action_type(std::string_view text);

struct CorporateAction {
  std::string ticker;  ///< As of the day before ex_date.
  Date ex_date{};
  ActionType type = ActionType::kSplit;
  double value = 0;
  std::string currency;    ///< ISO 4217, "USD"; empty where it has no meaning.
  std::string new_ticker;  ///< Child, acquirer or new name; else empty.
  std::string description;
  Timestamp known_at{};    ///< When it could first be known; never after observed_at.
  std::uint32_t line = 0;  ///< Where it stood in the answer.
  /// Last date whose splits are in an amount per share that the vendor adjusted (Yahoo's dividends).
  std::optional<Date> basis_as_of = std::nullopt;
  bool operator==(const CorporateAction&) const = default;
};

/// The actions of one answer.
struct ActionBatch {
  std::string source;
  Timestamp observed_at{};
  std::vector<CorporateAction> actions;
  std::vector<std::string> notes = {};  ///< What a person should know of the answer.
};

}  // namespace goldtape::model
