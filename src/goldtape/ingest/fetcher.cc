#include "goldtape/ingest/fetcher.h"

#include <algorithm>
#include <iterator>
#include <thread>
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

unsigned landing_threads() { return std::clamp(std::thread::hardware_concurrency(), 2U, 4U); }

}  // namespace

Fetcher::Fetcher(const lake::Lake& lake, const provider::Venue& venue, io::HttpTransport& transport,
                 const io::Clock& waiting, FetchOptions options, Take take)
    : lake_(lake),
      venue_(venue),
      options_(std::move(options)),
      take_(std::move(take)),
      transport_(transport),
      http_(transport, waiting, options_.polite),
      repetitions_(lake.database()),
      pool_(lake, landing_threads(), [this] { transport_.wake(); }) {
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
  note_landed();
  if (fatal_) return std::unexpected(*fatal_);
  return {};
}

Status Fetcher::settle() {
  pool_.wait();
  note_landed();
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
      std::vector<LandedAnswer> words;
      words.push_back(landing_of(std::move(said), not_found ? load_status::kNotFound : load_status::kFailed,
                                 verdict.error.to_string()));
      land(chain, std::move(words),
           [this, chain, error = std::move(verdict.error)] { fail_chain(chain, error); });
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
  std::vector<LandedAnswer> answers;
  for (provider::Request& other : venue_.also_answers(answer.request)) {
    provider::Answer copy = answer;
    copy.request = std::move(other);
    answers.push_back(landing_of(std::move(copy), load_status::kLanded, {}));
  }
  // The page itself last: where it stands, everything that its bytes answer does.
  answers.push_back(landing_of(std::move(answer), load_status::kLanded, {}));
  if (next) {
    land(chain, std::move(answers),
         [this, chain, url, follows = *std::move(next)]() mutable { go_on(chain, std::move(follows), url); });
  } else {
    land(chain, std::move(answers),
         [this, chain, error = std::move(next.error())] { fail_chain(chain, error); });
  }
}

void Fetcher::go_on(const Shared& chain, std::optional<provider::Request> next, const std::string& url) {
  chain->next = std::move(next);
  if (!chain->next) {
    finish(chain);
  } else if (chain->pages.size() >= kMaxPages) {
    fail_chain(chain, {ErrorKind::kUnavailable, 6104, "the answer has pages without end", io::show_url(url)});
  } else {
    ask(chain);
  }
}

LandedAnswer Fetcher::landing_of(provider::Answer answer, std::string_view status,
                                 const std::string& error) const {
  store::LoadAudit audit = audit_of(answer, options_.run_id, lake_.clock().now());
  audit.status = status;
  audit.error = error;
  return {.answer = std::move(answer), .audit = std::move(audit)};
}

void Fetcher::land(const Shared& chain, std::vector<LandedAnswer> answers, Then then) {
  const auto id_of = [](const LandedAnswer& one) -> const std::string& { return one.audit.load_id; };
  if (std::ranges::any_of(answers, [&](const auto& one) { return being_landed_.contains(id_of(one)); })) {
    land_again_.emplace_back([this, chain, answers = std::move(answers), then = std::move(then)]() mutable {
      land(chain, std::move(answers), std::move(then));
    });
    return;
  }
  for (LandedAnswer& one : answers) {
    auto before = store::find_load(lake_.database(), id_of(one));
    if (!before) {
      fatal_ = before.error();
      return;
    }
    if (!*before) continue;
    if (stands((*before)->status)) {
      auto repeated = repetitions_.repeated(**before);
      if (!repeated) {
        fatal_ = repeated.error();
        return;
      }
      if (*repeated) {
        one.audit = **std::move(repeated);
        one.noted = true;
      } else {
        one.answer.said_anew = true;
        one.audit.load_id = one.answer.load_id();
      }
    } else if ((*before)->status == load_status::kLanded) {
      one.audit = **std::move(before);
      one.noted = true;
    } else {
      one.audit.raw_path = (*before)->raw_path;
      one.audit.content_sha256 = (*before)->content_sha256;
    }
  }
  for (const LandedAnswer& one : answers) being_landed_.insert(id_of(one));
  pool_.submit({.answers = std::move(answers), .then = [chain, then = std::move(then)](Landing& landed) {
                  std::ranges::move(landed.answers, std::back_inserter(chain->pages));
                  then();
                }});
}

/// Files first, then their rows: what the audit names is there.
void Fetcher::note_landed() {
  std::vector<Landing> landed = pool_.take();
  if (landed.empty() || fatal_) return;
  const Status noted = [&]() -> Status {
    GT_ASSIGN(auto transaction, lake_.database().begin());
    for (const Landing& landing : landed) {
      if (landing.error) return std::unexpected(*landing.error);
      for (const LandedAnswer& one : landing.answers) {
        if (one.audit.run_id == options_.run_id) GT_RETURN_IF_ERROR(store::put_load(transaction, one.audit));
      }
    }
    return transaction.commit();
  }();
  const auto refused = std::ranges::find_if(landed, [](const Landing& one) { return one.error.has_value(); });
  if (!noted || refused != landed.end()) {
    fatal_ = noted ? *refused->error : noted.error();
    return;
  }
  for (Landing& landing : landed) {
    for (const LandedAnswer& one : landing.answers) being_landed_.erase(one.audit.load_id);
    landing.then(landing);
  }
  for (auto& again : std::exchange(land_again_, {})) again();
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
