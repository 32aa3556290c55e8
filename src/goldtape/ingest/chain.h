// One question with all the pages of its answer: what is fetched, landed and committed together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/error.h"
#include "goldtape/provider/provider.h"
#include "goldtape/store/load_audit.h"

namespace goldtape::ingest {

/// An answer that lies in raw/, and its row in the audit.
struct LandedAnswer {
  provider::Answer answer;
  store::LoadAudit audit;
  bool noted = false;  ///< The audit has had this row all along: it may have moved on since.
};

struct Chain {
  provider::Request request;              ///< Of the first page.
  std::optional<provider::Request> next;  ///< The page to ask for now; none: all are there.
  /// Pages so far and whatever else the same bytes answer. Bytes are absent where `audit` says that an
  /// earlier run landed them: they are read again when their turn comes.
  std::vector<LandedAnswer> pages;
  std::optional<Error> error;  ///< Why it did not come to its end.
  bool not_found = false;      ///< The venue has nothing of that name; its words are landed as the last page.
};

}  // namespace goldtape::ingest
