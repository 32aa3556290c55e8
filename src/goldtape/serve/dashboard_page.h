// One self-contained HTML page over a lake: template, data and scripts in a single file.
#pragma once

#include <string>
#include <string_view>

namespace goldtape::serve {

/// The page with `json`, a document as web/README.md describes it, embedded as data. Whatever its strings
/// hold, they cannot end the element they stand in: '<', '>' and '&' become JSON escapes, and U+2028 and
/// U+2029 too. Requires: `json` is valid JSON, in which those characters only occur inside strings.
[[nodiscard]] std::string dashboard_page(std::string_view json);

}  // namespace goldtape::serve
