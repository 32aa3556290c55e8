// Puts answers into raw/ on several threads: hashing, packing, and above all waiting for syncs.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "goldtape/base/error.h"
#include "goldtape/ingest/chain.h"
#include "goldtape/lake/lake.h"

namespace goldtape::ingest {

/// Answers that are landed together, and what follows once they are and the audit says so.
struct Landing {
  std::vector<LandedAnswer> answers;  ///< Those whose audit has no raw_path are written and get one.
  std::function<void(Landing&)> then;
  std::optional<Error> error = {};  ///< The lake's; then some may not be written.
};

/// Thread safe. Keeps references.
class LandingPool {
 public:
  /// `landed` is called by a thread of the pool whenever something has become ready for `take`.
  LandingPool(const lake::Lake& lake, unsigned threads, std::function<void()> landed);
  LandingPool(const LandingPool&) = delete;
  LandingPool& operator=(const LandingPool&) = delete;
  LandingPool(LandingPool&&) = delete;
  LandingPool& operator=(LandingPool&&) = delete;
  /// Ends what is under way; what waits is not begun.
  ~LandingPool();

  void submit(Landing landing);
  /// What has been landed since the last time: durable, in the order in which it became so.
  [[nodiscard]] std::vector<Landing> take();
  /// Returns once all that was submitted can be taken.
  void wait();

 private:
  void work();

  const lake::Lake& lake_;
  std::function<void()> landed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Landing> waiting_;
  std::vector<Landing> done_;
  std::size_t under_way_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace goldtape::ingest
