#include <mutex>
#include <utility>

#include "goldtape/io/http.h"
#include "goldtape/io/http_exchange_internal.h"

namespace goldtape::io {

/// A handle keeps its connections; each call takes one from the pool and puts it back.
struct HttpClient::Impl {
  HttpOptions options;
  std::mutex mutex;
  std::vector<CurlEasy> idle;

  CurlEasy take() {
    const std::scoped_lock lock(mutex);
    if (idle.empty()) return CurlEasy(curl_easy_init());
    CurlEasy handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }

  void put_back(CurlEasy handle) {
    const std::scoped_lock lock(mutex);
    idle.push_back(std::move(handle));
  }
};

HttpClient::HttpClient(HttpOptions options) : impl_(std::make_unique<Impl>()) {
  init_curl();
  impl_->options = std::move(options);
}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  CurlEasy handle = impl_->take();
  if (!handle) return fail(ErrorKind::kInternal, 7313, "libcurl gave no handle: out of memory");
  HttpExchange exchange(impl_->options, request);
  bool whole = false;
  while (!whole) {
    GT_RETURN_IF_ERROR(exchange.prepare(handle.get()));
    GT_ASSIGN(whole, exchange.finish(handle.get(), curl_easy_perform(handle.get())));
  }
  curl_easy_reset(handle.get());
  impl_->put_back(std::move(handle));
  return exchange.take();
}

}  // namespace goldtape::io
