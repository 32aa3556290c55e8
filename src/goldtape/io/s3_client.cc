#include <algorithm>
#include <charconv>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "goldtape/base/hash.h"
#include "goldtape/io/s3_client_internal.h"
#include "goldtape/io/s3_xml_internal.h"

namespace goldtape::io {
namespace {

constexpr std::string_view kService = "s3";

std::string host_of(const S3Options& options, const S3Location& at) {
  const std::string endpoint = options.endpoint_or_default();
  std::string host = endpoint.substr(endpoint.find("://") + 3);
  return options.path_style ? host : at.bucket + "." + host;
}

std::string scheme_of(const S3Options& options) {
  const std::string endpoint = options.endpoint_or_default();
  return endpoint.substr(0, endpoint.find("://") + 3);
}

std::string path_in_url(const S3Options& options, const S3Location& at) {
  const std::string key = "/" + uri_encode(at.key, true);
  return options.path_style ? "/" + at.bucket + (at.key.empty() ? "" : key) : key;
}

bool is_worth_retrying(int status, const std::string& code) {
  switch (status) {
    case 0:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504: return true;
    case 400: return code == "RequestTimeout";
    case 403: return code == "ExpiredToken";  // A role's keys are renewed then.
    case 409: return code == "ConditionalRequestConflict" || code == "OperationAborted";
    default: return false;
  }
}

}  // namespace

/// A request through all its attempts.
struct S3Client::Attempt {
  const S3Request* request = nullptr;
  std::string payload_sha256;
  S3Exchange exchange;
  std::string code;  ///< S3's word for its refusal.
};

S3Client::S3Client(S3Options options)
    : options_(std::move(options)), transport_(options_.ca_file), credentials_(options_, transport_) {}

Status S3Client::prepare(Attempt& attempt) {
  const S3Request& request = *attempt.request;
  GT_ASSIGN(const S3Credentials credentials, credentials_.get());
  HeaderMap headers = request.headers;
  headers["host"] = host_of(options_, request.at);
  headers["x-amz-date"] =
      amz_date(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
  headers["x-amz-content-sha256"] = attempt.payload_sha256;
  if (!credentials.session_token.empty()) headers["x-amz-security-token"] = credentials.session_token;
  const std::string path = path_in_url(options_, request.at);
  const std::string query = canonical_query(request.query);
  const std::string signature = authorization({.method = request.method,
                                               .path = path,
                                               .query = query,
                                               .headers = headers,
                                               .payload_sha256 = attempt.payload_sha256},
                                              credentials, options_.region, kService);
  attempt.exchange = S3Exchange{.method = request.method,
                                .url = fmt::format("{}{}{}{}{}", scheme_of(options_), headers["host"], path,
                                                   query.empty() ? "" : "?", query),
                                .headers = {},
                                .body = request.body};
  headers["authorization"] = signature;
  attempt.exchange.headers = std::move(headers);
  attempt.exchange.max_answer_bytes = request.max_answer_bytes;
  attempt.exchange.connect_timeout = options_.connect_timeout;
  attempt.exchange.timeout = options_.timeout;
  return {};
}

void S3Client::sleep_before(int attempt, const std::vector<Attempt*>& again) const {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  const int doublings = std::min(attempt - 1, 16);
  const auto most = std::min(options_.backoff_cap, options_.backoff_base * (std::int64_t{1} << doublings));
  std::uniform_int_distribution<std::int64_t> spread(0, most.count());
  std::chrono::milliseconds wait{spread(random)};
  for (const Attempt* one : again) {
    const auto header = one->exchange.answer_headers.find("retry-after");
    if (header == one->exchange.answer_headers.end()) continue;
    std::int64_t seconds = 0;
    std::from_chars(header->second.data(), header->second.data() + header->second.size(), seconds);
    wait = std::max(
        wait, std::min<std::chrono::milliseconds>(
                  std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 3600)), options_.backoff_cap));
  }
  std::this_thread::sleep_for(wait);
}

// Whether the attempt is the request's last; its outcome is then in `out`.
bool S3Client::judge(Attempt& attempt, Result<S3Answer>& out, bool is_last) {
  S3Exchange& exchange = attempt.exchange;
  const S3Request& request = *attempt.request;
  const bool is_good = exchange.status >= 200 && exchange.status < 300;
  const bool is_expected =
      std::find(request.expected.begin(), request.expected.end(), exchange.status) != request.expected.end();
  // A multipart upload that fails while it is put together says so in the body of a 200.
  const bool failed_late =
      is_good && request.method == "POST" && exchange.answer.find("<Error>") != std::string::npos;
  attempt.code = is_good && !failed_late ? "" : xml_text(exchange.answer, "Code");
  const int status = failed_late ? 500 : exchange.status;
  const bool retry = is_worth_retrying(status, attempt.code);
  if ((is_good && !failed_late) || (is_expected && !retry && attempt.code != "NoSuchBucket")) {
    out = S3Answer{.status = exchange.status,
                   .headers = std::move(exchange.answer_headers),
                   .body = std::move(exchange.answer)};
    return true;
  }
  if (!retry) {
    out = std::unexpected(refused(attempt));
    return true;
  }
  if (attempt.code == "ExpiredToken") credentials_.forget();
  if (!is_last) return false;
  const std::string why =
      exchange.status == 0 ? exchange.failure : fmt::format("status {} {}", exchange.status, attempt.code);
  out = fail(ErrorKind::kUnavailable, 7107,
             fmt::format("{} did not {} in {} attempts: {}. Run again when it answers; nothing is lost",
                         options_.endpoint_or_default(), request.doing, options_.attempts, why),
             path_of(request.at));
  return true;
}

Error S3Client::refused(const Attempt& attempt) {
  const S3Request& request = *attempt.request;
  const S3Exchange& exchange = attempt.exchange;
  if (request.method == "HEAD" && exchange.answer.empty()) {
    // The answer to HEAD has no body, so no reason either; the same asked by GET has one.
    S3Request probe = request;
    probe.method = "GET";
    probe.headers["range"] = "bytes=0-0";
    probe.expected = {404, 416};
    const auto reason = send(probe);
    if (!reason) return reason.error();
  }
  return s3_refusal(options_, request, exchange.status, exchange.answer_headers, attempt.code,
                    xml_text(exchange.answer, "Message"));
}

Result<S3Answer> S3Client::send(const S3Request& request) {
  return std::move(send_all({&request, 1}).front());
}

std::vector<Result<S3Answer>> S3Client::send_all(std::span<const S3Request> requests) {
  std::vector<Result<S3Answer>> out(requests.size());
  std::vector<Attempt> attempts(requests.size());
  std::vector<Attempt*> again;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    attempts[i].request = &requests[i];
    attempts[i].payload_sha256 = sha256_hex(requests[i].body);
    again.push_back(&attempts[i]);
  }
  for (int number = 1; !again.empty(); ++number) {
    if (number > 1) sleep_before(number - 1, again);
    std::vector<S3Exchange*> exchanges;
    for (Attempt* attempt : again) {
      const Status prepared = prepare(*attempt);
      if (!prepared) return std::vector<Result<S3Answer>>(requests.size(), std::unexpected(prepared.error()));
      exchanges.push_back(&attempt->exchange);
    }
    transport_.run(exchanges, options_.max_in_flight);
    std::erase_if(again, [&](Attempt* attempt) {
      return judge(*attempt, out[static_cast<std::size_t>(attempt - attempts.data())],
                   number >= options_.attempts);
    });
  }
  return out;
}

}  // namespace goldtape::io
