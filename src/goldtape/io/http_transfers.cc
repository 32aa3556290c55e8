#include <atomic>
#include <unordered_map>
#include <utility>

#include "goldtape/io/http.h"
#include "goldtape/io/http_exchange_internal.h"

namespace goldtape::io {

namespace {

struct CurlMultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

struct Transfer {
  CurlEasy handle;
  std::unique_ptr<HttpExchange> exchange;
  HttpTransfers::Done done;
};

struct Ended {
  HttpTransfers::Done done;
  Result<HttpResponse> result;
};

}  // namespace

struct HttpTransfers::Impl {
  HttpOptions options;
  std::unique_ptr<CURLM, CurlMultiDeleter> multi{curl_multi_init()};
  std::unordered_map<CURL*, Transfer> running;
  std::vector<CurlEasy> idle;
  std::vector<Ended> ended;
  std::atomic<bool> woken = false;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;
  ~Impl() {
    for (const auto& [handle, transfer] : running) curl_multi_remove_handle(multi.get(), handle);
  }

  void begin(Transfer transfer) {
    CURL* handle = transfer.handle.get();
    if (const Status ready = transfer.exchange->prepare(handle); !ready) {
      ended.push_back({std::move(transfer.done), std::unexpected(ready.error())});
      return;
    }
    // Rather wait for a connection that may carry many streams than open one more.
    curl_easy_setopt(handle, CURLOPT_PIPEWAIT, 1L);
    running.emplace(handle, std::move(transfer));
    curl_multi_add_handle(multi.get(), handle);
  }

  void finish(CURL* handle, CURLcode code) {
    curl_multi_remove_handle(multi.get(), handle);
    auto node = running.extract(handle);
    Transfer& transfer = node.mapped();
    const Result<bool> whole = transfer.exchange->finish(handle, code);
    if (whole && !*whole) {
      begin(std::move(transfer));
      return;
    }
    if (whole) {
      ended.push_back({std::move(transfer.done), transfer.exchange->take()});
    } else {
      ended.push_back({std::move(transfer.done), std::unexpected(whole.error())});
    }
    curl_easy_reset(handle);
    idle.push_back(std::move(transfer.handle));
  }

  void collect() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
    }
  }

  bool deliver() {
    std::vector<Ended> now;
    now.swap(ended);
    for (Ended& one : now) one.done(std::move(one.result));
    return !now.empty();
  }
};

HttpTransfers::HttpTransfers(HttpOptions options) {
  init_curl();
  impl_ = std::make_unique<Impl>();
  impl_->options = std::move(options);
  curl_multi_setopt(impl_->multi.get(), CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  curl_multi_setopt(impl_->multi.get(), CURLMOPT_MAX_HOST_CONNECTIONS,
                    static_cast<long>(impl_->options.max_connections_per_host));
}
HttpTransfers::HttpTransfers(HttpTransfers&&) noexcept = default;
HttpTransfers& HttpTransfers::operator=(HttpTransfers&&) noexcept = default;
HttpTransfers::~HttpTransfers() = default;

void HttpTransfers::start(HttpRequest request, Done done) {
  CurlEasy handle;
  if (impl_->idle.empty()) {
    handle.reset(curl_easy_init());
  } else {
    handle = std::move(impl_->idle.back());
    impl_->idle.pop_back();
  }
  if (!handle) {
    impl_->ended.push_back(
        {std::move(done), fail(ErrorKind::kInternal, 7313, "libcurl gave no handle: out of memory")});
    return;
  }
  impl_->begin({std::move(handle), std::make_unique<HttpExchange>(impl_->options, std::move(request)),
                std::move(done)});
}

std::size_t HttpTransfers::in_flight() const { return impl_->running.size() + impl_->ended.size(); }

void HttpTransfers::wait(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (true) {
    int running = 0;
    curl_multi_perform(impl_->multi.get(), &running);
    impl_->collect();
    if (impl_->deliver() || impl_->woken.exchange(false)) return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    curl_multi_poll(impl_->multi.get(), nullptr, 0, static_cast<int>(left.count()), nullptr);
  }
}

void HttpTransfers::wake() {
  impl_->woken = true;
  curl_multi_wakeup(impl_->multi.get());
}

}  // namespace goldtape::io
