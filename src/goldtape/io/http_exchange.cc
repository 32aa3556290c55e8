#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/io/http_exchange_internal.h"

namespace goldtape::io {

namespace {

constexpr long kReceiveBytes = 128L << 10U;  // At most at once; libcurl's own 16 KiB are many calls.

/// Headers that speak for the user and stay with the host they were meant for.
bool is_credential(std::string_view name) {
  const std::string lower = to_lower(name);
  return lower == "authorization" || lower == "cookie" || lower == "proxy-authorization" ||
         lower.find("key") != std::string::npos || lower.find("token") != std::string::npos ||
         lower.find("secret") != std::string::npos;
}

std::string host_name(std::string_view host_and_port) {
  return std::string(host_and_port.substr(0, host_and_port.rfind(':')));
}

std::string trusted_file(const HttpOptions& options) {
  if (!options.ca_file.empty()) return options.ca_file;
  const char* named = std::getenv("SSL_CERT_FILE");  // NOLINT(concurrency-mt-unsafe): nothing sets it
  return named == nullptr ? std::string() : std::string(named);
}

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

void init_curl() {
  static const bool done = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  static_cast<void>(done);
}

HttpExchange::HttpExchange(const HttpOptions& options, HttpRequest request)
    : options_(options), request_(std::move(request)) {
  shown_ = request_.shown_as.empty() ? show_url(request_.url) : request_.shown_as;
}

std::uint64_t HttpExchange::max_body_bytes() const {
  return request_.max_body_bytes.value_or(options_.max_body_bytes);
}

std::chrono::milliseconds HttpExchange::total_timeout() const {
  return request_.total_timeout.value_or(options_.total_timeout);
}

std::chrono::milliseconds HttpExchange::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
}

std::size_t HttpExchange::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  const std::size_t bytes = size * count;
  return static_cast<HttpExchange*>(self)->take_header({data, bytes}) ? bytes : 0;
}

std::size_t HttpExchange::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  const std::size_t bytes = size * count;
  return static_cast<HttpExchange*>(self)->take_body({data, bytes}) ? bytes : 0;
}

bool HttpExchange::take_header(std::string_view line) {
  constexpr std::size_t kMostHeaders = 500;
  line = trim(line);
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
    response_.body.clear();
    return true;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || response_.headers.size() >= kMostHeaders) return true;
  HttpHeader header{.name = to_lower(trim(line.substr(0, colon))),
                    .value = std::string(trim(line.substr(colon + 1)))};
  if (header.name == "content-length" && request_.method != "HEAD") {
    constexpr std::uint64_t kMostReservedBytes = std::uint64_t{4} << 20U;
    std::uint64_t length = 0;
    std::from_chars(header.value.data(), header.value.data() + header.value.size(), length);
    too_big_ = length > max_body_bytes();
    // As far as a claim is worth memory; not for what comes packed and becomes longer.
    response_.body.reserve(std::min(length, kMostReservedBytes));
  }
  response_.headers.push_back(std::move(header));
  return !too_big_;
}

bool HttpExchange::take_body(std::string_view bytes) {
  if (response_.body.size() + bytes.size() > max_body_bytes()) {
    too_big_ = true;
    return false;
  }
  response_.body += bytes;
  return true;
}

Status HttpExchange::prepare(CURL* handle) {
  if (host_of(request_.url).empty() || has_line_break(request_.url)) {
    return fail(ErrorKind::kUsage, 7301, "only absolute http:// and https:// URLs can be asked", shown_);
  }
  curl_easy_reset(handle);
  response_ = {};
  response_.url = shown_;
  words_.fill('\0');
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words_.data());
  curl_easy_setopt(handle, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &HttpExchange::on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &HttpExchange::on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, kReceiveBytes);
  if (request_.decode) curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  GT_RETURN_IF_ERROR(set_method(handle));
  GT_RETURN_IF_ERROR(set_headers(handle));
  GT_RETURN_IF_ERROR(set_transport(handle));
  return set_proxy(handle);
}

Status HttpExchange::set_method(CURL* handle) {
  const bool sends_body = !request_.body.empty() || request_.method == "POST" || request_.method == "PUT";
  if (request_.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (sends_body) {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  } else {
    curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    if (request_.method != "GET") curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  if (request_.method.empty() || has_line_break(request_.method)) {
    return fail(ErrorKind::kUsage, 7301, "an HTTP method is one word, such as GET", shown_);
  }
  return {};
}

Status HttpExchange::set_headers(CURL* handle) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const HttpHeader& header : request_.headers) {
    if (header.name.empty() || has_line_break(header.name) || has_line_break(header.value)) {
      curl_slist_free_all(list);
      return fail(
          ErrorKind::kUsage, 7301,
          fmt::format("the value of the HTTP header '{}' has a line break: check the variable or setting "
                      "it comes from",
                      header.name.substr(0, header.name.find_first_of("\r\n"))),
          shown_);
    }
    const std::string line =
        header.value.empty() ? header.name + ";" : fmt::format("{}: {}", header.name, header.value);
    list = curl_slist_append(list, line.c_str());
  }
  headers_.reset(list);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, options_.user_agent.c_str());
  return {};
}

Status HttpExchange::set_transport(CURL* handle) {
  const auto left = std::max(total_timeout() - elapsed(), std::chrono::milliseconds(1));
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.idle_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  const std::string trusted = trusted_file(options_);
  if (trusted.empty()) return {};
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(trusted, ignored)) {
    return fail(ErrorKind::kUsage, 7305,
                "the file of trusted certificates (http.ca_file or SSL_CERT_FILE) is not there", trusted);
  }
  curl_easy_setopt(handle, CURLOPT_CAINFO, trusted.c_str());
  return {};
}

