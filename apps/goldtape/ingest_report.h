// Running an import of files and telling what became of it; the demo uses it too.
#pragma once

#include <iosfwd>
#include <string>

#include "console.h"
#include "goldtape/base/config.h"
#include "goldtape/ingest/ingest.h"
#include "goldtape/provider/files/client.h"

namespace goldtape::app {

/// Ingests files into bronze with progress on the console; Ctrl-C ends it after the last commit.
Result<ingest::IngestReport> ingest_files(Console& console, const lake::Lake& lake, const Config& config,
                                          const provider::files::ImportOptions& options,
                                          const std::string& run_id);

/// Runs a plan whatever its files lie on, likewise.
Result<ingest::IngestReport> ingest_plan(Console& console, const lake::Lake& lake, const Config& config,
                                         const provider::Registry& providers, const ingest::Plan& plan,
                                         const std::string& run_id);

/// One line of counts, then a line for each load that needs a look.
void print_report(std::ostream& out, const ingest::IngestReport& report);

/// "47,203 rows: 47,203 inserted, 0 updated, ..."
[[nodiscard]] std::string counts_text(const ingest::IngestReport& report);

[[nodiscard]] std::string to_json(const ingest::IngestReport& report);

}  // namespace goldtape::app
