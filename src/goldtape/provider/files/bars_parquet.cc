// Bars from Parquet, a batch of rows at a time.
#include <array>
#include <exception>
#include <memory>
#include <utility>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include "goldtape/base/limits.h"
#include "goldtape/provider/files/parquet_cells.h"
#include "goldtape/provider/files/reading.h"

namespace goldtape::provider::files {

namespace {

/// Beyond this a file must be split; run-length encoding packs billions of rows into a page.
constexpr std::int64_t kMaxRows = limits::kMaxInputRows;
constexpr std::int64_t kBatchRows = 1 << 16;

Error damaged(const arrow::Status& status, const std::string& where) {
  return {ErrorKind::kDamaged, 2040, fmt::format("the Parquet file cannot be read: {}", status.ToString()),
          where};
}

#define GT_ARROW_ASSIGN(declaration, expr, where) \
  GT_ARROW_ASSIGN_(GOLDTAPE_CONCAT(arrow_result_, __COUNTER__), declaration, expr, where)
#define GT_ARROW_ASSIGN_(result, declaration, expr, where)                          \
  auto result = (expr);                                                             \
  if (!result.ok()) return std::unexpected<Error>(damaged(result.status(), where)); \
  declaration = std::move(result).ValueUnsafe()

class BarsParquet {
 public:
  BarsParquet(BarBuilder builder, const ReadContext& context, ReadReport& report)
      : builder_(std::move(builder)), context_(context), report_(report) {}

  Result<model::BarBatch> read(std::string_view bytes) {
    GT_RETURN_IF_ERROR(open(bytes));
    GT_ASSIGN(const std::vector<int> leaves, choose_columns());
    std::vector<int> row_groups(static_cast<std::size_t>(reader_->num_row_groups()));
    for (std::size_t i = 0; i < row_groups.size(); ++i) row_groups[i] = static_cast<int>(i);
    GT_ARROW_ASSIGN(auto batches, reader_->GetRecordBatchReader(row_groups, leaves), context_.where);
    while (true) {
      GT_ARROW_ASSIGN(const std::shared_ptr<arrow::RecordBatch> batch, batches->Next(), context_.where);
      if (batch == nullptr) break;
      if (const arrow::Status valid = batch->ValidateFull(); !valid.ok()) {
        return std::unexpected(damaged(valid, context_.where));
      }
      GT_RETURN_IF_ERROR(read_batch(*batch));
    }
    if (rows_ == 0) {
      return fail(ErrorKind::kDamaged, 2023, "the file has columns and no rows", context_.where);
    }
    GT_ASSIGN(model::BarBatch result, builder_.finish());
    report_.order = builder_.order();
    return result;
  }

 private:
  Status open(std::string_view bytes) {
    auto file = std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(bytes));
    parquet::arrow::FileReaderBuilder builder;
    if (const arrow::Status status = builder.Open(std::move(file)); !status.ok()) {
      return std::unexpected(damaged(status, context_.where));
    }
    parquet::ArrowReaderProperties properties;
    properties.set_batch_size(kBatchRows);
    properties.set_use_threads(false);
    properties.set_pre_buffer(false);
    GT_ARROW_ASSIGN(reader_, builder.properties(properties)->Build(), context_.where);
    const std::int64_t rows = reader_->parquet_reader()->metadata()->num_rows();
    if (rows > kMaxRows) {
      return fail(ErrorKind::kDamaged, 2014,
                  fmt::format("the file holds {} rows; split it to {} or fewer", rows, kMaxRows),
                  context_.where);
    }
    return {};
  }

  /// Maps the columns; the numbers of the leaves to read, in the order of report_.columns.mapped.
  Result<std::vector<int>> choose_columns() {
    const auto& fields = reader_->manifest().schema_fields;
    std::vector<std::string> names;
    for (const parquet::arrow::SchemaField& field : fields) names.push_back(field.field->name());
    report_.dialect = context_.dialect;
    GT_ASSIGN(report_.columns, map_columns(names, context_.dialect, Dataset::kBars, context_.where));
    GT_ASSIGN(constant_ticker_, constant_ticker(context_, report_));
    if (report_.columns.has(Role::kTime)) {
      return fail(ErrorKind::kUnsupported, 2041,
                  "date and time in two columns are read from CSV only; write one timestamp column",
                  context_.where);
    }
    std::vector<int> leaves;
    for (std::size_t i = 0; i < report_.columns.mapped.size(); ++i) {
      const MappedColumn& column = report_.columns.mapped[i];
      if (!fields[column.index].is_leaf()) {
        return fail(ErrorKind::kDamaged, 2041, fmt::format("the column '{}' is nested", column.name),
                    context_.where);
      }
      leaves.push_back(fields[column.index].column_index);
      position_[static_cast<std::size_t>(column.role)] = static_cast<int>(i);
    }
    return leaves;
  }

