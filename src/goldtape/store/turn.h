// Turns: a queue of those who want to change one thing, on all machines that use one operations database.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

namespace goldtape::store {

class Database;

/// A place at the head of the queue; given back when destroyed, or when the process dies. It protects
/// nothing: what others do without a turn is met by the compare-and-swap.
class Turn {
 public:
  virtual ~Turn() = default;
};

/// Waits for a turn among the writers of `key`, so that many optimistic writers do their work one after the
/// other instead of in vain. SQLite: a byte of the file `PATH-turn`, which stays behind empty; PostgreSQL: an
/// advisory lock of the session. Null when the turn did not come within `patience` or cannot be had: go ahead
/// all the same. `database` must outlive it. Thread safe.
[[nodiscard]] std::unique_ptr<Turn> take_turn(Database& database, std::string_view key,
                                              std::chrono::milliseconds patience);

}  // namespace goldtape::store
