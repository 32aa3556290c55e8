// Who a ticker was on a date: permanent ids for securities, and the names they had.
//
// A first, simple master. It knows tickers seen in bars and the corporate actions rename, spin-off, delisting
// and merger. Pure: the caller reads and writes reference.securities and reference.ticker_history.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/corporate_action.h"

namespace goldtape::reference {

using SecurityId = std::int64_t;

/// A row of reference.securities.
struct Security {
  SecurityId id = 0;
  std::optional<std::string> name = {}, exchange = {}, asset_type = {};
  std::optional<std::int64_t> cik = {};
  std::optional<std::string> figi = {}, sector = {}, industry = {};
  std::optional<Date> listed_on = {};    ///< First session known.
  std::optional<Date> delisted_on = {};  ///< First session without trading.
  std::optional<std::string> delisting_reason = {};
  [[nodiscard]] std::string_view status() const { return delisted_on ? "delisted" : "active"; }
  bool operator==(const Security&) const = default;
};

/// A row of reference.ticker_history: the name of a security in [valid_from, valid_to).
struct TickerInterval {
  SecurityId security_id = 0;
  std::string ticker;
  Date valid_from{};
  std::optional<Date> valid_to;  ///< Absent while the name lasts.
  std::string change_reason;     ///< first_seen | rename | spin_off | reuse
  [[nodiscard]] bool covers(Date date) const { return valid_from <= date && (!valid_to || date < *valid_to); }
  bool operator==(const TickerInterval&) const = default;
};

/// Dates on which each ticker had bars; ascending, distinct.
using Observations = std::map<std::string, std::vector<Date>, std::less<>>;

/// Something the master could not do as the data ask; nothing is lost, ids stay as they were.
struct MasterWarning {
  std::string message;
};

/// Not thread safe while `update` runs; reading is.
///
/// Invariants: an id, once given, names the same (ticker, first date) for ever; intervals of one ticker never
/// overlap; every observed (ticker, date) resolves to exactly one id.
class SecurityMaster {
 public:
  SecurityMaster() = default;
  /// From the stored tables. Errors: kDamaged GT5201 when intervals overlap or name an unknown id.
  [[nodiscard]] static Result<SecurityMaster> restore(std::vector<Security> securities,
                                                      std::vector<TickerInterval> history);

  /// Brings identities up to all that is known now; `observations` and `actions` are complete, not
  /// increments, so the outcome does not depend on how they arrived (ids of new securities aside: they are
  /// given in the order of (first date, ticker) at each call).
  ///
  /// Rename keeps the id and moves the name at ex_date. Delisting and merger end a ticker at ex_date; bars of
  /// the ticker after that belong to a new security ("reuse"). A spin-off's child is a security of its own.
  /// A rename that arrives when both names already have ids cannot join them: it is reported.
  std::vector<MasterWarning> update(const Observations& observations,
                                    std::span<const model::CorporateAction> actions);

  /// The security that `ticker` named on `date`.
  [[nodiscard]] std::optional<SecurityId> resolve(std::string_view ticker, Date date) const;
  /// The ticker a security had on `date`; the last one before it when the security had none then.
  [[nodiscard]] std::optional<std::string_view> ticker_of(SecurityId id, Date date) const;

  [[nodiscard]] const Security* find(SecurityId id) const;
  [[nodiscard]] std::span<const Security> securities() const { return securities_; }  ///< By id.
  [[nodiscard]] std::span<const TickerInterval> history() const {
    return history_;
  }  ///< By (ticker, valid_from).

 private:
  std::vector<MasterWarning> update_once(const Observations& observations,
                                         std::span<const model::CorporateAction> actions);
  void index();
  std::vector<Security> securities_;
  std::vector<TickerInterval> history_;
  std::map<SecurityId, std::vector<std::size_t>> by_security_;  ///< Indexes into history_, by valid_from.
};

}  // namespace goldtape::reference
