#include "goldtape/lake/reference_rows.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <arrow/api.h>

#include "goldtape/lake/table_rows_internal.h"
#include "goldtape/model/table_def.h"
#include "goldtape/reference/adjustment.h"

namespace goldtape::lake {

namespace {

using internal::ColumnReader;
using internal::damaged;
using internal::date_or_none;
using internal::for_batches;
using internal::text_or_none;

std::optional<std::int64_t> integer_or_none(const arrow::Int64Array& array, std::int64_t i) {
  return array.IsNull(i) ? std::nullopt : std::optional{array.Value(i)};
}

auto key_of(const SourcedAction& row) {
  return std::tie(row.action.ticker, row.action.ex_date, row.action.type, row.action.new_ticker);
}

auto order_of(const SecurityAction& row) {
  return std::tie(row.security_id, row.ex_date, row.type, row.new_security_id, row.source);
}

}  // namespace

std::size_t source_rank(const std::string& source, const std::vector<std::string>& preferred_sources) {
  return static_cast<std::size_t>(std::ranges::find(preferred_sources, source) - preferred_sources.begin());
}

std::vector<SourcedAction> preferred_actions(std::vector<SourcedAction> all,
                                             const std::vector<std::string>& preferred_sources) {
  std::ranges::sort(all, [&](const SourcedAction& a, const SourcedAction& b) {
    if (key_of(a) != key_of(b)) return key_of(a) < key_of(b);
    const auto rank_a = source_rank(a.source, preferred_sources);
    const auto rank_b = source_rank(b.source, preferred_sources);
    return std::tie(rank_a, a.source) < std::tie(rank_b, b.source);
  });
  const auto repeated = std::ranges::unique(
      all, [](const SourcedAction& a, const SourcedAction& b) { return key_of(a) == key_of(b); });
  all.erase(repeated.begin(), repeated.end());
  return all;
}

std::vector<SecurityAction> resolve_actions(const std::vector<SourcedAction>& actions,
                                            const reference::SecurityMaster& master,
                                            std::int64_t& unresolved) {
  std::vector<SecurityAction> out;
  std::map<std::int64_t, std::vector<reference::Adjustment>> splits;
  std::vector<std::pair<std::size_t, Date>>
      adjusted;  // rows of `out` whose amounts are divided by later splits
  unresolved = 0;
  for (const auto& [source, action] : actions) {
    auto id = master.resolve(action.ticker, action.ex_date - std::chrono::days{1});
    if (!id) id = master.resolve(action.ticker, action.ex_date);
    if (!id) {
      ++unresolved;
      continue;
    }
    SecurityAction row{.security_id = *id,
                       .ex_date = action.ex_date,
                       .type = action.type,
                       .value = action.value,
                       .source = source,
                       .known_at = action.known_at};
    if (!action.currency.empty()) row.currency = action.currency;
    if (!action.new_ticker.empty() && action.type != model::ActionType::kRename) {
      row.new_security_id = master.resolve(action.new_ticker, action.ex_date);
    }
    if (reference::is_split(row.type)) {
      splits[*id].push_back({.ex_date = row.ex_date, .type = row.type, .value = row.value, .known_at = {}});
    }
    if (action.basis_as_of) adjusted.emplace_back(out.size(), *action.basis_as_of);
    out.push_back(std::move(row));
  }
  for (const auto& [number, as_of] : adjusted) {
    const auto known = splits.find(out[number].security_id);
    if (known == splits.end()) continue;
    const reference::FactorSchedule schedule(known->second, {}, Timestamp::max());
    out[number].value *= schedule.splits_between(out[number].ex_date, as_of);
  }
  std::ranges::sort(
      out, [](const SecurityAction& a, const SecurityAction& b) { return order_of(a) < order_of(b); });
  return out;
}

Result<std::vector<SourcedAction>> bronze_actions_from_arrow(const arrow::Table& table) {
  std::vector<SourcedAction> out;
  GT_RETURN_IF_ERROR(for_batches(table, [&](const arrow::RecordBatch& batch) -> Status {
    ColumnReader in(batch);
    const auto* source = in.get<arrow::StringArray>("source");
    const auto* ticker = in.get<arrow::StringArray>("ticker");
    const auto* ex_date = in.get<arrow::Date32Array>("ex_date");
    const auto* type = in.get<arrow::StringArray>("action_type");
    const auto* value = in.get<arrow::DoubleArray>("value");
    const auto* currency = in.get<arrow::StringArray>("currency");
    const auto* new_ticker = in.get<arrow::StringArray>("new_ticker");
    const auto* description = in.get<arrow::StringArray>("description");
    const auto* known_at = in.get<arrow::TimestampArray>("known_at");
    const bool has_basis = batch.schema()->GetFieldIndex("basis_as_of") >= 0;
    const auto* basis = has_basis ? in.get<arrow::Date32Array>("basis_as_of") : nullptr;
    if (!in.missing().empty()) return damaged("bronze.corporate_actions", in.missing());
    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
      SourcedAction row{.source = source->GetString(i), .action = {}};
      row.action.ticker = ticker->GetString(i);
      row.action.ex_date = from_days(ex_date->Value(i));
      GT_ASSIGN(row.action.type, model::parse_action_type(type->GetView(i)));
      row.action.value = value->Value(i);
      row.action.currency = text_or_none(*currency, i).value_or("");
      row.action.new_ticker = text_or_none(*new_ticker, i).value_or("");
      row.action.description = text_or_none(*description, i).value_or("");
      row.action.known_at = from_micros(known_at->Value(i));
      if (basis != nullptr) row.action.basis_as_of = date_or_none(*basis, i);
      out.push_back(std::move(row));
    }
    return {};
  }));
  return out;
}

