// The threads that handlers run on. Not public.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace goldtape::serve::internal {

/// A bounded queue and its threads. Thread safe. Without threads, work runs at once on the caller's.
class WorkerPool {
 public:
  WorkerPool(int threads, std::size_t max_queued);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when the queue is full or the pool has ended: the work is not run. `must` ignores the bound
  /// (the rest of something that was begun).
  bool run(std::function<void()> work, bool must = false);
  /// Runs what is queued, then ends the threads.
  void end();

 private:
  void loop();
  std::size_t max_queued_;
  bool inline_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace goldtape::serve::internal
