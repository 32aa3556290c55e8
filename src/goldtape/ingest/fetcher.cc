#include "goldtape/ingest/fetcher.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "goldtape/base/log.h"
#include "goldtape/ingest/asked.h"
#include "goldtape/ingest/intake.h"
#include "goldtape/ingest/load_status.h"

namespace goldtape::ingest {

namespace {

constexpr int kMaxSessions = 3;    ///< Handshakes for one question.
constexpr int kMaxPages = 10'000;  ///< Of one question.
constexpr int kTooManyRequests = 429;

using Outcome = provider::Verdict::Outcome;

Status put_audit(const lake::Lake& lake, const store::LoadAudit& audit) {
  GT_ASSIGN(auto transaction, lake.database().begin());
  GT_RETURN_IF_ERROR(store::put_load(transaction, audit));
  return transaction.commit();
}

}  // namespace

Fetcher::Fetcher(const lake::Lake& lake, const provider::Venue& venue, io::HttpTransport& transport,
                 const io::Clock& waiting, FetchOptions options, Take take)
    : lake_(lake),
      venue_(venue),
      options_(std::move(options)),
      take_(std::move(take)),
      http_(transport, waiting, options_.polite) {
  const std::string base =
      options_.access.base_url.empty() ? std::string(venue.traits().base_url) : options_.access.base_url;
  http_.set_allowance(io::host_of(base), options_.allowance);
}

FetchCounts Fetcher::counts() const {
  const io::PoliteCounts& counts = http_.counts();
  return {counts.sent, counts.retries, counts.refusals, counts.received_bytes};
}

io::Receive Fetcher::receiver() const {
  return [this](const io::HttpResponse& response) -> io::Reception {
    const provider::Verdict verdict = venue_.judge(response, lake_.clock().now());
    if (verdict.outcome != Outcome::kRetry) return {};
    const bool patience = response.status == kTooManyRequests || verdict.retry_after.has_value();
    return {patience ? io::Reception::Next::kLater : io::Reception::Next::kAgain, verdict.retry_after};
  };
}

Status Fetcher::step(std::chrono::milliseconds limit) {
  begin();
  http_.step(limit);
  if (fatal_) return std::unexpected(*fatal_);
  return {};
}

void Fetcher::begin() {
  while (!waiting_.empty() && !held_ && !fatal_ && open_ < options_.max_open_chains) {
    auto chain = std::make_shared<Chain>(std::move(waiting_.front()));
    waiting_.pop_front();
    ++open_;
    if (!chain->next) {
      finish(chain);
    } else {
      ask(chain);
    }
  }
}

void Fetcher::ask(const Shared& chain) {
  if (unauthorised_) {
    fail_chain(chain, *unauthorised_);
    return;
  }
  auto request = venue_.to_http(*chain->next, options_.access);
  if (!request) {
    fail_chain(chain, std::move(request.error()));
    return;
  }
  std::string url = request->url;
  http_.submit(*std::move(request), receiver(),
               [this, chain, url = std::move(url)](Result<io::HttpResponse> answer) {
                 received(chain, url, std::move(answer));
               });
}

void Fetcher::received(const Shared& chain, const std::string& url, Result<io::HttpResponse> answer) {
  if (!answer) {
    fail_chain(chain, std::move(answer.error()));
    return;
  }
  provider::Verdict verdict = venue_.judge(*answer, lake_.clock().now());
  switch (verdict.outcome) {
    case Outcome::kOk: take_page(chain, url, *std::move(answer)); return;
    case Outcome::kNeedsSession: open_session(chain, verdict.error); return;
    case Outcome::kUnauthorised:
      fail_chain(chain, verdict.error);
      refuse_all(verdict.error);
      return;
    case Outcome::kNotFound:
    case Outcome::kRefused: {
      if (tickers_of(chain->request).size() > 1 && chain->pages.empty()) {
        split(chain);
        return;
      }
      const bool not_found = verdict.outcome == Outcome::kNotFound;
      provider::Answer said = provider::to_answer(*chain->next, *answer, url, lake_.clock().now());
      said.observed_at = observed_at(*answer, said.observed_at);
      chain->not_found = not_found;
      if (!land(*chain, std::move(said), not_found ? load_status::kNotFound : load_status::kFailed,
                verdict.error.to_string())) {
        return;
      }
      chain->error = std::move(verdict.error);
      finish(chain);
      return;
    }
    case Outcome::kRetry: fail_chain(chain, std::move(verdict.error)); return;
  }
}

/// Keys that were refused once are refused again: what is queued must not be asked with them.
void Fetcher::refuse_all(const Error& error) {
  if (unauthorised_) return;
  unauthorised_ = error;
  http_.drop_queued(error);
}

Timestamp Fetcher::observed_at(const io::HttpResponse& response, Timestamp fallback) const {
  return options_.trust_venue_clock ? response.date().value_or(fallback) : fallback;
}

void Fetcher::take_page(const Shared& chain, const std::string& url, io::HttpResponse response) {
  const Timestamp trusted = observed_at(response, Timestamp{});
  provider::Answer answer = provider::to_answer(*chain->next, std::move(response), url, lake_.clock().now());
  if (options_.trust_venue_clock && trusted != Timestamp{}) answer.observed_at = trusted;
  auto next = venue_.next_page(answer);
  for (provider::Request& other : venue_.also_answers(answer.request)) {
    provider::Answer copy = answer;
    copy.request = std::move(other);
    if (!land(*chain, std::move(copy), load_status::kLanded, {})) return;
  }
  // The page itself last: where it stands, everything that its bytes answer does.
  if (!land(*chain, std::move(answer), load_status::kLanded, {})) return;
  if (!next) {
    fail_chain(chain, std::move(next.error()));
    return;
  }
  chain->next = *std::move(next);
  if (!chain->next) {
    finish(chain);
  } else if (chain->pages.size() >= kMaxPages) {
    fail_chain(chain, {ErrorKind::kUnavailable, 6104, "the answer has pages without end", io::show_url(url)});
  } else {
    ask(chain);
  }
}

bool Fetcher::land(Chain& chain, provider::Answer answer, std::string_view status, const std::string& error) {
  store::LoadAudit audit = audit_of(answer, options_.run_id, lake_.clock().now());
  audit.status = status;
  audit.error = error;
  const auto before = store::find_load(lake_.database(), audit.load_id);
  if (!before) {
    fatal_ = before.error();
    return false;
  }
  if (*before && (stands((*before)->status) || (*before)->status == load_status::kLanded)) {
    chain.pages.push_back({std::move(answer), **before});
    return true;
  }
  Status done;
  if (*before && !(*before)->raw_path.empty()) {
    audit.raw_path = (*before)->raw_path;
    audit.content_sha256 = (*before)->content_sha256;
  } else {
    done = land_answer(lake_, answer, audit);
  }
  if (done) done = put_audit(lake_, audit);
  if (!done) {
    fatal_ = done.error();
    return false;
  }
  chain.pages.push_back({std::move(answer), std::move(audit)});
  return true;
}

void Fetcher::open_session(const Shared& chain, const Error& why) {
  if (++sessions_tried_[chain.get()] > kMaxSessions) {
    fail_chain(chain, why);
    return;
  }
  need_session_.push_back(chain);
  if (opening_session_) return;
  opening_session_ = true;
  options_.access.cookie.clear();
  options_.access.crumb.clear();
  session_step();
}

void Fetcher::session_step() {
  if (unauthorised_) {
    end_session(unauthorised_);
    return;
  }
  auto request = venue_.next_handshake(options_.access);
  if (!request) {
    end_session(std::nullopt);
    return;
  }
  const auto receive = [](const io::HttpResponse& response) -> io::Reception {
    if (response.status == kTooManyRequests) return {io::Reception::Next::kLater, response.retry_after({})};
    return {response.status >= 500 ? io::Reception::Next::kAgain : io::Reception::Next::kTake, {}};
  };
  http_.submit(*std::move(request), receive, [this](Result<io::HttpResponse> answer) {
    if (!answer) {
      end_session(answer.error());
      return;
    }
    if (const Status taken = venue_.take_handshake(*answer, options_.access); !taken) {
      end_session(taken.error());
      return;
    }
    session_step();
  });
}

void Fetcher::end_session(const std::optional<Error>& error) {
  opening_session_ = false;
  std::vector<Shared> chains;
  chains.swap(need_session_);
  for (const Shared& chain : chains) {
    if (error) {
      fail_chain(chain, *error);
    } else {
      ask(chain);
    }
  }
}

void Fetcher::split(const Shared& chain) {
  const std::vector<std::string> tickers = tickers_of(chain->request);
  const auto middle = tickers.begin() + static_cast<std::ptrdiff_t>(tickers.size() / 2);
  for (const auto& [first, last] : {std::pair(tickers.begin(), middle), std::pair(middle, tickers.end())}) {
    Chain half;
    half.request = chain->request;
    half.request.params.erase("tickers");
    half.request.ticker = "_many";
    if (std::distance(first, last) == 1) {
      half.request.ticker = *first;
    } else {
      half.request.params["tickers"] = fmt::format("{}", fmt::join(first, last, ","));
    }
    half.next = half.request;
    waiting_.push_front(std::move(half));
  }
  sessions_tried_.erase(chain.get());
  --open_;
}

void Fetcher::fail_chain(const Shared& chain, Error error) {
  chain->error = std::move(error);
  finish(chain);
}

void Fetcher::finish(const Shared& chain) {
  --open_;
  sessions_tried_.erase(chain.get());
  take_(std::move(*chain));
}

}  // namespace goldtape::ingest
