#include "goldtape/model/tables_internal.h"

namespace goldtape::model::internal {

namespace {

TableDef bars() {
  Columns c;
  c.required("source", kText, "", "ingest", "Vendor, or the name given to a file import.")
      .required("interval", kText, "", "ingest", "Length of the bar: 1m 5m 15m 1h 1d 1w 1mo.")
      .required("ticker", kText, "", "vendor", "Symbol as the vendor wrote it.")
      .required("ts", kTime, "UTC, microseconds", "vendor, converted",
                "Start of the bar; 00:00 UTC of the session date for daily and longer bars.")
      .required("date", kDate, "", "calendar", "The exchange's session date.")
      .required("open", kDouble, "USD", "vendor", "First price, on the stated basis.")
      .required("high", kDouble, "USD", "vendor", "Highest price, on the stated basis.")
      .required("low", kDouble, "USD", "vendor", "Lowest price, on the stated basis.")
      .required("close", kDouble, "USD", "vendor", "Last price, on the stated basis.")
      .required("volume", kLong, "shares", "vendor", "Shares traded, on the stated basis.")
      .optional("vwap", kDouble, "USD", "vendor",
                "Volume-weighted average price, where the vendor gives one.")
      .optional("trade_count", kLong, "trades", "vendor", "Number of trades, where the vendor gives it.")
      .optional("adj_close", kDouble, "USD", "vendor",
                "Close adjusted by the vendor for splits and dividends as of observed_at.")
      .required("session", kText, "", "calendar", "Part of the day: pre, regular or post.")
      .required("price_basis", kText, "", "vendor", "raw, split_adjusted or fully_adjusted.")
      .optional("basis_as_of", kDate, "", "vendor",
                "Last date whose actions are in the prices; NULL when raw.")
      .required("observed_at", kTime, "UTC, microseconds", "HTTP Date, file name or flag",
                "When the vendor first said this.")
      .required("ingested_at", kTime, "UTC, microseconds", "clock", "When the row was written here.")
      .required("load_id", kText, "", "ingest", "The load that brought it: a row of ops.load_audit.");
  return {.zone = "bronze",
          .name = "bars",
          .doc = "Bars as vendors gave them, one row for each (source, interval, ticker, ts).",
          .columns = c.take(),
          .specs = {{{"interval", "identity", "interval"}, {"date", "identity", "date"}},
                    {{"interval", "identity", "interval"},
                     {"ticker", "identity", "ticker"},
                     {"date", "identity", "date"}},
                    {{"interval", "identity", "interval"}, {"date", "year", "date_year"}}},
          .sort_columns = {"source", "interval", "ticker", "ts"}};
}

TableDef revisions() {
  Columns c;
  c.required("source", kText, "", "ingest", "Vendor, or the name given to a file import.")
      .required("interval", kText, "", "ingest", "Length of the bar.")
      .required("ticker", kText, "", "vendor", "Symbol as the vendor wrote it.")
      .required("ts", kTime, "UTC, microseconds", "vendor, converted", "Start of the bar.")
      .required("date", kDate, "", "calendar", "The exchange's session date.")
      .required("old_open", kDouble, "USD", "vendor", "Open before.")
      .required("old_high", kDouble, "USD", "vendor", "High before.")
      .required("old_low", kDouble, "USD", "vendor", "Low before.")
      .required("old_close", kDouble, "USD", "vendor", "Close before.")
      .required("old_volume", kLong, "shares", "vendor", "Volume before.")
      .optional("old_vwap", kDouble, "USD", "vendor", "VWAP before.")
      .optional("old_trade_count", kLong, "trades", "vendor", "Trade count before.")
      .optional("old_adj_close", kDouble, "USD", "vendor", "Adjusted close before.")
      .required("old_price_basis", kText, "", "vendor", "Price basis before.")
      .optional("old_basis_as_of", kDate, "", "vendor", "Date of that basis.")
      .required("old_observed_at", kTime, "UTC, microseconds", "vendor",
                "When the vendor said the old values.")
      .required("old_load_id", kText, "", "ingest", "The load that had brought them.")
      .required("new_open", kDouble, "USD", "vendor", "Open after.")
      .required("new_high", kDouble, "USD", "vendor", "High after.")
      .required("new_low", kDouble, "USD", "vendor", "Low after.")
      .required("new_close", kDouble, "USD", "vendor", "Close after.")
      .required("new_volume", kLong, "shares", "vendor", "Volume after.")
      .optional("new_vwap", kDouble, "USD", "vendor", "VWAP after.")
      .optional("new_trade_count", kLong, "trades", "vendor", "Trade count after.")
      .optional("new_adj_close", kDouble, "USD", "vendor", "Adjusted close after.")
      .required("new_price_basis", kText, "", "vendor", "Price basis after.")
      .optional("new_basis_as_of", kDate, "", "vendor", "Date of that basis.")
      .required("new_observed_at", kTime, "UTC, microseconds", "vendor",
                "When the vendor said the new values.")
      .required("new_load_id", kText, "", "ingest", "The load that brought them.");
  return {.zone = "bronze",
          .name = "revisions",
          .doc =
              "What a vendor changed: one row for each step from one content of a bar to the next, in the "
              "order of observation. Seen in SQL as ops.revisions too.",
          .columns = c.take(),
          .specs = {{{"interval", "identity", "interval"}, {"date", "month", "date_month"}}},
          .sort_columns = {"source", "interval", "ticker", "ts", "new_observed_at"}};
}

TableDef corporate_actions() {
  Columns c;
  c.required("source", kText, "", "ingest", "Vendor, or the name given to a file import.")
      .required("ticker", kText, "", "vendor", "Symbol as of the day before ex_date.")
      .required("ex_date", kDate, "", "vendor", "First session that trades without the right.")
      .required("action_type", kText, "", "vendor",
                "split, cash_dividend, stock_dividend, spin_off, merger, rename or delisting.")
      .required(
          "value", kDouble, "by type", "vendor",
          "Split: new shares per old. Cash dividend: currency per share. Stock dividend: new shares per "
          "share held. Spin-off: child shares per share. Merger: acquirer's shares per share.")
      .optional("currency", kText, "ISO 4217", "vendor", "Currency of a cash amount.")
      .optional("new_ticker", kText, "", "vendor", "Child, acquirer or new name.")
      .optional("description", kText, "", "vendor", "The vendor's words.")
      .required("known_at", kTime, "UTC, microseconds", "vendor", "When it could first be known.")
      .required("observed_at", kTime, "UTC, microseconds", "HTTP Date, file name or flag",
                "When the vendor first said this.")
      .required("ingested_at", kTime, "UTC, microseconds", "clock", "When the row was written here.")
      .required("load_id", kText, "", "ingest", "The load that brought it.")
      .optional("basis_as_of", kDate, "", "vendor",
                "Last date whose splits are in an amount per share; NULL when it is as paid.");
  return {.zone = "bronze",
          .name = "corporate_actions",
          .doc =
              "Corporate actions as vendors gave them, one row for each (source, ticker, ex_date, "
              "action_type, new_ticker).",
          .columns = c.take(),
          .specs = {{}},
          .sort_columns = {"source", "ticker", "ex_date", "action_type"}};
}

}  // namespace

std::vector<TableDef> bronze_tables() { return {bars(), revisions(), corporate_actions()}; }

}  // namespace goldtape::model::internal
