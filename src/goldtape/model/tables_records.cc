#include "goldtape/model/tables_internal.h"

namespace goldtape::model::internal {

namespace {

Columns& lineage(Columns& c) {
  return c
      .required("observed_at", kTime, "UTC, microseconds", "HTTP Date, file name or flag",
                "When the vendor first said this.")
      .required("ingested_at", kTime, "UTC, microseconds", "clock", "When the row was written here.")
      .required("load_id", kText, "", "ingest", "The load that brought it.");
}

std::vector<std::vector<PartitionField>> by_month() { return {{{"date", "month", "date_month"}}}; }

TableDef listings() {
  Columns c;
  c.required("source", kText, "", "ingest", "Vendor.")
      .required("date", kDate, "", "vendor", "The day the list is of, in New York.")
      .required("list", kText, "", "vendor", "Which list: nasdaqlisted, otherlisted, assets, tickers.")
      .required("ticker", kText, "", "vendor", "Symbol as the list names it first.")
      .optional("act_symbol", kText, "", "vendor", "Symbol of the exchange's own (ACT) notation.")
      .optional("cqs_symbol", kText, "", "vendor", "Symbol on the consolidated tape (CQS).")
      .optional("nasdaq_symbol", kText, "", "vendor", "Symbol in NASDAQ's notation.")
      .optional("name", kText, "", "vendor", "Name of the security.")
      .optional("exchange", kText, "MIC", "vendor, converted", "Listing exchange; NULL when not known.")
      .optional("asset_type", kText, "", "vendor", "stock, etf, ... as far as the list tells.")
      .optional("status", kText, "", "vendor", "active, inactive, or NASDAQ's financial status letter.")
      .optional("is_test", kBool, "", "vendor", "A test issue: not a security.")
      .optional("round_lot", kLong, "shares", "vendor", "Shares of a round lot.")
      .optional("cik", kLong, "", "vendor", "Central Index Key of the issuer.")
      .optional("figi", kText, "", "vendor", "Financial Instrument Global Identifier.")
      .optional("delisted_on", kDate, "", "vendor", "First day it was no longer listed.");
  lineage(c);
  return {
      .zone = "bronze",
      .name = "listings",
      .doc = "Lists of listed securities as vendors gave them, a row for each (source, date, list, ticker).",
      .columns = c.take(),
      .specs = by_month(),
      .sort_columns = {"source", "date", "list", "ticker"}};
}

TableDef halts() {
  Columns c;
  c.required("source", kText, "", "ingest", "Vendor.")
      .required("date", kDate, "", "vendor", "Day of the halt, in New York.")
      .required("ticker", kText, "", "vendor", "Symbol as the vendor wrote it.")
      .required("halted_at", kTime, "UTC, microseconds", "vendor, converted", "When trading stopped.")
      .required("reason", kText, "", "vendor", "The vendor's code: LUDP, T1, T12, M, ...")
      .optional("name", kText, "", "vendor", "Name of the security.")
      .optional("market", kText, "", "vendor", "Market of the listing, as the vendor wrote it.")
      .optional("pause_threshold_price", kDouble, "USD", "vendor", "Price that triggered a volatility pause.")
      .optional("quotes_at", kTime, "UTC, microseconds", "vendor, converted", "When quoting resumes.")
      .optional("resumed_at", kTime, "UTC, microseconds", "vendor, converted",
                "When trading resumes; NULL while halted.");
  lineage(c);
  return {
      .zone = "bronze",
      .name = "halts",
      .doc = "Trading halts as vendors gave them, a row for each (source, date, ticker, halted_at, reason).",
      .columns = c.take(),
      .specs = by_month(),
      .sort_columns = {"source", "date", "ticker", "halted_at", "reason"}};
}

TableDef trades() {
  Columns c;
  c.required("source", kText, "", "ingest", "Vendor, or the name given to a file import.")
      .required("date", kDate, "", "calendar", "The exchange's session date.")
      .required("ticker", kText, "", "vendor", "Symbol as the vendor wrote it.")
      .required("ts", kTime, "UTC, microseconds", "vendor", "When it traded; nanoseconds are cut.")
      .required("exchange", kText, "", "vendor", "Code of the venue, as the vendor wrote it.")
      .required("trade_id", kLong, "", "vendor", "The vendor's number; with ticker, time and venue unique.")
      .required("price", kDouble, "USD", "vendor", "Price, as traded.")
      .required("size", kLong, "shares", "vendor", "Shares.")
      .optional("conditions", kText, "", "vendor", "Sale conditions, separated by commas.")
      .optional("tape", kText, "", "vendor", "A, B or C.")
      .optional("correction", kText, "", "vendor",
                "canceled, corrected, incorrect: the trade does not stand so.");
  lineage(c);
  return {
      .zone = "bronze",
      .name = "trades",
      .doc = "Trades as vendors gave them, a row for each (source, date, ticker, ts, exchange, trade_id).",
      .columns = c.take(),
      .specs = {{{"date", "identity", "date"}}},
      .sort_columns = {"source", "date", "ticker", "ts", "exchange", "trade_id"}};
}

TableDef sessions() {
  Columns c;
  c.required("source", kText, "", "ingest", "Vendor.")
      .required("date", kDate, "", "vendor", "Session date.")
      .required("open", kTime, "UTC, microseconds", "vendor, converted", "Opening of the regular session.")
      .required("close", kTime, "UTC, microseconds", "vendor, converted", "End of the regular session.");
  lineage(c);
  return {.zone = "bronze",
          .name = "sessions",
          .doc = "Sessions as vendors' calendars give them, to be held against reference.calendar.",
          .columns = c.take(),
          .specs = {{}},
          .sort_columns = {"source", "date"}};
}

}  // namespace

std::vector<TableDef> record_tables() { return {listings(), halts(), trades(), sessions()}; }

}  // namespace goldtape::model::internal
