// Dialects as JSON and TOML: what `--dialect FILE` reads and what a request keeps.
#pragma once

#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/provider/files/dialect.h"

namespace goldtape::provider::files {

/// Canonical JSON: every field, keys sorted, no blanks. `dialect_from_json` gives the same dialect back.
[[nodiscard]] std::string to_json(const Dialect& dialect);

/// Reads an object with the fields of Dialect by name; `columns` maps a role to a name or a list of names.
/// What is absent is taken from the built-in that "based_on" names (default: "default").
/// Errors: GT2011 (kUsage) not JSON, an unknown key (the nearest is named), a value of the wrong type or
/// without meaning; `where` is the file, for messages.
[[nodiscard]] Result<Dialect> dialect_from_json(std::string_view text, std::string_view where);

/// The same from TOML. Errors: GT2011.
[[nodiscard]] Result<Dialect> dialect_from_toml(std::string_view text, std::string_view where);

}  // namespace goldtape::provider::files
