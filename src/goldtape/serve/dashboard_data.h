// The JSON document of the dashboard page, made from a lake by SQL. web/README.md describes it.
#pragma once

#include <cstdint>
#include <string>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/query/session.h"

namespace goldtape::serve {

/// What the page says of itself, and how much it may carry. A page weighs about 50 bytes a minute bar.
struct DashboardOptions {
  std::string lake_name;
  std::string program;  ///< "goldtape 0.1.0"
  Timestamp generated_at{};
  std::int64_t max_symbols = 120;  ///< The most traded ones (price times volume) of the sessions shown.
  std::int64_t max_sessions = 20;  ///< Newest sessions of minute bars.
  std::int64_t max_minute_bars =
      60'000;                         ///< Over all symbols; lowers the number of sessions, to no less than 1.
  std::int64_t max_daily_bars = 756;  ///< Newest daily bars a symbol.
};

/// The document for the lake's state that the session sees; an empty lake gives one without symbols.
/// Errors: the session's (GT6001), GT8010.
[[nodiscard]] Result<std::string> dashboard_json(query::Session& session, const DashboardOptions& options);

}  // namespace goldtape::serve
