// Times the feature engine on bars that bench/feature_peers.py wrote, and writes the features for it to
// compare:
//   feature_columns IN OUT SECURITIES BARS THREADS REPEATS all|FEATURE...
// IN: little-endian float64 columns open, high, low, close, volume, each SECURITIES x BARS; OUT: the features
// asked for, likewise. Prints the seconds of each repeat; the output's memory is used again, as an
// allocator's is.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "goldtape/feature/engine.h"

namespace {

using namespace goldtape::feature;

struct Work {
  std::size_t securities, bars, threads;
  std::array<std::vector<double>, 5> columns;
  std::vector<std::int64_t> ts;
  std::vector<std::int32_t> date;
  std::array<std::vector<double>, kFeatureCount> out;

  void run(std::size_t first, std::size_t last) {
    for (std::size_t s = first; s < last; ++s) {
      const auto at = [&](std::size_t column) { return std::span(columns[column]).subspan(s * bars, bars); };
      std::array<std::span<double>, kFeatureCount> to;
      for (std::size_t id = 0; id < kFeatureCount; ++id) {
        if (!out[id].empty()) to[id] = std::span(out[id]).subspan(s * bars, bars);
      }
      compute({.ts_us = ts,
               .date_days = date,
               .open = at(0),
               .high = at(1),
               .low = at(2),
               .close = at(3),
               .volume = at(4),
               .vwap = {},
               .priced = {}},
              FeatureColumns(to));
    }
  }
  void timed_run() {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t processor_start = std::clock();
    {
      std::vector<std::jthread> workers;
      for (std::size_t t = 1; t < threads; ++t) {
        workers.emplace_back([this, t] { run(securities * t / threads, securities * (t + 1) / threads); });
      }
      run(0, securities / threads);
    }
    fmt::print("{:.6f} {:.6f}\n",
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
               static_cast<double>(std::clock() - processor_start) / CLOCKS_PER_SEC);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 8) {
    fmt::print(stderr, "usage: feature_columns IN OUT SECURITIES BARS THREADS REPEATS all|FEATURE...\n");
    return 2;
  }
  const auto number = [&](int i) { return static_cast<std::size_t>(std::strtoul(argv[i], nullptr, 10)); };
  Work work{.securities = number(3),
            .bars = number(4),
            .threads = number(5),
            .columns = {},
            .ts = {},
            .date = {},
            .out = {}};
  const std::size_t rows = work.securities * work.bars;
  const auto size_bytes = static_cast<std::streamsize>(rows * sizeof(double));
  std::ifstream in(argv[1], std::ios::binary);
  for (auto& column : work.columns) {
    column.resize(rows);
    in.read(reinterpret_cast<char*>(column.data()), size_bytes);
  }
  if (!in || work.threads == 0) {
    fmt::print(stderr, "feature_columns: {} is shorter than {} x {} bars\n", argv[1], work.securities,
               work.bars);
    return 2;
  }
  work.ts.resize(work.bars);
  work.date.resize(work.bars);
  std::iota(work.ts.begin(), work.ts.end(), 0);
  std::iota(work.date.begin(), work.date.end(), 0);
  for (int i = 7; i < argc; ++i) {
    for (std::size_t id = 0; id < kFeatureCount; ++id) {
      if (std::string(argv[i]) == "all" || features()[id].name == argv[i]) work.out[id].resize(rows);
    }
  }
  for (std::size_t repeat = 0; repeat < number(6); ++repeat) work.timed_run();
  std::ofstream out(argv[2], std::ios::binary);
  for (const auto& column : work.out) {
    if (!column.empty()) out.write(reinterpret_cast<const char*>(column.data()), size_bytes);
  }
  out.close();
  return out ? 0 : 1;
}
