// Answers of the files provider made by hand, for its tests.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "goldtape/provider/files/dialect_json.h"
#include "goldtape/provider/files/parser.h"

namespace goldtape::provider::files {

inline Answer answer_of(std::string bytes, const Dialect& dialect, std::string name = "bars.csv",
                        model::Interval interval = model::Interval::k1m, std::string dataset = "bars") {
  Answer answer;
  answer.bytes = std::move(bytes);
  answer.request.provider = "files";
  answer.request.source = "test";
  answer.request.dataset = std::move(dataset);
  answer.request.interval = interval;
  answer.request.params = {{"name", name}, {"dialect", to_json(dialect)}};
  answer.observed_at = parse_timestamp("2025-01-01T00:00:00Z").value();
  answer.display_name = std::move(name);
  return answer;
}

inline Dialect dialect_in(std::string_view tz) {
  Dialect dialect = builtin_dialect("default").value();
  dialect.tz = tz;
  return dialect;
}

/// The bars of a text in the default dialect.
inline Result<model::BarBatch> bars_of(std::string bytes, const Dialect& dialect = dialect_in("UTC"),
                                       std::string name = "bars.csv",
                                       model::Interval interval = model::Interval::k1m) {
  GT_ASSIGN(Rows rows, parse_answer(answer_of(std::move(bytes), dialect, std::move(name), interval)));
  return std::get<model::BarBatch>(std::move(rows));
}

/// Bytes of a file below the root of the source tree.
inline std::string bytes_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace goldtape::provider::files
