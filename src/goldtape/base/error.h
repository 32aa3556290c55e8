// The one error type of the project. Every fallible function returns Result<T> (result.h) with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace goldtape {

/// What went wrong, coarse enough to choose an exit code or an HTTP status.
enum class ErrorKind : std::uint8_t {
  kInternal,       ///< A broken invariant of ours.
  kUsage,          ///< A wrong argument, flag or configuration value.
  kNotFound,       ///< A table, snapshot, load, file or symbol that is not there.
  kAlreadyExists,  ///< Something of that name is there already.
  kGateFailed,     ///< A critical expectation refused the data.
  kUnavailable,    ///< A provider or service did not answer, or not in time.
  kConflict,       ///< Another writer was first, or holds the lock.
  kDamaged,        ///< Bytes that are not what they should be (input file, lake file).
  kIo,             ///< The operating system refused: permission, disk full, I/O error.
  kUnsupported,    ///< Valid, but a feature we do not have (it is named).
};

/// An error with a stable code, a message that says what, where and what to do, and its location.
///
/// Codes are `GT` and four digits, never reused: 1xxx base and configuration, 2xxx input files and
/// providers, 3xxx quality gates, 4xxx tables and catalogs, 5xxx ingest and lake, 6xxx query,
/// 7xxx io, 8xxx serving, 9xxx internal. `docs/errors.md` lists them.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::uint16_t code = 9000;  ///< Printed as GT%04d.
  std::string message;        ///< One sentence or two; no trailing newline.
  std::string where = {};     ///< File, file:line, URL, table or key concerned; may be empty.

  /// "GT2003: message (where)".
  [[nodiscard]] std::string to_string() const;
  /// Prefixes the message with what was being done: "while X: message".
  [[nodiscard]] Error while_doing(std::string_view what) const;
};

/// The process exit code: 1 internal, 2 usage or config, 3 gate failed, 4 provider unavailable,
/// 5 conflict or lock, 6 data damaged. kIo, kNotFound and kAlreadyExists are 2 (the user can mend them).
[[nodiscard]] int exit_code(ErrorKind kind);

/// Lower-case name, as in JSON output: "gate_failed".
[[nodiscard]] std::string_view to_string(ErrorKind kind);

}  // namespace goldtape
