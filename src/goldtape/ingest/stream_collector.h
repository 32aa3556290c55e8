// Collects what a venue tells while it happens: listens, lands what is heard, commits it in small batches,
// and asks for what was missed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/ingest/ingest.h"
#include "goldtape/io/host_gate.h"
#include "goldtape/io/http.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/alpaca/stream.h"
#include "goldtape/provider/registry.h"
#include "goldtape/provider/venue.h"

namespace goldtape::ingest {

struct StreamReport {
  std::string run_id;
  std::int64_t bars = 0;
  std::int64_t updated_bars = 0;
  std::int64_t trades = 0;
  std::int64_t statuses = 0;
  std::int64_t connections = 0;
  std::int64_t gaps = 0;  ///< Times for which questions were asked, after the connection had ended.
  std::int64_t loads = 0;
  std::int64_t commits = 0;
  std::int64_t rows_inserted = 0;
  std::int64_t rows_updated = 0;          ///< Corrections: revisions.
  std::vector<std::string> remarks = {};  ///< Why a connection ended, what could not be asked or read.
};

struct StreamOptions {
  IngestOptions ingest = {};  ///< `progress` is not used.
  provider::alpaca::StreamSubscription subscription = {};
  std::string feed = "sip";
  provider::Access access = {};
  io::HttpOptions http = {};
  io::Allowance allowance = {};  ///< For questions about gaps.
  /// The messages tell the time: for a simulator.
  bool trust_venue_clock = false;
  std::optional<std::chrono::milliseconds> duration = {};  ///< None: until cancelled.
  std::chrono::milliseconds commit_every{5'000};
  io::Patience patience = {};  ///< Between connections: exponential, with full jitter.
  std::function<void(const StreamReport&, bool up)> progress = {};  ///< Some times a second.
};

/// Listens to Alpaca's stream until its time is over or `ingest.cancelled` says stop; then what was heard is
/// committed.
///
/// Each batch lands, message for message, with an audit row before it is read, so that a kill loses at most
/// `commit_every`. A bar that is told again is a later load, and so a revision. When the connection ends it
/// is made again; once bars come anew, the time between is asked for by REST, with some minutes before, in
/// which bars may have been corrected unheard. The writer lock is held for a commit at a time: while another
/// command has it, batches wait.
///
/// Errors: GT2207, GT2211, GT2213 keys or subscription refused; those of `ingest`. What was heard before is
/// committed.
[[nodiscard]] Result<StreamReport> collect_stream(const lake::Lake& lake, const provider::Registry& providers,
                                                  const provider::Venue& venue, const StreamOptions& options);

}  // namespace goldtape::ingest
