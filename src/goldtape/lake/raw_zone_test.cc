#include "goldtape/lake/raw_zone.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "goldtape/io/compression.h"

namespace goldtape::lake {
namespace {

class RawZone : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(::testing::TempDir()) /
            (std::string("raw_zone_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  [[nodiscard]] std::string root() const { return root_.string(); }
  [[nodiscard]] std::string full(const LandedFile& landed) const { return root() + "/" + landed.path; }

  static RawAnswer answer(std::string_view bytes) {
    return {.source = "files",
            .dataset = "bars",
            .ticker = "_many",
            .load_id = "0123abcd",
            .extension = "csv.gz",
            .request_json = R"({"name":"a.csv"})",
            .bytes = bytes,
            .observed_at = from_micros(1'550'000'000'000'000)};
  }

  std::shared_ptr<io::FileSystem> files_ = io::local_filesystem();
  std::filesystem::path root_;
};

TEST_F(RawZone, KeepsTheBytesAndWhatReadsThem) {
  const std::string bytes("ticker,ts\n\0\xff end", 16);
  const auto landed = land(*files_, root(), answer(bytes));
  ASSERT_TRUE(landed) << landed.error().to_string();
  EXPECT_EQ(landed->path, "raw/source=files/dataset=bars/ticker=_many/date=2019-02-12/0123abcd-0.csv.gz.zst");
  const auto stored = read_raw(*files_, full(*landed));
  ASSERT_TRUE(stored) << stored.error().to_string();
  EXPECT_EQ(stored->bytes, bytes);
  EXPECT_EQ(stored->load_id, "0123abcd");
  EXPECT_EQ(stored->extension, "csv.gz");
  EXPECT_EQ(stored->request_json, R"({"name":"a.csv"})");
  EXPECT_EQ(stored->observed_at, from_micros(1'550'000'000'000'000));
  EXPECT_EQ(stored->content_sha256, landed->content_sha256);
}

TEST_F(RawZone, AnyZstdReaderUnpacksTheVeryBytes) {
  const std::string bytes(100'000, 'x');
  const auto landed = land(*files_, root(), answer(bytes));
  ASSERT_TRUE(landed);
  const auto file = files_->read(full(*landed));
  ASSERT_TRUE(file);
  EXPECT_LT(file->size(), 2'000U);
  EXPECT_EQ(io::decompress(*file, io::Compression::kZstd, 1 << 20, "raw").value_or("?"), bytes);
}

TEST_F(RawZone, AnEmptyAnswerIsKept) {
  const auto landed = land(*files_, root(), answer(""));
  ASSERT_TRUE(landed) << landed.error().to_string();
  const auto stored = read_raw(*files_, full(*landed));
  ASSERT_TRUE(stored) << stored.error().to_string();
  EXPECT_EQ(stored->bytes, "");
}

TEST_F(RawZone, LandingAgainLeavesTheFile) {
  const auto first = land(*files_, root(), answer("a"));
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->already_there);
  const auto again = land(*files_, root(), answer("a"));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->already_there);
  const auto other = land(*files_, root(), answer("b"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, 5020);
}

TEST_F(RawZone, EveryFlippedByteIsFoundOut) {
  const auto landed = land(*files_, root(), answer("ticker,ts,open\nAAPL,2019-02-11,1\n"));
  ASSERT_TRUE(landed);
  const auto file = files_->read(full(*landed));
  ASSERT_TRUE(file);
  for (std::size_t i = 0; i < file->size(); ++i) {
    std::string damaged = *file;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    ASSERT_TRUE(files_->write(root() + "/damaged", damaged, {.overwrite = true, .durable = false}));
    const auto stored = read_raw(*files_, root() + "/damaged");
    // A flip within the trailer's request or extension shows only when the load is parsed.
    if (stored) {
      EXPECT_EQ(stored->bytes, "ticker,ts,open\nAAPL,2019-02-11,1\n") << i;
    } else {
      EXPECT_EQ(stored.error().kind, ErrorKind::kDamaged) << i;
    }
  }
}

TEST_F(RawZone, EveryCutIsFoundOut) {
  const auto landed = land(*files_, root(), answer("ticker,ts,open\nAAPL,2019-02-11,1\n"));
  ASSERT_TRUE(landed);
  const auto file = files_->read(full(*landed));
  ASSERT_TRUE(file);
  for (std::size_t size = 0; size < file->size(); ++size) {
    ASSERT_TRUE(files_->write(root() + "/cut", file->substr(0, size), {.overwrite = true, .durable = false}));
    EXPECT_FALSE(read_raw(*files_, root() + "/cut")) << size;
  }
}

TEST_F(RawZone, OddTickersStayWithinTheirFolder) {
  RawAnswer odd = answer("a");
  odd.ticker = "..";
  EXPECT_NE(raw_path(odd).find("ticker=%2E%2E/"), std::string::npos);
  odd.ticker = "BRK/B";
  EXPECT_NE(raw_path(odd).find("ticker=BRK%2FB/"), std::string::npos);
}

}  // namespace
}  // namespace goldtape::lake
