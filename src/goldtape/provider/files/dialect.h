// How a file of bars or corporate actions is written: column names, zone, label, order, null words.
// docs/dialects.md describes the JSON form; dialect_json.h reads and writes it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/model/interval.h"

namespace goldtape::provider::files {

/// What a column of the file means. A file has either kTs, or kDate, or kDate and kTime.
enum class Role : std::uint8_t {
  // bars
  kTicker,
  kTs,
  kDate,
  kTime,
  kOpen,
  kHigh,
  kLow,
  kClose,
  kVolume,
  kVwap,
  kTradeCount,
  kAdjClose,
  // corporate actions (with kTicker)
  kExDate,
  kActionType,
  kValue,
  kCurrency,
  kNewTicker,
  kKnownAt,
  kDescription,
};
inline constexpr std::size_t kRoleCount = 19;
[[nodiscard]] std::string_view to_string(Role role);  ///< ticker | ts | date | ... | ex_date | ...
[[nodiscard]] Result<Role> parse_role(std::string_view text);

/// Which instant of its interval an intraday bar's timestamp names.
enum class Label : std::uint8_t { kStart, kEnd };
[[nodiscard]] std::string_view to_string(Label label);  ///< start | end
[[nodiscard]] Result<Label> parse_label(std::string_view text);

/// The order of a ticker's rows in the file; a file that breaks it is refused. kAny: not checked.
enum class Order : std::uint8_t { kAny, kAscending, kDescending };
[[nodiscard]] std::string_view to_string(Order order);  ///< any | ascending | descending
[[nodiscard]] Result<Order> parse_order(std::string_view text);

/// A dialect. Names in `columns` are compared without case, blanks, '_', '-', '.', '<' and '>'.
struct Dialect {
  std::string name = "default";
  char delimiter = 0;  ///< 0: the one of , ; tab | under which the header names most known columns.
  char quote = '"';
  char decimal = '.';
  /// Names a role may have in the header, best first. A role that is absent here is never looked for.
  std::map<Role, std::vector<std::string>> columns;
  /// For files without a header: what each column is, in order; "" for one to be ignored.
  std::vector<std::string> column_order;
  bool ticker_from_name = false;       ///< The ticker always comes from the file's name.
  std::string ticker;                  ///< Constant ticker of the file, or empty.
  std::optional<std::int64_t> volume;  ///< Constant volume of files that have none (an index).
  std::string tz = "UTC";              ///< Zone of timestamps that carry none.
  Label label = Label::kStart;
  Order order = Order::kAny;
  /// auto | iso | date | epoch_s | epoch_ms | epoch_us | epoch_ns, or a pattern of
  /// %Y %y %m %d %b %H %I %p %M %S %f %z and literal characters. auto is settled by the first row.
  std::string ts_format = "auto";
  /// Fields that mean "no value" in a price, volume or count. Never applied to tickers.
  std::vector<std::string> null_words = {"", "null"};
  /// Rows with a fraction of a share go to quarantine, and do not refuse the file (CSV).
  bool set_aside_fractions = false;
  model::PriceBasis price_basis = model::PriceBasis::kRaw;
  bool operator==(const Dialect&) const = default;
};

/// A built-in dialect by name. Errors: GT2010 (kUsage), lists the names.
[[nodiscard]] Result<Dialect> builtin_dialect(std::string_view name);
[[nodiscard]] std::span<const std::string_view> builtin_dialect_names();

}  // namespace goldtape::provider::files