Result<std::vector<reference::Security>> securities_from_arrow(const arrow::Table& table) {
  std::vector<reference::Security> out;
  GT_RETURN_IF_ERROR(for_batches(table, [&](const arrow::RecordBatch& batch) -> Status {
    ColumnReader in(batch);
    const auto* id = in.get<arrow::Int64Array>("security_id");
    const auto* name = in.get<arrow::StringArray>("name");
    const auto* exchange = in.get<arrow::StringArray>("exchange");
    const auto* asset_type = in.get<arrow::StringArray>("asset_type");
    const auto* cik = in.get<arrow::Int64Array>("cik");
    const auto* figi = in.get<arrow::StringArray>("figi");
    const auto* sector = in.get<arrow::StringArray>("sector");
    const auto* industry = in.get<arrow::StringArray>("industry");
    const auto* listed_on = in.get<arrow::Date32Array>("listed_on");
    const auto* delisted_on = in.get<arrow::Date32Array>("delisted_on");
    const auto* reason = in.get<arrow::StringArray>("delisting_reason");
    if (!in.missing().empty()) return damaged("reference.securities", in.missing());
    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
      out.push_back({.id = id->Value(i),
                     .name = text_or_none(*name, i),
                     .exchange = text_or_none(*exchange, i),
                     .asset_type = text_or_none(*asset_type, i),
                     .cik = integer_or_none(*cik, i),
                     .figi = text_or_none(*figi, i),
                     .sector = text_or_none(*sector, i),
                     .industry = text_or_none(*industry, i),
                     .listed_on = date_or_none(*listed_on, i),
                     .delisted_on = date_or_none(*delisted_on, i),
                     .delisting_reason = text_or_none(*reason, i)});
    }
    return {};
  }));
  return out;
}

