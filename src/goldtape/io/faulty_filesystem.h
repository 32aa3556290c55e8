// A filesystem that fails, tears or crashes at a chosen step: how the program is shown to leave the old state
// or the new one, never something between. The program wraps its own with it when GOLDTAPE_IO_FAULT is set;
// see docs/testing.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/io/filesystem.h"

namespace goldtape::io {

enum class FaultKind : std::uint8_t {
  kCount,         ///< No fault; the steps are only counted.
  kNoSpace,       ///< The step does nothing and says that the disk is full.
  kIoError,       ///< The step does nothing and says that the device failed.
  kIoErrorAfter,  ///< The step is done, and says that it failed: what a caller cannot tell from kIoError.
  kReadError,     ///< A reading step says that the device failed.
  kCrash,         ///< The process ends before the step, without clean-up.
  kCrashAfter,    ///< The process ends after the step.
  kTorn,          ///< Half of an `append` is written, then the process ends; at other steps as kCrash.
};

/// A fault at one step. Writing steps (create, append, commit, remove, create_directories) and reading steps
/// (read, read_range, info, list) are numbered apart, each from 1, over all threads.
struct Fault {
  FaultKind kind = FaultKind::kCount;
  std::uint64_t step = 0;
  bool lasting = false;    ///< This step and all later ones of its sort.
  std::string count_file;  ///< kCount: where the number of writing steps is written at the end; may be empty.
};

/// "enospc@17", "eio@17", "eio-after@17", "read-eio@3", "crash@17", "crash-after@17", "torn@17",
/// "count:FILE"; a "+" at the end makes it last ("enospc@17+"). Errors: GT7010.
[[nodiscard]] Result<Fault> parse_fault(std::string_view text);

/// The exit code of a crash, as a shell shows a process that was killed.
inline constexpr int kCrashExitCode = 137;

/// Thread safe, as what it wraps.
class FaultyFileSystem final : public FileSystem {
 public:
  FaultyFileSystem(std::shared_ptr<FileSystem> real, Fault fault);
  ~FaultyFileSystem() override;

  /// Writing steps so far, and what they were: "append /lake/x".
  [[nodiscard]] std::uint64_t steps() const { return write_steps_.load(); }
  [[nodiscard]] std::vector<std::string> trace() const;

  Result<std::string> read(std::string_view path) override;
  Result<std::string> read_range(std::string_view path, std::uint64_t offset, std::uint64_t length) override;
  Result<std::unique_ptr<FileWriter>> create(std::string_view path, WriteOptions options) override;
  Result<FileInfo> info(std::string_view path) override;
  Result<std::vector<FileInfo>> list(std::string_view directory, bool recursive) override;
  Status remove(std::string_view path) override;
  Status create_directories(std::string_view path) override;
  Result<std::uint64_t> free_space_bytes(std::string_view path) override;

 private:
  class Writer;
  /// Counts a writing step; whether the fault hits it.
  bool next_write_step(std::string_view what, std::string_view path);
  /// Counts a reading step; its error when the fault hits it.
  Status next_read_step(std::string_view what, std::string_view path);
  /// What the fault makes of a step that it hits.
  template <typename Step>
  auto hit(std::string_view what, std::string_view path, Step step) -> decltype(step());
  /// Counts a writing step and does it, or what the fault makes of it.
  template <typename Step>
  auto run(std::string_view what, std::string_view path, Step step) -> decltype(step());

  std::shared_ptr<FileSystem> real_;
  Fault fault_;
  std::atomic<std::uint64_t> write_steps_{0};
  std::atomic<std::uint64_t> read_steps_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> trace_;
};

/// `real` itself when `fault` is empty (the value of GOLDTAPE_IO_FAULT, or ""), else wrapped. Errors: GT7010.
[[nodiscard]] Result<std::shared_ptr<FileSystem>> with_fault(std::shared_ptr<FileSystem> real,
                                                             std::string_view fault);

}  // namespace goldtape::io
