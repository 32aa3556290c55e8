#include "goldtape/model/tables_internal.h"

namespace goldtape::model::internal {

namespace {

TableDef calendar() {
  Columns c;
  c.required("date", kDate, "", "exchange", "Session date.")
      .required("open", kTime, "UTC, microseconds", "exchange", "Opening of the regular session.")
      .required("close", kTime, "UTC, microseconds", "exchange", "End of the regular session.")
      .required("minutes", kInt, "minutes", "exchange", "Length of the regular session.")
      .required("early_close", kBool, "", "exchange", "Closed before the usual hour.")
      .required("late_open", kBool, "", "exchange", "Opened after the usual hour.");
  return {.zone = "reference",
          .name = "calendar",
          .doc = "Sessions of the New York Stock Exchange, shared by NASDAQ and NYSE Arca, 1990-2035.",
          .columns = c.take(),
          .specs = {{}},
          .sort_columns = {"date"}};
}

TableDef securities() {
  Columns c;
  c.required("security_id", kLong, "", "assigned once",
             "Permanent id; never derived from a ticker, never reused.")
      .optional("name", kText, "", "vendor", "Name of the security.")
      .optional("exchange", kText, "MIC", "vendor", "Listing exchange.")
      .optional("asset_type", kText, "", "vendor", "stock, etf, index, ...")
      .optional("cik", kLong, "", "SEC EDGAR", "Central Index Key of the issuer.")
      .optional("figi", kText, "", "OpenFIGI", "Financial Instrument Global Identifier.")
      .optional("sector", kText, "", "vendor", "Sector.")
      .optional("industry", kText, "", "vendor", "Industry.")
      .optional("listed_on", kDate, "", "vendor, or first bar", "First session known.")
      .optional("delisted_on", kDate, "", "corporate actions", "First session without trading.")
      .optional("delisting_reason", kText, "", "corporate actions", "Why it left.")
      .required("status", kText, "", "refine", "active or delisted.");
  return {.zone = "reference",
          .name = "securities",
          .doc = "One row for each security ever seen.",
          .columns = c.take(),
          .specs = {{}},
          .sort_columns = {"security_id"}};
}

TableDef ticker_history() {
  Columns c;
  c.required("security_id", kLong, "", "assigned once", "Permanent id of the security.")
      .required("ticker", kText, "", "vendor, corporate actions", "A name it had.")
      .required("valid_from", kDate, "", "corporate actions", "First date of the name.")
      .optional("valid_to", kDate, "", "corporate actions",
                "First date after it (half-open); NULL while it lasts.")
      .required("change_reason", kText, "", "refine", "first_seen, rename, spin_off, reuse.");
  return {.zone = "reference",
          .name = "ticker_history",
          .doc = "Which security a ticker named between two dates, [valid_from, valid_to).",
          .columns = c.take(),
          .specs = {{}},
          .sort_columns = {"ticker", "valid_from"}};
}

TableDef corporate_actions() {
  Columns c;
  c.required("security_id", kLong, "", "reference.ticker_history", "Permanent id of the security.")
      .required("ex_date", kDate, "", "vendor", "First session that trades without the right.")
      .required("action_type", kText, "", "vendor",
                "split, cash_dividend, stock_dividend, spin_off, merger, rename or delisting.")
      .required("value", kDouble, "by type", "vendor", "As in bronze.corporate_actions.")
      .optional("currency", kText, "ISO 4217", "vendor", "Currency of a cash amount.")
      .optional("adjustment_factor", kDouble, "ratio", "refine",
                "What prices before ex_date are multiplied by; NULL until the previous close is known.")
      .optional("new_security_id", kLong, "", "reference.ticker_history", "Child or acquirer.")
      .required("source", kText, "", "ingest", "Who said so.")
      .required("known_at", kTime, "UTC, microseconds", "vendor", "When it could first be known.");
  return {
      .zone = "reference",
      .name = "corporate_actions",
      .doc = "Corporate actions tied to securities, one row for each (security_id, ex_date, action_type).",
      .columns = c.take(),
      .specs = {{}},
      .sort_columns = {"security_id", "ex_date"}};
}

}  // namespace

std::vector<TableDef> reference_tables() {
  return {calendar(), securities(), ticker_history(), corporate_actions()};
}

std::vector<TableDef> quarantine_tables() {
  Columns c;
  c.required("layer", kText, "", "quality",
             "Table the rows were on their way to: bronze.bars, silver.bars_1m, ...")
      .required("rule", kText, "", "quality", "The expectation that refused the row.")
      .required("reason", kText, "", "quality", "In words, with the value.")
      .required("source", kText, "", "ingest", "Vendor, or the name given to a file import.")
      .optional("interval", kText, "", "ingest", "Length of the bar.")
      .optional("ticker", kText, "", "vendor", "Symbol as the vendor wrote it.")
      .optional("ts", kTime, "UTC, microseconds", "vendor, converted", "Start of the bar.")
      .optional("date", kDate, "", "vendor", "Session date.")
      .optional("line", kLong, "", "parser", "Line or element of the answer.")
      .required("row_json", kText, "", "parser", "The row, all fields, as JSON.")
      .required("load_id", kText, "", "ingest", "The load that brought it.")
      .required("quarantined_at", kTime, "UTC, microseconds", "clock", "When.");
  TableDef rows{.zone = "quarantine",
                .name = "rows",
                .doc = "Rows that a gate refused, each with its reason; nothing is dropped.",
                .columns = c.take(),
                .specs = {{}},
                .sort_columns = {"load_id", "line"}};
  return {rows};
}

}  // namespace goldtape::model::internal
