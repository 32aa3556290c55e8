#include "goldtape/ingest/landing_pool.h"

#include <utility>

#include "goldtape/ingest/intake.h"

namespace goldtape::ingest {

namespace {

void write(const lake::Lake& lake, Landing& landing) {
  for (LandedAnswer& one : landing.answers) {
    if (!one.audit.raw_path.empty()) continue;
    if (Status done = land_answer(lake, one.answer, one.audit); !done) {
      landing.error = std::move(done.error());
      return;
    }
  }
}

}  // namespace

LandingPool::LandingPool(const lake::Lake& lake, unsigned threads, std::function<void()> landed)
    : lake_(lake), landed_(std::move(landed)) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

LandingPool::~LandingPool() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void LandingPool::submit(Landing landing) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(landing));
  }
  changed_.notify_all();
}

std::vector<Landing> LandingPool::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(done_, {});
}

void LandingPool::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && under_way_ == 0; });
}

void LandingPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    Landing landing = std::move(waiting_.front());
    waiting_.pop_front();
    ++under_way_;
    lock.unlock();
    write(lake_, landing);
    lock.lock();
    done_.push_back(std::move(landing));
    --under_way_;
    lock.unlock();
    changed_.notify_all();
    landed_();
    lock.lock();
  }
}

}  // namespace goldtape::ingest
