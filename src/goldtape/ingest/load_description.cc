#include "goldtape/ingest/load_description.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace goldtape::ingest {

namespace {

std::string only_ticker(const std::vector<std::string>& tickers, const std::string& asked) {
  return tickers.size() == 1 ? tickers.front() : asked;
}

/// Bars are bars, whatever the venue calls the question that brought them: they are folded together.
void describe_rows(const model::BarBatch& bars, store::LoadAudit& audit) {
  audit.dataset = "bars";
  audit.interval = model::to_string(bars.origin.interval);
  audit.rows_fetched = static_cast<std::int64_t>(bars.size() + bars.rejected.size());
  audit.ticker = only_ticker(bars.tickers, audit.ticker);
  if (bars.empty()) return;
  const auto [first, last] = std::ranges::minmax(bars.ts_us);
  const std::chrono::microseconds length =
      model::is_intraday(bars.origin.interval)
          ? std::chrono::microseconds(model::length(bars.origin.interval))
          : std::chrono::microseconds(std::chrono::days(1));
  audit.range_start = from_micros(first);
  audit.range_end = from_micros(last) + length;
}

void describe_rows(const model::ActionBatch& batch, store::LoadAudit& audit) {
  audit.rows_fetched = static_cast<std::int64_t>(batch.actions.size());
  if (batch.actions.empty()) return;
  const auto [first, last] = std::ranges::minmax_element(batch.actions, {}, &model::CorporateAction::ex_date);
  audit.range_start = first->ex_date;
  audit.range_end = last->ex_date + std::chrono::days(1);
}

void describe_rows(const model::RecordBatch& batch, store::LoadAudit& audit) {
  audit.rows_fetched = static_cast<std::int64_t>(batch.rows.size());
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    const auto* days = std::get_if<std::int64_t>(&model::cell(batch, i, "date"));
    if (days == nullptr) continue;
    const Timestamp date = from_days(static_cast<std::int32_t>(*days));
    if (!audit.range_start || date < *audit.range_start) audit.range_start = date;
    if (!audit.range_end || date + std::chrono::days(1) > *audit.range_end)
      audit.range_end = date + std::chrono::days(1);
  }
}

}  // namespace

void describe(const provider::Rows& rows, store::LoadAudit& audit) {
  std::visit([&](const auto& batch) { describe_rows(batch, audit); }, rows);
}

}  // namespace goldtape::ingest
