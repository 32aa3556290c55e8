#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include <arrow/io/interfaces.h>
#include <arrow/util/thread_pool.h>

#include "goldtape/table/work_sharing_internal.h"

namespace goldtape::table {
namespace {

// Outlives the call: a thread of the pool may come when all is done, and finds nothing left.
struct Shared {
  std::function<Status(std::size_t)> work;
  std::size_t pieces = 0;
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t running = 0;  // Threads between taking a piece and having reported it.
  std::optional<std::pair<std::size_t, Error>> failed;

  void run() {
    {
      const std::scoped_lock lock(mutex);
      ++running;
    }
    for (std::size_t piece = next++; piece < pieces; piece = next++) {
      Status done = work(piece);
      if (done) continue;
      const std::scoped_lock lock(mutex);
      if (!failed || piece < failed->first) failed.emplace(piece, done.error());
      next = pieces;
    }
    const std::scoped_lock lock(mutex);
    --running;
    changed.notify_all();
  }
};

Status share(std::size_t pieces, int threads, const std::function<Status(std::size_t)>& work,
             arrow::internal::ThreadPool& pool) {
  auto shared = std::make_shared<Shared>();
  shared->work = work;
  shared->pieces = pieces;
  const auto wanted = static_cast<std::size_t>(threads > 0 ? threads : pool.GetCapacity());
  for (std::size_t i = 1; i < std::min(wanted, pieces); ++i) {
    if (!pool.Spawn([shared] { shared->run(); }).ok()) break;  // Then the caller does it alone.
  }
  shared->run();
  std::unique_lock lock(shared->mutex);
  shared->changed.wait(lock, [&] { return shared->running == 0; });
  if (shared->failed) return std::unexpected<Error>(shared->failed->second);
  return {};
}

}  // namespace

Status share_work(std::size_t pieces, int threads, const std::function<Status(std::size_t)>& work) {
  return share(pieces, threads, work, *arrow::internal::GetCpuThreadPool());
}

namespace internal {

Status share_waiting(std::size_t pieces, const std::function<Status(std::size_t)>& work) {
  return share(pieces, 0, work,
               dynamic_cast<arrow::internal::ThreadPool&>(*arrow::io::default_io_context().executor()));
}

}  // namespace internal

}  // namespace goldtape::table
