// The pre-load gate over one answer's rows, in the words of audit and quarantine.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "goldtape/ingest/ingest.h"
#include "goldtape/ingest/quarantine.h"
#include "goldtape/provider/provider.h"
#include "goldtape/store/quality_result.h"

namespace goldtape::ingest {

struct Judgement {
  std::optional<Error> refusal;           ///< Set: nothing of the answer may be loaded.
  std::set<std::uint32_t> refused_rows;   ///< Row numbers that go to quarantine.
  std::vector<QuarantineRow> quarantine;  ///< Refused rows and those the parser rejected.
  std::vector<store::QualityResult> results;
  std::vector<std::string> warnings;
};

/// `name`: the answer's display name, for the refusal's `where` ("AAPL_1min.csv:7").
[[nodiscard]] Judgement judge(const provider::Rows& rows, const IngestOptions& options, Timestamp now,
                              const std::string& name);

}  // namespace goldtape::ingest
