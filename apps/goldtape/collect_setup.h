// What plan, backfill and update share: the venue, where it is, its clock, the universe and the plan.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "goldtape/ingest/asked.h"
#include "goldtape/ingest/collection_plan.h"
#include "goldtape/ingest/collector.h"
#include "goldtape/provider/venue.h"

namespace goldtape::app {

struct CollectArguments {
  std::string venue;
  std::string symbols;
  std::string interval;
  std::string dataset = "bars";
  std::string from;
  std::string to;
  std::string base_url;
  std::vector<std::string> options;  ///< NAME=VALUE, as the venue knows them.
  std::string recheck;               ///< "5d"
  std::size_t batch = 0;             ///< 0: as configured.
  double rate = 0;                   ///< Requests a second; 0: the venue's politeness.
  unsigned concurrency = 0;
  double success_share = -1;  ///< Below 0: as configured.
  std::string deadline;       ///< "2h", "90m", "300s"
  bool json = false;
  bool flat_files = false;  ///< Massive's files of whole days, in place of questions.
};

/// A venue that is about to be asked.
struct Approach {
  std::shared_ptr<provider::Venue> venue;
  provider::Access access;
  io::HttpOptions http;
  io::Allowance allowance;
  Timestamp now{};  ///< The venue's clock where a base URL was given, else the lake's.
  bool trust_venue_clock = false;
};

/// Finds the venue and, where another base URL is given, asks it for the time. Errors: GT2005.
[[nodiscard]] Result<Approach> approach(const lake::Lake& lake, const Config& config,
                                        const CollectArguments& arguments);
/// Keys are needed to ask, not to plan. Errors: GT2207 (kUsage) the first that is not in the environment.
[[nodiscard]] Status require_keys(const Approach& approach);

/// The tickers of --symbols: a list, @FILE, `all` or `exchange:MIC` (of the latest listings), as the venue
/// writes them. Remarks go to the console. Errors: GT6101, GT6102, GT6105 no listings yet, GT1030.
[[nodiscard]] Result<std::vector<std::string>> universe(Program& program, const lake::Lake& lake,
                                                        const provider::Venue& venue,
                                                        const std::string& symbols);

/// The plan of one question, by the audit of the lake.
[[nodiscard]] Result<ingest::CollectionPlan> make_plan(Program& program, const lake::Lake& lake,
                                                       const Config& config, const Approach& approach,
                                                       const CollectArguments& arguments);

/// "5d" or "5" as 5. Errors: GT1002.
[[nodiscard]] Result<std::int32_t> parse_sessions(const std::string& text);
/// "2h", "90m", "300s". Errors: GT1002.
[[nodiscard]] Result<std::chrono::seconds> parse_duration(const std::string& text, const std::string& flag);

/// Where it says nothing else, a question is about what the venue's options fall back to.
[[nodiscard]] Result<ingest::Stream> stream_of(const provider::Venue& venue,
                                               const CollectArguments& arguments);

/// How what comes from a venue is taken into bronze, until an Interruption comes. `config` as loaded.
[[nodiscard]] ingest::IngestOptions collected_ingest(const Config& config, const std::string& run_id);

}  // namespace goldtape::app
