#include "goldtape/model/tables_internal.h"

namespace goldtape::model::internal {

namespace {

constexpr const char* kFlagsDoc =
    "Bits: 1 a price did not survive rounding to 4 decimals, 2 vendor hole, 4 the vendor's split adjustment "
    "was undone, 8 taken from a source other than the preferred one, 16 suspect open-high-low-close, "
    "32 a daily bar on a date without a session.";

TableDef bars_1m() {
  Columns c;
  c.required("security_id", kLong, "", "reference.ticker_history", "Permanent id of the security.")
      .required("ticker", kText, "", "reference.ticker_history", "Its ticker on that date.")
      .required("ts", kTime, "UTC, microseconds", "calendar", "Start of the minute.")
      .required("date", kDate, "", "calendar", "Session date.")
      .required("minute", kInt, "minutes since the session's open", "calendar",
                "0-based minute of the session.")
      .optional("open", kPrice, "USD, raw", "bronze.bars", "First price; the carried close when filled.")
      .optional("high", kPrice, "USD, raw", "bronze.bars", "Highest price; the carried close when filled.")
      .optional("low", kPrice, "USD, raw", "bronze.bars", "Lowest price; the carried close when filled.")
      .optional("close", kPrice, "USD, raw", "bronze.bars", "Last price; the carried close when filled.")
      .required("volume", kLong, "shares", "bronze.bars", "Shares traded; 0 when not traded.")
      .optional("vwap", {TypeId::kDecimal, 18, 6}, "USD, raw", "bronze.bars", "The vendor's VWAP, if given.")
      .optional("trade_count", kLong, "trades", "bronze.bars", "Number of trades, if given.")
      .required("fill", kText, "", "refine",
                "traded; filled: no bar, last close of the session carried forward; none: no price yet in "
                "the session; halted.")
      .optional("source", kText, "", "bronze.bars", "Source of the bar; NULL where there was none.")
      .required("flags", kInt, "bit set", "refine", kFlagsDoc);
  return {.zone = "silver",
          .name = "bars_1m",
          .doc =
              "One row for each minute of each session of each listed security: 390, or fewer on an early "
              "close. Raw prices, deduplicated across sources by preference.",
          .columns = c.take(),
          .specs = {{{"date", "month", "date_month"}}},
          .sort_columns = {"security_id", "ts"}};
}

TableDef bars_1d() {
  Columns c;
  c.required("security_id", kLong, "", "reference.ticker_history", "Permanent id of the security.")
      .required("ticker", kText, "", "reference.ticker_history", "Its ticker on that date.")
      .required("date", kDate, "", "calendar", "Session date.")
      .required("open", kPrice, "USD, raw", "bronze.bars", "First price.")
      .required("high", kPrice, "USD, raw", "bronze.bars", "Highest price.")
      .required("low", kPrice, "USD, raw", "bronze.bars", "Lowest price.")
      .required("close", kPrice, "USD, raw", "bronze.bars", "Last price.")
      .required("volume", kLong, "shares", "bronze.bars", "Shares traded, raw.")
      .optional("vwap", {TypeId::kDecimal, 18, 6}, "USD, raw", "bronze.bars", "The vendor's VWAP, if given.")
      .optional("adj_close", kDouble, "USD, adjusted", "close x split_factor x dividend_factor",
                "Close adjusted for the splits, dividends and spin-offs after this date, up to the "
                "security's last bar.")
      .required("split_factor", kDouble, "ratio", "reference.corporate_actions",
                "Product of 1/ratio of the splits after this date; 1 when there is none.")
      .required("dividend_factor", kDouble, "ratio", "reference.corporate_actions",
                "Product, over the distributions after this date, of 1 - dividend/previous close and, for "
                "spin-offs, "
                "1 - ratio x child's price/previous close; 1 when none.")
      .optional("source", kText, "", "bronze.bars", "Source of the bar.")
      .required("flags", kInt, "bit set", "refine", kFlagsDoc);
  return {.zone = "silver",
          .name = "bars_1d",
          .doc = "One row for each security and session with a daily bar: raw prices and their factors.",
          .columns = c.take(),
          .specs = {{{"date", "year", "date_year"}}},
          .sort_columns = {"security_id", "date"}};
}

TableDef coverage() {
  Columns c;
  c.required("security_id", kLong, "", "reference.ticker_history", "Permanent id of the security.")
      .required("ticker", kText, "", "reference.ticker_history", "Its ticker on that date.")
      .required("interval", kText, "", "refine", "1m or 1d.")
      .required("date", kDate, "", "calendar", "Session date.")
      .required(
          "state", kText, "", "refine",
          "complete, early_close, no_trade, halted, vendor_hole, not_listed, delisted, not_asked, failed.")
      .required("expected", kInt, "bars", "calendar", "Minutes of the session, or 1 for daily bars.")
      .required("traded", kInt, "bars", "silver", "Bars that traded.")
      .required("filled", kInt, "bars", "silver", "Minutes carried forward.")
      .required("missing", kInt, "bars", "silver", "Minutes without a price.")
      .required("holes", kInt, "bars", "quality", "Minutes that many liquid tickers lack at once.");
  return {.zone = "silver",
          .name = "coverage",
          .doc = "What the lake knows of each security and session: a gap is never just an absent row.",
          .columns = c.take(),
          .specs = {{{"interval", "identity", "interval"}, {"date", "year", "date_year"}}},
          .sort_columns = {"security_id", "date"}};
}

}  // namespace

std::vector<TableDef> silver_tables() { return {bars_1m(), bars_1d(), coverage()}; }

}  // namespace goldtape::model::internal
