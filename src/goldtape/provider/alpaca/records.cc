#include "goldtape/provider/records.h"

#include <fmt/format.h>

#include "goldtape/calendar/eastern_time.h"
#include "goldtape/provider/alpaca/parser.h"
#include "goldtape/provider/json_rows.h"
#include "goldtape/provider/mic.h"
#include "goldtape/provider/rfc3339.h"
#include "goldtape/provider/session_clock.h"

namespace goldtape::provider::alpaca {

namespace {

using model::Cell;
using nlohmann::json;

std::string conditions_of(const json& trade) {
  const auto found = trade.find("c");
  std::string out;
  if (found == trade.end()) return out;
  if (found->is_string()) return found->get<std::string>();
  if (!found->is_array()) return out;
  for (const json& condition : *found) {
    if (condition.is_string()) out += (out.empty() ? "" : ",") + condition.get<std::string>();
  }
  return out;
}

class TradesReader {
 public:
  explicit TradesReader(const Answer& answer) : answer_(answer), out_(records_of(answer, "bronze.trades")) {}

  Status read(const std::string& ticker, const json& trades) {
    if (trades.is_null()) return {};
    if (!trades.is_array()) return JsonRow(trades, answer_, 0).wrong("trades");
    for (const json& trade : trades) GT_RETURN_IF_ERROR(read_one(ticker, trade));
    return {};
  }
  [[nodiscard]] model::RecordBatch take() { return std::move(out_); }

 private:
  Status read_one(const std::string& ticker, const json& trade) {
    const auto line = static_cast<std::uint32_t>(out_.rows.size() + 1);
    const JsonRow row(trade, answer_, line);
    std::int64_t ts_us = 0;
    if (!times_.read(row.text("t"), ts_us)) return row.wrong("t");
    GT_ASSIGN(const double price, row.required_number("p"));
    const auto size = row.integer("s");
    if (!size) return row.wrong("s");
    out_.rows.push_back({std::int64_t{clock_.place(ts_us).date_days}, ticker, ts_us, row.text("x"),
                         row.integer("i").value_or(0), price, *size,
                         model::text_or_null(conditions_of(trade)), model::text_or_null(row.text("z")),
                         model::text_or_null(row.text("u"))});
    out_.line.push_back(line);
    return {};
  }

  const Answer& answer_;
  model::RecordBatch out_;
  Rfc3339 times_;
  SessionClock clock_;
};

/// "09:30" as minutes.
Result<std::chrono::minutes> clock_time(const JsonRow& row, std::string_view name) {
  const std::string text = row.text(name);
  const auto day = parse_timestamp("2000-01-01T" + text + ":00Z");
  if (text.size() != 5 || !day) return row.wrong(name);
  return std::chrono::floor<std::chrono::minutes>(*day - parse_timestamp("2000-01-01").value());
}

}  // namespace

Result<model::RecordBatch> parse_trades(const Answer& answer) {
  GT_ASSIGN(const json document, read_json(answer));
  const auto trades = document.is_object() ? document.find("trades") : document.end();
  if (trades == document.end()) return JsonRow(document, answer, 0).wrong("trades");
  TradesReader reader(answer);
  if (trades->is_object()) {
    for (const auto& [ticker, list] : trades->items()) GT_RETURN_IF_ERROR(reader.read(ticker, list));
  } else {
    GT_RETURN_IF_ERROR(reader.read(answer.request.ticker, *trades));
  }
  return reader.take();
}

Result<model::RecordBatch> parse_assets(const Answer& answer) {
  GT_ASSIGN(const json document, read_json(answer));
  if (!document.is_array()) return JsonRow(document, answer, 0).wrong("assets");
  model::RecordBatch out = records_of(answer, "bronze.listings");
  const std::int64_t today = SessionClock().place(to_micros(answer.observed_at)).date_days;
  for (const json& asset : document) {
    const JsonRow row(asset, answer, static_cast<std::uint32_t>(out.rows.size() + 1));
    GT_ASSIGN(std::string symbol, row.required("symbol"));
    const std::string kind = row.text("class") == "us_equity" ? "" : row.text("class");
    out.rows.push_back({today, std::string("assets"), std::move(symbol), Cell(), Cell(), Cell(),
                        model::text_or_null(row.text("name")),
                        model::text_or_null(mic_of_name(row.text("exchange"))), model::text_or_null(kind),
                        model::text_or_null(row.text("status")), Cell(), Cell(), Cell(), Cell(), Cell()});
    out.line.push_back(row.line());
  }
  return out;
}

Result<model::RecordBatch> parse_calendar(const Answer& answer) {
  GT_ASSIGN(const json document, read_json(answer));
  if (!document.is_array()) return JsonRow(document, answer, 0).wrong("calendar");
  model::RecordBatch out = records_of(answer, "bronze.sessions");
  for (const json& session : document) {
    const JsonRow row(session, answer, static_cast<std::uint32_t>(out.rows.size() + 1));
    GT_ASSIGN(const Date date, row.required_date("date"));
    GT_ASSIGN(const std::chrono::minutes open, clock_time(row, "open"));
    GT_ASSIGN(const std::chrono::minutes close, clock_time(row, "close"));
    out.rows.push_back({std::int64_t{to_days(date)}, to_micros(calendar::eastern_to_utc(date, open)),
                        to_micros(calendar::eastern_to_utc(date, close))});
    out.line.push_back(row.line());
  }
  return out;
}

}  // namespace goldtape::provider::alpaca
