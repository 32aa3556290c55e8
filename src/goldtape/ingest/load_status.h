// The words of ops.load_audit's status that a load ends with.
#pragma once

#include <string_view>

namespace goldtape::ingest {

namespace load_status {
inline constexpr std::string_view kLoaded = "loaded";        ///< Bronze has changed by it.
inline constexpr std::string_view kUnchanged = "unchanged";  ///< It stands, and said nothing new.
inline constexpr std::string_view kRefused = "refused";      ///< A gate stopped it; bronze is as before.
inline constexpr std::string_view kFailed = "failed";        ///< Its answer could not be read.
inline constexpr std::string_view kUndone = "undone";        ///< Taken back out.
}  // namespace load_status

/// Whether a load of this status is part of what bronze is folded from.
[[nodiscard]] constexpr bool stands(std::string_view status) {
  return status == load_status::kLoaded || status == load_status::kUnchanged;
}

}  // namespace goldtape::ingest
