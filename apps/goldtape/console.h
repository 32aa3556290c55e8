// The terminal or log the program talks to: rows and answers to out, remarks, progress and errors to err.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/base/error.h"

namespace goldtape::app {

/// Thread safe where it says so; else for the main thread.
class Console {
 public:
  /// Finds out whether err is a terminal; NO_COLOR and TERM=dumb are honoured.
  Console();

  /// A remark to the user on err, one line; nothing when quiet.
  void say(std::string_view line);
  /// "error GT2003: ..." on err, always.
  void error(const Error& error);
  /// A step that may take a while: on a terminal a line redrawn in place (at most ten times a second) with a
  /// bar when `total` is known; in a log a plain line each ten seconds. Thread safe.
  void progress(std::string_view what, std::uint64_t done, std::uint64_t total, std::string_view unit);
  /// Ends a progress line so that the next output starts on a fresh one.
  void end_progress();

  void set_quiet(bool quiet) { quiet_ = quiet; }
  [[nodiscard]] bool terminal() const { return terminal_; }
  [[nodiscard]] std::string bold(std::string_view text) const;
  [[nodiscard]] std::string dim(std::string_view text) const;
  /// Lines and columns of the terminal that out is, or 0 when it is none.
  [[nodiscard]] int out_rows() const;

 private:
  bool terminal_ = false;
  bool color_ = false;
  bool quiet_ = false;
  bool in_progress_ = false;
  std::string step_;
  std::chrono::steady_clock::time_point step_started_{};
  std::chrono::steady_clock::time_point last_drawn_{};
};

/// "0.42 s", "1 min 12 s".
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds elapsed);
/// "47,203".
[[nodiscard]] std::string count_text(std::uint64_t count);
/// "1.2 MiB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace goldtape::app
