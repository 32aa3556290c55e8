// How a PostgreSQL database is named: "postgresql://user@host:port/name?option=value", as libpq reads it.
#pragma once

#include <string>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape::store {

/// "postgresql://..." and "postgres://...".
[[nodiscard]] bool is_postgres_uri(std::string_view text);

/// Whether it can be used and stored: libpq understands it and it holds no password. A password comes from
/// PGPASSWORD or a password file (PGPASSFILE, ~/.pgpass).
/// Errors: kUsage GT4200 not such a URI, GT4203 it holds a password (the text is not repeated).
Status check_postgres_uri(const std::string& uri);

}  // namespace goldtape::store
