#include "goldtape/ingest/clock_watch.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "goldtape/base/error.h"

namespace goldtape::ingest {

namespace {

constexpr std::chrono::minutes kTolerance{1};

}  // namespace

Result<std::optional<Timestamp>> newest_observation(store::Database& database, const std::string& source) {
  GT_ASSIGN(const store::Rows found,
            database.query("SELECT max(observed_at) FROM load_audit WHERE (source = ? OR source LIKE ?)",
                           {source, fmt::format("{}-%", source)}));
  if (found.rows.empty() || store::text_of(found.rows[0][0]).empty()) return std::nullopt;
  GT_ASSIGN(const Timestamp newest, parse_timestamp(store::text_of(found.rows[0][0])));
  return newest;
}

std::optional<std::string> ClockWatch::look(Timestamp now) {
  const std::optional<Timestamp> before = newest_;
  newest_ = std::max(before.value_or(now), now);
  if (told_ || !before || now + kTolerance >= *before) return std::nullopt;
  told_ = true;
  return Error{ErrorKind::kUsage, 6108,
               fmt::format("it is {} by this machine's clock, but answers were observed at {} already: the "
                           "clock ran back. Until it is set right, what comes may count as older than what "
                           "is known, and rechecks may find nothing due",
                           format_timestamp(std::chrono::floor<std::chrono::seconds>(now)),
                           format_timestamp(std::chrono::floor<std::chrono::seconds>(*before))),
               "the local clock"}
      .to_string();
}

}  // namespace goldtape::ingest
