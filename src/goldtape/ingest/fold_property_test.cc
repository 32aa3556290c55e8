// Bronze and its revisions do not depend on the order of loads, on how rows are split into them, on what is
// committed together, or on loads that were taken back out.

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "goldtape/ingest/lake_fixture_internal.h"
#include "goldtape/ingest/undo.h"

namespace goldtape::ingest::testing {
namespace {

struct Word {
  Said said;
  int observed_s = 0;
};

struct Letter {
  std::string name;
  std::vector<Said> rows;
  int observed_s = 0;
};

std::vector<Word> arbitrary_words() {
  std::vector<Word> words;
  const int size = *rc::gen::inRange(1, 30);
  for (int i = 0; i < size; ++i) {
    Word word;
    word.said.ticker = *rc::gen::element<std::string>("AAPL", "MSFT");
    word.said.day = *rc::gen::inRange(0, 2);
    word.said.minute = *rc::gen::inRange(0, 4);
    word.said.close = *rc::gen::inRange(100, 103);
    word.observed_s = *rc::gen::inRange(0, 4);
    words.push_back(word);
  }
  return words;
}

/// Splits words into answers at random; one answer never says two things about a bar, as a gate would refuse
/// it.
std::vector<Letter> split(const std::vector<Word>& words, std::mt19937& random) {
  std::vector<Letter> letters;
  for (const Word& word : words) {
    const auto fits = [&](const Letter& letter) {
      return letter.observed_s == word.observed_s && std::ranges::none_of(letter.rows, [&](const Said& row) {
               return row.ticker == word.said.ticker && row.day == word.said.day &&
                      row.minute == word.said.minute && row.close != word.said.close;
             });
    };
    std::vector<Letter*> open;
    for (Letter& letter : letters) {
      if (fits(letter)) open.push_back(&letter);
    }
    if (!open.empty() && random() % 3 != 0) {
      open[random() % open.size()]->rows.push_back(word.said);
    } else {
      letters.push_back({"letter" + std::to_string(letters.size()), {word.said}, word.observed_s});
    }
  }
  return letters;
}

/// Loads the letters in random order, some together in one run.
std::map<std::string, std::string> load_all(TestLake& lake, std::vector<Letter> letters,
                                            const std::string& source, std::mt19937& random) {
  std::ranges::shuffle(letters, random);
  std::map<std::string, std::string> load_ids;
  for (std::size_t i = 0; i < letters.size();) {
    std::vector<std::string> together;
    do {
      const std::string name = source + letters[i].name;
      lake.answers().put(name, text_of(letters[i].rows), letters[i].observed_s);
      together.push_back(name);
      ++i;
    } while (i < letters.size() && random() % 2 == 0);
    for (const LoadOutcome& load : lake.load_well(together, source).loads) load_ids[load.name] = load.load_id;
  }
  return load_ids;
}

/// Some cases share a lake, each with sources of its own: rows of others must stay as they are.
class Cases {
 public:
  explicit Cases(std::string mode = "copy-on-write") : mode_(std::move(mode)) {}
  ~Cases() {
    close();
    EXPECT_EQ(delete_files_ > 0, mode_ == "merge-on-read");
  }
  TestLake& lake() {
    if (lake_ == nullptr || ++used_ % kCasesInALake == 0) {
      close();
      lake_ = std::make_unique<TestLake>();
      lake_->replace_by(mode_);
    }
    return *lake_;
  }
  std::string new_source() { return "s" + std::to_string(sources_++); }

 private:
  static constexpr int kCasesInALake = 5;
  void close() {
    if (lake_ == nullptr) return;
    EXPECT_EQ(lake_->damage(), "");
    delete_files_ += lake_->delete_files("bronze.bars");
  }
  std::string mode_;
  std::size_t delete_files_ = 0;  ///< That lakes were left with.
  std::unique_ptr<TestLake> lake_;
  int used_ = 0;
  int sources_ = 0;
};

TEST(FoldProperty, OrderAndSplitOfLoadsDoNotMatter) {
  Cases cases;
  EXPECT_TRUE(rc::check([&] {
    TestLake& lake = cases.lake();
    const std::vector<Word> words = arbitrary_words();
    std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
    const std::string one = cases.new_source();
    const std::string other = cases.new_source();
    load_all(lake, split(words, random), one, random);
    load_all(lake, split(words, random), other, random);
    RC_ASSERT(lake.bars(one) == lake.bars(other));
    RC_ASSERT(lake.revisions(one) == lake.revisions(other));
  }));
}

/// What is written by merge-on-read has the rows that copy-on-write gives, after a load was taken back out
/// too.
TEST(FoldProperty, MergeOnReadGivesTheSameRows) {
  Cases marking("merge-on-read");
  Cases rewriting;
  EXPECT_TRUE(rc::check([&] {
    TestLake& one = marking.lake();
    TestLake& other = rewriting.lake();
    std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
    const std::vector<Letter> letters = split(arbitrary_words(), random);
    const std::string source = marking.new_source();
    const auto load_ids = load_all(one, letters, source, random);
    load_all(other, letters, source, random);
    RC_ASSERT(one.bars(source) == other.bars(source));
    RC_ASSERT(one.revisions(source) == other.revisions(source));
    const std::string& gone = load_ids.at(source + letters[random() % letters.size()].name);
    RC_ASSERT(undo(one.open(), one.providers(), gone).has_value());
    RC_ASSERT(undo(other.open(), other.providers(), gone).has_value());
    RC_ASSERT(one.bars(source) == other.bars(source));
    RC_ASSERT(one.revisions(source) == other.revisions(source));
  }));
}

TEST(FoldProperty, AnUndoneLoadWasNeverThere) {
  Cases cases;
  EXPECT_TRUE(rc::check([&] {
    TestLake& lake = cases.lake();
    std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
    std::vector<Letter> letters = split(arbitrary_words(), random);
    const std::string with = cases.new_source();
    const std::string without = cases.new_source();
    const auto load_ids = load_all(lake, letters, with, random);
    const std::size_t gone = random() % letters.size();
    const auto undone = undo(lake.open(), lake.providers(), load_ids.at(with + letters[gone].name));
    RC_ASSERT(undone.has_value());
    letters.erase(letters.begin() + static_cast<std::ptrdiff_t>(gone));
    load_all(lake, letters, without, random);
    RC_ASSERT(lake.bars(with) == lake.bars(without));
    RC_ASSERT(lake.revisions(with) == lake.revisions(without));
  }));
}

}  // namespace
}  // namespace goldtape::ingest::testing
