// Pieces of work that wait for an answer, or for other pieces, on several threads. Not public.
#pragma once

#include <cstddef>
#include <functional>

#include "goldtape/base/result.h"
#include "goldtape/table/work_sharing.h"

namespace goldtape::table::internal {

using table::share_work;

/// As share_work, where each piece mostly waits for an answer: on more threads than there are processors.
Status share_waiting(std::size_t pieces, const std::function<Status(std::size_t)>& work);

/// Two kinds of pieces: the second begin when all of the first are done and `between` has run once. The
/// threads stay awake from one to the other. An error anywhere ends the whole; that of the first piece comes
/// out.
struct TwoSteps {
  std::size_t first = 0;
  std::function<Status(std::size_t)> do_first;
  std::function<Status()> between;
  std::size_t second = 0;
  std::function<Status(std::size_t)> do_second;
};
Status share_work(const TwoSteps& steps, int threads);

}  // namespace goldtape::table::internal
