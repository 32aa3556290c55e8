// Ctrl-C and TERM end a collection after what came is committed.
#pragma once

namespace goldtape::app {

/// While one lives, the two signals are noted instead of ending the program. One at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  Interruption(Interruption&&) = delete;
  Interruption& operator=(Interruption&&) = delete;

  /// Whether either came since the last one began.
  [[nodiscard]] static bool came();

 private:
  void (*old_int_)(int) = nullptr;
  void (*old_term_)(int) = nullptr;
};

}  // namespace goldtape::app
