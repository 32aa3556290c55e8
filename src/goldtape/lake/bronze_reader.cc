#include "goldtape/lake/bronze_reader.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <arrow/api.h>

#include "goldtape/lake/reference_rows.h"
#include "goldtape/lake/table_rows_internal.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

/// Beyond so many tickers a filter names only the first and the last.
constexpr std::size_t kMaxTickersNamed = 500;

table::Expression ticker_filter(const std::set<std::string, std::less<>>& tickers) {
  if (tickers.empty()) return table::Expression::always_false();
  if (tickers.size() > kMaxTickersNamed) {
    return table::greater_equal("ticker", table::literal(*tickers.begin())) &&
           table::less_equal("ticker", table::literal(*tickers.rbegin()));
  }
  std::vector<table::Literal> values;
  for (const std::string& ticker : tickers) values.push_back(table::literal(ticker));
  return table::in("ticker", std::move(values));
}

table::Expression date_filter(Date first, Date last) {
  return table::greater_equal("date", table::literal(first)) &&
         table::less_equal("date", table::literal(last));
}

table::Expression filter_for(const BronzeSource& source, model::Interval interval,
                             const std::set<SilverKey>& wanted) {
  std::set<std::string, std::less<>> tickers;
  Date first = Date::max();
  Date last = Date::min();
  for (const SilverKey& key : wanted) {
    if (auto ticker = source.master->ticker_of(key.security_id, key.date)) tickers.emplace(*ticker);
    first = std::min(first, key.date);
    last = std::max(last, key.date);
  }
  return table::equal_to("interval", table::literal(to_string(interval))) && date_filter(first, last) &&
         ticker_filter(tickers);
}

double f64_or_absent(const arrow::DoubleArray& array, std::int64_t i) {
  return array.IsNull(i) ? model::absent_price() : array.Value(i);
}

/// Takes the rows of one batch in.
class BatchReader {
 public:
  BatchReader(const BronzeSource& source, model::Interval interval, const std::set<SilverKey>& wanted,
              BronzeBars& out)
      : source_(source), intraday_(model::is_intraday(interval)), wanted_(wanted), out_(out) {}

  Status read(const arrow::RecordBatch& batch) {
    internal::ColumnReader in(batch);
    const auto* source = in.get<arrow::StringArray>("source");
    const auto* ticker = in.get<arrow::StringArray>("ticker");
    const auto* ts = in.get<arrow::TimestampArray>("ts");
    const auto* date = in.get<arrow::Date32Array>("date");
    const auto* open = in.get<arrow::DoubleArray>("open");
    const auto* high = in.get<arrow::DoubleArray>("high");
    const auto* low = in.get<arrow::DoubleArray>("low");
    const auto* close = in.get<arrow::DoubleArray>("close");
    const auto* volume = in.get<arrow::Int64Array>("volume");
    const auto* vwap = in.get<arrow::DoubleArray>("vwap");
    const auto* trade_count = in.get<arrow::Int64Array>("trade_count");
    const auto* session = in.get<arrow::StringArray>("session");
    const auto* basis = in.get<arrow::StringArray>("price_basis");
    const auto* basis_as_of = in.get<arrow::Date32Array>("basis_as_of");
    const auto* load_id = in.get<arrow::StringArray>("load_id");
    if (!in.missing().empty()) return internal::damaged("bronze.bars", in.missing());
    internal::NameReader tickers(*ticker, source_.names->tickers);
    internal::NameReader sources(*source, source_.names->sources);
    internal::NameReader loads(*load_id, *source_.loads);
    for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
      const std::uint32_t name = tickers.at(i);
      const auto key = key_of(name, from_days(date->Value(i)));
      if (!key) continue;
      out_.seen.insert(*key);
      if (intraday_ && session->GetView(i) != to_string(model::SessionPart::kRegular)) continue;
      GT_ASSIGN(const model::PriceBasis parsed_basis, model::parse_price_basis(basis->GetView(i)));
      out_.bars.push_back(
          {.security_id = key->security_id,
           .ts_us = ts->Value(i),
           .date_days = date->Value(i),
           .source = sources.at(i),
           .ticker = name,
           .load = loads.at(i),
           .basis_as_of_days = basis_as_of->IsNull(i) ? date->Value(i) : basis_as_of->Value(i),
           .basis = parsed_basis,
           .content = {.open = open->Value(i),
                       .high = high->Value(i),
                       .low = low->Value(i),
                       .close = close->Value(i),
                       .volume = volume->Value(i),
                       .vwap = f64_or_absent(*vwap, i),
                       .trade_count = trade_count->IsNull(i) ? model::kAbsentCount : trade_count->Value(i)}});
    }
    return {};
  }

 private:
  /// The group of a row, if it is wanted. Neighbouring rows are mostly of one group.
  std::optional<SilverKey> key_of(std::uint32_t ticker, Date date) {
    if (ticker != last_ticker_ || date != last_date_) {
      last_ticker_ = ticker;
      last_date_ = date;
      last_key_.reset();
      if (const auto id = source_.master->resolve(source_.names->tickers[ticker], date)) {
        if (const SilverKey key{*id, date}; wanted_.contains(key)) last_key_ = key;
      }
    }
    return last_key_;
  }

  const BronzeSource& source_;
  bool intraday_;
  const std::set<SilverKey>& wanted_;
  BronzeBars& out_;
  std::uint32_t last_ticker_ = kNoName;
  Date last_date_{};
  std::optional<SilverKey> last_key_;
};

