// HTTP to the outside: bounded in time and size, never off to another host unasked, silent about secrets.
// One exchange is one attempt; waiting, trying again and giving up are for the caller.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"

namespace goldtape::io {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// One question. No part of it but `shown_as` (or what `show_url` makes of `url`) reaches a message or the
/// log.
struct HttpRequest {
  std::string method = "GET";
  std::string url = {};                  ///< Absolute, http or https.
  std::vector<HttpHeader> headers = {};  ///< In any case; Accept-Encoding, Host and Content-Length are added.
  std::string body = {};                 ///< Sent with its length when not empty, and with POST and PUT.
  std::string shown_as = {};             ///< How messages name the URL; empty: show_url(url).
  bool decode = true;                    ///< Offer gzip and give the body unpacked; false: as it came.
  std::optional<std::chrono::milliseconds> total_timeout = {};  ///< Instead of HttpOptions'.
  std::optional<std::uint64_t> max_body_bytes = {};             ///< Instead of HttpOptions'.

  /// Makes the request conditional: 304 answers without a body when nothing changed. Empty texts are left
  /// out.
  void ask_if_changed(std::string_view etag, std::string_view last_modified);
};

/// One answer, of any status. Headers are those of the last response, after redirects.
struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers = {};  ///< Names in lower case, in the order in which they came.
  std::string body = {};                 ///< Unpacked when the request said `decode`.
  std::string url = {};                  ///< As messages name it; after redirects the last one.
  std::string http_version;              ///< "1.1" or "2".
  int attempts = 1;                      ///< Exchanges that were needed; set by who tries again.
  std::uint64_t received_bytes = 0;      ///< Of the body as it came over the wire.
  bool reused_connection = false;
  std::chrono::milliseconds elapsed{0};

  /// The first header of this name, in any case; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// The Date header, when it is one.
  [[nodiscard]] std::optional<Timestamp> date() const;
  /// Retry-After, in seconds or as a date (which counts from the Date header, else from `now`). Never
  /// negative.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(Timestamp now) const;
};

struct HttpOptions {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds total_timeout{120'000};          ///< Of one exchange with its redirects.
  std::chrono::seconds idle_timeout{30};                     ///< Without a byte either way.
  std::uint64_t max_body_bytes = std::uint64_t{256} << 20U;  ///< As received and as unpacked.
  int max_redirects = 5;
  /// Host names that a redirect may lead to besides the request's own; credentials do not go along.
  std::vector<std::string> redirect_hosts = {};
  /// Absent: http_proxy, https_proxy, all_proxy and no_proxy of the environment, never for this very machine
  /// (localhost, 127.0.0.0/8, ::1). Empty: none. Else the proxy's URL, for every host.
  std::optional<std::string> proxy = {};
  std::string ca_file = {};  ///< PEM; empty: SSL_CERT_FILE of the environment, else the system's.
  std::string user_agent = "goldtape";
  int max_connections_per_host = 16;  ///< HttpTransfers only.
};

/// Sends one request at a time from each calling thread; connections are kept and used again.
/// Thread safe.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options = {});
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  /// The answer, whatever its status. Errors, with `where` = the shown URL:
  /// kUsage GT7301 not a URL we speak, GT7305 a CA file or proxy setting that cannot be used;
  /// kUnavailable GT7302 no connection, GT7303 out of time (which limit), GT7304 TLS, GT7307 cut off in the
  /// middle, GT7308 a redirect elsewhere or too many, GT7312 the proxy;
  /// kDamaged GT7306 a body beyond the limit, GT7309 a body that does not unpack; kInternal GT7313 other.
  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Exchanges under way at once, driven by one thread: the seam through which a test can stand in for the
/// network. Not thread safe.
class HttpTransport {
 public:
  using Done = std::function<void(Result<HttpResponse>)>;

  virtual ~HttpTransport() = default;
  /// Begins an exchange. `done` gets what `HttpClient::send` would have returned; it is called by `wait`,
  /// once, and may start more.
  virtual void start(HttpRequest request, Done done) = 0;
  [[nodiscard]] virtual std::size_t in_flight() const = 0;
  /// Works for at most `limit`, and returns early once an exchange has ended. With none in flight it sleeps.
  virtual void wait(std::chrono::milliseconds limit) = 0;
  /// Has a `wait` that is under way, or else the next one, return at once. From any thread.
  virtual void wake() {}
};

/// Over shared connections, HTTP/2 streams where the server has it.
class HttpTransfers final : public HttpTransport {
 public:
  explicit HttpTransfers(HttpOptions options = {});
  HttpTransfers(HttpTransfers&&) noexcept;
  HttpTransfers& operator=(HttpTransfers&&) noexcept;
  /// Gives up what is under way; its `done` is not called.
  ~HttpTransfers() override;

  void start(HttpRequest request, Done done) override;
  [[nodiscard]] std::size_t in_flight() const override;
  void wait(std::chrono::milliseconds limit) override;
  void wake() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether another try may help: no connection, out of time, cut off, or the proxy (GT7302, 7303, 7307,
/// 7312).
[[nodiscard]] bool is_transient(const Error& error);

/// The URL for messages: without user and password, the values of secret query parameters (keys, tokens,
/// signatures, crumbs) as "***".
[[nodiscard]] std::string show_url(std::string_view url);
/// "host:port" in lower case, the port always said; empty for what is no http(s) URL.
[[nodiscard]] std::string host_of(std::string_view url);
/// RFC 3986 percent-encoding of one component: all but letters, digits and "-._~".
[[nodiscard]] std::string percent_encode(std::string_view text);
/// A date of RFC 9110 section 5.6.7, in any of its three forms.
[[nodiscard]] std::optional<Timestamp> parse_http_date(std::string_view text);
/// "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string format_http_date(Timestamp ts);

}  // namespace goldtape::io
