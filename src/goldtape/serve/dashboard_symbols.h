// Which symbols and sessions the dashboard shows. Not public.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/query/session.h"
#include "goldtape/serve/dashboard_data.h"

namespace goldtape::serve {

struct DashboardSymbol {
  std::int64_t security_id = 0;
  /// Its newest ticker; with the security's id behind it where two securities shown have had the same one.
  std::string label;
  std::string name;                 ///< Empty when unknown.
  std::string exchange;             ///< Empty when unknown.
  std::string last_minute_session;  ///< "2019-02-15"; empty without minute bars in the sessions shown.
  std::string last_daily_session;   ///< Empty without daily bars.
};

struct DashboardScope {
  std::vector<DashboardSymbol> symbols;  ///< By label.
  std::int64_t symbols_total = 0;        ///< Those with a minute bar in the sessions shown or any daily bar.
  std::string most_traded;               ///< Label of the symbol to show first.
  std::vector<std::string> sessions;     ///< Of minute bars, oldest first.
};

Result<DashboardScope> choose_scope(query::Session& session, const DashboardOptions& options);

}  // namespace goldtape::serve
