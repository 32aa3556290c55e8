// Tables of records out of answers.
#pragma once

#include <string>
#include <utility>

#include "goldtape/model/record_batch.h"
#include "goldtape/provider/provider.h"

namespace goldtape::provider {

/// No rows yet, from this answer's source and time.
[[nodiscard]] inline model::RecordBatch records_of(const Answer& answer, std::string table) {
  return {.table = std::move(table),
          .source = answer.request.source,
          .observed_at = answer.observed_at,
          .rows = {},
          .line = {},
          .notes = {}};
}

}  // namespace goldtape::provider
