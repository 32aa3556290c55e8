// What `goldtape doctor` looks at: the libraries, the machine and the lake's folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "goldtape/io/clock.h"
#include "goldtape/io/filesystem.h"

namespace goldtape::app {

enum class Health : std::uint8_t {
  kOk,
  kWarning,  ///< Works, but slower or less safely than it should.
  kMissing,  ///< Something that the program needs is not there or not right.
};

/// One thing looked at.
struct Finding {
  std::string name;  ///< Stable, for scripts: "arrow", "lake_disk".
  Health health = Health::kOk;
  std::string found;   ///< Version or measurement, for people.
  std::string advice;  ///< What to do about it; empty when kOk.
};

struct DoctorOptions {
  std::string lake;  ///< Folder of the lake; it need not exist yet.
  std::shared_ptr<io::FileSystem> filesystem;
  std::shared_ptr<io::Clock> clock;
};

/// Looks at everything, in a fixed order. Writes and removes small files in the lake's folder (or, where
/// there is none yet, in the nearest folder above) to time how long it takes to make one durable. Never
/// fails: what cannot be looked at is a finding.
[[nodiscard]] std::vector<Finding> examine(const DoctorOptions& options);

/// "ok", "warning" or "missing".
[[nodiscard]] const char* to_string(Health health);

}  // namespace goldtape::app
