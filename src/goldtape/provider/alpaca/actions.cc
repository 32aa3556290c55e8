#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "goldtape/provider/alpaca/parser.h"
#include "goldtape/provider/json_rows.h"

namespace goldtape::provider::alpaca {

namespace {

using model::ActionType;
using nlohmann::json;

class ActionsReader {
 public:
  explicit ActionsReader(const Answer& answer) : answer_(answer) {
    out_.source = answer.request.source;
    out_.observed_at = answer.observed_at;
  }

  Status read(std::string_view kind, const json& rows) {
    const auto known = std::ranges::find(kKinds, kind, &Kind::name);
    if (known == kKinds.end()) {
      out_.notes.push_back(fmt::format("{} corporate actions of the kind '{}' stay in the raw answer only",
                                       rows.size(), kind));
      return {};
    }
    if (!rows.is_array()) return JsonRow(rows, answer_, 0).wrong(kind);
    for (const json& row : rows) {
      ++line_;
      GT_RETURN_IF_ERROR((this->*known->read)(JsonRow(row, answer_, line_)));
    }
    return {};
  }

  [[nodiscard]] model::ActionBatch take() {
    add_up_cash(out_.actions);
    return std::move(out_);
  }

 private:
  using Reader = Status (ActionsReader::*)(const JsonRow&);
  struct Kind {
    std::string_view name;
    Reader read;
  };

  /// `date` names the member that decides; the ticker's, likewise.
  Result<model::CorporateAction*> begin(const JsonRow& row, ActionType type, std::string_view ticker,
                                        std::string_view date) {
    GT_ASSIGN(std::string symbol, row.required(ticker));
    GT_ASSIGN(const Date ex_date, row.required_date(date));
    model::CorporateAction& action = out_.actions.emplace_back();
    action.ticker = std::move(symbol);
    action.ex_date = ex_date;
    action.type = type;
    action.known_at = std::min<Timestamp>(answer_.observed_at, ex_date);
    action.line = row.line();
    return &action;
  }

  static Result<double> ratio(const JsonRow& row, std::string_view of, std::string_view to) {
    GT_ASSIGN(const double upper, row.required_number(of));
    GT_ASSIGN(const double lower, row.required_number(to));
    if (!(lower > 0)) return row.wrong(to);
    return upper / lower;
  }

