// Which tickers a collection is about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"

namespace goldtape::ingest {

struct Universe {
  std::vector<std::string> tickers;  ///< Each once, in the order in which they were named.
  std::vector<std::string> remarks;  ///< What a person should know: duplicates, with their lines.
};

/// Tickers parted by commas, white space or lines; `#` begins a comment. Upper-cased. `name` is the file's,
/// or empty for a list of the command line. Errors: kUsage GT6101 no ticker at all, GT6102 a text that is not
/// a ticker, with its line.
[[nodiscard]] Result<Universe> parse_universe(std::string_view text, const std::string& name);

}  // namespace goldtape::ingest