Result<std::vector<reference::TickerInterval>> history_from_arrow(const arrow::Table& table) {
  std::vector<reference::TickerInterval> out;
  GT_RETURN_IF_ERROR(for_batches(table, [&](const arrow::RecordBatch& batch) -> Status {
    ColumnReader in(batch);
    const auto* id = in.get<arrow::Int64Array>("security_id");
    const auto* ticker = in.get<arrow::StringArray>("ticker");
    const auto* from = in.get<arrow::Date32Array>("valid_from");
    const auto* to = in.get<arrow::Date32Array>("valid_to");
    const auto* reason = in.get<arrow::StringArray>("change_reason");
    if (!in.missing().empty()) return damaged("reference.ticker_history", in.missing());
    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
      out.push_back({.security_id = id->Value(i),
                     .ticker = ticker->GetString(i),
                     .valid_from = from_days(from->Value(i)),
                     .valid_to = date_or_none(*to, i),
                     .change_reason = reason->GetString(i)});
    }
    return {};
  }));
  return out;
}

Result<std::vector<SecurityAction>> actions_from_arrow(const arrow::Table& table) {
  std::vector<SecurityAction> out;
  GT_RETURN_IF_ERROR(for_batches(table, [&](const arrow::RecordBatch& batch) -> Status {
    ColumnReader in(batch);
    const auto* id = in.get<arrow::Int64Array>("security_id");
    const auto* ex_date = in.get<arrow::Date32Array>("ex_date");
    const auto* type = in.get<arrow::StringArray>("action_type");
    const auto* value = in.get<arrow::DoubleArray>("value");
    const auto* currency = in.get<arrow::StringArray>("currency");
    const auto* factor = in.get<arrow::DoubleArray>("adjustment_factor");
    const auto* other = in.get<arrow::Int64Array>("new_security_id");
    const auto* source = in.get<arrow::StringArray>("source");
    const auto* known_at = in.get<arrow::TimestampArray>("known_at");
    if (!in.missing().empty()) return damaged("reference.corporate_actions", in.missing());
    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
      SecurityAction row{.security_id = id->Value(i),
                         .ex_date = from_days(ex_date->Value(i)),
                         .value = value->Value(i),
                         .currency = text_or_none(*currency, i),
                         .new_security_id = integer_or_none(*other, i),
                         .source = source->GetString(i),
                         .known_at = from_micros(known_at->Value(i))};
      GT_ASSIGN(row.type, model::parse_action_type(type->GetView(i)));
      if (!factor->IsNull(i)) row.adjustment_factor = factor->Value(i);
      out.push_back(std::move(row));
    }
    return {};
  }));
  return out;
}

Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<reference::Security>& rows) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("reference.securities"));
  internal::RowWriter out(*def, rows.size());
  for (const reference::Security& row : rows) {
    out.i64(row.id);
    out.optional_text(row.name);
    out.optional_text(row.exchange);
    out.optional_text(row.asset_type);
    out.i64(row.cik.value_or(kNull));
    out.optional_text(row.figi);
    out.optional_text(row.sector);
    out.optional_text(row.industry);
    out.optional_date(row.listed_on);
    out.optional_date(row.delisted_on);
    out.optional_text(row.delisting_reason);
    out.text(row.status());
  }
  return out.finish();
}

Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<reference::TickerInterval>& rows) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("reference.ticker_history"));
  internal::RowWriter out(*def, rows.size());
  for (const reference::TickerInterval& row : rows) {
    out.i64(row.security_id);
    out.text(row.ticker);
    out.date(to_days(row.valid_from));
    out.optional_date(row.valid_to);
    out.text(row.change_reason);
  }
  return out.finish();
}

Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<SecurityAction>& rows) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("reference.corporate_actions"));
  internal::RowWriter out(*def, rows.size());
  for (const SecurityAction& row : rows) {
    out.i64(row.security_id);
    out.date(to_days(row.ex_date));
    out.text(to_string(row.type));
    out.f64(row.value);
    out.optional_text(row.currency);
    out.f64(row.adjustment_factor.value_or(std::numeric_limits<double>::quiet_NaN()));
    out.i64(row.new_security_id.value_or(kNull));
    out.text(row.source);
    out.time(to_micros(row.known_at));
  }
  return out.finish();
}

}  // namespace goldtape::lake
