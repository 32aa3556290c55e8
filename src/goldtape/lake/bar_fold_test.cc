#include "goldtape/lake/bar_fold.h"

#include <algorithm>
#include <random>
#include <tuple>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace goldtape::lake {
namespace {

BronzeBar said(FoldNames& names, std::string_view ticker, std::int64_t ts, double close,
               std::int64_t observed, std::string_view load, std::uint32_t sequence) {
  BronzeBar bar;
  bar.ticker = names.tickers.intern(ticker);
  bar.load = names.loads.intern(load);
  bar.sequence = sequence;
  bar.ts_us = ts;
  bar.observed_us = observed;
  bar.content = {.open = close, .high = close, .low = close, .close = close, .volume = 1};
  bar.content_hash = model::content_hash(bar.content);
  return bar;
}

TEST(BarFold, LaterWordWinsAndIsARevision) {
  FoldNames names;
  const Folded folded =
      fold({said(names, "A", 0, 2, 20, "l2", 2), said(names, "A", 0, 1, 10, "l1", 1)}, names, 2);
  ASSERT_EQ(folded.rows.size(), 1U);
  EXPECT_EQ(folded.rows[0].content.close, 2);
  ASSERT_EQ(folded.revisions.size(), 1U);
  EXPECT_EQ(folded.revisions[0].first.content.close, 1);
  EXPECT_EQ(folded.revisions[0].second.content.close, 2);
  EXPECT_EQ(folded.counts[1], (FoldCounts{.inserted = 1}));
  EXPECT_EQ(folded.counts[2], (FoldCounts{.updated = 1}));
}

TEST(BarFold, EarlierWordThatComesLateChangesOnlyTheHistory) {
  FoldNames names;
  const Folded folded =
      fold({said(names, "A", 0, 2, 20, "l1", 1), said(names, "A", 0, 1, 10, "l2", 2)}, names, 2);
  EXPECT_EQ(folded.rows[0].content.close, 2);
  EXPECT_EQ(folded.revisions.size(), 1U);
  EXPECT_EQ(folded.counts[2], (FoldCounts{.unchanged = 1}));
}

TEST(BarFold, AWordSaidAgainKeepsTheFirstSighting) {
  FoldNames names;
  const Folded folded =
      fold({said(names, "A", 0, 1, 20, "l2", 2), said(names, "A", 0, 1, 10, "l1", 1)}, names, 2);
  EXPECT_EQ(folded.rows[0].observed_us, 10);
  EXPECT_EQ(names.loads[folded.rows[0].load], "l1");
  EXPECT_TRUE(folded.revisions.empty());
}

TEST(BarFold, AReturnToTheOldWordIsTwoRevisions) {
  FoldNames names;
  const Folded folded = fold({said(names, "A", 0, 1, 10, "l1", 1), said(names, "A", 0, 2, 20, "l2", 2),
                              said(names, "A", 0, 1, 30, "l3", 3)},
                             names, 3);
  EXPECT_EQ(folded.rows[0].observed_us, 30);
  EXPECT_EQ(folded.revisions.size(), 2U);
}

TEST(BarFold, AnotherBasisIsAnotherWordButItsDateIsNot) {
  FoldNames names;
  BronzeBar raw = said(names, "A", 0, 1, 10, "l1", 1);
  BronzeBar adjusted = said(names, "A", 0, 1, 20, "l2", 2);
  adjusted.basis = model::PriceBasis::kSplitAdjusted;
  adjusted.basis_as_of_days = 5;
  BronzeBar next_day = adjusted;
  next_day.sequence = 3;
  next_day.observed_us = 30;
  next_day.basis_as_of_days = 6;
  const Folded folded = fold({raw, adjusted, next_day}, names, 3);
  EXPECT_EQ(folded.revisions.size(), 1U);
  EXPECT_EQ(folded.rows[0].basis_as_of_days, 5);
}

TEST(BarFold, RowsAreSortedByTextNotByFirstAppearance) {
  FoldNames names;
  const Folded folded = fold({said(names, "B", 0, 1, 1, "l", 1), said(names, "A", 9, 1, 1, "l", 1),
                              said(names, "A", 3, 1, 1, "l", 1)},
                             names, 1);
  ASSERT_EQ(folded.rows.size(), 3U);
  EXPECT_EQ(names.tickers[folded.rows[0].ticker], "A");
  EXPECT_EQ(folded.rows[0].ts_us, 3);
  EXPECT_EQ(names.tickers[folded.rows[2].ticker], "B");
}

std::vector<BronzeBar> arbitrary_evidence(FoldNames& names) {
  const auto size = *rc::gen::inRange<std::size_t>(1, 40);
  std::vector<BronzeBar> evidence;
  for (std::size_t i = 0; i < size; ++i) {
    const auto load = *rc::gen::inRange(1, 9);
    evidence.push_back(said(names, *rc::gen::element<std::string>("A", "B"), *rc::gen::inRange(0, 4),
                            *rc::gen::inRange(1, 4), *rc::gen::inRange(0, 4), "load" + std::to_string(load),
                            static_cast<std::uint32_t>(load)));
  }
  return evidence;
}

auto facts(const Folded& folded, const FoldNames& names) {
  std::vector<std::tuple<std::string, std::int64_t, double, std::int64_t, std::string>> rows;
  const auto add = [&](const BronzeBar& bar) {
    rows.emplace_back(names.tickers[bar.ticker], bar.ts_us, bar.content.close, bar.observed_us,
                      names.loads[bar.load]);
  };
  for (const BronzeBar& row : folded.rows) add(row);
  for (const auto& [before, after] : folded.revisions) {
    add(before);
    add(after);
  }
  return rows;
}

TEST(BarFold, DoesNotDependOnTheOrderOfArrival) {
  EXPECT_TRUE(rc::check([] {
    FoldNames names;
    std::vector<BronzeBar> evidence = arbitrary_evidence(names);
    const auto expected = facts(fold(evidence, names, 8), names);
    std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
    std::ranges::shuffle(evidence, random);
    for (BronzeBar& bar : evidence) bar.sequence = 1 + static_cast<std::uint32_t>(random() % 8);
    RC_ASSERT(facts(fold(evidence, names, 8), names) == expected);
  }));
}

TEST(BarFold, FoldingOntoTheRowsThatStandIsFoldingEverything) {
  EXPECT_TRUE(rc::check([] {
    FoldNames names;
    const std::vector<BronzeBar> evidence = arbitrary_evidence(names);
    const Folded whole = fold(evidence, names, 8);
    // All of one moment must come at once: a row that stands tells only of what is strictly older.
    std::vector<BronzeBar> rows;
    std::size_t revisions = 0;
    for (std::int64_t moment = 0; moment < 4; ++moment) {
      for (BronzeBar& row : rows) row.sequence = 0;
      std::ranges::copy_if(evidence, std::back_inserter(rows),
                           [&](const BronzeBar& bar) { return bar.observed_us == moment; });
      Folded step = fold(rows, names, 8);
      rows = std::move(step.rows);
      revisions += step.revisions.size();
    }
    RC_ASSERT(facts({rows, {}, {}}, names) == facts({whole.rows, {}, {}}, names));
    RC_ASSERT(revisions == whole.revisions.size());
  }));
}

TEST(BarFold, EveryRowIsCountedOnce) {
  EXPECT_TRUE(rc::check([] {
    FoldNames names;
    const std::vector<BronzeBar> evidence = arbitrary_evidence(names);
    const Folded folded = fold(evidence, names, 8);
    std::int64_t counted = 0;
    std::int64_t inserted = 0;
    for (const FoldCounts& counts : folded.counts) {
      counted += counts.inserted + counts.updated + counts.unchanged;
      inserted += counts.inserted;
    }
    RC_ASSERT(counted == static_cast<std::int64_t>(evidence.size()));
    RC_ASSERT(inserted == static_cast<std::int64_t>(folded.rows.size()));
  }));
}

}  // namespace
}  // namespace goldtape::lake
