// Pieces of work that wait, on several threads. Not public.
#pragma once

#include <cstddef>
#include <functional>

#include "goldtape/base/result.h"
#include "goldtape/table/work_sharing.h"

namespace goldtape::table::internal {

using table::share_work;

/// As share_work, where each piece mostly waits for an answer: on more threads than there are processors.
Status share_waiting(std::size_t pieces, const std::function<Status(std::size_t)>& work);

}  // namespace goldtape::table::internal
