// One exchange on one libcurl handle, shared by HttpClient and HttpTransfers.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "goldtape/base/result.h"
#include "goldtape/io/http.h"

namespace goldtape::io {

/// Once a process, before any handle.
void init_curl();

/// As Go's and others': a proxy never stands between this machine and itself.
[[nodiscard]] bool is_this_machine(std::string_view host);

struct CurlEasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyDeleter>;

struct CurlListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// Sets a handle up for a request and turns what came into a response. Stays where it is (libcurl holds
/// pointers into it). A redirect that is followed makes `finish` ask for another round.
class HttpExchange {
 public:
  HttpExchange(const HttpOptions& options, HttpRequest request);
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;
  HttpExchange(HttpExchange&&) = delete;
  HttpExchange& operator=(HttpExchange&&) = delete;
  ~HttpExchange() = default;

  /// Errors: GT7301, GT7305.
  Status prepare(CURL* handle);
  /// After the handle has performed: true when the answer is whole, false when it has to be prepared and
  /// performed again for a redirect. Errors: as HttpClient::send.
  Result<bool> finish(CURL* handle, CURLcode code);
  [[nodiscard]] HttpResponse take() { return std::move(response_); }

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);

  Status set_method(CURL* handle);
  Status set_headers(CURL* handle);
  Status set_transport(CURL* handle);
  Status set_proxy(CURL* handle);
  bool take_header(std::string_view line);
  bool take_body(std::string_view bytes);
  /// Points the request at the Location of the response. Errors: GT7308.
  Result<bool> redirect(CURL* handle);
  [[nodiscard]] Error error_of(CURLcode code) const;
  [[nodiscard]] std::uint64_t max_body_bytes() const;
  [[nodiscard]] std::chrono::milliseconds total_timeout() const;
  [[nodiscard]] std::chrono::milliseconds elapsed() const;

  const HttpOptions& options_;
  HttpRequest request_;
  HttpResponse response_;
  std::string shown_;
  std::unique_ptr<curl_slist, CurlListDeleter> headers_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  int redirects_ = 0;
  bool too_big_ = false;
};

}  // namespace goldtape::io
