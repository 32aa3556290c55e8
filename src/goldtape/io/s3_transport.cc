#include <algorithm>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/io/s3_transport_internal.h"

namespace goldtape::io {
namespace {

// No peer is so slow that it needs longer than this for its bytes, besides the timeout.
constexpr std::uint64_t kLeastBytesPerSecond = 100'000;
constexpr int kPollMs = 1'000;
// Slower than this for as long as the timeout is silence.
constexpr long kLeastSpeed = 1'000;

struct MultiCloser {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, MultiCloser>;

/// One exchange under way.
struct Running {
  explicit Running(S3Exchange& of) : exchange(of), easy(curl_easy_init()) {}
  ~Running() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(list);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  S3Exchange& exchange;
  CURL* easy;
  curl_slist* list = nullptr;
  bool too_large = false;
};

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* at) {
  auto& running = *static_cast<Running*>(at);
  const std::size_t got = size * count;
  if (running.exchange.answer.size() + got > running.exchange.max_answer_bytes) {
    running.too_large = true;
    return 0;
  }
  running.exchange.answer.append(bytes, got);
  return got;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* at) {
  auto& exchange = static_cast<Running*>(at)->exchange;
  const std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) exchange.answer_headers.clear();  // What came before was provisional.
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    exchange.answer_headers[to_lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
  }
  return line.size();
}

void set_up(Running& running, const std::string& ca_file) {
  const S3Exchange& exchange = running.exchange;
  CURL* easy = running.easy;
  for (const auto& [name, value] : exchange.headers) {
    // libcurl drops a header whose value is empty unless it is written with a semicolon.
    const std::string line = value.empty() ? name + ";" : fmt::format("{}: {}", name, value);
    running.list = curl_slist_append(running.list, line.c_str());
  }
  for (const char* unwanted : {"Expect:", "Accept:"})
    running.list = curl_slist_append(running.list, unwanted);
  if (exchange.headers.count("content-type") == 0)
    running.list = curl_slist_append(running.list, "Content-Type:");
  const auto bytes = std::max<std::uint64_t>(exchange.body.size(), exchange.max_answer_bytes);
  const auto whole_ms = exchange.timeout.count() + static_cast<long>(bytes * 1000 / kLeastBytesPerSecond);
  curl_easy_setopt(easy, CURLOPT_URL, exchange.url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, running.list);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(exchange.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, std::min<long>(whole_ms, 3'600'000));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kLeastSpeed);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, std::max<long>(1, exchange.timeout.count() / 1000));
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &running);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &running);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &running);
  if (!ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
  if (exchange.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (exchange.method != "GET") {
    if (exchange.method != "DELETE") {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange.body.data() == nullptr ? "" : exchange.body.data());
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.body.size()));
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange.method.c_str());
  }
}

void finish(Running& running, CURLcode code) {
  S3Exchange& exchange = running.exchange;
  long status = 0;
  curl_easy_getinfo(running.easy, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK) {
    exchange.status = static_cast<int>(status);
    return;
  }
  exchange.status = 0;
  exchange.failure =
      running.too_large ? "the answer is larger than what was asked for" : curl_easy_strerror(code);
}

}  // namespace

struct S3Transport::Impl {
  std::string ca_file;
  std::mutex mutex;
  std::vector<Multi> idle;  ///< Each with its own live connections; the last one used is the first taken.

  Multi take() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return Multi(curl_multi_init());
    Multi multi = std::move(idle.back());
    idle.pop_back();
    return multi;
  }
  void give_back(Multi multi) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(multi));
  }
};

S3Transport::S3Transport(std::string ca_file) : impl_(std::make_unique<Impl>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  impl_->ca_file = std::move(ca_file);
}

S3Transport::~S3Transport() = default;

void S3Transport::run(std::span<S3Exchange* const> exchanges, std::size_t max_in_flight) {
  Multi multi = impl_->take();
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(max_in_flight));
  std::vector<std::unique_ptr<Running>> running;
  std::size_t next = 0;
  while (next < exchanges.size() || !running.empty()) {
    while (next < exchanges.size() && running.size() < max_in_flight) {
      auto one = std::make_unique<Running>(*exchanges[next++]);
      set_up(*one, impl_->ca_file);
      curl_multi_add_handle(multi.get(), one->easy);
      running.push_back(std::move(one));
    }
    int active = 0;
    curl_multi_perform(multi.get(), &active);
    int left = 0;
    bool finished = false;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      Running* done = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &done);
      finish(*done, message->data.result);
      curl_multi_remove_handle(multi.get(), done->easy);
      std::erase_if(running, [done](const auto& one) { return one.get() == done; });
      finished = true;
    }
    if (!finished && !running.empty()) curl_multi_poll(multi.get(), nullptr, 0, kPollMs, nullptr);
  }
  impl_->give_back(std::move(multi));
}

}  // namespace goldtape::io
