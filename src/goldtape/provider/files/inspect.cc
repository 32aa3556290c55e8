#include "goldtape/provider/files/inspect.h"

#include <algorithm>
#include <set>
#include <utility>

#include "goldtape/provider/files/client.h"
#include "goldtape/provider/files/parser.h"

namespace goldtape::provider::files {

namespace {

std::string_view to_string(FoundOrder order) {
  switch (order) {
    case FoundOrder::kSingleRow: return "single row";
    case FoundOrder::kAscending: return "ascending";
    case FoundOrder::kDescending: return "descending";
    case FoundOrder::kMixed: return "mixed";
  }
  return "mixed";
}

template <typename T>
std::vector<T> first_of(std::vector<T>& rows, std::size_t count) {
  const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(count, rows.size()));
  return {std::make_move_iterator(rows.begin()), std::make_move_iterator(end)};
}

void describe(model::BarBatch& batch, std::size_t max_rows, Inspection& result) {
  result.rows = batch.size();
  result.rejected = batch.rejected.size();
  result.tickers = batch.tickers.size();
  if (!batch.empty()) {
    const auto [first, last] = std::minmax_element(batch.ts_us.begin(), batch.ts_us.end());
    result.first_ts = from_micros(*first);
    result.last_ts = from_micros(*last);
  }
  for (std::size_t i = 0; i < std::min(max_rows, batch.size()); ++i)
    result.first_bars.push_back(batch.row(i));
  result.first_rejected = first_of(batch.rejected, max_rows);
}

void describe(model::ActionBatch& batch, std::size_t max_rows, Inspection& result) {
  result.rows = batch.actions.size();
  std::vector<std::string_view> tickers;
  for (const model::CorporateAction& action : batch.actions) tickers.push_back(action.ticker);
  std::sort(tickers.begin(), tickers.end());
  result.tickers = static_cast<std::size_t>(std::unique(tickers.begin(), tickers.end()) - tickers.begin());
  result.first_actions = first_of(batch.actions, max_rows);
}

void describe(model::RecordBatch& batch, std::size_t, Inspection& result) {
  result.rows = batch.rows.size();
  std::set<std::string> tickers;
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    tickers.insert(std::get<std::string>(model::cell(batch, i, "ticker")));
  }
  result.tickers = tickers.size();
}

}  // namespace

Result<Inspection> inspect(const Answer& answer, std::size_t max_rows) {
  GT_ASSIGN(const ReadContext context, read_context(answer));
  Content content;
  GT_RETURN_IF_ERROR(content.open(answer.bytes, context.where));
  ReadReport report;
  GT_ASSIGN(Rows rows, read_rows(answer, content, context, report));
  Inspection result;
  result.file = context.where;
  result.format = content.describe();
  result.dialect = std::move(report.dialect);
  result.ticker_from = std::move(report.ticker_from);
  result.observed_at = answer.observed_at;
  result.observed_at_from = observed_at(answer.request, answer.observed_at).from;
  result.order = to_string(report.order);
  result.mapped = std::move(report.columns.mapped);
  result.ignored = std::move(report.columns.ignored);
  std::visit([&](auto& batch) { describe(batch, max_rows, result); }, rows);
  return result;
}

}  // namespace goldtape::provider::files
