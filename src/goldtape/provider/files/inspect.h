// What an import would do with a file, shown before anything is loaded (`ingest files --dry-run`).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/model/bar_batch.h"
#include "goldtape/model/corporate_action.h"
#include "goldtape/provider/files/columns.h"
#include "goldtape/provider/files/dialect.h"
#include "goldtape/provider/provider.h"

namespace goldtape::provider::files {

struct Inspection {
  std::string file;              ///< Display name.
  std::string format;            ///< "csv", "csv, gzip", "parquet", ...
  Dialect dialect;               ///< As used: delimiter and ts_format settled.
  std::string ticker_from;       ///< "column 'symbol'", "file name", "dialect".
  std::string observed_at_from;  ///< "--observed-at", "file name", "modification time".
  Timestamp observed_at{};
  std::string order;  ///< "ascending", "descending", "mixed" or "single row", as found.
  std::vector<MappedColumn> mapped;
  std::vector<std::string> ignored;  ///< Columns of the file that are not loaded.
  std::size_t rows = 0;
  std::size_t rejected = 0;
  std::size_t tickers = 0;
  Timestamp first_ts{};                ///< Smallest start; bars only.
  Timestamp last_ts{};                 ///< Greatest start; bars only.
  std::vector<model::Bar> first_bars;  ///< As they would be loaded.
  std::vector<model::CorporateAction> first_actions;
  std::vector<model::RejectedRow> first_rejected;
};

/// Parses the whole answer and describes it with its first `max_rows` rows. Errors: as parse.
[[nodiscard]] Result<Inspection> inspect(const Answer& answer, std::size_t max_rows);

}  // namespace goldtape::provider::files
