// Runs a collection: fetches on one thread, brings answers to bronze on the caller's, and says how it went.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/ingest/fetcher.h"
#include "goldtape/ingest/ingest.h"
#include "goldtape/io/http.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/registry.h"
#include "goldtape/provider/venue.h"

namespace goldtape::ingest {

struct CollectProgress {
  std::int64_t questions_done = 0;
  std::int64_t questions_total = 0;
  std::int64_t failed = 0;
  std::int64_t rows = 0;
  FetchCounts fetched = {};
  std::vector<std::string> waiting_for;  ///< Hosts that keep us waiting, and how long.
  bool committing = false;
  std::chrono::milliseconds elapsed{0};
};

struct CollectOptions {
  IngestOptions ingest = {};  ///< `progress` is not used.
  FetchOptions fetch = {};
  io::HttpOptions http = {};
  std::function<void(const CollectProgress&)> progress =
      {};  ///< By the caller's thread, about ten times a second.
  std::uint64_t max_waiting_bytes = std::uint64_t{64} << 20U;  ///< Answers that wait to be read.
  std::size_t max_loads_per_commit = 2'000;
};

/// A ticker that did not get all that was asked for it.
struct CollectFailure {
  std::string ticker;
  std::string status;  ///< failed | not_found | refused
  Error error;         ///< The first one.
};

struct CollectReport {
  IngestReport loads;
  std::int64_t tickers = 0;              ///< Of the questions, each once.
  std::vector<CollectFailure> failures;  ///< A ticker each, sorted.
  FetchCounts fetched = {};
  std::vector<std::string> warnings;  ///< Of the run as a whole: a clock that ran back.
  std::chrono::milliseconds elapsed{0};

  /// Tickers that got everything, as a share of all; 1 when nothing was asked.
  [[nodiscard]] double success_share() const;
};

/// Works through `chains` until all have ended, or `ingest.cancelled` says stop; then what was fetched is
/// committed. What a kill leaves behind are landed answers, which `recover` finds.
///
/// Takes the writer lock. Errors: as `ingest`; the lake is as after the last commit. What goes wrong with
/// single questions is in the report.
[[nodiscard]] Result<CollectReport> collect(const lake::Lake& lake, const provider::Registry& providers,
                                            const provider::Venue& venue, std::vector<Chain> chains,
                                            const CollectOptions& options);

/// What earlier runs landed and did not commit: whole chains, and chains whose next page is still to be
/// asked. Errors: the store's, GT5020.
[[nodiscard]] Result<std::vector<Chain>> recover(const lake::Lake& lake, const provider::Venue& venue);

}  // namespace goldtape::ingest
