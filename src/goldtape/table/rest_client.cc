#include <array>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/json_internal.h"
#include "goldtape/table/rest_client_internal.h"
#include "goldtape/table/rest_messages.h"

namespace goldtape::table::internal {
namespace {

constexpr std::array kPauses{std::chrono::milliseconds(50), std::chrono::milliseconds(250),
                             std::chrono::milliseconds(1000)};

/// What the server says went wrong, as an error of ours.
Error error_of(const io::HttpResponse& response) {
  const rest::ErrorMessage said = rest::parse_error(response.body);
  const std::string message = fmt::format("the catalog answered {}: {}", response.status, said.message);
  const auto make = [&](ErrorKind kind, std::uint16_t code) {
    return Error{.kind = kind, .code = code, .message = message, .where = response.url};
  };
  const std::string_view type = said.type;
  switch (response.status) {
    case 401:
    case 403: return make(ErrorKind::kUsage, 4310);
    case 404:
      if (type == "NoSuchTableException") return make(ErrorKind::kNotFound, 4011);
      if (type == "NoSuchNamespaceException") return make(ErrorKind::kNotFound, 4013);
      return make(ErrorKind::kNotFound, 4310);  // The server has no such request.
    case 409:
      if (type == "AlreadyExistsException") return make(ErrorKind::kAlreadyExists, 4012);
      if (type == "NamespaceNotEmptyException") return make(ErrorKind::kConflict, 4014);
      return make(ErrorKind::kConflict, 4010);
    default: break;
  }
  if (response.status >= 500) return make(ErrorKind::kUnavailable, 4311);
  return make(ErrorKind::kUsage, 4310);
}

std::string form_value(std::string_view name, std::string_view value) {
  return fmt::format("{}={}", name, io::percent_encode(value));
}

}  // namespace

std::string space_path(std::string_view space) {
  return "namespaces/" + io::percent_encode(rest::space_to_path(space));
}

std::string table_path(const TableName& name) {
  return fmt::format("{}/tables/{}", space_path(name.space), io::percent_encode(name.name));
}

bool outcome_open(const Error& error) {
  // Without a connection (GT7302) nothing was sent.
  return error.code == 4311 || (io::is_transient(error) && error.code != 7302) || error.code == 4312;
}

RestClient::RestClient(RestCatalogOptions options)
    : options_(std::move(options)), http_({.total_timeout = options_.timeout}), token_(options_.token) {
  while (options_.uri.ends_with('/')) options_.uri.pop_back();
}

std::string RestClient::token() const {
  const std::lock_guard lock(mutex_);
  return token_;
}

Result<io::HttpResponse> RestClient::exchange(const std::string& method, const std::string& url,
                                              const std::string& body, std::string_view content_type) {
  io::HttpRequest request{.method = method, .url = url, .body = body};
  request.headers.push_back({"Accept", "application/json"});
  if (!body.empty()) request.headers.push_back({"Content-Type", std::string(content_type)});
  if (const std::string bearer = token(); !bearer.empty()) {
    request.headers.push_back({"Authorization", "Bearer " + bearer});
  }
  return http_.send(request);
}

Status RestClient::fetch_token() {
  const std::size_t colon = options_.credential.find(':');
  const std::string url =
      options_.oauth2_uri.empty() ? options_.uri + "/v1/oauth/tokens" : options_.oauth2_uri;
  std::string form = form_value("grant_type", "client_credentials");
  if (colon != std::string::npos) form += "&" + form_value("client_id", options_.credential.substr(0, colon));
  form +=
      "&" + form_value("client_secret", colon == std::string::npos ? options_.credential
                                                                   : options_.credential.substr(colon + 1));
  form += "&" + form_value("scope", options_.scope);
  {
    const std::lock_guard lock(mutex_);
    token_.clear();
  }
  GT_ASSIGN(const auto response, exchange("POST", url, form, "application/x-www-form-urlencoded"));
  if (response.status != 200) {
    return fail(ErrorKind::kUsage, 4310,
                fmt::format("the client credentials are refused with status {}", response.status),
                response.url);
  }
  GT_ASSIGN(std::string fresh,
            read_json(response.body, [](const JsonNode& node) { return node.at("access_token").text(); }));
  const std::lock_guard lock(mutex_);
  token_ = std::move(fresh);
  return {};
}

Result<io::HttpResponse> RestClient::send(const RestRequest& request) {
  const std::string url = fmt::format("{}/v1/{}{}", options_.uri, prefix_, request.path);
  GT_ASSIGN(auto response, exchange(request.method, url, request.body, "application/json"));
  if (response.status == 401 && !options_.credential.empty()) {  // The token has run out.
    GT_RETURN_IF_ERROR(fetch_token());
    GT_ASSIGN(response, exchange(request.method, url, request.body, "application/json"));
  }
  if (response.status >= 200 && response.status < 300) return response;
  if (request.method == "HEAD" && response.status == 404) return response;
  return std::unexpected<Error>(error_of(response));
}

Result<io::HttpResponse> RestClient::ask(const RestRequest& request) {
  const bool repeatable = request.method == "GET" || request.method == "HEAD";
  // A server that is silent each time must not cost a time-out for each try.
  const auto deadline = std::chrono::steady_clock::now() + options_.timeout;
  for (const auto pause : kPauses) {
    auto response = send(request);
    if (response) return response;
    const bool again = response.error().code == 7302 || (repeatable && outcome_open(response.error()));
    if (!again || std::chrono::steady_clock::now() + pause >= deadline) return response;
    std::this_thread::sleep_for(pause);
  }
  return send(request);
}

Status RestClient::configure() {
  if (!options_.credential.empty() && options_.token.empty()) GT_RETURN_IF_ERROR(fetch_token());
  std::string path = "config";
  if (!options_.warehouse.empty()) path += "?" + form_value("warehouse", options_.warehouse);
  GT_ASSIGN(const auto response, ask({.path = std::move(path)}));
  GT_ASSIGN(const auto config, rest::parse_config(response.body));
  for (const Properties* properties : {&config.overrides, &config.defaults}) {
    const auto at = properties->find("prefix");
    if (at == properties->end() || at->second.empty()) continue;
    prefix_ = at->second + "/";
    break;
  }
  return {};
}

}  // namespace goldtape::table::internal
