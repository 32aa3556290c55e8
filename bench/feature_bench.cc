// The feature engine alone, on generated daily bars that stay in the cache of no level: 2.82 M rows, as many
// as 5,000 securities have in two and a quarter years.
#include <cmath>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "goldtape/feature/engine.h"

namespace {

using namespace goldtape::feature;

constexpr std::size_t kSecurities = 1200;
constexpr std::size_t kBars = 2350;

/// One security's random walk; all securities share its columns' shapes, not their pages.
struct Market {
  std::vector<std::int64_t> ts;
  std::vector<std::int32_t> date;
  std::vector<double> open, high, low, close, volume;

  Market() {
    std::uint64_t seed = 7;
    const auto uniform = [&] {
      seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
      return static_cast<double>(seed >> 11) * 0x1.0p-53;
    };
    for (std::size_t s = 0; s < kSecurities; ++s) {
      double price = 20 + 200 * uniform();
      for (std::size_t i = 0; i < kBars; ++i) {
        const double next = price * std::exp(0.02 * (uniform() - 0.5));
        ts.push_back(static_cast<std::int64_t>(i) * 86'400'000'000);
        date.push_back(static_cast<std::int32_t>(i));
        open.push_back(price);
        close.push_back(next);
        high.push_back(std::max(price, next) * 1.003);
        low.push_back(std::min(price, next) * 0.997);
        volume.push_back(std::floor(1e6 * (0.2 + uniform())));
        price = next;
      }
    }
  }
  [[nodiscard]] BarColumns security(std::size_t s) const {
    const auto at = [&](const auto& column) { return std::span(column).subspan(s * kBars, kBars); };
    return {.ts_us = at(ts),
            .date_days = at(date),
            .open = at(open),
            .high = at(high),
            .low = at(low),
            .close = at(close),
            .volume = at(volume),
            .vwap = {},
            .priced = {}};
  }
};

void compute_share(const Market& market, std::vector<std::vector<double>>& out, std::size_t first,
                   std::size_t last) {
  for (std::size_t s = first; s < last; ++s) {
    std::array<std::span<double>, kFeatureCount> spans;
    for (std::size_t id = 0; id < kFeatureCount; ++id)
      spans[id] = std::span(out[id]).subspan(s * kBars, kBars);
    compute(market.security(s), std::span<const std::span<double>, kFeatureCount>(spans));
  }
}

void all_features(benchmark::State& state) {
  static const Market market;
  static std::vector<std::vector<double>> out(kFeatureCount, std::vector<double>(kSecurities * kBars));
  const auto threads = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    std::vector<std::jthread> workers;
    for (std::size_t t = 1; t < threads; ++t) {
      workers.emplace_back(
          [&, t] { compute_share(market, out, kSecurities * t / threads, kSecurities * (t + 1) / threads); });
    }
    compute_share(market, out, 0, kSecurities / threads);
    workers.clear();
    benchmark::DoNotOptimize(out[0].data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSecurities * kBars));
}
BENCHMARK(all_features)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

void one_new_bar_each(benchmark::State& state) {
  static const Market market;
  std::vector<SecurityState> states(kSecurities);
  FeatureRow row;
  for (std::size_t s = 0; s < kSecurities; ++s) {
    for (std::size_t i = 0; i < 250; ++i) states[s].update(market.security(s).row(i), row);
  }
  std::size_t next = 250;
  for (auto _ : state) {
    for (std::size_t s = 0; s < kSecurities; ++s) states[s].update(market.security(s).row(next), row);
    benchmark::DoNotOptimize(row.data());
    next = next + 1 < kBars ? next + 1 : 250;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSecurities));
}
BENCHMARK(one_new_bar_each)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
