// Bars as CSV on standard input (session,open,high,low,close,volume,priced; no header), features as CSV with a
// header on standard output: what the Python tests compare with TA-Lib and pandas.
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "goldtape/feature/engine.h"

int main() {
  using namespace goldtape::feature;
  std::string header;
  for (const auto& spec : features()) header += (header.empty() ? "" : ",") + std::string(spec.name);
  fmt::print("{}\n", header);
  SecurityState state;
  FeatureRow row;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream fields(line);
    BarInput bar;
    char comma = 0;
    int priced = 0;
    fields >> bar.date_days >> comma >> bar.open >> comma >> bar.high >> comma >> bar.low >> comma >> bar.close >>
        comma >> bar.volume >> comma >> priced;
    if (!fields) {
      fmt::print(stderr, "feature_tool: not a bar: {}\n", line);
      return 2;
    }
    bar.priced = priced != 0;
    state.update(bar, row);
    std::string out;
    for (const double value : row) out += (out.empty() ? "" : ",") + fmt::format("{:.17g}", value);
    fmt::print("{}\n", out);
  }
  return 0;
}
