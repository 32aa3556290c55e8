// The reference tables as refine keeps them: securities, their names, their corporate actions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/corporate_action.h"
#include "goldtape/reference/security_master.h"

namespace goldtape::lake {

/// A row of reference.corporate_actions.
struct SecurityAction {
  std::int64_t security_id = 0;
  Date ex_date{};
  model::ActionType type = model::ActionType::kSplit;
  double value = 0;
  std::optional<std::string> currency = {};
  std::optional<double> adjustment_factor = {};
  std::optional<std::int64_t> new_security_id = {};
  std::string source = {};
  Timestamp known_at{};
  bool operator==(const SecurityAction&) const = default;
};

/// An action of bronze with who said it.
struct SourcedAction {
  std::string source;
  model::CorporateAction action;
};

/// One action for each (ticker, ex_date, type, new_ticker): of several sources the most preferred one's, in
/// the order of the key. `rank`: a source's place in the preference.
[[nodiscard]] std::vector<SourcedAction> preferred_actions(std::vector<SourcedAction> all,
                                                           const std::vector<std::string>& preferred_sources);

/// Ties actions to securities, without factors; sorted as the table. An action of a ticker that names no
/// security the day before ex_date (nor on it) is left out and counted in `unresolved`.
[[nodiscard]] std::vector<SecurityAction> resolve_actions(const std::vector<SourcedAction>& actions,
                                                          const reference::SecurityMaster& master,
                                                          std::int64_t& unresolved);

/// A source's place: its index in `preferred_sources`, or behind them all (ties by name are the caller's).
[[nodiscard]] std::size_t source_rank(const std::string& source,
                                      const std::vector<std::string>& preferred_sources);

/// Tables to rows and back, in the tables' own order. Errors: kDamaged GT5202, kInternal GT5203.
[[nodiscard]] Result<std::vector<SourcedAction>> bronze_actions_from_arrow(const arrow::Table& table);
[[nodiscard]] Result<std::vector<reference::Security>> securities_from_arrow(const arrow::Table& table);
[[nodiscard]] Result<std::vector<reference::TickerInterval>> history_from_arrow(const arrow::Table& table);
[[nodiscard]] Result<std::vector<SecurityAction>> actions_from_arrow(const arrow::Table& table);
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<reference::Security>& rows);
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> to_arrow(
    const std::vector<reference::TickerInterval>& rows);
[[nodiscard]] Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<SecurityAction>& rows);

}  // namespace goldtape::lake
