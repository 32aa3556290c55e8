// Files of LEAN's tree, for tests.
#pragma once

#include <string>

#include "goldtape/provider/files/answer_testing.h"

namespace goldtape::provider::files {

inline constexpr const char* kLeanFixtures = "src/goldtape/provider/files/fixtures/lean/";

inline Result<Rows> lean_rows(const std::string& name, model::Interval interval = model::Interval::k1m,
                              const std::string& dataset = "bars") {
  return parse_answer(
      answer_of(bytes_of_file(kLeanFixtures + name), dialect_in("UTC"), name, interval, dataset));
}

/// "GT2250" of a file that is refused, "" of one that is not.
inline std::string lean_fault(const std::string& name, model::Interval interval = model::Interval::k1m,
                              const std::string& dataset = "bars") {
  const auto rows = lean_rows(name, interval, dataset);
  return rows ? std::string() : rows.error().to_string().substr(0, 6);
}

}  // namespace goldtape::provider::files
