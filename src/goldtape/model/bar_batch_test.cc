#include "goldtape/model/bar_batch.h"

#include <bit>
#include <cmath>

#include <gtest/gtest.h>

#include "goldtape/base/hash.h"

namespace goldtape::model {
namespace {

Bar some_bar() {
  return {.ticker = "NA",
          .ts = parse_timestamp("2019-02-11T14:30Z").value(),
          .date = parse_date("2019-02-11").value(),
          .open = 170.4,
          .high = 170.9,
          .low = 170.1,
          .close = 170.42,
          .volume = 1'234,
          .vwap = 170.5,
          .trade_count = 17,
          .adj_close = 170.42,
          .session = SessionPart::kRegular};
}

TEST(BarBatch, RowsComeBackAsTheyWereAppended) {
  BarBatch batch;
  Bar first = some_bar();
  Bar second = some_bar();
  second.ticker = "TRUE";
  second.session = SessionPart::kPost;
  batch.append(first, 2);
  batch.append(second, 3);
  batch.append(first, 4);
  ASSERT_EQ(batch.size(), 3U);
  EXPECT_EQ(batch.row(0), first);
  EXPECT_EQ(batch.row(1), second);
  EXPECT_EQ(batch.tickers, (std::vector<std::string>{"NA", "TRUE"}));
  EXPECT_EQ(batch.ticker, (std::vector<std::uint32_t>{0, 1, 0}));
  EXPECT_EQ(batch.line, (std::vector<std::uint32_t>{2, 3, 4}));
}

TEST(BarBatch, InternKeepsOneIndexForEachName) {
  BarBatch batch;
  EXPECT_EQ(batch.intern("AAPL"), 0U);
  EXPECT_EQ(batch.intern("aapl"), 1U);
  EXPECT_EQ(batch.intern("AAPL"), 0U);
  EXPECT_TRUE(batch.empty());
}

std::uint64_t hash_of(const Bar& bar) {
  BarBatch batch;
  batch.append(bar, 1);
  return content_hash(batch, 0);
}

TEST(ContentHash, DependsOnEveryValueAndOnNothingElse) {
  const std::uint64_t hash = hash_of(some_bar());
  Bar other = some_bar();
  other.ticker = "AAPL";
  other.ts += std::chrono::minutes{1};
  other.session = SessionPart::kPre;
  EXPECT_EQ(hash_of(other), hash);
  for (double Bar::* price : {&Bar::open, &Bar::high, &Bar::low, &Bar::close, &Bar::vwap, &Bar::adj_close}) {
    other = some_bar();
    other.*price = std::nextafter(other.*price, 1e9);
    EXPECT_NE(hash_of(other), hash);
  }
  other = some_bar();
  ++other.volume;
  EXPECT_NE(hash_of(other), hash);
  other = some_bar();
  other.trade_count = kAbsentCount;
  EXPECT_NE(hash_of(other), hash);
  other = some_bar();
  std::swap(other.open, other.close);
  EXPECT_NE(hash_of(other), hash);
}

TEST(ContentHash, ZerosAndNansHaveOneFormEach) {
  Bar bar = some_bar();
  bar.open = 0.0;
  bar.vwap = absent_price();
  Bar same = bar;
  same.open = -0.0;
  same.vwap = std::bit_cast<double>(std::uint64_t{0xFFF8000000000001});
  ASSERT_TRUE(std::isnan(same.vwap));
  EXPECT_EQ(hash_of(same), hash_of(bar));
}

// The hash decides which of two answers wins, so it may never change: it is stored by its effects.
TEST(ContentHash, IsTheXxh3OfTheDocumentedBytes) {
  const Bar bar = some_bar();
  std::string bytes;
  const auto add = [&bytes](std::uint64_t word) {
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(word >> (8 * i) & 0xFFU);
  };
  for (const double price : {bar.open, bar.high, bar.low, bar.close})
    add(std::bit_cast<std::uint64_t>(price));
  add(static_cast<std::uint64_t>(bar.volume));
  add(std::bit_cast<std::uint64_t>(bar.vwap));
  add(static_cast<std::uint64_t>(bar.trade_count));
  add(std::bit_cast<std::uint64_t>(bar.adj_close));
  EXPECT_EQ(hash_of(bar), xxh3_64(bytes));
}

}  // namespace
}  // namespace goldtape::model
