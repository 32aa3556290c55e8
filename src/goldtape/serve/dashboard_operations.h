// The dashboard's sections about the whole lake: each a part of the document in web/README.md. Not public.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "goldtape/base/result.h"
#include "goldtape/query/session.h"
#include "goldtape/serve/dashboard_symbols.h"

namespace goldtape::serve {

/// gold.volatility_by_hour of the symbols shown, as columns.
Result<nlohmann::ordered_json> volatility_section(query::Session& session, const DashboardScope& scope);
/// silver.coverage of minute bars: a row a symbol, a cell a session.
Result<nlohmann::ordered_json> coverage_section(query::Session& session, const DashboardScope& scope);
/// The current snapshot of each table.
Result<nlohmann::ordered_json> snapshots_section(query::Session& session);
/// The newest loads.
Result<nlohmann::ordered_json> load_audit_section(query::Session& session);
/// Each rule's outcome in the newest run that checked its table, failures first.
Result<nlohmann::ordered_json> quality_section(query::Session& session);

}  // namespace goldtape::serve
