// Answers of venues made from fixtures, for their tests.
#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

#include "goldtape/provider/venue.h"

namespace goldtape::provider::testing {

/// Bytes of a file below the root of the source tree; throws when there is none.
inline std::string bytes_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) throw std::runtime_error("no file " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Said {
  std::string dataset = "bars";
  std::string ticker = "AAPL";
  model::Interval interval = model::Interval::k1d;
  std::string observed_at = "2026-01-02T00:00:00Z";
  std::map<std::string, std::string> params = {};
};

inline Answer answer_of(const Venue& venue, const Said& said, std::string bytes) {
  Answer answer;
  answer.request.provider = venue.name();
  answer.request.source = venue.name();
  answer.request.dataset = said.dataset;
  answer.request.ticker = said.ticker;
  answer.request.interval = said.interval;
  answer.request.params = said.params;
  answer.bytes = std::move(bytes);
  answer.extension = "json";
  answer.observed_at = parse_timestamp(said.observed_at).value();
  answer.display_name = "answer";
  return answer;
}

/// A fixture of the venue's folder, parsed.
inline Result<Rows> parse_fixture(const Venue& venue, const Said& said, const std::string& name) {
  const std::string path = "src/goldtape/provider/" + std::string(venue.name()) + "/fixtures/" + name;
  return venue.parse(answer_of(venue, said, bytes_of_file(path)));
}

/// "GT2222" of a fixture that cannot be parsed, "" of one that can.
inline std::string fault_of(const Venue& venue, const Said& said, const std::string& name) {
  const Result<Rows> rows = parse_fixture(venue, said, name);
  return rows ? std::string() : rows.error().to_string().substr(0, 6);
}

/// The rows of a fixture; throws what is wrong with it.
inline Rows rows_of(const Venue& venue, const Said& said, const std::string& name) {
  Result<Rows> rows = parse_fixture(venue, said, name);
  if (!rows) throw std::runtime_error(name + ": " + rows.error().to_string());
  return std::move(*rows);
}

inline model::BarBatch bars_of(const Venue& venue, const Said& said, const std::string& name) {
  return std::get<model::BarBatch>(rows_of(venue, said, name));
}

inline std::vector<model::CorporateAction> actions_of(const Venue& venue, const Said& said,
                                                      const std::string& name) {
  return std::get<model::ActionBatch>(rows_of(venue, said, name)).actions;
}

}  // namespace goldtape::provider::testing
