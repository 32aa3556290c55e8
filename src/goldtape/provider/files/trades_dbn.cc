// Trades from Databento's binary files.
#include <map>
#include <utility>

#include <fmt/format.h>

#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/files/dbn.h"
#include "goldtape/provider/files/dbn_symbols.h"
#include "goldtape/provider/files/reading.h"
#include "goldtape/provider/session_clock.h"
#include "goldtape/provider/ticker.h"

namespace goldtape::provider::files {

namespace {

using model::Cell;

/// Some 2 GB of memory: larger files are split by day or symbol.
constexpr std::size_t kMostTrades = 4'000'000;

class TradesDbn {
 public:
  TradesDbn(const DbnMetadata& metadata, DbnRecords records, DbnSymbols symbols, const ReadContext& context)
      : metadata_(metadata), records_(std::move(records)), symbols_(std::move(symbols)), context_(context) {
    out_.table = "bronze.trades";
    out_.source = context.origin.source;
    out_.observed_at = context.origin.observed_at;
  }

  Result<model::RecordBatch> read() {
    GT_ASSIGN(bool found, next_data(records_, symbols_));
    while (found) {
      GT_RETURN_IF_ERROR(read_record(records_.record()));
      GT_ASSIGN(found, next_data(records_, symbols_));
    }
    if (out_.rows.empty() && left_out_ == 0) {
      return fail(ErrorKind::kDamaged, 2023,
                  fmt::format("the file has metadata ({}, {}) and no trades", metadata_.dataset,
                              dbn_schema_name(metadata_.schema)),
                  context_.where);
    }
    if (left_out_ > 0) {
      out_.notes.push_back(fmt::format("{} trades without a price or a size were left out, first: record {}",
                                       left_out_, first_left_out_));
    }
    return std::move(out_);
  }

 private:
  Status read_record(const DbnRecord& record) {
    if (!record.is(DbnKind::kTrade)) {
      return fail(ErrorKind::kUnsupported, 2242,
                  fmt::format("the file ({}) holds records of kind {:#04x}, not trades; trades come from the "
                              "schema trades",
                              dbn_schema_name(metadata_.schema), record.kind),
                  records_.here());
    }
    const auto received_ns = record.at<std::uint64_t>(16);
    const std::uint64_t traded_ns = record.event_ns != kDbnNoTime ? record.event_ns : received_ns;
    if (out_.rows.size() >= kMostTrades) {
      return fail(
          ErrorKind::kDamaged, 2014,
          fmt::format("the file holds more than {} trades; download it split by day or symbol", kMostTrades),
          records_.here());
    }
    if (traded_ns > static_cast<std::uint64_t>(INT64_MAX)) {
      return fail(ErrorKind::kDamaged, 2030, "the trade has no time", records_.here());
    }
    const std::uint64_t mapped_ns =
        received_ns <= static_cast<std::uint64_t>(INT64_MAX) ? received_ns : traded_ns;
    GT_ASSIGN(const std::string_view ticker, symbols_.find(record.instrument, mapped_ns, records_.here()));
    if (!is_ticker(ticker)) {
      return fail(ErrorKind::kDamaged, 2034, fmt::format("'{}' is not a ticker", excerpt(ticker)),
                  records_.here());
    }
    add(record, ticker, static_cast<std::int64_t>(traded_ns / 1000));
    return {};
  }

  void add(const DbnRecord& record, std::string_view ticker, std::int64_t ts_us) {
    const auto price = record.at<std::int64_t>(0);
    const auto size = record.at<std::uint32_t>(8);
    if (price == kDbnNoPrice || size == kDbnNoSize) {
      if (left_out_++ == 0) first_left_out_ = record.number;
      return;
    }
    out_.rows.push_back({std::int64_t{clock_.place(ts_us).date_days}, std::string(ticker), ts_us,
                         dbn_venue(record.publisher), trade_id(record, ts_us),
                         static_cast<double>(price) / kDbnPriceScale, std::int64_t{size}, Cell(), Cell(),
                         Cell()});
    out_.line.push_back(record.number);
  }

  /// The venue's sequence number. One message may tell of several trades: each further one of the same
  /// instrument, venue and microsecond is told apart by the bits above those 32.
  std::int64_t trade_id(const DbnRecord& record, std::int64_t ts_us) {
    const auto sequence = record.at<std::uint32_t>(28);
    Said& last = last_[{record.instrument, record.publisher}];
    last.repeats = last.ts_us == ts_us && last.sequence == sequence ? last.repeats + 1 : 0;
    last.ts_us = ts_us;
    last.sequence = sequence;
    return last.repeats << 32 | std::int64_t{sequence};
  }

  struct Said {
    std::int64_t ts_us = -1;
    std::uint32_t sequence = 0;
    std::int64_t repeats = 0;
  };
  const DbnMetadata& metadata_;
  DbnRecords records_;
  DbnSymbols symbols_;
  const ReadContext& context_;
  model::RecordBatch out_;
  SessionClock clock_;
  std::map<std::pair<std::uint32_t, std::uint16_t>, Said> last_;  ///< By instrument and publisher.
  std::size_t left_out_ = 0;
  std::uint32_t first_left_out_ = 0;
};

}  // namespace

Result<model::RecordBatch> read_trades_dbn(std::string_view bytes, const ReadContext& context,
                                           ReadReport& report) {
  GT_ASSIGN(const DbnMetadata metadata, read_dbn_metadata(bytes, context.where));
  GT_ASSIGN(DbnSymbols symbols, DbnSymbols::create(metadata, context.where));
  report.dialect = context.dialect;
  report.dialect.name = "dbn";
  report.dialect.ts_format = "epoch_ns";
  report.ticker_from = "symbol mappings";
  return TradesDbn(metadata, DbnRecords(bytes, metadata, context.where), std::move(symbols), context).read();
}

}  // namespace goldtape::provider::files
