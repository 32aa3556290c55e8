// Asks many questions of hosts without ever being a burden: each host's allowance is kept, refusals and
// failures are waited out, and what does not come is given up in the end, said why.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/clock.h"
#include "goldtape/io/host_gate.h"
#include "goldtape/io/http.h"

namespace goldtape::io {

/// What an answer means for whoever asks.
struct Reception {
  enum class Next : std::uint8_t {
    kTake,   ///< Take it, good or bad: asking again would not change it.
    kLater,  ///< The host asks for patience ("too many requests").
    kAgain,  ///< The host failed; another try may do.
  };
  Next next = Next::kTake;
  std::optional<std::chrono::milliseconds> retry_after = {};  ///< As the host said.
};
using Receive = std::function<Reception(const HttpResponse&)>;

struct PoliteOptions {
  Patience patience = {};
  std::uint32_t max_failures = 8;      ///< Of one request; refusals ("later") do not count.
  std::uint32_t max_times_broken = 4;  ///< After so many openings of its circuit in a row a host is given up.
  std::uint32_t max_refusals = 24;     ///< After so many refusals in a row as well.
  std::chrono::milliseconds request_deadline{std::chrono::minutes(30)};  ///< From its first attempt.
  std::optional<std::chrono::milliseconds> run_deadline = {};            ///< From the construction on.
  std::uint64_t seed = 0;  ///< Of the jitter; 0: of the machine.
};

struct PoliteCounts {
  std::int64_t sent = 0;      ///< Exchanges.
  std::int64_t retries = 0;   ///< Exchanges after the first of a request.
  std::int64_t refusals = 0;  ///< Answers that asked for patience.
  std::uint64_t received_bytes = 0;
};

/// Not thread safe; keeps references.
class PoliteHttp {
 public:
  /// The last answer that came, or why none did. `HttpResponse::attempts` says how many exchanges it took.
  /// Errors besides HttpClient's: kUnavailable GT7310 the host is given up, GT7311 the deadline of the run
  /// has passed.
  using Done = std::function<void(Result<HttpResponse>)>;

  PoliteHttp(HttpTransport& transport, const Clock& clock, PoliteOptions options);

  /// Requires: before the first request to this host ("host:port" of host_of).
  void set_allowance(const std::string& host, Allowance allowance);
  /// `done` is called by `step`, once, and may submit more. Requests of one host start in the order in which
  /// they came, those to be tried again first.
  void submit(HttpRequest request, Receive receive, Done done);
  /// Ends with `error` all that has not left yet, tries to come included: none of it is asked. What is on the
  /// wire goes on. May be called from a `Done`.
  void drop_queued(const Error& error);
  /// Requests that have not ended.
  [[nodiscard]] std::size_t pending() const { return pending_; }
  /// Starts what may start and works for at most `limit`, less when something has ended.
  void step(std::chrono::milliseconds limit);

  [[nodiscard]] const PoliteCounts& counts() const { return counts_; }
  /// Hosts that keep everyone waiting, and for how long: "query1.example.com:443 asked for patience, 12 s".
  [[nodiscard]] std::vector<std::string> waiting_for() const;

 private:
  using Time = HostGate::Time;
  struct Job {
    HttpRequest request;
    Receive receive;
    Done done;
    std::uint32_t attempts = 0;
    std::uint32_t failures = 0;
    std::optional<Time> first_started = {};
    Time not_before{0};
  };
  struct Host {
    HostGate gate;
    std::deque<Job> fresh;
    std::list<Job> again;  ///< To be tried again, each from its `not_before` on.
    bool given_up = false;
  };

  Host& host_of_request(const HttpRequest& request);
  /// Starts what may start now; says when the next may.
  std::optional<Time> start_ready(Time now);
  std::optional<Time> start_one(const std::string& name, Host& host, Time now);
  void start(const std::string& name, Host& host, Job job, Time now);
  void ended(const std::string& name, Job job, Result<HttpResponse> answer);
  /// Queues another try, or ends the job where there shall be none.
  void try_again(const std::string& name, Job job, Result<HttpResponse> answer);
  /// Ends what waits for hosts that are given up, or for a run whose time is over.
  void give_up(Time now);
  void finish(Job& job, Result<HttpResponse> answer);
  void fail_all(Host& host, const Error& error);

  HttpTransport& transport_;
  const Clock& clock_;
  PoliteOptions options_;
  Time began_;
  std::mt19937_64 random_;
  std::map<std::string, Allowance> allowances_;
  std::map<std::string, Host> hosts_;
  std::size_t pending_ = 0;
  PoliteCounts counts_;
};

}  // namespace goldtape::io
