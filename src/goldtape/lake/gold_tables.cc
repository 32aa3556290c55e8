#include "goldtape/lake/gold_tables.h"

#include <string>
#include <utility>
#include <vector>

#include "goldtape/base/text.h"
#include "goldtape/feature/registry.h"

namespace goldtape::lake {

namespace {

using model::Column;
using model::ColumnType;
using model::TableDef;
using model::TypeId;

/// Numbers the columns in the order they are given: append only, ids are for ever.
class Columns {
 public:
  void add(bool required, std::string_view name, TypeId type, std::string unit, std::string source,
           std::string doc) {
    columns_.push_back({.field_id = static_cast<std::int32_t>(columns_.size()) + 1,
                        .name = std::string{name},
                        .type = ColumnType{type},
                        .required = required,
                        .unit = std::move(unit),
                        .source = std::move(source),
                        .doc = std::move(doc)});
  }
  void key() {
    add(true, "security_id", TypeId::kInt64, "", "silver", "Permanent id of the security.");
    add(true, "ticker", TypeId::kString, "", "silver", "Its ticker on that date.");
  }
  void date() { add(true, "date", TypeId::kDate, "", "calendar", "Session date."); }
  void integer(std::string_view name, std::string unit, std::string doc) {
    add(true, name, TypeId::kInt32, std::move(unit), "silver.bars_1m", std::move(doc));
  }
  void number(std::string_view name, std::string unit, std::string source, std::string doc) {
    add(false, name, TypeId::kFloat64, std::move(unit), std::move(source), std::move(doc));
  }
  void features() {
    for (const feature::FeatureSpec& spec : feature::features()) {
      number(spec.name, std::string{spec.unit}, std::string{spec.formula},
             std::string{spec.doc} + " " + std::string{spec.source} + ". NULL for the first " +
                 std::to_string(spec.warm_up) + " priced bars.");
    }
  }
  [[nodiscard]] std::vector<Column> take() { return std::move(columns_); }

