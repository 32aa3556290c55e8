// An answer of the files provider that holds a fuzzer's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "goldtape/provider/files/dialect_json.h"
#include "goldtape/provider/provider.h"

namespace goldtape::fuzz {

inline provider::Answer files_answer(const std::uint8_t* data, std::size_t size_bytes, std::string dataset,
                                     model::Interval interval, std::string tz) {
  provider::Answer answer;
  answer.bytes.assign(reinterpret_cast<const char*>(data), size_bytes);
  auto dialect = provider::files::builtin_dialect("default").value();
  dialect.tz = std::move(tz);
  answer.request.provider = "files";
  answer.request.source = "fuzz";
  answer.request.dataset = std::move(dataset);
  answer.request.interval = interval;
  answer.request.params = {{"name", "SPY_1min.csv"}, {"dialect", provider::files::to_json(dialect)}};
  answer.observed_at = parse_timestamp("2025-01-01T00:00:00Z").value();
  answer.display_name = "SPY_1min.csv";
  return answer;
}

}  // namespace goldtape::fuzz
