// Bars as CSV on standard input (session,open,high,low,close,volume,priced; no header), features as CSV with
// a header on standard output: what the Python tests compare with TA-Lib and pandas. The features are a
// batch's; a stream over the same bars has to give the same bits, or the program ends with 3.
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "goldtape/feature/engine.h"

namespace {

using namespace goldtape::feature;

struct Bars {
  std::vector<std::int64_t> ts;
  std::vector<std::int32_t> session;
  std::vector<double> open, high, low, close, volume;
  std::vector<std::uint8_t> priced;

  bool add(const std::string& line) {
    std::istringstream fields(line);
    BarInput bar;
    char comma = 0;
    int has_price = 0;
    fields >> bar.date_days >> comma >> bar.open >> comma >> bar.high >> comma >> bar.low >> comma >>
        bar.close >> comma >> bar.volume >> comma >> has_price;
    ts.push_back(static_cast<std::int64_t>(ts.size()));
    session.push_back(bar.date_days);
    open.push_back(bar.open);
    high.push_back(bar.high);
    low.push_back(bar.low);
    close.push_back(bar.close);
    volume.push_back(bar.volume);
    priced.push_back(has_price != 0 ? 1 : 0);
    return static_cast<bool>(fields);
  }
  [[nodiscard]] BarColumns columns() const {
    return {.ts_us = ts,
            .date_days = session,
            .open = open,
            .high = high,
            .low = low,
            .close = close,
            .volume = volume,
            .vwap = {},
            .priced = priced};
  }
};

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

}  // namespace

int main() {
  Bars bars;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (bars.add(line)) continue;
    fmt::print(stderr, "feature_tool: not a bar: {}\n", line);
    return 2;
  }
  std::string header;
  for (const auto& spec : features()) header += (header.empty() ? "" : ",") + std::string(spec.name);
  fmt::print("{}\n", header);
  const auto columns = compute(bars.columns());
  SecurityState state;
  FeatureRow row;
  for (std::size_t i = 0; i < bars.ts.size(); ++i) {
    state.update(bars.columns().row(i), row);
    std::string out;
    for (std::size_t id = 0; id < kFeatureCount; ++id) {
      if (!same_bits(row[id], columns[id][i])) {
        fmt::print(stderr, "feature_tool: {} of bar {}: batch {:a}, stream {:a}\n", features()[id].name, i,
                   columns[id][i], row[id]);
        return 3;
      }
      out += (out.empty() ? "" : ",") + fmt::format("{:.17g}", row[id]);
    }
    fmt::print("{}\n", out);
  }
  return 0;
}
