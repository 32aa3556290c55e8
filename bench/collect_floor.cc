// What it costs anybody on this machine to receive answers and make them durable: no parsing, no tables.
//
//   collect_floor FOLDER receive|hash|pack|write URL...
//
// Fetches the URLs, eight at once, then does as much as is named: receive alone; SHA-256 too; zstd too; a
// file each, written, synced and named with its folder synced, by four threads. Prints the sum of bytes as
// JSON; bench/collect_peers.py measures it from outside.
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "goldtape/base/hash.h"
#include "goldtape/io/compression.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/io/http.h"

namespace {

using namespace goldtape;

/// Answers that wait for one of the threads that keep them.
class Keepers {
 public:
  Keepers(std::string folder, int steps) : folder_(std::move(folder)), steps_(steps) {
    for (int i = 0; i < 4; ++i) threads_.emplace_back([this] { work(); });
  }
  void put(std::string body) {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(body));
    arrived_.notify_one();
  }
  bool end() {
    {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
    }
    arrived_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    return !failed_;
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      arrived_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const std::string body = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      if (!keep(body)) failed_ = true;
      lock.lock();
    }
  }
  bool keep(const std::string& body) const {
    if (steps_ < 1) return true;
    const std::string name = sha256_hex(body);
    if (steps_ < 2) return true;
    const auto packed = io::compress_zstd(body, 1);  // As the raw zone does.
    if (!packed || steps_ < 3) return packed.has_value();
    return io::local_filesystem()
        ->write(folder_ + "/" + name + ".zst", *packed, {.overwrite = true, .durable = true})
        .has_value();
  }

  std::string folder_;
  int steps_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::string> waiting_;
  bool ended_ = false;
  std::atomic<bool> failed_ = false;
  std::vector<std::thread> threads_;
};

int steps_of(std::string_view word) {
  if (word == "receive") return 0;
  if (word == "hash") return 1;
  return word == "pack" ? 2 : 3;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "collect_floor FOLDER receive|hash|pack|write URL...\n";
    return 2;
  }
  std::vector<std::string> urls(argv + 3, argv + argc);
  constexpr int kConcurrency = 8;
  io::HttpOptions options;
  options.max_connections_per_host = kConcurrency;
  io::HttpTransfers transfers(options);
  Keepers keepers(argv[1], steps_of(argv[2]));
  std::uint64_t bytes = 0;
  std::size_t answered = 0;
  std::size_t next = 0;
  while (answered < urls.size()) {
    while (next < urls.size() && transfers.in_flight() < kConcurrency) {
      transfers.start({.url = urls[next++]}, [&](Result<io::HttpResponse> answer) {
        if (!answer || answer->status != 200) std::exit(1);  // NOLINT(concurrency-mt-unsafe)
        ++answered;
        bytes += answer->body.size();
        keepers.put(std::move(answer->body));
      });
    }
    transfers.wait(std::chrono::milliseconds(100));
  }
  if (!keepers.end()) return 1;
  std::cout << fmt::format(R"({{"rows":0,"bytes":{}}})", bytes) << "\n";
  return 0;
}