  [[nodiscard]] bool has(Role role) const { return report_.columns.has(role); }
  [[nodiscard]] CellPlace place(Role role) const { return {context_.where, rows_ + 1, role}; }
  [[nodiscard]] static std::size_t slot(Role role) { return static_cast<std::size_t>(role); }
  [[nodiscard]] const arrow::Array& column(const arrow::RecordBatch& batch, Role role) const {
    return *batch.column(position_[slot(role)]);
  }

  Status read_batch(const arrow::RecordBatch& batch) {
    const auto rows = static_cast<std::size_t>(batch.num_rows());
    if (rows == 0) return {};
    if (rows_ + rows > static_cast<std::uint64_t>(kMaxRows)) {
      return fail(ErrorKind::kDamaged, 2014, "the file holds more rows than its footer says", context_.where);
    }
    const Role time_role = has(Role::kTs) ? Role::kTs : Role::kDate;
    GT_ASSIGN(const std::vector<ReadTime> times,
              read_times(column(batch, time_role), report_.dialect, place(time_role)));
    std::vector<std::string_view> tickers(rows, constant_ticker_);
    if (constant_ticker_.empty()) {
      GT_ASSIGN(tickers, read_texts(column(batch, Role::kTicker), place(Role::kTicker)));
    }
    std::array<NumberCells<double>, kRoleCount> prices;
    for (const Role role :
         {Role::kOpen, Role::kHigh, Role::kLow, Role::kClose, Role::kVwap, Role::kAdjClose}) {
      if (has(role)) {
        GT_ASSIGN(prices[slot(role)], read_decimals(column(batch, role), place(role)));
      }
    }
    std::array<NumberCells<std::int64_t>, kRoleCount> counts;
    for (const Role role : {Role::kVolume, Role::kTradeCount}) {
      if (has(role)) {
        GT_ASSIGN(counts[slot(role)], read_integers(column(batch, role), place(role)));
      }
    }
    for (std::size_t i = 0; i < rows; ++i) {
      GT_RETURN_IF_ERROR(add_row(i, times[i], tickers[i], prices, counts));
    }
    rows_ += rows;
    return {};
  }

  Status add_row(std::size_t i, const ReadTime& time, std::string_view ticker,
                 const std::array<NumberCells<double>, kRoleCount>& prices,
                 const std::array<NumberCells<std::int64_t>, kRoleCount>& counts) {
    BarCells cells;
    cells.line = static_cast<std::uint32_t>(rows_ + i + 1);
    cells.ticker = ticker;
    cells.time = time;
    const auto price = [&](Role role, double& out) {
      const auto& column = prices[slot(role)];
      out = column.value[i];
      if (column.missing[i] != 0) cells.missing |= 1U << slot(role);
    };
    price(Role::kOpen, cells.open);
    price(Role::kHigh, cells.high);
    price(Role::kLow, cells.low);
    price(Role::kClose, cells.close);
    cells.volume = context_.dialect.volume.value_or(0);
    if (has(Role::kVolume)) {
      cells.volume = counts[slot(Role::kVolume)].value[i];
      if (counts[slot(Role::kVolume)].missing[i] != 0) cells.missing |= 1U << slot(Role::kVolume);
    }
    if (has(Role::kVwap)) cells.vwap = prices[slot(Role::kVwap)].value[i];
    if (has(Role::kAdjClose)) cells.adj_close = prices[slot(Role::kAdjClose)].value[i];
    if (has(Role::kTradeCount) && counts[slot(Role::kTradeCount)].missing[i] == 0) {
      cells.trade_count = counts[slot(Role::kTradeCount)].value[i];
    }
    std::string text;
    if (cells.missing != 0) {
      text = fmt::format("row {}: open {}, high {}, low {}, close {}, volume {}", cells.line, cells.open,
                         cells.high, cells.low, cells.close, cells.volume);
      cells.row_text = text;
    }
    return builder_.add(cells);
  }

  BarBuilder builder_;
  const ReadContext& context_;
  ReadReport& report_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::array<int, kRoleCount> position_{};  ///< Of a role's column in the batches.
  std::string constant_ticker_;
  std::uint64_t rows_ = 0;
};

}  // namespace

Result<model::BarBatch> read_bars_parquet(std::string_view bytes, const ReadContext& context,
                                          ReadReport& report) {
  GT_ASSIGN(BarBuilder builder, BarBuilder::create(context.origin, context.dialect, context.where));
  try {
    return BarsParquet(std::move(builder), context, report).read(bytes);
  } catch (const std::exception& error) {
    return fail(ErrorKind::kDamaged, 2040, fmt::format("the Parquet file cannot be read: {}", error.what()),
                context.where);
  }
}

}  // namespace goldtape::provider::files
