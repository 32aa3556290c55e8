#include "goldtape/model/corporate_action.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/text.h"

namespace goldtape::model {
namespace {

constexpr std::array<std::string_view, 7> kActionTypes{
    "split", "cash_dividend", "stock_dividend", "spin_off", "merger", "rename", "delisting"};

}  // namespace

std::string_view to_string(ActionType type) { return kActionTypes[std::to_underlying(type)]; }

Result<ActionType> parse_action_type(std::string_view text) {
  for (std::size_t i = 0; i < kActionTypes.size(); ++i) {
    if (kActionTypes[i] == text) return static_cast<ActionType>(i);
  }
  return fail(ErrorKind::kUsage, 1104,
              fmt::format("unknown corporate action '{}'; write {}", text, join_or(kActionTypes)));
}

}  // namespace goldtape::model
