#include "goldtape/ingest/collector.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/hash.h"
#include "goldtape/ingest/asked.h"
#include "goldtape/ingest/clock_watch.h"
#include "goldtape/ingest/intake.h"
#include "goldtape/ingest/load_status.h"
#include "goldtape/lake/raw_zone.h"

namespace goldtape::ingest {

namespace {

constexpr std::chrono::milliseconds kTick{100};

std::uint64_t bytes_of(const Chain& chain) {
  std::uint64_t bytes = 0;
  for (const LandedAnswer& page : chain.pages) bytes += page.answer.bytes.size();
  return bytes;
}

/// What passes from the network's thread to the one that reads. Thread safe.
class Mailbox {
 public:
  void put(Chain chain) {
    const std::scoped_lock lock(mutex_);
    bytes_ += bytes_of(chain);
    chains_.push_back(std::move(chain));
    arrived_.notify_one();
  }
  std::optional<Chain> take(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, limit, [this] { return !chains_.empty() || closed_; });
    if (chains_.empty()) return std::nullopt;
    Chain chain = std::move(chains_.front());
    chains_.pop_front();
    bytes_ -= bytes_of(chain);
    return chain;
  }
  void close(std::optional<Error> error) {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    error_ = std::move(error);
    arrived_.notify_one();
  }
  void tell(const FetchCounts& counts, std::vector<std::string> waiting_for) {
    const std::scoped_lock lock(mutex_);
    counts_ = counts;
    waiting_for_ = std::move(waiting_for);
  }
  [[nodiscard]] std::uint64_t bytes() const {
    const std::scoped_lock lock(mutex_);
    return bytes_;
  }
  [[nodiscard]] bool closed_and_empty() const {
    const std::scoped_lock lock(mutex_);
    return closed_ && chains_.empty();
  }
  [[nodiscard]] std::optional<Error> error() const {
    const std::scoped_lock lock(mutex_);
    return error_;
  }
  [[nodiscard]] std::pair<FetchCounts, std::vector<std::string>> told() const {
    const std::scoped_lock lock(mutex_);
    return {counts_, waiting_for_};
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Chain> chains_;
  std::uint64_t bytes_ = 0;
  bool closed_ = false;
  std::optional<Error> error_;
  FetchCounts counts_;
  std::vector<std::string> waiting_for_;
};

class Collection {
 public:
  Collection(const lake::Lake& lake, const provider::Registry& providers, const provider::Venue& venue,
             const CollectOptions& options)
      : lake_(lake), venue_(venue), options_(options), intake_(lake, providers, options.ingest) {}

  Result<CollectReport> run(std::vector<Chain> chains) {
    GT_ASSIGN(const lake::WriterLock lock, lake_.lock_for_writing("backfill"));
    if (!options_.fetch.trust_venue_clock) {
      GT_ASSIGN(const auto newest, newest_observation(lake_.database(), std::string(venue_.name())));
      watch_.emplace(newest);
    }
    look_at_clock();
    total_ = static_cast<std::int64_t>(chains.size());
    for (const Chain& chain : chains) {
      for (const std::string& ticker : tickers_of(chain.request)) tickers_.insert(ticker);
    }
    std::jthread network([this, &chains](const std::stop_token& stop) { fetch(std::move(chains), stop); });
    const Status read = consume(network);
    network.request_stop();
    network.join();
    GT_RETURN_IF_ERROR(read);
    if (const auto error = mailbox_.error()) return std::unexpected(*error);
    return report();
  }

 private:
  /// The network's thread.
  void fetch(std::vector<Chain> chains, const std::stop_token& stop) {
    io::HttpOptions http = options_.http;
    http.max_connections_per_host = static_cast<int>(std::max(options_.fetch.allowance.concurrency, 1U));
    io::HttpTransfers transport(http);
    FetchOptions fetch = options_.fetch;
    fetch.run_id = intake_.report().run_id;
    // As many as are on the wire, and as many again that are being landed: what a kill loses at most.
    fetch.max_open_chains = std::size_t{2} * std::max(fetch.allowance.concurrency, 1U);
    Fetcher fetcher(lake_, venue_, transport, *io::system_clock(), std::move(fetch),
                    [this](Chain chain) { mailbox_.put(std::move(chain)); });
    for (Chain& chain : chains) fetcher.add(std::move(chain));
    std::optional<Error> error;
    while (!fetcher.done() && !stop.stop_requested() && !error) {
      fetcher.hold(mailbox_.bytes() > options_.max_waiting_bytes);
      if (const Status done = fetcher.step(kTick); !done) error = done.error();
      mailbox_.tell(fetcher.counts(), fetcher.waiting_for());
    }
    if (!error) {
      if (const Status done = fetcher.settle(); !done) error = done.error();
    }
    mailbox_.close(std::move(error));
  }

