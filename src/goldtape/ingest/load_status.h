// The words of ops.load_audit's status.
#pragma once

#include <string_view>

namespace goldtape::ingest {

namespace load_status {
inline constexpr std::string_view kLanded = "landed";  ///< In raw/, not judged yet: a run was cut short.
inline constexpr std::string_view kLoaded = "loaded";  ///< Bronze has changed by it.
inline constexpr std::string_view kUnchanged = "unchanged";  ///< It stands, and said nothing new.
inline constexpr std::string_view kSeen = "seen";           ///< The same answer came again; that load stands.
inline constexpr std::string_view kRefused = "refused";     ///< A gate stopped it; bronze is as before.
inline constexpr std::string_view kFailed = "failed";       ///< There was no answer, or it could not be read.
inline constexpr std::string_view kNotFound = "not_found";  ///< The venue has nothing of that name.
inline constexpr std::string_view kUndone = "undone";       ///< Taken back out.
}  // namespace load_status

/// Whether a load of this status is part of what bronze is folded from.
[[nodiscard]] constexpr bool stands(std::string_view status) {
  return status == load_status::kLoaded || status == load_status::kUnchanged;
}

/// Whether the question of such a load has its answer, so that it need not be asked again.
[[nodiscard]] constexpr bool is_answered(std::string_view status) {
  return stands(status) || status == load_status::kSeen || status == load_status::kNotFound;
}

}  // namespace goldtape::ingest
