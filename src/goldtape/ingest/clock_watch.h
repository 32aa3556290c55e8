// Notices a local clock that ran back: what is observed by it would count as older than what is known.
#pragma once

#include <optional>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/store/database.h"

namespace goldtape::ingest {

/// When the newest answer of a venue was observed, by the audit. Errors: the store's.
[[nodiscard]] Result<std::optional<Timestamp>> newest_observation(store::Database& database,
                                                                  const std::string& source);

/// Not thread safe.
class ClockWatch {
 public:
  /// `newest`: the latest instant that is known to have passed.
  explicit ClockWatch(std::optional<Timestamp> newest) : newest_(newest) {}

  /// Words for a person ("GT6108 ..."), once, when the clock is more than a minute behind an instant that has
  /// passed; Iceberg allows tables as much.
  [[nodiscard]] std::optional<std::string> look(Timestamp now);

 private:
  std::optional<Timestamp> newest_;
  bool told_ = false;
};

}  // namespace goldtape::ingest
