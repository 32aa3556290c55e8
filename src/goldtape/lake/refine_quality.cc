#include <algorithm>
#include <tuple>

#include <arrow/api.h>
#include <nlohmann/json.hpp>

#include "goldtape/lake/refine_internal.h"
#include "goldtape/lake/table_rows_internal.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake::internal {

namespace {

/// A row of quarantine.rows, without the time.
struct QuarantinedRow {
  std::string layer, rule, reason, source, interval, ticker, row_json, load_id;
  std::int64_t ts_us = 0;
  std::int32_t date_days = 0;
  [[nodiscard]] auto key() const {
    return std::tie(layer, interval, ticker, ts_us, source, rule, reason, row_json, load_id, date_days);
  }
};

std::string json_of(const model::BarContent& content) {
  nlohmann::ordered_json row{{"open", content.open},
                             {"high", content.high},
                             {"low", content.low},
                             {"close", content.close},
                             {"volume", content.volume}};
  if (content.vwap == content.vwap) row["vwap"] = content.vwap;
  if (content.trade_count != model::kAbsentCount) row["trade_count"] = content.trade_count;
  return row.dump();
}

QuarantinedRow row_of(const SilverRefusal& refusal, const SilverNames& names, const Names& loads) {
  const SourceBar& bar = refusal.refused.bar;
  return {.layer = refusal.layer,
          .rule = refusal.refused.rule,
          .reason = refusal.refused.reason,
          .source = bar.source == kNoName ? "" : names.sources[bar.source],
          .interval = std::string{to_string(refusal.interval)},
          .ticker = names.tickers[bar.ticker],
          .row_json = json_of(bar.content),
          .load_id = bar.load == kNoName ? "" : loads[bar.load],
          .ts_us = bar.ts_us,
          .date_days = bar.date_days};
}

/// Whether a stored row is a refusal of one of the groups.
class OfGroups {
 public:
  OfGroups(const RefineInputs& in, const std::set<CoverageKey>& groups) : in_(in), groups_(groups) {}
  [[nodiscard]] bool operator()(std::string_view layer, std::string_view ticker, Date date) const {
    const bool minutes = layer == "silver.bars_1m";
    if (!minutes && layer != "silver.bars_1d") return false;
    const auto id = in_.master->resolve(ticker, date);
    return id && groups_.contains({minutes ? model::Interval::k1m : model::Interval::k1d, *id, date});
  }

 private:
  const RefineInputs& in_;
  const std::set<CoverageKey>& groups_;
};

Result<std::shared_ptr<arrow::Table>> to_table(const std::vector<QuarantinedRow>& rows, Timestamp now) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("quarantine.rows"));
  RowWriter out(*def, rows.size());
  for (const QuarantinedRow& row : rows) {
    out.text(row.layer);
    out.text(row.rule);
    out.text(row.reason);
    out.text(row.source);
    out.text(row.interval);
    out.text(row.ticker);
    out.time(row.ts_us);
    out.date(row.date_days);
    out.i64(kNull);
    out.text(row.row_json);
    out.text(row.load_id);
    out.time(to_micros(now));
  }
  return out.finish();
}

}  // namespace

Result<std::vector<quality::RefusedRow>> pass_gate(const RefineInputs& in, quality::Report report,
                                                   RefineOutputs& out) {
  quality::Decision decision = quality::decide(report, in.options->on_critical);
  auto mine = std::ranges::find(out.reports, report.table, &quality::Report::table);
  if (mine == out.reports.end()) {
    out.reports.push_back(std::move(report));
  } else {
    mine->merge(report);
  }
  if (!decision.pass) return std::unexpected(std::move(decision.failure));
  return std::move(decision.refused);
}

Result<std::optional<TableChange>> plan_silver_quarantine(const RefineInputs& in,
                                                          const table::Table& quarantine,
                                                          const std::set<CoverageKey>& groups,
                                                          const std::vector<SilverRefusal>& refusals,
                                                          const Names& loads) {
  GT_ASSIGN(const auto plan, table::plan_scan(quarantine, {}));
  GT_ASSIGN(const auto stored, table::read(quarantine, plan));
  const OfGroups of_groups(in, groups);
  std::vector<QuarantinedRow> before, after;
  std::vector<std::shared_ptr<arrow::Table>> kept;
  std::int64_t offset = 0;
  GT_RETURN_IF_ERROR(for_batches(*stored, [&](const arrow::RecordBatch& batch) -> Status {
    ColumnReader columns(batch);
    const auto* layer = columns.get<arrow::StringArray>("layer");
    const auto* rule = columns.get<arrow::StringArray>("rule");
    const auto* reason = columns.get<arrow::StringArray>("reason");
    const auto* source = columns.get<arrow::StringArray>("source");
    const auto* interval = columns.get<arrow::StringArray>("interval");
    const auto* ticker = columns.get<arrow::StringArray>("ticker");
    const auto* ts = columns.get<arrow::TimestampArray>("ts");
    const auto* date = columns.get<arrow::Date32Array>("date");
    const auto* row_json = columns.get<arrow::StringArray>("row_json");
    const auto* load_id = columns.get<arrow::StringArray>("load_id");
    if (!columns.missing().empty()) return damaged("quarantine.rows", columns.missing());
    for (std::int64_t i = 0; i < batch.num_rows(); ++i, ++offset) {
      const bool mine = !date->IsNull(i) && !ticker->IsNull(i) &&
                        of_groups(layer->GetView(i), ticker->GetView(i), from_days(date->Value(i)));
      if (!mine) {
        kept.push_back(stored->Slice(offset, 1));
        continue;
      }
      before.push_back({layer->GetString(i), rule->GetString(i), reason->GetString(i), source->GetString(i),
                        interval->GetString(i), ticker->GetString(i), row_json->GetString(i),
                        load_id->GetString(i), ts->Value(i), date->Value(i)});
    }
    return {};
  }));
  for (const SilverRefusal& refusal : refusals) after.push_back(row_of(refusal, *in.bronze.names, loads));
  std::ranges::sort(before, {}, &QuarantinedRow::key);
  std::ranges::sort(after, {}, &QuarantinedRow::key);
  if (std::ranges::equal(before, after, {}, &QuarantinedRow::key, &QuarantinedRow::key)) return std::nullopt;

  GT_ASSIGN(auto added, to_table(after, in.now));
  kept.push_back(std::move(added));
  auto all = arrow::ConcatenateTables(kept);
  if (!all.ok()) return fail(ErrorKind::kInternal, 5203, "quarantine: " + all.status().ToString());
  TableChange change{.table = quarantine, .rewrite = {}, .planned_from = {}};
  for (const table::ScanTask& task : plan.tasks) change.rewrite.removed.push_back(task.file);
  if ((*all)->num_rows() > 0) {
    table::DataWriter writer(quarantine, {});
    auto files = writer.write(*all);
    if (!files) {
      writer.discard();
      return std::unexpected(files.error());
    }
    change.rewrite.added = *std::move(files);
  }
  return change;
}

}  // namespace goldtape::lake::internal
