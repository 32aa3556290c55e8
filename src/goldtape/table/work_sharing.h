// Pieces of work on several threads.
#pragma once

#include <cstddef>
#include <functional>

#include "goldtape/base/result.h"

namespace goldtape::table {

/// Runs work(0) .. work(pieces - 1), on the caller's thread and those of Arrow's pool; `threads` 1: on the
/// caller's alone, 0: on as many as the pool has. Returns the error of the first piece, by number, that was
/// seen to fail; pieces that had not begun by then are left out. `work` must not throw. May be called from a
/// thread of the pool: the caller works through whatever no other thread has taken.
Status share_work(std::size_t pieces, int threads, const std::function<Status(std::size_t)>& work);

}  // namespace goldtape::table
