#include "goldtape/provider/massive/parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/json_rows.h"
#include "goldtape/provider/mic.h"
#include "goldtape/provider/records.h"
#include "goldtape/provider/session_clock.h"
#include "goldtape/provider/ticker.h"

namespace goldtape::provider::massive {

namespace {

using model::Cell;
using nlohmann::json;

constexpr std::int64_t kDay = 86'400'000'000;

/// The list of results; null when there are none.
Result<json> results_of(const Answer& answer) {
  GT_ASSIGN(json document, read_json(answer));
  const JsonRow top(document, answer, 0);
  const std::string status = top.text("status");
  if (status.empty()) return top.wrong("status");
  if (status != "OK" && status != "DELAYED") {
    return fail(ErrorKind::kNotFound, 2224,
                fmt::format("massive answers {}: {}{}", excerpt(status), excerpt(top.text("error")),
                            excerpt(top.text("message"))),
                answer.display_name);
  }
  const auto results = document.find("results");
  if (results == document.end() || results->is_null()) return json();
  if (!results->is_array()) return top.wrong("results");
  return std::move(*results);
}

class BarsReader {
 public:
  explicit BarsReader(const Answer& answer) : answer_(answer) {
    const auto adjusted = answer.request.params.find("adjusted");
    const bool split = adjusted != answer.request.params.end() && adjusted->second == "true";
    out_.origin = {.source = answer.request.source,
                   .interval = answer.request.interval,
                   .basis = split ? model::PriceBasis::kSplitAdjusted : model::PriceBasis::kRaw,
                   .observed_at = answer.observed_at};
    if (split) out_.origin.basis_as_of = from_days(clock_.place(to_micros(answer.observed_at)).date_days);
  }

  Status read(const json& result) {
    ++line_;
    const JsonRow row(result, answer_, line_);
    std::string ticker = row.text("T");
    if (ticker.empty()) ticker = answer_.request.ticker;
    if (!is_ticker(ticker) || ticker == "_many") return row.wrong("T");
    const auto ms = row.integer("t");
    constexpr std::int64_t kFirst_ms = -2'208'988'800'000;
    constexpr std::int64_t kEnd_ms = 7'258'118'400'000;
    if (!ms || *ms < kFirst_ms || *ms >= kEnd_ms) return row.wrong("t");
    std::int64_t ts_us = *ms * 1000;
    SessionClock::Place place = clock_.place(ts_us);
    if (!model::is_intraday(out_.origin.interval)) {
      ts_us = place.date_days * kDay;
      place.part = model::SessionPart::kRegular;
    }
    model::Bar bar{.ticker = std::move(ticker), .ts = from_micros(ts_us), .date = from_days(place.date_days)};
    bar.session = place.part;
    const std::string reason = fill(row, bar);
    if (!reason.empty()) {
      out_.rejected.push_back({.line = line_,
                               .ticker = bar.ticker,
                               .ts_us = ts_us,
                               .date_days = place.date_days,
                               .reason = reason,
                               .text = std::string(utf8_prefix(result.dump(), 1024))});
    } else if (bar_end(out_.origin.interval, bar.ts, bar.date) > answer_.observed_at) {
      ++out_.unfinished_rows;
    } else {
      out_.append(bar, line_);
    }
    return {};
  }

  [[nodiscard]] model::BarBatch take() { return std::move(out_); }

 private:
  /// What keeps the row from being a bar; empty when nothing does.
  static std::string fill(const JsonRow& row, model::Bar& bar) {
    std::string missing;
    const auto take = [&](std::string_view name, double& out) {
      if (const auto value = row.number(name)) {
        out = *value;
      } else {
        missing += fmt::format("{}{}", missing.empty() ? "missing " : ", ", name);
      }
    };
    double volume = 0;
    take("o", bar.open);
    take("h", bar.high);
    take("l", bar.low);
    take("c", bar.close);
    take("v", volume);
    if (!missing.empty()) return missing;
    constexpr double kLimit = 9.0e18;
    if (volume != std::floor(volume) || std::abs(volume) > kLimit) return fmt::format("volume {}", volume);
    bar.volume = static_cast<std::int64_t>(volume);
    bar.vwap = row.number("vw").value_or(model::absent_price());
    bar.trade_count = row.integer("n").value_or(model::kAbsentCount);
    return {};
  }

