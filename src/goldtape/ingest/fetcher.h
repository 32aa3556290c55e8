// The network's side of a collection: asks, judges, follows pages, opens sessions, lands what comes.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/ingest/chain.h"
#include "goldtape/ingest/landing_pool.h"
#include "goldtape/ingest/repetition.h"
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
/// `counts` and `waiting_for` may be asked by others. Several answers are landed at a time, and share the
/// transaction that notes them in the audit; the page that follows is asked for once that is done, so that
/// what a kill leaves behind are whole beginnings of chains.
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
  /// Waits for what is being landed, so that nothing that came is asked for again. Errors: as `step`.
  Status settle();

  [[nodiscard]] FetchCounts counts() const;
  [[nodiscard]] std::vector<std::string> waiting_for() const { return http_.waiting_for(); }

 private:
  using Shared = std::shared_ptr<Chain>;

  void begin();
  void ask(const Shared& chain);
  void received(const Shared& chain, const std::string& url, Result<io::HttpResponse> answer);
  void take_page(const Shared& chain, const std::string& url, io::HttpResponse response);
  using Then = std::function<void()>;
  /// Lands answers, puts them among the pages of the chain, then goes on: once files and audit are durable.
  /// When the lake refuses, everything ends.
  void land(const Shared& chain, std::vector<LandedAnswer> answers, Then then);
  [[nodiscard]] LandedAnswer landing_of(provider::Answer answer, std::string_view status,
                                        const std::string& error) const;
  /// Puts what is landed into the audit, all in one transaction.
  void note_landed();
  void go_on(const Shared& chain, std::optional<provider::Request> next, const std::string& url);
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
  io::HttpTransport& transport_;
  io::PoliteHttp http_;
  std::deque<Chain> waiting_;
  std::size_t open_ = 0;  ///< Chains under way.
  bool held_ = false;
  std::optional<Error> fatal_;         ///< Of the lake.
  std::optional<Error> unauthorised_;  ///< Keys that the venue refuses.
  std::vector<Shared> need_session_;
  std::map<const Chain*, int> sessions_tried_;
  bool opening_session_ = false;
  Repetitions repetitions_;
  std::set<std::string> being_landed_;             ///< By load id.
  std::vector<std::function<void()>> land_again_;  ///< The same answers, once more at the same time.
  LandingPool pool_;                               ///< Last: its threads end before what they use.
};

}  // namespace goldtape::ingest
