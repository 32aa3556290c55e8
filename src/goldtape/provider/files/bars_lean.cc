// Bars from LEAN's tables: minutes of one day, or hours or days of a ticker.
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/files/csv_scanner.h"
#include "goldtape/provider/files/file_name.h"
#include "goldtape/provider/files/lean.h"
#include "goldtape/provider/files/number.h"
#include "goldtape/provider/files/reading.h"

namespace goldtape::provider::files {

namespace {

constexpr double kPriceScale = 10'000;  ///< Deci-cents to dollars.
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kDayUs = kDayMs * 1000;
constexpr std::size_t kColumns = 6;
constexpr std::size_t kLeastBytesPerRow = 24;
constexpr std::array<Role, 4> kPrices = {Role::kOpen, Role::kHigh, Role::kLow, Role::kClose};

class BarsLean {
 public:
  BarsLean(LeanTable table, std::string_view text, BarBuilder builder, const ReadContext& context,
           std::string_view where, TsFormat format)
      : table_(std::move(table)),
        scanner_(text, ',', '"', where),
        builder_(std::move(builder)),
        intraday_(model::is_intraday(context.origin.interval)),
        where_(where),
        format_(std::move(format)) {}

  Result<model::BarBatch> read(std::size_t bytes, ReadReport& report) {
    builder_.reserve(bytes / kLeastBytesPerRow);
    cells_.ticker = table_.ticker;
    std::size_t rows = 0;
    GT_ASSIGN(bool found, scanner_.next(fields_));
    for (; found; ++rows) {
      GT_RETURN_IF_ERROR(read_row());
      GT_ASSIGN(found, scanner_.next(fields_));
    }
    if (rows == 0) return fail(ErrorKind::kDamaged, 2012, "the file is empty", std::string(where_));
    GT_ASSIGN(model::BarBatch batch, builder_.finish());
    report.order = builder_.order();
    return batch;
  }

 private:
  [[nodiscard]] std::string here() const { return fmt::format("{}:{}", where_, scanner_.line()); }

  std::unexpected<Error> bad_number(NumberFault fault, Role role, std::string_view text) const {
    const std::uint16_t code = fault == NumberFault::kNotANumber ? 2027
                               : fault == NumberFault::kFraction ? 2029
                                                                 : 2028;
    return fail(ErrorKind::kDamaged, code,
                fmt::format("{} '{}' {}", to_string(role), excerpt(text), to_string(fault)), here());
  }

  Status read_row() {
    if (fields_.size() != kColumns) {
      return fail(ErrorKind::kDamaged, 2026,
                  fmt::format("{} fields where LEAN's bars have {}: time, open, high, low, close, volume",
                              fields_.size(), kColumns),
                  here());
    }
    cells_.line = scanner_.line();
    GT_RETURN_IF_ERROR(table_.date ? read_milliseconds() : read_time());
    const std::array<double*, 4> prices = {&cells_.open, &cells_.high, &cells_.low, &cells_.close};
    for (std::size_t i = 0; i < prices.size(); ++i) {
      const std::string_view text = fields_[i + 1].text;
      const NumberFault fault = parse_decimal(text, '.', *prices[i]);
      if (fault != NumberFault::kNone) return bad_number(fault, kPrices[i], text);
      *prices[i] /= kPriceScale;
    }
    const NumberFault fault = parse_integer(fields_[5].text, '.', cells_.volume);
    if (fault != NumberFault::kNone) return bad_number(fault, Role::kVolume, fields_[5].text);
    return builder_.add(cells_);
  }

  /// Milliseconds since midnight in New York.
  Status read_milliseconds() {
    std::int64_t ms = 0;
    const std::string_view text = fields_[0].text;
    if (parse_integer(text, '.', ms) != NumberFault::kNone || ms < 0 || ms >= kDayMs) {
      return fail(ErrorKind::kDamaged, 2030,
                  fmt::format("'{}' is not a time of the day in milliseconds", excerpt(text)), here());
    }
    cells_.time.kind = ReadTime::Kind::kLocal;
    cells_.time.local_us = std::int64_t{to_days(*table_.date)} * kDayUs + ms * 1000;
    return {};
  }

  /// 20131001 09:00
  Status read_time() {
    const std::string_view text = fields_[0].text;
    const TimeFault fault = format_.read(text, cells_.time);
    if (fault != TimeFault::kNone) return bad_time(fault, text, format_, here());
    const bool midnight = cells_.time.local_us % kDayUs == 0;
    if (midnight == intraday_) {
      return fail(ErrorKind::kDamaged, 2036,
                  fmt::format("'{}' is a time of bars of {}; say --interval {}", excerpt(text),
                              midnight ? "a day" : "an hour", midnight ? "1d" : "1h"),
                  here());
    }
    return {};
  }

  LeanTable table_;
  CsvScanner scanner_;
  BarBuilder builder_;
  bool intraday_;
  std::string_view where_;
  TsFormat format_;
  BarCells cells_;
  std::vector<Field> fields_;
};

/// A file that lies under another ticker or date than it is named by was put in the wrong place.
Status check_place(const LeanTable& table, const ReadContext& context, std::string_view where) {
  const std::string ticker = lean_ticker_of_path(context.name);
  const auto date = table.date ? date_of_name(context.name) : std::nullopt;
  if ((ticker.empty() || ticker == table.ticker) && (!date || date == table.date)) return {};
  return fail(ErrorKind::kDamaged, 2254,
              fmt::format("the table is {} of {}, but it lies at '{}'", table.ticker,
                          table.date ? format_date(*table.date) : "all dates", context.name),
              std::string(where));
}

}  // namespace

Result<model::BarBatch> read_bars_lean(std::string_view name, std::string_view text,
                                       const ReadContext& context, ReadReport& report) {
  const std::string where = name == context.name ? context.where : fmt::format("{}#{}", context.where, name);
  GT_ASSIGN(LeanTable table, lean_table(name, context.origin.interval, where));
  GT_RETURN_IF_ERROR(check_place(table, context, where));
  GT_ASSIGN(report.dialect, builtin_dialect("lean"));
  report.dialect.ts_format = table.date ? "milliseconds since midnight" : "%Y%m%d %H:%M";
  report.ticker_from = "table's name";
  GT_ASSIGN(TsFormat format, TsFormat::parse("%Y%m%d %H:%M"));
  GT_ASSIGN(BarBuilder builder, BarBuilder::create(context.origin, report.dialect, where));
  return BarsLean(std::move(table), text, std::move(builder), context, where, std::move(format))
      .read(text.size(), report);
}

}  // namespace goldtape::provider::files