void rank_sources(const BronzeSource& source, std::vector<SourceBar>& bars) {
  std::vector<std::uint32_t> order(source.names->sources.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const std::string& name_a = source.names->sources[a];
    const std::string& name_b = source.names->sources[b];
    return std::pair{source_rank(name_a, source.preferred_sources), std::string_view{name_a}} <
           std::pair{source_rank(name_b, source.preferred_sources), std::string_view{name_b}};
  });
  std::vector<std::uint32_t> rank(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  for (SourceBar& bar : bars) bar.source_rank = rank[bar.source];
}

void sort(const BronzeSource& source, std::vector<SourceBar>& bars) {
  rank_sources(source, bars);
  std::ranges::sort(bars, {}, [](const SourceBar& bar) {
    return std::tuple{bar.security_id, bar.date_days, bar.ts_us, bar.source_rank};
  });
}

table::ScanOptions scan_of(const BronzeSource& source, model::Interval interval,
                           const std::set<SilverKey>& wanted) {
  return {.filter = filter_for(source, interval, wanted),
          .columns = {"source", "ticker", "ts", "date", "open", "high", "low", "close", "volume", "vwap",
                      "trade_count", "session", "price_basis", "basis_as_of", "load_id"},
          .snapshot_id = source.snapshot_id};
}

Status for_each_batch(const table::Table& table, const table::ScanOptions& options,
                      const std::function<Status(const arrow::RecordBatch&)>& visit) {
  GT_ASSIGN(auto plan, table::plan_scan(table, options));
  if (plan.tasks.empty()) return {};
  GT_ASSIGN(auto reader, table::open_reader(table, std::move(plan)));
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    const arrow::Status status = reader->ReadNext(&batch);
    if (!status.ok()) return fail(ErrorKind::kDamaged, 4025, status.message(), table.name().to_string());
    if (!batch) return {};
    GT_RETURN_IF_ERROR(visit(*batch));
  }
}

}  // namespace

Result<StoredBars> fetch_bronze(const BronzeSource& source, model::Interval interval,
                                const std::set<SilverKey>& wanted) {
  if (wanted.empty() || !source.snapshot_id) return nullptr;
  return table::read(*source.bars, scan_of(source, interval, wanted));
}

Result<BronzeBars> take_bronze(const BronzeSource& source, model::Interval interval,
                               const std::set<SilverKey>& wanted, StoredBars stored) {
  BronzeBars out;
  if (stored == nullptr) return out;
  out.bars.reserve(static_cast<std::size_t>(stored->num_rows()));
  BatchReader reader(source, interval, wanted, out);
  GT_RETURN_IF_ERROR(internal::for_batches(*stored, [&](const auto& batch) { return reader.read(batch); }));
  stored.reset();
  sort(source, out.bars);
  return out;
}

Result<BronzeBars> read_bronze(const BronzeSource& source, model::Interval interval,
                               const std::set<SilverKey>& wanted) {
  BronzeBars out;
  if (wanted.empty() || !source.snapshot_id) return out;
  BatchReader reader(source, interval, wanted, out);
  GT_RETURN_IF_ERROR(for_each_batch(*source.bars, scan_of(source, interval, wanted),
                                    [&](const arrow::RecordBatch& batch) { return reader.read(batch); }));
  sort(source, out.bars);
  return out;
}

Result<std::set<BronzeKey>> groups_with_rows(const table::Table& bars,
                                             std::optional<std::int64_t> snapshot_id,
                                             const std::set<BronzeKey>& groups) {
  std::set<BronzeKey> out;
  if (groups.empty() || !snapshot_id) return out;
  std::map<std::string, std::pair<std::set<std::string, std::less<>>, std::pair<Date, Date>>> by_interval;
  for (const BronzeKey& key : groups) {
    auto& [tickers, span] =
        by_interval
            .try_emplace(key.interval, std::set<std::string, std::less<>>{}, std::pair{key.date, key.date})
            .first->second;
    tickers.insert(key.ticker);
    span = {std::min(span.first, key.date), std::max(span.second, key.date)};
  }
  for (const auto& [interval, asked] : by_interval) {
    const table::ScanOptions options{.filter = table::equal_to("interval", table::literal(interval)) &&
                                               date_filter(asked.second.first, asked.second.second) &&
                                               ticker_filter(asked.first),
                                     .columns = {"ticker", "date"},
                                     .snapshot_id = snapshot_id};
    GT_RETURN_IF_ERROR(for_each_batch(bars, options, [&](const arrow::RecordBatch& batch) -> Status {
      internal::ColumnReader in(batch);
      const auto* ticker = in.get<arrow::StringArray>("ticker");
      const auto* date = in.get<arrow::Date32Array>("date");
      if (!in.missing().empty()) return internal::damaged("bronze.bars", in.missing());
      for (std::int64_t i = 0; i < batch.num_rows(); ++i) {
        BronzeKey key{interval, ticker->GetString(i), from_days(date->Value(i))};
        if (groups.contains(key)) out.insert(std::move(key));
      }
      return {};
    }));
  }
  return out;
}

}  // namespace goldtape::lake
