#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/base/text.h"
#include "goldtape/io/s3_credentials_internal.h"

namespace goldtape::io {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t kMaxAnswerBytes = 64U << 10U;
constexpr std::chrono::milliseconds kConnectTimeout{1'000};
constexpr std::chrono::milliseconds kTimeout{3'000};
// Renewed this long before they end; they last an hour or more.
constexpr std::chrono::minutes kMargin{5};
constexpr std::chrono::minutes kLeastLife{1};

std::unexpected<Error> none(std::string_view why) {
  return fail(
      ErrorKind::kUsage, 7102,
      fmt::format("there are no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                  "run where a role of the container or instance gives them ({})",
                  why));
}

struct RoleAnswer {
  S3Credentials credentials;
  steady_clock::time_point renew_at;
};

Result<RoleAnswer> parse(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return none("the answer of the role's service is not JSON");
  const auto member = [&json](const char* name) {
    const auto at = json.find(name);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string{};
  };
  RoleAnswer out{.credentials = {.access_key_id = member("AccessKeyId"),
                                 .secret_access_key = member("SecretAccessKey"),
                                 .session_token = member("Token")},
                 .renew_at = steady_clock::now() + kLeastLife};
  if (out.credentials.access_key_id.empty() || out.credentials.secret_access_key.empty())
    return none("the answer of the role's service has no keys");
  const auto ends = parse_timestamp(member("Expiration"));
  if (ends) {
    const auto left = *ends - std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const auto life = std::chrono::duration_cast<steady_clock::duration>(left) - kMargin;
    out.renew_at = steady_clock::now() + std::max<steady_clock::duration>(life, kLeastLife);
  }
  return out;
}

}  // namespace

S3CredentialSource::S3CredentialSource(const S3Options& options, S3Transport& transport)
    : options_(options), transport_(transport) {}

Result<S3Credentials> S3CredentialSource::get() {
  if (!options_.credentials.access_key_id.empty()) return options_.credentials;
  const std::lock_guard lock(mutex_);
  if (role_ && steady_clock::now() < renew_at_) return *role_;
  return renew();
}

void S3CredentialSource::forget() {
  const std::lock_guard lock(mutex_);
  role_.reset();
}

Result<S3Credentials> S3CredentialSource::renew() {
  GT_ASSIGN(const std::string text, options_.role.container_url.empty() ? ask_instance() : ask_container());
  GT_ASSIGN(RoleAnswer answer, parse(text));
  role_ = std::move(answer.credentials);
  renew_at_ = answer.renew_at;
  return *role_;
}

Result<std::string> S3CredentialSource::ask(const std::string& url, const std::string& method,
                                            HeaderMap headers) {
  S3Exchange exchange{.method = method, .url = url, .headers = std::move(headers), .body = {}};
  exchange.max_answer_bytes = kMaxAnswerBytes;
  exchange.connect_timeout = kConnectTimeout;
  exchange.timeout = kTimeout;
  S3Exchange* const one = &exchange;
  transport_.run({&one, 1}, 1);
  if (exchange.status == 0) return none(fmt::format("{}: {}", url, exchange.failure));
  if (exchange.status != 200) return none(fmt::format("{} answered with status {}", url, exchange.status));
  return std::move(exchange.answer);
}

Result<std::string> S3CredentialSource::ask_container() {
  const S3RoleSource& role = options_.role;
  HeaderMap headers;
  std::string token = role.container_authorization;
  if (!role.container_authorization_file.empty()) {
    std::ifstream file(role.container_authorization_file, std::ios::binary);
    token.assign(std::istreambuf_iterator<char>(file), {});
    token = trim(token);
    if (token.empty()) return none(role.container_authorization_file + " cannot be read or is empty");
  }
  if (!token.empty()) headers["authorization"] = token;
  return ask(role.container_url, "GET", std::move(headers));
}

// IMDSv2: a token first, then the role's name, then its keys.
Result<std::string> S3CredentialSource::ask_instance() {
  const std::string& base = options_.role.instance_url;
  if (base.empty()) return none("asking the instance is disabled by AWS_EC2_METADATA_DISABLED");
  GT_ASSIGN(const std::string token,
            ask(base + "/latest/api/token", "PUT", {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}}));
  const HeaderMap headers{{"x-aws-ec2-metadata-token", token}};
  const std::string roles = base + "/latest/meta-data/iam/security-credentials/";
  GT_ASSIGN(const std::string names, ask(roles, "GET", headers));
  const std::string_view first = trim(std::string_view(names).substr(0, names.find('\n')));
  if (first.empty()) return none("the instance has no role");
  return ask(roles + uri_encode(first, false), "GET", headers);
}

}  // namespace goldtape::io
