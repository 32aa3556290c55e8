#include "goldtape/lake/bar_rows.h"

#include <optional>
#include <string>

#include "goldtape/lake/arrow_rows.h"

namespace goldtape::lake {

namespace {

Status add_context(Status status, const char* table) {
  if (status) return status;
  return std::unexpected(status.error().while_doing(fmt::format("reading {}", table)));
}

/// The columns that tell what was said, with the prefix that bronze.revisions gives them.
struct SaidColumns {
  const arrow::DoubleArray* open = nullptr;
  const arrow::DoubleArray* high = nullptr;
  const arrow::DoubleArray* low = nullptr;
  const arrow::DoubleArray* close = nullptr;
  const arrow::Int64Array* volume = nullptr;
  const arrow::DoubleArray* vwap = nullptr;
  const arrow::Int64Array* trade_count = nullptr;
  const arrow::DoubleArray* adj_close = nullptr;
  const arrow::StringArray* price_basis = nullptr;
  const arrow::Date32Array* basis_as_of = nullptr;
  const arrow::TimestampArray* observed_at = nullptr;
  const arrow::StringArray* load_id = nullptr;

  static Result<SaidColumns> open_in(const ColumnsOf& columns, const std::string& prefix) {
    SaidColumns out;
    GT_ASSIGN(out.open, columns.get<arrow::DoubleArray>(prefix + "open"));
    GT_ASSIGN(out.high, columns.get<arrow::DoubleArray>(prefix + "high"));
    GT_ASSIGN(out.low, columns.get<arrow::DoubleArray>(prefix + "low"));
    GT_ASSIGN(out.close, columns.get<arrow::DoubleArray>(prefix + "close"));
    GT_ASSIGN(out.volume, columns.get<arrow::Int64Array>(prefix + "volume"));
    GT_ASSIGN(out.vwap, columns.get<arrow::DoubleArray>(prefix + "vwap"));
    GT_ASSIGN(out.trade_count, columns.get<arrow::Int64Array>(prefix + "trade_count"));
    GT_ASSIGN(out.adj_close, columns.get<arrow::DoubleArray>(prefix + "adj_close"));
    GT_ASSIGN(out.price_basis, columns.get<arrow::StringArray>(prefix + "price_basis"));
    GT_ASSIGN(out.basis_as_of, columns.get<arrow::Date32Array>(prefix + "basis_as_of"));
    GT_ASSIGN(out.observed_at, columns.get<arrow::TimestampArray>(prefix + "observed_at"));
    GT_ASSIGN(out.load_id, columns.get<arrow::StringArray>(prefix + "load_id"));
    return out;
  }

  Status read(std::int64_t i, FoldNames& names, BronzeBar& bar) const {
    bar.content = {.open = open->Value(i),
                   .high = high->Value(i),
                   .low = low->Value(i),
                   .close = close->Value(i),
                   .volume = volume->Value(i),
                   .vwap = vwap->IsNull(i) ? model::absent_price() : vwap->Value(i),
                   .trade_count = trade_count->IsNull(i) ? model::kAbsentCount : trade_count->Value(i),
                   .adj_close = adj_close->IsNull(i) ? model::absent_price() : adj_close->Value(i)};
    bar.content_hash = model::content_hash(bar.content);
    GT_ASSIGN(bar.basis, model::parse_price_basis(price_basis->GetView(i)));
    bar.basis_as_of_days = basis_as_of->IsNull(i) ? kNoDate : basis_as_of->Value(i);
    bar.observed_us = observed_at->Value(i);
    bar.load = names.loads.intern(load_id->GetView(i));
    return {};
  }
};

/// The columns that tell which bar it is.
struct KeyColumns {
  const arrow::StringArray* ticker = nullptr;
  const arrow::TimestampArray* ts = nullptr;
  const arrow::Date32Array* date = nullptr;

