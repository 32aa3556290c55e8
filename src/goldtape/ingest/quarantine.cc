#include "goldtape/ingest/quarantine.h"

#include <cmath>
#include <utility>

#include <arrow/api.h>
#include <nlohmann/json.hpp>

#include "goldtape/lake/arrow_rows.h"
#include "goldtape/model/table_def.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/scan.h"

namespace goldtape::ingest {

namespace {

nlohmann::json number(double value) {
  // JSON has no words for what is not finite.
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<std::shared_ptr<arrow::Table>> rows_table(const std::vector<QuarantineRow>& rows, Timestamp now) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("quarantine.rows"));
  lake::TableBuilder out(*def);
  for (const QuarantineRow& row : rows) {
    out.text(row.layer);
    out.text(row.rule);
    out.text(row.reason);
    out.text(row.source);
    out.text_or_null(row.interval);
    out.text_or_null(row.ticker);
    out.time_or_null(row.ts_us);
    out.date_or_null(row.date_days);
    out.integer(row.line);
    out.text(row.row_json);
    out.text(row.load_id);
    out.time(to_micros(now));
  }
  return out.finish();
}

}  // namespace

QuarantineRow rejected_row(const model::BarOrigin& origin, const model::RejectedRow& row) {
  return {.layer = "bronze.bars",
          .rule = "complete",
          .reason = row.reason,
          .source = origin.source,
          .interval = std::string(model::to_string(origin.interval)),
          .ticker = row.ticker,
          .ts_us = row.ts_us,
          .date_days = row.date_days,
          .line = row.line,
          .row_json = dump({{"text", row.text}}),
          .load_id = {}};
}

QuarantineRow refused_bar(const model::BarBatch& bars, std::uint32_t row, std::string rule,
                          std::string reason) {
  const model::Bar bar = bars.row(row);
  nlohmann::ordered_json json{{"ticker", bar.ticker},     {"ts", format_timestamp(bar.ts)},
                              {"open", number(bar.open)}, {"high", number(bar.high)},
                              {"low", number(bar.low)},   {"close", number(bar.close)},
                              {"volume", bar.volume},     {"vwap", number(bar.vwap)},
                              {"trade_count", nullptr},   {"adj_close", number(bar.adj_close)}};
  if (bar.trade_count != model::kAbsentCount) json["trade_count"] = bar.trade_count;
  return {.layer = "bronze.bars",
          .rule = std::move(rule),
          .reason = std::move(reason),
          .source = bars.origin.source,
          .interval = std::string(model::to_string(bars.origin.interval)),
          .ticker = bar.ticker,
          .ts_us = to_micros(bar.ts),
          .date_days = to_days(bar.date),
          .line = bars.line[row],
          .row_json = dump(json),
          .load_id = {}};
}

QuarantineRow refused_action(const model::ActionBatch& batch, std::uint32_t row, std::string rule,
                             std::string reason) {
  const model::CorporateAction& action = batch.actions[row];
  return {.layer = "bronze.corporate_actions",
          .rule = std::move(rule),
          .reason = std::move(reason),
          .source = batch.source,
          .interval = {},
          .ticker = action.ticker,
          .ts_us = std::nullopt,
          .date_days = to_days(action.ex_date),
          .line = action.line,
          .row_json = dump({{"ticker", action.ticker},
                            {"ex_date", format_date(action.ex_date)},
                            {"action_type", model::to_string(action.type)},
                            {"value", number(action.value)},
                            {"currency", action.currency},
                            {"new_ticker", action.new_ticker},
                            {"known_at", format_timestamp(action.known_at)}}),
          .load_id = {}};
}

Result<std::vector<lake::TableChange>> plan_quarantine(const lake::Lake& lake,
                                                       const std::vector<QuarantineRow>& rows,
                                                       const std::vector<std::string>& replaced,
                                                       Timestamp now) {
  std::vector<lake::TableChange> changes;
  if (rows.empty() && replaced.empty()) return changes;
  GT_ASSIGN(const table::Table table, lake.catalog().load("quarantine.rows"));
  std::vector<table::Literal> ids;
  for (const std::string& id : replaced) ids.push_back(table::literal(id));
  const table::Expression filter =
      replaced.empty() ? table::Expression::always_false() : table::in("load_id", std::move(ids));
  GT_ASSIGN(const auto arrow_rows, rows_table(rows, now));
  GT_ASSIGN(table::Rewrite rewrite, table::plan_overwrite(table, filter, arrow_rows));
  changes.push_back({table, std::move(rewrite), filter});
  return changes;
}

Result<std::set<std::int64_t>> quarantined_lines(const lake::Lake& lake, std::string_view load_id) {
  GT_ASSIGN(const table::Table table, lake.catalog().load("quarantine.rows"));
  GT_ASSIGN(const auto rows,
            table::read(
                table, {.filter = table::equal_to("load_id", table::literal(load_id)), .columns = {"line"}}));
  GT_ASSIGN(const auto columns, lake::ColumnsOf::open(*rows));
  GT_ASSIGN(const auto* line, columns.get<arrow::Int64Array>("line"));
  std::set<std::int64_t> lines;
  for (std::int64_t i = 0; i < rows->num_rows(); ++i) {
    if (!line->IsNull(i)) lines.insert(line->Value(i));
  }
  return lines;
}

}  // namespace goldtape::ingest
