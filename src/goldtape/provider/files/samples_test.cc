// The bundled samples, read whole and compared with what others make of them.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "goldtape/provider/files/client.h"

namespace goldtape::provider::files {
namespace {

using BarsByTicker = std::map<std::string, std::vector<model::Bar>>;

std::vector<model::BarBatch> read_sample(const std::string& path, model::Interval interval,
                                         const std::string& dialect) {
  const auto files = io::local_filesystem();
  ImportOptions options;
  options.path = path;
  options.interval = interval;
  options.dialect = dialect;
  const auto plan = plan_import(*files, options);
  EXPECT_TRUE(plan) << plan.error().to_string();
  std::vector<model::BarBatch> batches;
  FilesProvider provider(files, plan->root);
  for (const Request& request : plan->requests) {
    const auto rows = provider.parse(provider.fetch(request).value());
    EXPECT_TRUE(rows) << rows.error().to_string();
    batches.push_back(std::get<model::BarBatch>(*rows));
  }
  return batches;
}

BarsByTicker by_ticker(const std::vector<model::BarBatch>& batches) {
  BarsByTicker result;
  for (const model::BarBatch& batch : batches) {
    for (std::size_t i = 0; i < batch.size(); ++i)
      result[batch.tickers[batch.ticker[i]]].push_back(batch.row(i));
  }
  for (auto& [ticker, bars] : result) {
    std::sort(bars.begin(), bars.end(), [](const auto& a, const auto& b) { return a.ts < b.ts; });
  }
  return result;
}

std::int64_t tenths_of_mills(double price) { return static_cast<std::int64_t>(price * 10000 + 0.5); }

/// The line of golden_samples_minute.csv that these bars should give.
std::string summary(const std::string& ticker, const std::vector<model::Bar>& bars) {
  std::int64_t regular = 0;
  std::int64_t shares = 0;
  std::int64_t closes = 0;
  std::int64_t highs = 0;
  for (const model::Bar& bar : bars) {
    regular += bar.session == model::SessionPart::kRegular ? 1 : 0;
    shares += bar.volume;
    closes += tenths_of_mills(bar.close);
    highs += tenths_of_mills(bar.high);
  }
  std::ostringstream line;
  line << ticker << ',' << bars.size() << ',' << format_timestamp(bars.front().ts) << ','
       << format_timestamp(bars.back().ts) << ',' << regular << ',' << shares << ',' << closes << ','
       << highs;
  return line.str();
}

TEST(Samples, MinutesAgreeWithPandas) {
  const BarsByTicker bars = by_ticker(read_sample("samples/minute", model::Interval::k1m, "eqker"));
  std::ifstream golden("src/goldtape/provider/files/fixtures/golden_samples_minute.csv");
  std::string line;
  std::getline(golden, line);
  std::size_t lines = 0;
  for (; std::getline(golden, line); ++lines) {
    const std::string ticker = line.substr(0, line.find(','));
    ASSERT_TRUE(bars.contains(ticker)) << ticker;
    EXPECT_EQ(summary(ticker, bars.at(ticker)), line);
  }
  EXPECT_EQ(lines, 24U);
  EXPECT_EQ(bars.size(), 24U);
}

/// Bars of 15 minutes: first open, greatest high, least low, last close, sum of volumes.
std::map<Timestamp, model::Bar> aggregate(const std::vector<model::Bar>& minutes) {
  std::map<Timestamp, model::Bar> result;
  for (const model::Bar& minute : minutes) {
    const Timestamp start =
        std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<900>>>(minute.ts);
    const auto [found, is_new] = result.try_emplace(start, minute);
    if (is_new) continue;
    model::Bar& bar = found->second;
    bar.high = std::max(bar.high, minute.high);
    bar.low = std::min(bar.low, minute.low);
    bar.close = minute.close;
    bar.volume += minute.volume;
  }
  return result;
}

TEST(Samples, MinutesOfSpyAndJpmMakeTheVendorsQuarterHours) {
  const BarsByTicker minutes = by_ticker(read_sample("samples/minute", model::Interval::k1m, "eqker"));
  const BarsByTicker quarters =
      by_ticker(read_sample("samples/quarter_hour", model::Interval::k15m, "eqker"));
  for (const char* ticker : {"SPY", "JPM"}) {
    const auto made = aggregate(minutes.at(ticker));
    std::size_t compared = 0;
    for (const model::Bar& bar : quarters.at(ticker)) {
      const auto found = made.find(bar.ts);
      if (found == made.end()) continue;
      ++compared;
      EXPECT_EQ(found->second.open, bar.open) << ticker << format_timestamp(bar.ts);
      EXPECT_EQ(found->second.high, bar.high) << ticker << format_timestamp(bar.ts);
      EXPECT_EQ(found->second.low, bar.low) << ticker << format_timestamp(bar.ts);
      EXPECT_EQ(found->second.close, bar.close) << ticker << format_timestamp(bar.ts);
      EXPECT_EQ(found->second.volume, bar.volume) << ticker << format_timestamp(bar.ts);
    }
    EXPECT_EQ(compared, 5U * 26U) << ticker;
  }
}

TEST(Samples, MinutesLackWhatTheReadmeSays) {
  const BarsByTicker bars = by_ticker(read_sample("samples/minute", model::Interval::k1m, "eqker"));
  // Named 14:32 and 14:37 by the vendor, so they begin at 14:31 and 14:36 in New York.
  for (const char* text : {"2019-02-14T19:31:00Z", "2019-02-14T19:36:00Z"}) {
    const Timestamp ts = parse_timestamp(text).value();
    for (const char* ticker : {"AAPL", "AMZN", "MSFT", "MU", "QQQ", "SBUX", "TSLA"}) {
      EXPECT_TRUE(std::none_of(bars.at(ticker).begin(), bars.at(ticker).end(),
                               [&](const auto& b) { return b.ts == ts; }))
          << ticker << text;
    }
    EXPECT_TRUE(
        std::any_of(bars.at("SPY").begin(), bars.at("SPY").end(), [&](const auto& b) { return b.ts == ts; }));
  }
}

TEST(Samples, HistoriesAreDaily) {
  const BarsByTicker bars = by_ticker(read_sample("samples/history", model::Interval::k1d, "eqker"));
  EXPECT_EQ(bars.size(), 24U);
  EXPECT_EQ(format_date(bars.at("SPY").front().date), "2018-01-02");
  EXPECT_EQ(format_date(bars.at("SPY").back().date), "2019-02-15");
}

TEST(Samples, DailyCollectionsTellNetflixTwice) {
  const auto batches = read_sample("samples/daily", model::Interval::k1d, "pystock");
  ASSERT_EQ(batches.size(), 28U);
  const Date day = parse_date("2015-07-13").value();
  std::map<std::string, model::Bar> told;
  std::set<std::pair<std::string, Date>> symbol_days;
  for (const model::BarBatch& batch : batches) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const model::Bar bar = batch.row(i);
      symbol_days.emplace(bar.ticker, bar.date);
      if (bar.ticker == "NFLX" && bar.date == day) told[format_timestamp(batch.origin.observed_at)] = bar;
    }
  }
  EXPECT_EQ(symbol_days.size(), 496U);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.at("2015-07-13T23:59:59Z").volume, 4711700);
  EXPECT_EQ(told.at("2015-07-13T23:59:59Z").adj_close, 707.609985);
  EXPECT_EQ(told.at("2015-07-14T23:59:59Z").volume, 32981900);
  EXPECT_EQ(told.at("2015-07-14T23:59:59Z").adj_close, 101.087143);
}

}  // namespace
}  // namespace goldtape::provider::files
