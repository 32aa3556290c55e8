#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <thread>

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "command.h"
#include "goldtape/query/output.h"
#include "goldtape/query/session.h"

namespace goldtape::app {

namespace {

struct QueryArguments {
  std::string sql;
  std::string file;
  std::string format = "table";
  std::string output;
  std::string snapshot;
  std::int64_t rows = -1;
  int threads = -1;  ///< Negative: as the settings say.
};

/// How many rows of a table fit a person: all into a file or pipe, two screens on a terminal.
std::int64_t rows_to_show(const QueryArguments& arguments, const Console& console) {
  if (arguments.rows >= 0) return arguments.rows;
  return arguments.output.empty() && console.out_rows() > 0 ? 200 : 0;
}

/// --threads, else the setting query.threads; 0 means one for each core.
int threads_of(const QueryArguments& arguments, const Config& config) {
  const auto wanted = arguments.threads >= 0 ? arguments.threads : config.integer("query.threads");
  return wanted > 0 ? static_cast<int>(wanted)
                    : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

Result<std::string> sql_text(const QueryArguments& arguments) {
  if (!arguments.sql.empty() && arguments.sql != "-") return arguments.sql;
  if (!arguments.file.empty()) {
    std::ifstream in(arguments.file);
    if (!in) return fail(ErrorKind::kNotFound, 1030, "cannot read the SQL file", arguments.file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

Status write_answer(Program& program, const QueryArguments& arguments, arrow::RecordBatchReader& rows,
                    query::OutputFormat format) {
  query::OutputOptions options{.format = format, .max_rows = rows_to_show(arguments, program.console())};
  if (arguments.output.empty()) {
    GT_ASSIGN([[maybe_unused]] const auto count, query::write_rows(rows, options, std::cout));
    std::cout.flush();
    return {};
  }
  std::ofstream out(arguments.output, std::ios::binary | std::ios::trunc);
  if (!out) return fail(ErrorKind::kIo, 1031, "cannot write the output file", arguments.output);
  GT_ASSIGN(const auto count, query::write_rows(rows, options, out));
  out.close();
  if (!out) return fail(ErrorKind::kIo, 7001, "the output could not be written whole", arguments.output);
  program.console().say(
      fmt::format("{} rows written to {}", count_text(static_cast<std::uint64_t>(count)), arguments.output));
  return {};
}

Status run_query(Program& program, const QueryArguments& arguments) {
  GT_ASSIGN(const auto format, query::parse_output_format(arguments.format));
  GT_ASSIGN(const auto sql, sql_text(arguments));
  GT_ASSIGN(const auto config, program.load_config());
  GT_ASSIGN(const auto lake, program.open_lake());
  GT_ASSIGN(const auto session,
            query::Session::open(lake, {.snapshot = arguments.snapshot,
                                        .threads = threads_of(arguments, config),
                                        .memory_limit_bytes = config.bytes("query.memory_limit")}));
  GT_ASSIGN(const auto rows, session->query(sql));
  return write_answer(program, arguments, *rows, format);
}

}  // namespace

void add_query(Program& program) {
  auto* command = program.add(
      "query", "Answer one SQL statement over the lake (DuckDB's SQL, read only)",
      "  goldtape --lake demo/lake query \"select ticker, count(*) from silver.bars_1m group by all\"\n"
      "  goldtape query \"select * from ops.load_audit\" --format json\n"
      "  goldtape query -f report.sql --format parquet --output report.parquet\n"
      "  goldtape query \"select avg(close) from silver.bars_1d\" --snapshot 2024-06-30T12:00:00Z\n"
      "  goldtape query \"show all tables\"");
  auto arguments = std::make_shared<QueryArguments>();
  command->add_option("sql", arguments->sql, "The statement; - or nothing reads it from standard input");
  command->add_option("-f,--file", arguments->file, "Read the statement from a file");
  command->add_option("--format", arguments->format, "table, csv, json, ndjson or parquet")
      ->default_str("table");
  command->add_option("-o,--output", arguments->output, "Write to this file instead of standard output");
  command->add_option("--snapshot", arguments->snapshot,
                      "Snapshot id, or an instant: the lake as it was then (UTC without a zone)");
  command->add_option("--rows", arguments->rows, "Rows that a table shows; 0 for all");
  command
      ->add_option("--threads", arguments->threads,
                   "Threads to use; 0 for one each core (default: the setting query.threads)")
      ->default_str("");
  program.on_run(command, [&program, arguments] { return run_query(program, *arguments); });
}

}  // namespace goldtape::app
