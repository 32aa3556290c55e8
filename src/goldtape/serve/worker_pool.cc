#include <utility>

#include "goldtape/serve/worker_pool_internal.h"

namespace goldtape::serve::internal {

WorkerPool::WorkerPool(int threads, std::size_t max_queued) : max_queued_(max_queued), inline_(threads <= 0) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { loop(); });
}

WorkerPool::~WorkerPool() { end(); }

bool WorkerPool::run(std::function<void()> work, bool must) {
  if (inline_) {
    work();
    return true;
  }
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || (!must && queue_.size() >= max_queued_)) return false;
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
  return true;
}

void WorkerPool::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::loop() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ended_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace goldtape::serve::internal