Status HttpExchange::set_proxy(CURL* handle) {
  if (options_.proxy) {
    if (curl_easy_setopt(handle, CURLOPT_PROXY, options_.proxy->c_str()) != CURLE_OK) {
      return fail(ErrorKind::kUsage, 7305, "the proxy setting cannot be used: write http://host:port",
                  shown_);
    }
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "");
  } else if (is_this_machine(host_name(host_of(request_.url)))) {
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
  }
  return {};
}

Result<bool> HttpExchange::finish(CURL* handle, CURLcode code) {
  if (code != CURLE_OK) {
    long tunnel_status = 0;
    curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &tunnel_status);
    return std::unexpected(error_of(tunnel_status >= 300 ? CURLE_PROXY : code));
  }
  long status = 0;
  long version = 0;
  long connects = 0;
  curl_off_t received = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_HTTP_VERSION, &version);
  curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &connects);
  curl_easy_getinfo(handle, CURLINFO_SIZE_DOWNLOAD_T, &received);
  response_.status = static_cast<int>(status);
  response_.http_version = version == CURL_HTTP_VERSION_2_0 ? "2" : "1.1";
  response_.received_bytes = static_cast<std::uint64_t>(std::max<curl_off_t>(received, 0));
  response_.reused_connection = connects == 0;
  response_.elapsed = elapsed();
  const bool redirected = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  if (redirected) return redirect(handle);
  return true;
}

Result<bool> HttpExchange::redirect(CURL* handle) {
  const char* found = nullptr;
  curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, &found);
  if (found == nullptr) return true;
  const std::string next = found;
  const std::string host = host_of(next);
  const bool same = host == host_of(request_.url);
  const bool upgrade = next.starts_with("https://") && host_name(host) == host_name(host_of(request_.url));
  const bool downgrade = request_.url.starts_with("https://") && !next.starts_with("https://");
  const bool allowed =
      std::ranges::find(options_.redirect_hosts, host_name(host)) != options_.redirect_hosts.end();
  if (host.empty() || downgrade || !(same || upgrade || allowed)) {
    return fail(
        ErrorKind::kUnavailable, 7308,
        fmt::format("the server redirects elsewhere, to {}, which is not followed: a captive network, a "
                    "wrong base URL, or the venue has moved",
                    show_url(next)),
        shown_);
  }
  if (++redirects_ > options_.max_redirects) {
    return fail(ErrorKind::kUnavailable, 7308,
                fmt::format("more than {} redirects, last to {}", options_.max_redirects, show_url(next)),
                shown_);
  }
  if (!same && !upgrade)
    std::erase_if(request_.headers, [](const HttpHeader& h) { return is_credential(h.name); });
  const bool keeps_method = response_.status == 307 || response_.status == 308 || request_.method == "HEAD";
  if (!keeps_method) {
    request_.method = "GET";
    request_.body.clear();
  }
  request_.url = next;
  if (request_.shown_as.empty()) shown_ = show_url(next);
  return false;
}

Error HttpExchange::error_of(CURLcode code) const {
  const std::string words =
      words_[0] != '\0' ? std::string(words_.data()) : std::string(curl_easy_strerror(code));
  const auto make = [this](ErrorKind kind, std::uint16_t number, std::string message) {
    return Error{kind, number, std::move(message), shown_};
  };
  if (too_big_) {
    return make(
        ErrorKind::kDamaged, 7306,
        fmt::format("the answer is larger than {} bytes and was cut off; a venue's answer never is: check "
                    "the URL, or raise http.max_body",
                    max_body_bytes()));
  }
  switch (code) {
    case CURLE_URL_MALFORMAT:
      return make(ErrorKind::kUsage, 7301, "only absolute http:// and https:// URLs can be asked");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return make(ErrorKind::kUnavailable, 7302, fmt::format("no connection: {}", words));
    case CURLE_OPERATION_TIMEDOUT:
      return make(ErrorKind::kUnavailable, 7303,
                  fmt::format("out of time after {} ms (limits: connect {} ms, idle {} s, total {} ms): {}",
                              elapsed().count(), options_.connect_timeout.count(),
                              options_.idle_timeout.count(), total_timeout().count(), words));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return make(ErrorKind::kUnavailable, 7304,
                  fmt::format("the connection cannot be trusted: {}; check this machine's clock and its "
                              "ca-certificates, or name the certificate authority by http.ca_file",
                              words));
    case CURLE_SSL_CACERT_BADFILE:
      return make(ErrorKind::kUsage, 7305,
                  fmt::format("the file of trusted certificates cannot be read: {}", trusted_file(options_)));
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return make(ErrorKind::kUnavailable, 7312, fmt::format("the proxy did not let us through: {}", words));
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return make(ErrorKind::kUnavailable, 7307,
                  fmt::format("the answer was cut off in the middle: {}", words));
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9 is what libcurl takes any text for
    case CURLE_WEIRD_SERVER_REPLY:
      return make(ErrorKind::kUnavailable, 7307, fmt::format("what answered does not speak HTTP: {}", words));
    case CURLE_BAD_CONTENT_ENCODING:
      return make(ErrorKind::kDamaged, 7309, fmt::format("the answer does not unpack: {}", words));
    default: return make(ErrorKind::kInternal, 7313, fmt::format("libcurl error {}: {}", int{code}, words));
  }
}

}  // namespace goldtape::io
