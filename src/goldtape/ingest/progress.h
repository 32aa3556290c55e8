// How a running ingest tells where it stands, and how it is told to stop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace goldtape::ingest {

struct Progress {
  std::string step;  ///< read | merge | commit
  std::string file;  ///< The one at work; may be empty.
  std::int64_t files_done = 0;
  std::int64_t files_total = 0;
  std::uint64_t bytes_done = 0;
  std::int64_t rows = 0;  ///< Parsed so far.
  std::chrono::milliseconds elapsed{0};
};

/// Called by the thread that ingests, between files and before each commit; keep it quick.
using ProgressCallback = std::function<void(const Progress&)>;

/// Asked between files and before each commit; true ends the run after the last commit made.
using CancelToken = std::function<bool()>;

}  // namespace goldtape::ingest
