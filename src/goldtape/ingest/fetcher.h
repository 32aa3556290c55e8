// The network's side of a collection: asks, judges, follows pages, opens sessions, lands what comes.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/ingest/chain.h"
#include "goldtape/io/clock.h"
#include "goldtape/io/polite_http.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/venue.h"

namespace goldtape::ingest {

struct FetchOptions {
  io::PoliteOptions polite = {};
  io::Allowance allowance = {};
  provider::Access access = {};
  std::string run_id = {};
  /// The venue's Date is when an answer was observed, however far it is from our clock: for a simulator.
  bool trust_venue_clock = false;
  std::size_t max_open_chains = 64;
};

struct FetchCounts {
  std::int64_t requests = 0;
  std::int64_t retries = 0;
  std::int64_t refusals = 0;
  std::uint64_t bytes = 0;
};

/// Works through chains, each answer landed before it is passed on. One thread drives it with `step`; only
/// `counts` and `waiting_for` may be asked by others.
/// The lake's clock dates answers; `waiting` measures the pauses between questions.
///
/// A batch that the venue refuses is cut in two until the ticker at fault stands alone. When the keys are
/// refused, nothing more is asked and all that is left fails with the same words.
class Fetcher {
 public:
  /// Takes a chain that has ended, well or not.
  using Take = std::function<void(Chain)>;

  Fetcher(const lake::Lake& lake, const provider::Venue& venue, io::HttpTransport& transport,
          const io::Clock& waiting, FetchOptions options, Take take);
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  Fetcher(Fetcher&&) = delete;
  Fetcher& operator=(Fetcher&&) = delete;
  ~Fetcher() = default;

  void add(Chain chain) { waiting_.push_back(std::move(chain)); }
  /// Starts no new chain while the consumer is behind.
  void hold(bool held) { held_ = held; }
  [[nodiscard]] bool done() const { return waiting_.empty() && open_ == 0; }
  /// Errors: those of the lake (no room, no permission); the collection cannot go on.
  Status step(std::chrono::milliseconds limit);

  [[nodiscard]] FetchCounts counts() const;
  [[nodiscard]] std::vector<std::string> waiting_for() const { return http_.waiting_for(); }

 private:
  using Shared = std::shared_ptr<Chain>;

  void begin();
  void ask(const Shared& chain);
  void received(const Shared& chain, const std::string& url, Result<io::HttpResponse> answer);
  void take_page(const Shared& chain, const std::string& url, io::HttpResponse response);
  /// Lands an answer and puts it among the pages. False when the lake refused, which ends everything.
  bool land(Chain& chain, provider::Answer answer, std::string_view status, const std::string& error);
  void open_session(const Shared& chain, const Error& why);
  void session_step();
  void end_session(const std::optional<Error>& error);
  void fail_chain(const Shared& chain, Error error);
  void refuse_all(const Error& error);
  void split(const Shared& chain);
  void finish(const Shared& chain);
  [[nodiscard]] io::Receive receiver() const;
  [[nodiscard]] Timestamp observed_at(const io::HttpResponse& response, Timestamp fallback) const;

  const lake::Lake& lake_;
  const provider::Venue& venue_;
  FetchOptions options_;
  Take take_;
  io::PoliteHttp http_;
  std::deque<Chain> waiting_;
  std::size_t open_ = 0;  ///< Chains under way.
  bool held_ = false;
  std::optional<Error> fatal_;         ///< Of the lake.
  std::optional<Error> unauthorised_;  ///< Keys that the venue refuses.
  std::vector<Shared> need_session_;
  std::map<const Chain*, int> sessions_tried_;
  bool opening_session_ = false;
};

}  // namespace goldtape::ingest
