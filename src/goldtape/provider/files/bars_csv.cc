// Bars from delimited text.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/files/csv_table.h"
#include "goldtape/provider/files/number.h"
#include "goldtape/provider/files/reading.h"

namespace goldtape::provider::files {

namespace {

constexpr std::size_t kLeastBytesPerRow = 24;

class BarsCsv {
 public:
  BarsCsv(CsvTable table, BarBuilder builder, const ReadContext& context, ReadReport& report)
      : table_(std::move(table)), builder_(std::move(builder)), context_(context), report_(report) {}

  Result<model::BarBatch> read(std::size_t text_bytes) {
    report_.columns = table_.columns();
    report_.dialect = table_.dialect();
    GT_ASSIGN(constant_ticker_, constant_ticker(context_, report_));
    GT_ASSIGN(bool found, table_.next());
    if (!found) {
      return fail(ErrorKind::kDamaged, 2023, "the file has a header and no rows",
                  std::string(table_.where()));
    }
    GT_ASSIGN(format_, settle_ts_format(report_.dialect, time_text(), table_.here()));
    builder_.reserve(text_bytes / std::max(kLeastBytesPerRow, table_.row_text().size() * 9 / 10));
    while (found) {
      GT_RETURN_IF_ERROR(read_row());
      GT_ASSIGN(found, table_.next());
    }
    GT_ASSIGN(model::BarBatch batch, builder_.finish());
    report_.order = builder_.order();
    return batch;
  }

 private:
  std::string_view time_text() {
    if (table_.has(Role::kTs)) return table_.cell(Role::kTs);
    if (!table_.has(Role::kTime)) return table_.cell(Role::kDate);
    joined_time_.assign(table_.cell(Role::kDate)).append(1, ' ').append(table_.cell(Role::kTime));
    return joined_time_;
  }

  [[nodiscard]] bool is_null(std::string_view text) const {
    const auto& words = context_.dialect.null_words;
    return std::find(words.begin(), words.end(), text) != words.end();
  }

  std::unexpected<Error> bad_number(NumberFault fault, Role role, std::string_view text) const {
    const std::uint16_t code = fault == NumberFault::kNotANumber ? 2027
                               : fault == NumberFault::kFraction ? 2029
                                                                 : 2028;
    const std::string_view hint =
        text.empty() ? "; to read empty fields as missing, add \"\" to the dialect's null_words" : "";
    return fail(ErrorKind::kDamaged, code,
                fmt::format("{} '{}' {}{}", to_string(role), excerpt(text), to_string(fault), hint),
                table_.here());
  }

  /// A price; absent_price() when the field says "no value", which is noted in cells_.missing.
  Status read_decimal(Role role, double& out) {
    const std::string_view text = table_.cell(role);
    const NumberFault fault = parse_decimal(text, context_.dialect.decimal, out);
    if (fault == NumberFault::kNone) [[likely]]
      return {};
    if (!is_null(text)) return bad_number(fault, role, text);
    out = model::absent_price();
    cells_.missing |= 1U << static_cast<unsigned>(role);
    return {};
  }

  Status read_integer(Role role, std::int64_t& out) {
    const std::string_view text = table_.cell(role);
    const NumberFault fault = parse_integer(text, context_.dialect.decimal, out);
    if (fault == NumberFault::kNone) [[likely]]
      return {};
    const bool set_aside = fault == NumberFault::kFraction && context_.dialect.set_aside_fractions;
    if (!set_aside && !is_null(text)) return bad_number(fault, role, text);
    if (set_aside && role == Role::kVolume) {
      reason_ = fmt::format("volume {}", excerpt(text));
      cells_.reason = reason_;
    }
    out = model::kAbsentCount;
    cells_.missing |= 1U << static_cast<unsigned>(role);
    return {};
  }

  Status read_row() {
    cells_.line = table_.line();
    cells_.row_text = table_.row_text();
    cells_.ticker =
        constant_ticker_.empty() ? table_.cell(Role::kTicker) : std::string_view(constant_ticker_);
    const std::string_view time = time_text();
    const TimeFault fault = format_.read(time, cells_.time);
    if (fault != TimeFault::kNone) return bad_time(fault, time, format_, table_.here());
    cells_.missing = 0;
    cells_.reason = {};
    if (table_.has(Role::kVwap)) GT_RETURN_IF_ERROR(read_decimal(Role::kVwap, cells_.vwap));
    if (table_.has(Role::kAdjClose)) GT_RETURN_IF_ERROR(read_decimal(Role::kAdjClose, cells_.adj_close));
    if (table_.has(Role::kTradeCount))
      GT_RETURN_IF_ERROR(read_integer(Role::kTradeCount, cells_.trade_count));
    cells_.missing = 0;  // A bar may do without those.
    GT_RETURN_IF_ERROR(read_decimal(Role::kOpen, cells_.open));
    GT_RETURN_IF_ERROR(read_decimal(Role::kHigh, cells_.high));
    GT_RETURN_IF_ERROR(read_decimal(Role::kLow, cells_.low));
    GT_RETURN_IF_ERROR(read_decimal(Role::kClose, cells_.close));
    if (table_.has(Role::kVolume)) {
      GT_RETURN_IF_ERROR(read_integer(Role::kVolume, cells_.volume));
    } else {
      cells_.volume = context_.dialect.volume.value_or(0);
    }
    return builder_.add(cells_);
  }

  CsvTable table_;
  BarBuilder builder_;
  const ReadContext& context_;
  ReadReport& report_;
  TsFormat format_;
  BarCells cells_;
  std::string constant_ticker_;
  std::string joined_time_;
  std::string reason_;
};

}  // namespace

Result<model::BarBatch> read_bars_csv(std::string_view text, const ReadContext& context, ReadReport& report) {
  GT_ASSIGN(CsvTable table, CsvTable::open(text, context.dialect, Dataset::kBars, context.where));
  GT_ASSIGN(BarBuilder builder, BarBuilder::create(context.origin, context.dialect, context.where));
  return BarsCsv(std::move(table), std::move(builder), context, report).read(text.size());
}

}  // namespace goldtape::provider::files
