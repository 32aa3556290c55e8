// Bars from Databento's binary files.
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "goldtape/provider/files/dbn.h"
#include "goldtape/provider/files/dbn_symbols.h"
#include "goldtape/provider/files/reading.h"

namespace goldtape::provider::files {

namespace {

constexpr std::size_t kBarSize = 56;

/// How DBN gives times and labels, whatever dialect was named: nanoseconds of UTC at the start of the bar.
Dialect dbn_dialect(const Dialect& given) {
  Dialect dialect;
  dialect.name = "dbn";
  dialect.ts_format = "epoch_ns";
  dialect.order = given.order;
  return dialect;
}

/// The interval of a kind of records, or nothing.
std::optional<model::Interval> interval_of(const DbnRecord& record) {
  if (record.is(DbnKind::kBar1m)) return model::Interval::k1m;
  if (record.is(DbnKind::kBar1h)) return model::Interval::k1h;
  if (record.is(DbnKind::kBar1d)) return model::Interval::k1d;
  return std::nullopt;
}

class BarsDbn {
 public:
  BarsDbn(const DbnMetadata& metadata, DbnRecords records, DbnSymbols symbols, BarBuilder builder,
          const ReadContext& context)
      : metadata_(metadata),
        records_(std::move(records)),
        symbols_(std::move(symbols)),
        builder_(std::move(builder)),
        context_(context) {}

  Result<model::BarBatch> read(std::size_t bytes, ReadReport& report) {
    builder_.reserve(bytes / kBarSize);
    GT_ASSIGN(bool found, next_data(records_, symbols_));
    while (found) {
      GT_RETURN_IF_ERROR(read_record(records_.record()));
      GT_ASSIGN(found, next_data(records_, symbols_));
    }
    if (bars_ == 0) {
      return fail(ErrorKind::kDamaged, 2023,
                  fmt::format("the file has metadata ({}, {}) and no bars", metadata_.dataset,
                              dbn_schema_name(metadata_.schema)),
                  context_.where);
    }
    GT_ASSIGN(model::BarBatch batch, builder_.finish());
    report.order = builder_.order();
    return batch;
  }

 private:
  Status read_record(const DbnRecord& record) {
    GT_RETURN_IF_ERROR(check_kind(record));
    GT_RETURN_IF_ERROR(check_publisher(record));
    if (record.event_ns > static_cast<std::uint64_t>(INT64_MAX)) {
      return fail(ErrorKind::kDamaged, 2030, "the bar has no time", records_.here());
    }
    GT_ASSIGN(cells_.ticker, symbols_.find(record.instrument, record.event_ns, records_.here()));
    cells_.line = record.number;
    cells_.time.kind = ReadTime::Kind::kEpoch;
    cells_.time.utc_us = static_cast<std::int64_t>(record.event_ns / 1000);
    cells_.missing = 0;
    read_price(Role::kOpen, 0, cells_.open);
    read_price(Role::kHigh, 8, cells_.high);
    read_price(Role::kLow, 16, cells_.low);
    read_price(Role::kClose, 24, cells_.close);
    const auto volume = record.at<std::uint64_t>(32);
    if (volume > static_cast<std::uint64_t>(INT64_MAX)) {
      return fail(ErrorKind::kDamaged, 2028, fmt::format("volume {} is out of range", volume),
                  records_.here());
    }
    cells_.volume = static_cast<std::int64_t>(volume);
    if (cells_.missing != 0) {
      row_text_ =
          fmt::format("instrument {} at {} ns, volume {}", record.instrument, record.event_ns, volume);
      cells_.row_text = row_text_;
    }
    ++bars_;
    return builder_.add(cells_);
  }

  void read_price(Role role, std::size_t offset, double& out) {
    const auto price = records_.record().at<std::int64_t>(offset);
    out = static_cast<double>(price) / kDbnPriceScale;
    if (price == kDbnNoPrice) cells_.missing |= 1U << static_cast<unsigned>(role);
  }

  Status check_kind(const DbnRecord& record) const {
    const auto interval = interval_of(record);
    if (interval == context_.origin.interval) return {};
    const std::string_view asked = model::to_string(context_.origin.interval);
    if (interval) {
      return fail(ErrorKind::kDamaged, 2036,
                  fmt::format("the file holds bars of {0}, not of {1}; say --interval {0}",
                              model::to_string(*interval), asked),
                  records_.here());
    }
    const std::string hint = record.is(DbnKind::kTrade) ? "; trades are loaded with --dataset trades"
                             : record.is(DbnKind::kBar1s)
                                 ? "; bars of a second have no table here: download ohlcv-1m"
                                 : "; bars come from ohlcv-1m, ohlcv-1h and ohlcv-1d";
    return fail(ErrorKind::kUnsupported, 2242,
                fmt::format("the file ({}) holds records of kind {:#04x}, not bars of {}{}",
                            dbn_schema_name(metadata_.schema), record.kind, asked, hint),
                records_.here());
  }

  /// Bars of one minute by two venues are two bars that nothing can make one of.
  Status check_publisher(const DbnRecord& record) {
    if (bars_ == 0) publisher_ = record.publisher;
    if (record.publisher == publisher_) return {};
    return fail(
        ErrorKind::kUnsupported, 2244,
        fmt::format("bars of two publishers, {} ({}) and {} ({}), in one file; download one publisher "
                    "at a time, each with a --source of its own, or a consolidated dataset",
                    publisher_, dbn_venue(publisher_), record.publisher, dbn_venue(record.publisher)),
        records_.here());
  }

  const DbnMetadata& metadata_;
  DbnRecords records_;
  DbnSymbols symbols_;
  BarBuilder builder_;
  const ReadContext& context_;
  BarCells cells_;
  std::string row_text_;
  std::uint16_t publisher_ = 0;
  std::size_t bars_ = 0;
};

}  // namespace

Result<model::BarBatch> read_bars_dbn(std::string_view bytes, const ReadContext& context,
                                      ReadReport& report) {
  GT_ASSIGN(const DbnMetadata metadata, read_dbn_metadata(bytes, context.where));
  GT_ASSIGN(DbnSymbols symbols, DbnSymbols::create(metadata, context.where));
  report.dialect = dbn_dialect(context.dialect);
  report.ticker_from = "symbol mappings";
  GT_ASSIGN(BarBuilder builder, BarBuilder::create(context.origin, report.dialect, context.where));
  DbnRecords records(bytes, metadata, context.where);
  return BarsDbn(metadata, std::move(records), std::move(symbols), std::move(builder), context)
      .read(bytes.size(), report);
}

}  // namespace goldtape::provider::files
