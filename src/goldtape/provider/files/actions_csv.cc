// Corporate actions from delimited text.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/files/csv_table.h"
#include "goldtape/provider/files/file_name.h"
#include "goldtape/provider/files/number.h"
#include "goldtape/provider/files/reading.h"
#include "goldtape/provider/local_clock.h"
#include "goldtape/provider/ticker.h"

namespace goldtape::provider::files {

namespace {

using model::ActionType;

bool needs_new_ticker(ActionType type) { return type == ActionType::kRename || type == ActionType::kSpinOff; }

/// The value that a type implies when the field is empty.
std::optional<double> implied_value(ActionType type) {
  if (type == ActionType::kRename) return 1.0;
  if (type == ActionType::kDelisting) return 0.0;
  return std::nullopt;
}

bool value_fits(ActionType type, double value) {
  switch (type) {
    case ActionType::kSplit:
    case ActionType::kCashDividend:
    case ActionType::kStockDividend:
    case ActionType::kSpinOff: return value > 0;
    case ActionType::kMerger: return value >= 0;
    case ActionType::kRename: return value == 1;
    case ActionType::kDelisting: return value == 0;
  }
  return false;
}

class ActionsCsv {
 public:
  ActionsCsv(CsvTable table, TimeZone zone, const ReadContext& context)
      : table_(std::move(table)), to_utc_(std::move(zone)), context_(context) {}

  Result<model::ActionBatch> read(ReadReport& report) {
    report.columns = table_.columns();
    report.dialect = table_.dialect();
    report.ticker_from = "column";
    model::ActionBatch batch{context_.origin.source, context_.origin.observed_at, {}};
    while (true) {
      GT_ASSIGN(const bool found, table_.next());
      if (!found) break;
      GT_ASSIGN(batch.actions.emplace_back(), read_row());
    }
    if (batch.actions.empty()) {
      return fail(ErrorKind::kDamaged, 2023, "the file has a header and no rows",
                  std::string(table_.where()));
    }
    return batch;
  }

 private:
  [[nodiscard]] std::string_view text(Role role) const {
    return table_.has(role) ? trim(table_.cell(role)) : std::string_view();
  }
  [[nodiscard]] std::unexpected<Error> unfit(std::string message) const {
    return fail(ErrorKind::kDamaged, 2038, std::move(message), table_.here());
  }

  Result<ReadTime> read_time(Role role) const {
    ReadTime time;
    GT_ASSIGN(const TsFormat iso, TsFormat::parse("iso"));
    const TimeFault fault = iso.read(text(role), time);
    if (fault != TimeFault::kNone) return bad_time(fault, text(role), iso, table_.here());
    return time;
  }

  Result<std::string> read_ticker(Role role) const {
    if (!is_ticker(text(role))) {
      return fail(ErrorKind::kDamaged, 2034,
                  fmt::format("{} '{}' is not a ticker", to_string(role), excerpt(text(role))),
                  table_.here());
    }
    return std::string(text(role));
  }

  Result<double> read_value(ActionType type) const {
    const std::string_view field = text(Role::kValue);
    const auto& null_words = context_.dialect.null_words;
    if (std::find(null_words.begin(), null_words.end(), field) != null_words.end()) {
      const std::optional<double> implied = implied_value(type);
      if (!implied) return unfit(fmt::format("a {} needs a value", to_string(type)));
      return *implied;
    }
    double value = 0;
    const NumberFault fault = parse_decimal(field, context_.dialect.decimal, value);
    if (fault != NumberFault::kNone) {
      return fail(ErrorKind::kDamaged, fault == NumberFault::kNotANumber ? 2027 : 2028,
                  fmt::format("value '{}' {}", excerpt(field), to_string(fault)), table_.here());
    }
    if (!value_fits(type, value))
      return unfit(fmt::format("{} cannot be the value of a {}", field, to_string(type)));
    return value;
  }

  /// When the action could first be known: what the file says, else observed_at. Never after observed_at.
  Result<Timestamp> read_known_at() {
    const Timestamp observed_at = context_.origin.observed_at;
    if (text(Role::kKnownAt).empty()) return observed_at;
    GT_ASSIGN(const ReadTime time, read_time(Role::kKnownAt));
    Timestamp known_at = from_micros(time.utc_us);
    if (time.kind == ReadTime::Kind::kDate || time.kind == ReadTime::Kind::kLocal) {
      const LocalInstants instants = to_utc_(time.local_us);
      if (instants.kind == LocalKind::kGap) {
        return fail(ErrorKind::kDamaged, 2032,
                    fmt::format("known_at '{}' does not exist in {}: the clocks went forward over it",
                                text(Role::kKnownAt), context_.dialect.tz),
                    table_.here());
      }
      // Of two instants the later: knowing too early would leak the future into an as-of read.
      known_at = instants.second;
    }
    if (known_at > observed_at) {
      return unfit(fmt::format("known_at {} lies after the file was observed ({}); give --observed-at",
                               format_timestamp(known_at), format_timestamp(observed_at)));
    }
    return known_at;
  }

  Result<model::CorporateAction> read_row() {
    model::CorporateAction action;
    action.line = table_.line();
    GT_ASSIGN(action.ticker, read_ticker(Role::kTicker));
    GT_ASSIGN(const ReadTime ex_date, read_time(Role::kExDate));
    action.ex_date = from_days(day_of(ex_date.local_us));
    Result<ActionType> type = model::parse_action_type(text(Role::kActionType));
    if (!type) {
      type.error().where = table_.here();
      type.error().kind = ErrorKind::kDamaged;
      return std::unexpected(type.error());
    }
    action.type = *type;
    GT_ASSIGN(action.value, read_value(action.type));
    action.currency = text(Role::kCurrency);
    if (action.type == ActionType::kCashDividend && action.currency.empty()) action.currency = "USD";
    if (!text(Role::kNewTicker).empty()) {
      GT_ASSIGN(action.new_ticker, read_ticker(Role::kNewTicker));
    } else if (needs_new_ticker(action.type)) {
      return unfit(fmt::format("a {} needs a new_ticker", to_string(action.type)));
    }
    action.description = text(Role::kDescription);
    GT_ASSIGN(action.known_at, read_known_at());
    return action;
  }

  CsvTable table_;
  LocalToUtc to_utc_;
  const ReadContext& context_;
};

}  // namespace

Result<model::ActionBatch> read_actions_csv(std::string_view text, const ReadContext& context,
                                            ReadReport& report) {
  GT_ASSIGN(CsvTable table, CsvTable::open(text, context.dialect, Dataset::kActions, context.where));
  GT_ASSIGN(TimeZone zone, TimeZone::find(context.dialect.tz));
  return ActionsCsv(std::move(table), std::move(zone), context).read(report);
}

}  // namespace goldtape::provider::files