  static Result<KeyColumns> open_in(const ColumnsOf& columns) {
    KeyColumns out;
    GT_ASSIGN(out.ticker, columns.get<arrow::StringArray>("ticker"));
    GT_ASSIGN(out.ts, columns.get<arrow::TimestampArray>("ts"));
    GT_ASSIGN(out.date, columns.get<arrow::Date32Array>("date"));
    return out;
  }
  void read(std::int64_t i, FoldNames& names, BronzeBar& bar) const {
    bar.ticker = names.tickers.intern(ticker->GetView(i));
    bar.ts_us = ts->Value(i);
    bar.date_days = date->Value(i);
  }
};

Status read_bars(const arrow::Table& rows, FoldNames& names, std::vector<BronzeBar>& out) {
  GT_ASSIGN(const ColumnsOf columns, ColumnsOf::open(rows));
  GT_ASSIGN(const KeyColumns key, KeyColumns::open_in(columns));
  GT_ASSIGN(const SaidColumns said, SaidColumns::open_in(columns, ""));
  GT_ASSIGN(const auto* session, columns.get<arrow::StringArray>("session"));
  GT_ASSIGN(const auto* ingested_at, columns.get<arrow::TimestampArray>("ingested_at"));
  out.reserve(out.size() + static_cast<std::size_t>(rows.num_rows()));
  for (std::int64_t i = 0; i < rows.num_rows(); ++i) {
    BronzeBar bar;
    key.read(i, names, bar);
    GT_RETURN_IF_ERROR(said.read(i, names, bar));
    GT_ASSIGN(bar.session, model::parse_session_part(session->GetView(i)));
    bar.ingested_us = ingested_at->Value(i);
    out.push_back(bar);
  }
  return {};
}

Status read_revisions(const arrow::Table& rows, FoldNames& names, std::vector<BarChange>& out) {
  GT_ASSIGN(const ColumnsOf columns, ColumnsOf::open(rows));
  GT_ASSIGN(const KeyColumns key, KeyColumns::open_in(columns));
  GT_ASSIGN(const SaidColumns before, SaidColumns::open_in(columns, "old_"));
  GT_ASSIGN(const SaidColumns after, SaidColumns::open_in(columns, "new_"));
  for (std::int64_t i = 0; i < rows.num_rows(); ++i) {
    BarChange change;
    key.read(i, names, change.first);
    key.read(i, names, change.second);
    GT_RETURN_IF_ERROR(before.read(i, names, change.first));
    GT_RETURN_IF_ERROR(after.read(i, names, change.second));
    out.push_back(change);
  }
  return {};
}

std::optional<std::int64_t> present(std::int64_t count) {
  return count == model::kAbsentCount ? std::nullopt : std::optional(count);
}

std::optional<std::int32_t> present_date(std::int32_t days) {
  return days == kNoDate ? std::nullopt : std::optional(days);
}

void put_key(TableBuilder& out, std::string_view source, model::Interval interval, const BronzeBar& bar,
             const FoldNames& names) {
  out.text(source);
  out.text(model::to_string(interval));
  out.text(names.tickers[bar.ticker]);
  out.time(bar.ts_us);
  out.date(bar.date_days);
}

void put_content(TableBuilder& out, const model::BarContent& content) {
  out.number(content.open);
  out.number(content.high);
  out.number(content.low);
  out.number(content.close);
  out.integer(content.volume);
  out.number_or_null(content.vwap);
  out.integer_or_null(present(content.trade_count));
  out.number_or_null(content.adj_close);
}

void put_basis(TableBuilder& out, const BronzeBar& bar) {
  out.text(model::to_string(bar.basis));
  out.date_or_null(present_date(bar.basis_as_of_days));
}

}  // namespace

Status append_bars(const arrow::Table& rows, FoldNames& names, std::vector<BronzeBar>& out) {
  return add_context(read_bars(rows, names, out), "bronze.bars");
}

Status append_revisions(const arrow::Table& rows, FoldNames& names, std::vector<BarChange>& out) {
  return add_context(read_revisions(rows, names, out), "bronze.revisions");
}

Result<std::shared_ptr<arrow::Table>> bars_table(std::string_view source, model::Interval interval,
                                                 std::span<const BronzeBar* const> bars,
                                                 const FoldNames& names) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("bronze.bars"));
  TableBuilder out(*def);
  out.reserve(std::ssize(bars));
  for (const BronzeBar* each : bars) {
    const BronzeBar& bar = *each;
    put_key(out, source, interval, bar, names);
    put_content(out, bar.content);
    out.text(model::to_string(bar.session));
    put_basis(out, bar);
    out.time(bar.observed_us);
    out.time(bar.ingested_us);
    out.text(names.loads[bar.load]);
  }
  return out.finish();
}

Result<std::shared_ptr<arrow::Table>> revisions_table(std::string_view source, model::Interval interval,
                                                      std::span<const BarChange* const> changes,
                                                      const FoldNames& names) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("bronze.revisions"));
  TableBuilder out(*def);
  for (const BarChange* change : changes) {
    put_key(out, source, interval, change->second, names);
    for (const BronzeBar* bar : {&change->first, &change->second}) {
      put_content(out, bar->content);
      put_basis(out, *bar);
      out.time(bar->observed_us);
      out.text(names.loads[bar->load]);
    }
  }
  return out.finish();
}

}  // namespace goldtape::lake
