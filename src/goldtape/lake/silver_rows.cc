#include "goldtape/lake/silver_rows.h"

#include <cmath>

#include <arrow/api.h>

#include "goldtape/lake/table_rows_internal.h"

namespace goldtape::lake {

namespace {

using internal::damaged;
using internal::f64_or_nan;
using internal::fixed_or_null;
using internal::for_batches;
using internal::i64_or_null;
using internal::NameReader;

std::optional<model::Fill> parse_fill(std::string_view text) {
  for (auto fill : {model::Fill::kTraded, model::Fill::kFilled, model::Fill::kNone, model::Fill::kHalted}) {
    if (to_string(fill) == text) return fill;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> to_fixed(double value, double scale, bool& inexact) {
  if (std::isnan(value)) return kNull;
  const double scaled = value * scale;
  constexpr double kMost = 1e18;
  if (!(std::abs(scaled) < kMost)) return std::nullopt;
  const std::int64_t fixed = std::llround(scaled);
  constexpr double kTolerance = 1e-6;
  if (std::abs(static_cast<double>(fixed) - scaled) > kTolerance * std::abs(scaled)) inexact = true;
  return fixed;
}

Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<SilverMinute>& rows,
                                               const SilverNames& names) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("silver.bars_1m"));
  internal::RowWriter out(*def, rows.size());
  for (const SilverMinute& row : rows) {
    out.i64(row.security_id);
    out.name(names.tickers, row.ticker);
    out.time(row.ts_us);
    out.date(row.date_days);
    out.i32(row.minute);
    for (std::int64_t price : {row.open, row.high, row.low, row.close}) out.fixed(price);
    out.i64(row.volume);
    out.fixed(row.vwap);
    out.i64(row.trade_count);
    out.text(to_string(row.fill));
    out.name(names.sources, row.source);
    out.i32(row.flags);
  }
  return out.finish();
}

Result<std::shared_ptr<arrow::Table>> to_arrow(const std::vector<SilverDay>& rows, const SilverNames& names) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("silver.bars_1d"));
  internal::RowWriter out(*def, rows.size());
  for (const SilverDay& row : rows) {
    out.i64(row.security_id);
    out.name(names.tickers, row.ticker);
    out.date(row.date_days);
    for (std::int64_t price : {row.open, row.high, row.low, row.close}) out.fixed(price);
    out.i64(row.volume);
    out.fixed(row.vwap);
    out.f64(row.adj_close);
    out.f64(row.split_factor);
    out.f64(row.dividend_factor);
    out.name(names.sources, row.source);
    out.i32(row.flags);
  }
  return out.finish();
}

Status append(const arrow::Table& table, SilverNames& names, std::vector<SilverMinute>& out) {
  constexpr const char* kTable = "silver.bars_1m";
  out.reserve(out.size() + static_cast<std::size_t>(table.num_rows()));
  return for_batches(table, [&](const arrow::RecordBatch& batch) -> Status {
    internal::ColumnReader in(batch);
    const auto* security_id = in.get<arrow::Int64Array>("security_id");
    const auto* ticker = in.get<arrow::StringArray>("ticker");
    const auto* ts = in.get<arrow::TimestampArray>("ts");
    const auto* date = in.get<arrow::Date32Array>("date");
    const auto* minute = in.get<arrow::Int32Array>("minute");
    const auto* open = in.get<arrow::Decimal128Array>("open");
    const auto* high = in.get<arrow::Decimal128Array>("high");
    const auto* low = in.get<arrow::Decimal128Array>("low");
    const auto* close = in.get<arrow::Decimal128Array>("close");
    const auto* volume = in.get<arrow::Int64Array>("volume");
    const auto* vwap = in.get<arrow::Decimal128Array>("vwap");
    const auto* trade_count = in.get<arrow::Int64Array>("trade_count");
    const auto* fill = in.get<arrow::StringArray>("fill");
    const auto* source = in.get<arrow::StringArray>("source");
    const auto* flags = in.get<arrow::Int32Array>("flags");
    if (!in.missing().empty()) return damaged(kTable, in.missing());
    NameReader tickers(*ticker, names.tickers);
    NameReader sources(*source, names.sources);
    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
      const auto how = parse_fill(fill->GetView(i));
      if (!how) return damaged(kTable, "fill");
      out.push_back({.security_id = security_id->Value(i),
                     .ts_us = ts->Value(i),
                     .open = fixed_or_null(*open, i),
                     .high = fixed_or_null(*high, i),
                     .low = fixed_or_null(*low, i),
                     .close = fixed_or_null(*close, i),
                     .volume = volume->Value(i),
                     .vwap = fixed_or_null(*vwap, i),
                     .trade_count = i64_or_null(*trade_count, i),
                     .date_days = date->Value(i),
                     .minute = minute->Value(i),
                     .flags = flags->Value(i),
                     .ticker = tickers.at(i),
                     .source = sources.at(i),
                     .fill = *how});
    }
    return {};
  });
}

Status append(const arrow::Table& table, SilverNames& names, std::vector<SilverDay>& out) {
  constexpr const char* kTable = "silver.bars_1d";
  out.reserve(out.size() + static_cast<std::size_t>(table.num_rows()));
  return for_batches(table, [&](const arrow::RecordBatch& batch) -> Status {
    internal::ColumnReader in(batch);
    const auto* security_id = in.get<arrow::Int64Array>("security_id");
    const auto* ticker = in.get<arrow::StringArray>("ticker");
    const auto* date = in.get<arrow::Date32Array>("date");
    const auto* open = in.get<arrow::Decimal128Array>("open");
    const auto* high = in.get<arrow::Decimal128Array>("high");
    const auto* low = in.get<arrow::Decimal128Array>("low");
    const auto* close = in.get<arrow::Decimal128Array>("close");
    const auto* volume = in.get<arrow::Int64Array>("volume");
    const auto* vwap = in.get<arrow::Decimal128Array>("vwap");
    const auto* adj_close = in.get<arrow::DoubleArray>("adj_close");
    const auto* split_factor = in.get<arrow::DoubleArray>("split_factor");
    const auto* dividend_factor = in.get<arrow::DoubleArray>("dividend_factor");
    const auto* source = in.get<arrow::StringArray>("source");
    const auto* flags = in.get<arrow::Int32Array>("flags");
    if (!in.missing().empty()) return damaged(kTable, in.missing());
    NameReader tickers(*ticker, names.tickers);
    NameReader sources(*source, names.sources);
    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
      out.push_back({.security_id = security_id->Value(i),
                     .open = fixed_or_null(*open, i),
                     .high = fixed_or_null(*high, i),
                     .low = fixed_or_null(*low, i),
                     .close = fixed_or_null(*close, i),
                     .volume = volume->Value(i),
                     .vwap = fixed_or_null(*vwap, i),
                     .adj_close = f64_or_nan(*adj_close, i),
                     .split_factor = split_factor->Value(i),
                     .dividend_factor = dividend_factor->Value(i),
                     .date_days = date->Value(i),
                     .flags = flags->Value(i),
                     .ticker = tickers.at(i),
                     .source = sources.at(i)});
    }
    return {};
  });
}

}  // namespace goldtape::lake