  const Answer& answer_;
  model::BarBatch out_;
  SessionClock clock_;
  std::uint32_t line_ = 0;
};

Result<model::CorporateAction> split_of(const JsonRow& row) {
  model::CorporateAction action;
  GT_ASSIGN(action.ticker, row.required("ticker"));
  GT_ASSIGN(action.ex_date, row.required_date("execution_date"));
  GT_ASSIGN(const double from, row.required_number("split_from"));
  GT_ASSIGN(const double to, row.required_number("split_to"));
  if (!(from > 0)) return row.wrong("split_from");
  action.type = model::ActionType::kSplit;
  action.value = to / from;
  return action;
}

Result<model::CorporateAction> dividend_of(const JsonRow& row) {
  model::CorporateAction action;
  GT_ASSIGN(action.ticker, row.required("ticker"));
  GT_ASSIGN(action.ex_date, row.required_date("ex_dividend_date"));
  GT_ASSIGN(action.value, row.required_number("cash_amount"));
  action.type = model::ActionType::kCashDividend;
  action.currency = row.text("currency").empty() ? "USD" : row.text("currency");
  const std::string kind = row.text("dividend_type");
  action.description = kind == "CD" ? "" : kind == "SC" ? "special" : kind;
  return action;
}

}  // namespace

Result<model::BarBatch> parse_bars(const Answer& answer) {
  GT_ASSIGN(const json results, results_of(answer));
  BarsReader reader(answer);
  for (const json& result : results) GT_RETURN_IF_ERROR(reader.read(result));
  return reader.take();
}

Result<model::ActionBatch> parse_actions(const Answer& answer) {
  GT_ASSIGN(const json results, results_of(answer));
  const bool dividends = answer.request.params.contains("kind");
  model::ActionBatch out{.source = answer.request.source, .observed_at = answer.observed_at, .actions = {}};
  for (const json& result : results) {
    const JsonRow row(result, answer, static_cast<std::uint32_t>(out.actions.size() + 1));
    GT_ASSIGN(model::CorporateAction action, dividends ? dividend_of(row) : split_of(row));
    const Result<Date> declared = parse_date(row.text("declaration_date"));
    action.known_at = std::min<Timestamp>(answer.observed_at, declared ? *declared : action.ex_date);
    action.line = row.line();
    out.actions.push_back(std::move(action));
  }
  add_up_cash(out.actions);
  return out;
}

Result<model::RecordBatch> parse_tickers(const Answer& answer) {
  GT_ASSIGN(const json results, results_of(answer));
  model::RecordBatch out = records_of(answer, "bronze.listings");
  const std::int64_t today = SessionClock().place(to_micros(answer.observed_at)).date_days;
  for (const json& result : results) {
    const JsonRow row(result, answer, static_cast<std::uint32_t>(out.rows.size() + 1));
    GT_ASSIGN(std::string ticker, row.required("ticker"));
    const std::string cik_text = row.text("cik");
    std::int64_t cik = 0;
    const auto [end, error] = std::from_chars(cik_text.data(), cik_text.data() + cik_text.size(), cik);
    const std::string gone = row.text("delisted_utc");
    const Result<Timestamp> delisted = parse_timestamp(gone);
    const auto delisted_on = [&] {
      return std::int64_t{to_days(std::chrono::floor<std::chrono::days>(*delisted))};
    };
    const auto active = row.flag("active");
    out.rows.push_back({today, std::string("tickers"), std::move(ticker), Cell(), Cell(), Cell(),
                        model::text_or_null(row.text("name")),
                        model::text_or_null(mic_of_name(row.text("primary_exchange"))),
                        model::text_or_null(row.text("type")),
                        active ? Cell(std::string(*active ? "active" : "inactive")) : Cell(), Cell(), Cell(),
                        error == std::errc() && !cik_text.empty() ? Cell(cik) : Cell(),
                        model::text_or_null(row.text("composite_figi")),
                        delisted && !gone.empty() ? Cell(delisted_on()) : Cell()});
    out.line.push_back(row.line());
  }
  return out;
}

Result<std::string> next_url(const Answer& answer) {
  GT_ASSIGN(const json document, read_json(answer));
  return JsonRow(document, answer, 0).text("next_url");
}

}  // namespace goldtape::provider::massive