 private:
  std::vector<Column> columns_;
};

TableDef features_1m() {
  Columns c;
  c.key();
  c.add(true, "ts", TypeId::kTimestampTz, "UTC, microseconds", "calendar", "Start of the minute.");
  c.date();
  c.features();
  return {
      .zone = "gold",
      .name = "features_1m",
      .doc =
          "Features of each minute of silver.bars_1m, from a security's first minute on, on prices adjusted "
          "for splits. NULL in warm-up and in minutes without a price.",
      .columns = c.take(),
      .specs = {{{"date", "month", "date_month"}}},
      .sort_columns = {"security_id", "ts"}};
}

TableDef features_1d() {
  Columns c;
  c.key();
  c.date();
  c.features();
  return {
      .zone = "gold",
      .name = "features_1d",
      .doc =
          "Features of each day of silver.bars_1d, from a security's first day on, on prices adjusted for "
          "splits, dividends and spin-offs (the factors of silver.bars_1d). NULL in warm-up.",
      .columns = c.take(),
      .specs = {{{"date", "year", "date_year"}}},
      .sort_columns = {"security_id", "date"}};
}

TableDef volatility_by_hour() {
  Columns c;
  c.key();
  c.date();
  c.integer("hour", "hours, New York", "Local hour in which the minutes begin, 0 to 23.");
  c.integer("returns", "returns", "One-minute returns within the hour.");
  c.number("realized_volatility", "ratio", "sqrt(sum r^2), r = ln(c/c[t-1])",
           "Realized volatility of the hour (Andersen, Bollerslev 1998).");
  c.number("mean_absolute_return", "ratio", "mean |r|",
           "Mean absolute one-minute log return; NULL without returns.");
  c.number("volume", "shares, split-adjusted", "sum v", "Shares traded in the hour.");
  return {
      .zone = "gold",
      .name = "volatility_by_hour",
      .doc =
          "How much each hour of each session moved a security. Use: when to trade, when to expect slippage; "
          "the heat map of a day.",
      .columns = c.take(),
      .specs = {{{"date", "month", "date_month"}}},
      .sort_columns = {"security_id", "date", "hour"}};
}

TableDef liquidity() {
  Columns c;
  c.key();
  c.date();
  c.integer("traded_minutes", "minutes", "Minutes with a trade.");
  c.integer("session_minutes", "minutes", "Length of the session.");
  c.number("traded_share", "ratio", "traded_minutes / session_minutes", "Share of the minutes with a trade.");
  c.number("volume", "shares, split-adjusted", "sum v", "Shares traded in the session.");
  c.number("dollar_volume", "USD", "sum p v, p = vwap or (h+l+c)/3", "Money traded in the session.");
  c.number("median_volume", "shares, split-adjusted", "median v",
           "Median volume of the minutes with a trade.");
  c.integer("longest_gap", "minutes", "Longest run of minutes without a trade.");
  c.number("amihud", "1 / million USD", "|ln(close/open)| / dollar_volume x 10^6",
           "Illiquidity: price moved by money traded (Amihud 2002, over one session); NULL without volume.");
  return {.zone = "gold",
          .name = "liquidity",
          .doc =
              "How tradable a security was in each session. Use: which securities can be traded in size, and "
              "which bars are mere prints.",
          .columns = c.take(),
          .specs = {{{"date", "month", "date_month"}}},
          .sort_columns = {"security_id", "date"}};
}

TableDef daily_summary() {
  Columns c;
  c.key();
  c.date();
  c.number("open", "USD, split-adjusted", "first open", "First price of the session's minutes.");
  c.number("high", "USD, split-adjusted", "max h", "Highest price.");
  c.number("low", "USD, split-adjusted", "min l", "Lowest price.");
  c.number("close", "USD, split-adjusted", "last close", "Last price.");
  c.number("vwap", "USD, split-adjusted", "sum p v / sum v",
           "Volume-weighted average price; NULL without volume.");
  c.number("volume", "shares, split-adjusted", "sum v", "Shares traded in the session.");
  c.number("session_return", "ratio", "close / open - 1", "Return from open to close.");
  c.number("gap", "ratio", "open / previous close - 1",
           "Overnight gap; NULL for a security's first session.");
  c.number("range", "ratio", "high / low - 1", "Range of the session.");
  c.number("realized_volatility", "ratio", "sqrt(sum r^2), r = ln(c/c[t-1])",
           "Realized volatility of the session.");
  c.integer("first_traded_minute", "minutes since the open", "First minute with a trade; -1 for none.");
  c.integer("last_traded_minute", "minutes since the open", "Last minute with a trade; -1 for none.");
  c.integer("filled_minutes", "minutes", "Minutes with a price carried forward.");
  return {.zone = "gold",
          .name = "daily_summary",
          .doc =
              "One row for each security and session, made from its minutes. Use: daily bars to check the "
              "vendor's own against, and screens.",
          .columns = c.take(),
          .specs = {{{"date", "month", "date_month"}}},
          .sort_columns = {"security_id", "date"}};
}

}  // namespace

std::span<const TableDef> gold_tables() {
  static const std::vector<TableDef> all{features_1m(), features_1d(), volatility_by_hour(), liquidity(),
                                         daily_summary()};
  return all;
}

std::span<const TableDef> all_tables() {
  static const std::vector<TableDef> all = [] {
    std::vector<TableDef> tables(model::tables().begin(), model::tables().end());
    tables.insert(tables.end(), gold_tables().begin(), gold_tables().end());
    return tables;
  }();
  return all;
}

Result<const TableDef*> find_table(std::string_view qualified_name) {
  std::vector<std::string> owned;
  for (const TableDef& def : all_tables()) {
    owned.push_back(def.qualified_name());
    if (owned.back() == qualified_name) return &def;
  }
  const std::vector<std::string_view> names(owned.begin(), owned.end());
  return fail(ErrorKind::kNotFound, 1120,
              "no table '" + std::string{qualified_name} + "'" + did_you_mean(qualified_name, names));
}

}  // namespace goldtape::lake
