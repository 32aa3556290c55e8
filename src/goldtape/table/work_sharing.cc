#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>

#include <arrow/io/interfaces.h>
#include <arrow/util/thread_pool.h>

#include "goldtape/table/work_sharing_internal.h"

namespace goldtape::table {
namespace {

// A moment that threads wait for; mostly a short one.
class Gate {
 public:
  void open() {
    open_ = true;
    open_.notify_all();
  }
  void pass() const {
    // To be woken takes as long as some pieces of work. Yielding instead would be paid for later: the kernel
    // puts off whoever has yielded often.
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
    while (!open_ && std::chrono::steady_clock::now() < until) continue;
    open_.wait(false);
  }

 private:
  std::atomic<bool> open_ = false;
};

// Outlives the call: a thread of the pool may come when all is done, and finds nothing left.
struct Shared {
  std::function<Status(std::size_t)> work;
  std::size_t before_gate = 0;  // So many pieces, and then `between`, come before all others.
  std::function<Status()> between;
  std::atomic<std::size_t> done_before_gate = 0;
  Gate gate;
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
      if (piece >= before_gate && before_gate > 0) gate.pass();
      if (next >= kStopped) break;
      if (Status done = take(piece); !done) stop(piece, done.error());
    }
    const std::scoped_lock lock(mutex);
    --running;
    changed.notify_all();
  }

 private:
  static constexpr std::size_t kStopped = std::numeric_limits<std::size_t>::max() / 2;

  Status take(std::size_t piece) {
    GT_RETURN_IF_ERROR(work(piece));
    if (piece >= before_gate || ++done_before_gate != before_gate) return {};
    GT_RETURN_IF_ERROR(between());
    gate.open();
    return {};
  }

  void stop(std::size_t piece, Error error) {
    {
      const std::scoped_lock lock(mutex);
      if (!failed || piece < failed->first) failed.emplace(piece, std::move(error));
    }
    next = kStopped;
    gate.open();
  }
};

Status share(std::shared_ptr<Shared> shared, int threads, arrow::internal::ThreadPool& pool) {
  const std::size_t pieces = shared->pieces;
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

std::shared_ptr<Shared> shared_of(std::size_t pieces, std::function<Status(std::size_t)> work) {
  auto shared = std::make_shared<Shared>();
  shared->work = std::move(work);
  shared->pieces = pieces;
  return shared;
}

}  // namespace

Status share_work(std::size_t pieces, int threads, const std::function<Status(std::size_t)>& work) {
  return share(shared_of(pieces, work), threads, *arrow::internal::GetCpuThreadPool());
}

namespace internal {

Status share_work(const TwoSteps& steps, int threads) {
  if (steps.first == 0) {
    GT_RETURN_IF_ERROR(steps.between());
    return table::share_work(steps.second, threads, steps.do_second);
  }
  auto shared = shared_of(steps.first + steps.second, [steps](std::size_t piece) {
    return piece < steps.first ? steps.do_first(piece) : steps.do_second(piece - steps.first);
  });
  shared->before_gate = steps.first;
  shared->between = steps.between;
  return share(std::move(shared), threads, *arrow::internal::GetCpuThreadPool());
}

Status share_waiting(std::size_t pieces, const std::function<Status(std::size_t)>& work) {
  return share(shared_of(pieces, work), 0,
               dynamic_cast<arrow::internal::ThreadPool&>(*arrow::io::default_io_context().executor()));
}

}  // namespace internal

}  // namespace goldtape::table