  Status consume(std::jthread& network) {
    while (!mailbox_.closed_and_empty()) {
      if (options_.ingest.cancelled && options_.ingest.cancelled() && !cancelled_) {
        cancelled_ = true;
        network.request_stop();
      }
      if (auto chain = mailbox_.take(kTick)) GT_RETURN_IF_ERROR(take(*std::move(chain)));
      tell(false);
      const bool full = intake_.pending_rows() >= options_.ingest.max_rows_per_commit ||
                        intake_.pending_loads() >= options_.max_loads_per_commit;
      if (full) GT_RETURN_IF_ERROR(flush());
    }
    GT_RETURN_IF_ERROR(flush());
    intake_.report().cancelled = cancelled_;
    tell(false);
    return {};
  }

  Status flush() {
    if (intake_.pending_loads() == 0) return {};
    tell(true);
    return intake_.flush();
  }

  void look_at_clock() {
    if (!watch_) return;
    if (auto words = watch_->look(lake_.clock().now())) warnings_.push_back(*std::move(words));
  }

  Status take(Chain chain) {
    ++done_;
    look_at_clock();
    for (LandedAnswer& page : chain.pages) GT_RETURN_IF_ERROR(take_page(page));
    if (!chain.error) return {};
    ++failed_;
    const std::string_view status = chain.not_found ? load_status::kNotFound : load_status::kFailed;
    for (const std::string& ticker : tickers_of(chain.request)) {
      failures_.try_emplace(ticker, CollectFailure{ticker, std::string(status), *chain.error});
    }
    const bool landed = !chain.pages.empty() && !chain.pages.back().audit.error.empty();
    if (!landed) note_failure(chain);
    return {};
  }

  Status take_page(LandedAnswer& page) {
    if (page.audit.status == load_status::kNotFound || page.audit.status == load_status::kFailed) return {};
    if (page.answer.bytes.empty() && page.audit.bytes > 0) {
      GT_ASSIGN(lake::StoredAnswer stored,
                lake::read_raw(lake_.filesystem(), lake_.path(page.audit.raw_path)));
      page.answer.bytes = std::move(stored.bytes);
      page.answer.extension = std::move(stored.extension);
    }
    const std::size_t before = intake_.report().loads.size();
    GT_RETURN_IF_ERROR(intake_.add(page.answer, &page.audit, true));
    for (std::size_t i = before; i < intake_.report().loads.size(); ++i) {
      if (intake_.report().loads[i].error) owners_.emplace_back(i, tickers_of(page.answer.request));
    }
    return {};
  }

  /// A question that brought nothing to land has its place in the audit all the same.
  void note_failure(const Chain& chain) {
    const provider::Request& request = chain.next ? *chain.next : chain.request;
    provider::Answer nothing;
    nothing.request = request;
    nothing.observed_at = lake_.clock().now();
    store::LoadAudit audit = audit_of(nothing, intake_.report().run_id, nothing.observed_at);
    audit.load_id = sha256_hex(fmt::format("{} failed {}", request.id(), audit.run_id));
    audit.status = load_status::kFailed;
    intake_.add_failure(std::move(audit), chain.error->where, *chain.error);
  }

  void tell(bool committing) {
    if (!options_.progress) return;
    auto [counts, waiting_for] = mailbox_.told();
    options_.progress({.questions_done = done_,
                       .questions_total = total_,
                       .failed = failed_,
                       .rows = intake_.rows_read(),
                       .fetched = counts,
                       .waiting_for = std::move(waiting_for),
                       .committing = committing,
                       .elapsed = elapsed()});
  }

  [[nodiscard]] std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
  }

  CollectReport report() {
    CollectReport out;
    for (const auto& [load, tickers] : owners_) {
      const LoadOutcome& outcome = intake_.report().loads[load];
      for (const std::string& ticker : tickers) {
        failures_.try_emplace(ticker, CollectFailure{ticker, outcome.status, *outcome.error});
      }
    }
    out.loads = std::move(intake_.report());
    out.tickers = static_cast<std::int64_t>(tickers_.size());
    for (auto& [ticker, failure] : failures_) out.failures.push_back(std::move(failure));
    out.fetched = mailbox_.told().first;
    out.warnings = std::move(warnings_);
    out.elapsed = elapsed();
    return out;
  }

  const lake::Lake& lake_;
  const provider::Venue& venue_;
  const CollectOptions& options_;
  Intake intake_;
  Mailbox mailbox_;
  std::optional<ClockWatch> watch_;
  std::vector<std::string> warnings_;
  std::set<std::string> tickers_;
  std::map<std::string, CollectFailure> failures_;
  std::vector<std::pair<std::size_t, std::vector<std::string>>>
      owners_;  ///< Loads with errors: whose they are.
  std::int64_t total_ = 0;
  std::int64_t done_ = 0;
  std::int64_t failed_ = 0;
  bool cancelled_ = false;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

double CollectReport::success_share() const {
  if (tickers == 0) return 1;
  return 1 - static_cast<double>(failures.size()) / static_cast<double>(tickers);
}

Result<CollectReport> collect(const lake::Lake& lake, const provider::Registry& providers,
                              const provider::Venue& venue, std::vector<Chain> chains,
                              const CollectOptions& options) {
  return Collection(lake, providers, venue, options).run(std::move(chains));
}

}  // namespace goldtape::ingest
