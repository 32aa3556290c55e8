#include "dry_run.h"

#include <cmath>
#include <ostream>

#include <fmt/format.h>

#include "console.h"

namespace goldtape::app {

namespace {

namespace files = provider::files;

std::string mapping_text(const files::Inspection& inspection) {
  std::string text;
  for (const auto& column : inspection.mapped) {
    text += fmt::format("{}{} <- {}", text.empty() ? "" : ", ", files::to_string(column.role), column.name);
  }
  return text;
}

std::string optional_text(double value) { return std::isnan(value) ? "-" : fmt::format("{}", value); }

void print_bars(std::ostream& out, const files::Inspection& inspection) {
  out << fmt::format("  bars from {} to {} (start of the bar, UTC)\n", format_timestamp(inspection.first_ts),
                     format_timestamp(inspection.last_ts));
  out << fmt::format("  {:<8} {:<20} {:>10} {:>12} {:>12} {:>12} {:>12} {:>12} {:>10} {}\n", "ticker", "ts",
                     "date", "open", "high", "low", "close", "volume", "vwap", "session");
  for (const auto& bar : inspection.first_bars) {
    out << fmt::format("  {:<8} {:<20} {:>10} {:>12} {:>12} {:>12} {:>12} {:>12} {:>10} {}\n", bar.ticker,
                       format_timestamp(bar.ts), format_date(bar.date), bar.open, bar.high, bar.low,
                       bar.close, bar.volume, optional_text(bar.vwap), model::to_string(bar.session));
  }
}

void print_actions(std::ostream& out, const files::Inspection& inspection) {
  out << fmt::format("  {:<8} {:>10} {:<15} {:>12} {:<8} {:<20} {}\n", "ticker", "ex_date", "action_type",
                     "value", "new", "known_at", "description");
  for (const auto& action : inspection.first_actions) {
    out << fmt::format("  {:<8} {:>10} {:<15} {:>12} {:<8} {:<20} {}\n", action.ticker,
                       format_date(action.ex_date), model::to_string(action.type), action.value,
                       action.new_ticker, format_timestamp(action.known_at), action.description);
  }
}

}  // namespace

void print_inspection(std::ostream& out, const files::Inspection& inspection) {
  const auto& dialect = inspection.dialect;
  out << fmt::format("{}\n", inspection.file);
  out << fmt::format("  {}; dialect {}; times {} in {}; label {}; order {}\n", inspection.format,
                     dialect.name, dialect.ts_format, dialect.tz, files::to_string(dialect.label),
                     inspection.order);
  out << fmt::format("  columns: {}\n", mapping_text(inspection));
  if (!inspection.ignored.empty())
    out << fmt::format("  not loaded: {}\n", fmt::join(inspection.ignored, ", "));
  out << fmt::format("  ticker from {}; observed at {} (from {}); prices {}\n", inspection.ticker_from,
                     format_timestamp(inspection.observed_at), inspection.observed_at_from,
                     model::to_string(dialect.price_basis));
  out << fmt::format("  {} rows, {} tickers, {} rejected\n", count_text(inspection.rows),
                     count_text(inspection.tickers), count_text(inspection.rejected));
  if (!inspection.first_bars.empty()) print_bars(out, inspection);
  if (!inspection.first_actions.empty()) print_actions(out, inspection);
  for (const auto& row : inspection.first_rejected) {
    out << fmt::format("  line {}: {}: {}\n", row.line, row.reason, row.text);
  }
}

}  // namespace goldtape::app
