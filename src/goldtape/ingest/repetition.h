// The very bytes of an earlier answer, come once more: do they say what stands, or take a correction back?
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/load_index.h"
#include "goldtape/store/load_audit.h"

namespace goldtape::ingest {

/// Looks back once for a source, dataset and interval: for the time of one run. Not thread safe.
class Repetitions {
 public:
  explicit Repetitions(store::Database& database) : database_(database) {}

  /// The load that an answer with the bytes of `first` (a load that stands) repeats. Absent when another load
  /// has changed bronze where `first` speaks and was observed after all that said the same: then it is said
  /// anew, and is a load of its own. Errors: the store's.
  [[nodiscard]] Result<std::optional<store::LoadAudit>> repeated(const store::LoadAudit& first);

 private:
  using Kind = std::tuple<std::string, std::string, std::string>;  ///< Source, dataset, interval.
  using ByTicker = std::unordered_map<std::string, std::vector<lake::StandingLoad>>;

  Result<const ByTicker*> changes_of(const store::LoadAudit& load);

  store::Database& database_;
  std::map<Kind, ByTicker> changes_;
};

}  // namespace goldtape::ingest
