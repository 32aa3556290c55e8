#include "goldtape/provider/files/reading.h"

#include <fmt/format.h>

#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/files/file_name.h"

namespace goldtape::provider::files {

Result<std::string> constant_ticker(const ReadContext& context, ReadReport& report) {
  if (!context.dialect.ticker.empty()) {
    report.ticker_from = "dialect";
    return context.dialect.ticker;
  }
  const ColumnMap& columns = report.columns;
  if (columns.has(Role::kTicker) && !context.dialect.ticker_from_name) {
    for (const MappedColumn& column : columns.mapped) {
      if (column.role == Role::kTicker) report.ticker_from = fmt::format("column '{}'", column.name);
    }
    return std::string();
  }
  report.ticker_from = "file name";
  std::string ticker = ticker_of_name(context.name);
  if (ticker.empty()) {
    return fail(
        ErrorKind::kDamaged, 2037,
        fmt::format("no column gives the ticker and the file name '{}' does not begin with one; rename the "
                    "file (AAPL_1min.csv) or say {{\"ticker\": \"AAPL\"}} in a dialect",
                    context.name),
        context.where);
  }
  return ticker;
}

Result<TsFormat> settle_ts_format(Dialect& dialect, std::string_view sample, std::string_view where) {
  if (dialect.ts_format == "auto") {
    const std::string guess = TsFormat::guess(sample);
    if (guess.empty()) {
      return fail(
          ErrorKind::kDamaged, 2030,
          fmt::format("'{}' is not a timestamp that can be told without help; name its format in a dialect: "
                      "{{\"ts_format\": \"%m/%d/%Y %H:%M\"}}",
                      excerpt(sample)),
          std::string(where));
    }
    dialect.ts_format = guess;
  }
  return TsFormat::parse(dialect.ts_format);
}

std::unexpected<Error> bad_time(TimeFault fault, std::string_view text, const TsFormat& format,
                                std::string where) {
  return fail(ErrorKind::kDamaged, 2030,
              fmt::format("'{}' {}{}", excerpt(text), to_string(fault),
                          fault == TimeFault::kFormat ? fmt::format(" ({})", format.text()) : ""),
              std::move(where));
}

}  // namespace goldtape::provider::files
