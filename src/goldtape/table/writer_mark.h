// Which program made a snapshot: a member of its summary.
#pragma once

namespace goldtape::table::summary_key {

/// Every snapshot of ours says kWriterName.
inline constexpr const char* kWriter = "goldtape.writer";
inline constexpr const char* kWriterName = "goldtape";

}  // namespace goldtape::table::summary_key
