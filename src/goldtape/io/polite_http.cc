#include "goldtape/io/polite_http.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace goldtape::io {

namespace {

std::uint64_t seed_of(const PoliteOptions& options) {
  return options.seed != 0 ? options.seed : std::random_device{}();
}

}  // namespace

PoliteHttp::PoliteHttp(HttpTransport& transport, const Clock& clock, PoliteOptions options)
    : transport_(transport),
      clock_(clock),
      options_(options),
      began_(clock.monotonic()),
      random_(seed_of(options)) {}

void PoliteHttp::set_allowance(const std::string& host, Allowance allowance) {
  allowances_[host] = allowance;
}

PoliteHttp::Host& PoliteHttp::host_of_request(const HttpRequest& request) {
  const std::string name = host_of(request.url);
  const auto found = hosts_.find(name);
  if (found != hosts_.end()) return found->second;
  return hosts_
      .emplace(
          name,
          Host{.gate = HostGate(allowances_[name], options_.patience, random_()), .fresh = {}, .again = {}})
      .first->second;
}

void PoliteHttp::submit(HttpRequest request, Receive receive, Done done) {
  Host& host = host_of_request(request);
  ++pending_;
  host.fresh.push_back(
      {.request = std::move(request), .receive = std::move(receive), .done = std::move(done)});
}

void PoliteHttp::finish(Job& job, Result<HttpResponse> answer) {
  --pending_;
  if (answer) answer->attempts = static_cast<int>(job.attempts);
  job.done(std::move(answer));
}

void PoliteHttp::fail_all(Host& host, const Error& error) {
  std::deque<Job> fresh;
  std::list<Job> again;
  fresh.swap(host.fresh);
  again.swap(host.again);
  for (Job& job : again) finish(job, std::unexpected(error));
  for (Job& job : fresh) finish(job, std::unexpected(error));
}

void PoliteHttp::drop_queued(const Error& error) {
  for (auto& [name, host] : hosts_) fail_all(host, error);
}

void PoliteHttp::step(std::chrono::milliseconds limit) {
  const Time now = clock_.monotonic();
  give_up(now);
  const auto next = start_ready(now);
  // Not beyond the moment when another may start: what is late is lost to the allowance.
  auto wait = limit;
  if (next) wait = std::min(wait, std::chrono::floor<std::chrono::milliseconds>(*next - now));
  transport_.wait(std::max(wait, std::chrono::milliseconds(0)));
}

std::optional<PoliteHttp::Time> PoliteHttp::start_ready(Time now) {
  std::optional<Time> next;
  for (auto& [name, host] : hosts_) {
    const auto at = start_one(name, host, now);
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

std::optional<PoliteHttp::Time> PoliteHttp::start_one(const std::string& name, Host& host, Time now) {
  while (!host.fresh.empty() || !host.again.empty()) {
    const auto ready = host.gate.ready_at(now);
    if (!ready) return std::nullopt;
    const auto due = std::ranges::min_element(host.again, {}, &Job::not_before);
    const bool has_due = due != host.again.end() && due->not_before <= std::max(now, *ready);
    if (!has_due && host.fresh.empty()) return std::max(*ready, due->not_before);
    if (*ready > now) return ready;
    if (has_due) {
      Job job = std::move(*due);
      host.again.erase(due);
      start(name, host, std::move(job), now);
    } else {
      Job job = std::move(host.fresh.front());
      host.fresh.pop_front();
      start(name, host, std::move(job), now);
    }
  }
  return std::nullopt;
}

void PoliteHttp::start(const std::string& name, Host& host, Job job, Time now) {
  host.gate.started(now);
  ++counts_.sent;
  if (job.attempts > 0) ++counts_.retries;
  ++job.attempts;
  if (!job.first_started) job.first_started = now;
  HttpRequest request = job.request;
  transport_.start(std::move(request),
                   [this, name, job = std::move(job)](Result<HttpResponse> answer) mutable {
                     ended(name, std::move(job), std::move(answer));
                   });
}

void PoliteHttp::ended(const std::string& name, Job job, Result<HttpResponse> answer) {
  HostGate& gate = hosts_.at(name).gate;
  const Time now = clock_.monotonic();
  if (!answer) {
    if (!is_transient(answer.error())) {
      gate.abandoned();
      finish(job, std::move(answer));
      return;
    }
    gate.failed(now);
    ++job.failures;
    job.not_before = now + full_jitter(options_.patience, job.failures, random_);
    try_again(name, std::move(job), std::move(answer));
    return;
  }
  counts_.received_bytes += answer->received_bytes;
  const Reception reception = job.receive(*answer);
  switch (reception.next) {
    case Reception::Next::kTake:
      gate.answered(now);
      finish(job, std::move(answer));
      return;
    case Reception::Next::kLater:
      ++counts_.refusals;
      gate.refused(now, reception.retry_after);
      try_again(name, std::move(job), std::move(answer));
      return;
    case Reception::Next::kAgain:
      gate.failed(now);
      ++job.failures;
      job.not_before = now + full_jitter(options_.patience, job.failures, random_);
      try_again(name, std::move(job), std::move(answer));
      return;
  }
}

void PoliteHttp::try_again(const std::string& name, Job job, Result<HttpResponse> answer) {
  Host& host = hosts_.at(name);
  const Time now = clock_.monotonic();
  if (job.failures >= options_.max_failures || now - *job.first_started > options_.request_deadline) {
    finish(job, std::move(answer));
    return;
  }
  host.again.push_back(std::move(job));
  host.given_up = host.gate.times_broken() > options_.max_times_broken ||
                  host.gate.refusals_in_a_row() > options_.max_refusals;
}

void PoliteHttp::give_up(Time now) {
  const bool over = options_.run_deadline && now - began_ > *options_.run_deadline;
  for (auto& [name, host] : hosts_) {
    if (host.given_up) {
      fail_all(host,
               {ErrorKind::kUnavailable, 7310,
                fmt::format("{} has refused or failed for too long and is given up; try again later", name),
                name});
    } else if (over) {
      fail_all(host, {ErrorKind::kUnavailable, 7311,
                      "the time for this run is over; the next run goes on from here", name});
    }
  }
}

std::vector<std::string> PoliteHttp::waiting_for() const {
  std::vector<std::string> out;
  const Time now = clock_.monotonic();
  for (const auto& [name, host] : hosts_) {
    const HostGate::State state = host.gate.state(now);
    if (state == HostGate::State::kOpen) continue;
    const auto ready = host.gate.ready_at(now);
    const auto left = ready ? std::chrono::ceil<std::chrono::seconds>(*ready - now).count() : 0;
    out.push_back(fmt::format("{} {}, {} s", name,
                              state == HostGate::State::kPaused ? "asked for patience" : "does not answer",
                              left));
  }
  return out;
}

}  // namespace goldtape::io
