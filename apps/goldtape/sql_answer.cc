#include "sql_answer.h"

#include <iostream>

#include <arrow/record_batch.h>

#include "goldtape/query/output.h"
#include "goldtape/query/session.h"

namespace goldtape::app {

Status print_sql(Program& program, const std::string& sql, bool json) {
  GT_ASSIGN(const auto lake, program.open_lake());
  GT_ASSIGN(const auto session, query::Session::open(lake));
  GT_ASSIGN(const auto rows, session->query(sql));
  const query::OutputOptions options{.format =
                                         json ? query::OutputFormat::kJson : query::OutputFormat::kTable};
  GT_ASSIGN([[maybe_unused]] const auto count, query::write_rows(*rows, options, std::cout));
  std::cout.flush();
  return {};
}

}  // namespace goldtape::app