  Status split(const JsonRow& row) {
    GT_ASSIGN(const double value, ratio(row, "new_rate", "old_rate"));
    GT_ASSIGN(model::CorporateAction * action, begin(row, ActionType::kSplit, "symbol", "ex_date"));
    action->value = value;
    return {};
  }
  /// A unit becomes a share, which goes on under a new name, and something beside it.
  Status unit_split(const JsonRow& row) {
    GT_ASSIGN(const double beside, ratio(row, "alternate_rate", "old_rate"));
    GT_ASSIGN(std::string alternate, row.required("alternate_symbol"));
    GT_ASSIGN(model::CorporateAction * spun,
              begin(row, ActionType::kSpinOff, "old_symbol", "effective_date"));
    spun->value = beside;
    spun->new_ticker = std::move(alternate);
    spun->description = "unit split";
    return rename_to(row, "effective_date");
  }
  Status rename_to(const JsonRow& row, std::string_view date) {
    GT_ASSIGN(std::string name, row.required("new_symbol"));
    if (name == row.text("old_symbol")) return {};
    GT_ASSIGN(model::CorporateAction * action, begin(row, ActionType::kRename, "old_symbol", date));
    action->value = 1;
    action->new_ticker = std::move(name);
    return {};
  }
  Status name_change(const JsonRow& row) { return rename_to(row, "process_date"); }
  Status stock_dividend(const JsonRow& row) {
    GT_ASSIGN(const double rate, row.required_number("rate"));
    GT_ASSIGN(model::CorporateAction * action, begin(row, ActionType::kStockDividend, "symbol", "ex_date"));
    action->value = rate;
    return {};
  }
  Status cash_dividend(const JsonRow& row) {
    GT_ASSIGN(const double rate, row.required_number("rate"));
    GT_ASSIGN(model::CorporateAction * action, begin(row, ActionType::kCashDividend, "symbol", "ex_date"));
    action->value = rate;
    action->currency = "USD";
    if (row.flag("special").value_or(false)) action->description = "special";
    if (row.flag("foreign").value_or(false)) {
      action->description += action->description.empty() ? "foreign" : ", foreign";
    }
    return {};
  }
  Status spin_off(const JsonRow& row) {
    GT_ASSIGN(const double value, ratio(row, "new_rate", "source_rate"));
    return spin(row, value, {});
  }
  Status rights(const JsonRow& row) {
    GT_ASSIGN(const double rate, row.required_number("rate"));
    return spin(row, rate, "rights");
  }
  Status spin(const JsonRow& row, double value, std::string description) {
    GT_ASSIGN(std::string child, row.required("new_symbol"));
    GT_ASSIGN(model::CorporateAction * action, begin(row, ActionType::kSpinOff, "source_symbol", "ex_date"));
    action->value = value;
    action->new_ticker = std::move(child);
    action->description = std::move(description);
    return {};
  }
  Status cash_merger(const JsonRow& row) {
    GT_ASSIGN(const double rate, row.required_number("rate"));
    GT_ASSIGN(model::CorporateAction * action,
              begin(row, ActionType::kMerger, "acquiree_symbol", "effective_date"));
    action->currency = "USD";
    action->description = fmt::format("cash {} a share", rate);
    action->new_ticker = row.text("acquirer_symbol");
    return {};
  }
  Status stock_merger(const JsonRow& row) {
    GT_ASSIGN(const double value, ratio(row, "acquirer_rate", "acquiree_rate"));
    GT_ASSIGN(std::string acquirer, row.required("acquirer_symbol"));
    GT_ASSIGN(model::CorporateAction * action,
              begin(row, ActionType::kMerger, "acquiree_symbol", "effective_date"));
    action->value = value;
    action->new_ticker = std::move(acquirer);
    if (const auto cash = row.number("cash_rate")) {
      action->currency = "USD";
      action->description = fmt::format("and cash {} a share", *cash);
    }
    return {};
  }
  Status redemption(const JsonRow& row) {
    GT_ASSIGN(const double rate, row.required_number("rate"));
    GT_ASSIGN(model::CorporateAction * action, begin(row, ActionType::kDelisting, "symbol", "process_date"));
    action->currency = "USD";
    action->description = fmt::format("redeemed at {}", rate);
    return {};
  }
  Status worthless(const JsonRow& row) {
    GT_ASSIGN(model::CorporateAction * action, begin(row, ActionType::kDelisting, "symbol", "process_date"));
    action->description = "worthless";
    return {};
  }

  static const std::array<Kind, 13> kKinds;

  const Answer& answer_;
  model::ActionBatch out_;
  std::uint32_t line_ = 0;
};

const std::array<ActionsReader::Kind, 13> ActionsReader::kKinds{{
    {"forward_splits", &ActionsReader::split},
    {"reverse_splits", &ActionsReader::split},
    {"unit_splits", &ActionsReader::unit_split},
    {"stock_dividends", &ActionsReader::stock_dividend},
    {"cash_dividends", &ActionsReader::cash_dividend},
    {"spin_offs", &ActionsReader::spin_off},
    {"rights_distributions", &ActionsReader::rights},
    {"cash_mergers", &ActionsReader::cash_merger},
    {"stock_mergers", &ActionsReader::stock_merger},
    {"stock_and_cash_mergers", &ActionsReader::stock_merger},
    {"redemptions", &ActionsReader::redemption},
    {"name_changes", &ActionsReader::name_change},
    {"worthless_removals", &ActionsReader::worthless},
}};

}  // namespace

Result<model::ActionBatch> parse_actions(const Answer& answer) {
  GT_ASSIGN(const json document, read_json(answer));
  const auto kinds = document.is_object() ? document.find("corporate_actions") : document.end();
  if (kinds == document.end() || !kinds->is_object()) {
    return JsonRow(document, answer, 0).wrong("corporate_actions");
  }
  ActionsReader reader(answer);
  for (const auto& [kind, rows] : kinds->items()) GT_RETURN_IF_ERROR(reader.read(kind, rows));
  return reader.take();
}

}  // namespace goldtape::provider::alpaca
