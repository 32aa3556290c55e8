#include "goldtape/provider/files/dialect.h"

#include <algorithm>

#include <fmt/format.h>

#include "goldtape/base/text.h"

namespace goldtape::provider::files {

namespace {

constexpr std::array<std::string_view, kRoleCount> kRoleNames = {
    "ticker", "ts",       "date",       "time",        "open",       "high",    "low",
    "close",  "volume",   "vwap",       "trade_count", "adj_close",  "ex_date", "action_type",
    "value",  "currency", "new_ticker", "known_at",    "description"};

template <typename Enum, std::size_t N>
Result<Enum> parse_word(std::string_view text, const std::array<std::string_view, N>& words,
                        std::string_view what) {
  const auto found = std::find(words.begin(), words.end(), text);
  if (found == words.end()) {
    return fail(ErrorKind::kUsage, 2011,
                fmt::format("unknown {} '{}'; it is one of {}", what, text, join_or(words)));
  }
  return static_cast<Enum>(found - words.begin());
}

constexpr std::array<std::string_view, 2> kLabelNames = {"start", "end"};
constexpr std::array<std::string_view, 3> kOrderNames = {"any", "ascending", "descending"};
constexpr std::array<std::string_view, 5> kBuiltins = {"default", "eqker", "lean", "massive", "pystock"};

Dialect default_dialect() {
  Dialect dialect;
  dialect.columns = {
      {Role::kTicker, {"ticker", "symbol", "sym"}},
      {Role::kTs, {"ts", "timestamp", "datetime", "date_time", "t", "window_start"}},
      {Role::kDate, {"date", "day"}},
      {Role::kTime, {"time"}},
      {Role::kOpen, {"open", "o"}},
      {Role::kHigh, {"high", "h"}},
      {Role::kLow, {"low", "l"}},
      {Role::kClose, {"close", "c"}},
      {Role::kVolume, {"volume", "v", "vol"}},
      {Role::kVwap, {"vwap", "vw"}},
      {Role::kTradeCount, {"trade_count", "n", "transactions", "trades"}},
      {Role::kAdjClose, {"adj_close", "adjusted_close", "close_adj", "close_adjusted"}},
      {Role::kExDate, {"ex_date", "execution_date", "date"}},
      {Role::kActionType, {"action_type", "type", "action"}},
      {Role::kValue, {"value", "amount", "ratio"}},
      {Role::kCurrency, {"currency"}},
      {Role::kNewTicker, {"new_ticker", "new_symbol"}},
      {Role::kKnownAt, {"known_at", "announced_at"}},
      {Role::kDescription, {"description", "note"}},
  };
  return dialect;
}

/// The bars of github.com/masonblier/eqker: New York time, each bar named by its end, newest first.
Dialect eqker_dialect() {
  Dialect dialect = default_dialect();
  dialect.name = "eqker";
  dialect.delimiter = ',';
  dialect.columns[Role::kTs] = {"datetime"};
  dialect.ticker_from_name = true;
  dialect.tz = "America/New_York";
  dialect.label = Label::kEnd;
  dialect.order = Order::kDescending;
  dialect.ts_format = "iso";
  return dialect;
}

/// The tables of github.com/QuantConnect/Lean, which have no header: bars_lean.cc knows their columns.
Dialect lean_dialect() {
  Dialect dialect = default_dialect();
  dialect.name = "lean";
  dialect.delimiter = ',';
  dialect.tz = "America/New_York";
  return dialect;
}

/// Massive's flat files of aggregates; days are named by their midnight in New York.
Dialect massive_dialect() {
  Dialect dialect = default_dialect();
  dialect.name = "massive";
  dialect.delimiter = ',';
  dialect.columns[Role::kTicker] = {"ticker"};
  dialect.columns[Role::kTs] = {"window_start"};
  dialect.columns[Role::kTradeCount] = {"transactions"};
  dialect.tz = "America/New_York";
  dialect.ts_format = "epoch_ns";
  dialect.set_aside_fractions = true;
  return dialect;
}

/// The prices.csv of github.com/eliangcs/pystock-data: two sessions a symbol; some symbols stand twice.
Dialect pystock_dialect() {
  Dialect dialect = default_dialect();
  dialect.name = "pystock";
  dialect.delimiter = ',';
  dialect.columns[Role::kTicker] = {"symbol"};
  dialect.columns[Role::kDate] = {"date"};
  dialect.tz = "America/New_York";
  dialect.ts_format = "date";
  dialect.null_words = {""};
  return dialect;
}

}  // namespace

std::string_view to_string(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }
Result<Role> parse_role(std::string_view text) { return parse_word<Role>(text, kRoleNames, "column role"); }

std::string_view to_string(Label label) { return kLabelNames[static_cast<std::size_t>(label)]; }
Result<Label> parse_label(std::string_view text) { return parse_word<Label>(text, kLabelNames, "label"); }

std::string_view to_string(Order order) { return kOrderNames[static_cast<std::size_t>(order)]; }
Result<Order> parse_order(std::string_view text) { return parse_word<Order>(text, kOrderNames, "order"); }

Result<Dialect> builtin_dialect(std::string_view name) {
  if (name == "default") return default_dialect();
  if (name == "eqker") return eqker_dialect();
  if (name == "lean") return lean_dialect();
  if (name == "massive") return massive_dialect();
  if (name == "pystock") return pystock_dialect();
  return fail(
      ErrorKind::kUsage, 2010,
      fmt::format("no dialect is called '{}'{}; there are {}, or give the path of a .json or .toml file",
                  name, did_you_mean(name, kBuiltins), join_or(kBuiltins)));
}

std::span<const std::string_view> builtin_dialect_names() { return kBuiltins; }

}  // namespace goldtape::provider::files
