// What the readers of bars and actions share: what is known before the first row, what was found after.
#pragma once

#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/model/bar_batch.h"
#include "goldtape/model/corporate_action.h"
#include "goldtape/model/record_batch.h"
#include "goldtape/provider/files/bar_builder.h"
#include "goldtape/provider/files/columns.h"
#include "goldtape/provider/files/dialect.h"
#include "goldtape/provider/files/ts_text.h"

namespace goldtape::provider::files {

/// What is known of a file before it is read.
struct ReadContext {
  Dialect dialect;
  model::BarOrigin origin;  ///< Actions use its source and observed_at.
  std::string name;         ///< The file's base name, which may give the ticker.
  std::string where;        ///< For errors: path or display name.
};

/// How a file was found to be written.
struct ReadReport {
  Dialect dialect;  ///< Delimiter and ts_format settled.
  ColumnMap columns;
  std::string ticker_from;
  FoundOrder order = FoundOrder::kSingleRow;
};

/// Where the ticker of a file's rows comes from when no column gives it; sets `report.ticker_from`.
/// Empty when a column gives it. Errors: GT2037 (kDamaged) nothing gives it.
[[nodiscard]] Result<std::string> constant_ticker(const ReadContext& context, ReadReport& report);

/// The format of the first timestamp, or the dialect's. Errors: GT2030 (kDamaged) it cannot be guessed.
[[nodiscard]] Result<TsFormat> settle_ts_format(Dialect& dialect, std::string_view sample,
                                                std::string_view where);
/// Errors with `where`: GT2030 (kDamaged).
[[nodiscard]] std::unexpected<Error> bad_time(TimeFault fault, std::string_view text, const TsFormat& format,
                                              std::string where);

/// Rows of a text, bars. Errors (kDamaged): csv_table.h's, bar_builder.h's, GT2027 text where a number
/// belongs, GT2028 a number out of range or not finite, GT2029 a fraction of a share, GT2030 not a timestamp.
[[nodiscard]] Result<model::BarBatch> read_bars_csv(std::string_view text, const ReadContext& context,
                                                    ReadReport& report);
/// Rows of a Parquet file, bars. Errors (kDamaged): as for CSV, and GT2040 Arrow cannot read it, GT2041 a
/// column of a type that cannot be what it is named.
[[nodiscard]] Result<model::BarBatch> read_bars_parquet(std::string_view bytes, const ReadContext& context,
                                                        ReadReport& report);
/// Bars of a Databento file (DBN): times, labels and tickers are the file's own, only `order` of the dialect
/// is heeded. Errors: dbn.h's, dbn_symbols.h's, bar_builder.h's; GT2023 no bars, GT2028 a volume out of
/// range, GT2030 no time, GT2036 bars of another interval (all kDamaged); kUnsupported GT2242 records that
/// are no bars of the intervals here, GT2244 bars of two publishers.
[[nodiscard]] Result<model::BarBatch> read_bars_dbn(std::string_view bytes, const ReadContext& context,
                                                    ReadReport& report);
/// Trades of a Databento file, for bronze.trades. Those without a price or a size are left out, and noted.
/// Errors: as for bars; GT2014 (kDamaged) more than four million.
[[nodiscard]] Result<model::RecordBatch> read_trades_dbn(std::string_view bytes, const ReadContext& context,
                                                         ReadReport& report);
/// Rows of a text, corporate actions. Errors (kDamaged): csv_table.h's, GT2027, GT2028, GT2030, GT2034,
/// GT2038 an action that lacks what its type needs or contradicts it.
[[nodiscard]] Result<model::ActionBatch> read_actions_csv(std::string_view text, const ReadContext& context,
                                                          ReadReport& report);

/// Bars of one of LEAN's tables, `name` being the table's: prices by 10,000, times in New York. Errors (all
/// kDamaged but where lean_table says otherwise): lean.h's, bar_builder.h's, csv_scanner.h's, GT2012 no rows,
/// GT2026 other than six fields, GT2027, GT2028, GT2029, GT2030, GT2036 days where hours were asked for,
/// GT2254 a table that lies under another ticker or date than its own.
[[nodiscard]] Result<model::BarBatch> read_bars_lean(std::string_view name, std::string_view text,
                                                     const ReadContext& context, ReadReport& report);
/// Renames and a delisting from a map file, splits and dividends from a factor file of LEAN's: what is one is
/// seen from its rows. Dates are the first sessions on which the row before no longer holds. Errors
/// (kDamaged): csv_scanner.h's, GT2034, GT2037 a factor file not named by its ticker, GT2255 a row that is
/// not one of such files, or out of order.
[[nodiscard]] Result<model::ActionBatch> read_actions_lean(std::string_view text, const ReadContext& context,
                                                           ReadReport& report);

}  // namespace goldtape::provider::files
