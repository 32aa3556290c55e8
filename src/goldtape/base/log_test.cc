#include "goldtape/base/log.h"

#include <memory>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace goldtape::log {
namespace {

/// Log lines of a test, and the default settings again at its end.
class LogTest : public testing::Test {
 protected:
  ~LogTest() override { configure({.level = Level::kWarn}); }

  void start(Level level, Format format, Redactor redactor = {}) {
    configure({.level = level,
               .format = format,
               .sink = [lines = lines_](std::string_view line) { lines->emplace_back(line); },
               .redactor = std::move(redactor)});
  }
  [[nodiscard]] const std::vector<std::string>& lines() const { return *lines_; }

 private:
  std::shared_ptr<std::vector<std::string>> lines_ = std::make_shared<std::vector<std::string>>();
};

TEST_F(LogTest, HumanLineHasTimeLevelMessageAndFields) {
  start(Level::kInfo, Format::kHuman);
  info("loaded bars",
       {{"ticker", "AAPL"}, {"rows", std::int64_t{390}}, {"share", 0.5}, {"note", "half day"}});
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(lines()[0].substr(13), "info  loaded bars ticker=AAPL rows=390 share=0.5 note=\"half day\"");
  EXPECT_EQ(lines()[0][2], ':');
}

TEST_F(LogTest, JsonLineIsEcs) {
  start(Level::kDebug, Format::kJson);
  debug("loaded \"bars\"\n", {{"ticker", "AAPL"}, {"rows", std::int64_t{390}}, {"event.dataset", "bars"}});
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(lines()[0].find('\n'), std::string::npos);
  const auto line = nlohmann::json::parse(lines()[0]);
  EXPECT_EQ(line.at("message"), "loaded \"bars\"\n");
  EXPECT_EQ(line.at("log.level"), "debug");
  EXPECT_EQ(line.at("ecs.version"), "8.11.0");
  EXPECT_EQ(line.at("service.name"), "goldtape");
  EXPECT_EQ(line.at("event.dataset"), "bars");
  EXPECT_EQ(line.at("goldtape").at("ticker"), "AAPL");
  EXPECT_EQ(line.at("goldtape").at("rows"), 390);
  EXPECT_TRUE(line.at("@timestamp").get<std::string>().ends_with("Z"));
}

TEST_F(LogTest, ErrorsCarryTheirCode) {
  start(Level::kInfo, Format::kJson);
  error(Error{ErrorKind::kDamaged, 2003, "too large", "a.csv:7"}, {{"ticker", "NA"}});
  const auto line = nlohmann::json::parse(lines().at(0));
  EXPECT_EQ(line.at("error.code"), "GT2003");
  EXPECT_EQ(line.at("error.type"), "damaged");
  EXPECT_EQ(line.at("message"), "too large");
  EXPECT_EQ(line.at("goldtape").at("where"), "a.csv:7");
  EXPECT_EQ(line.at("goldtape").at("ticker"), "NA");
}

TEST_F(LogTest, LevelsBelowTheSetOneAreSilent) {
  start(Level::kWarn, Format::kHuman);
  debug("no");
  info("no");
  warn("yes");
  EXPECT_EQ(lines().size(), 1U);
  EXPECT_FALSE(enabled(Level::kInfo));
  EXPECT_TRUE(enabled(Level::kError));
  start(Level::kOff, Format::kHuman);
  error(Error{.message = "no"});
  EXPECT_EQ(lines().size(), 1U);
  EXPECT_FALSE(enabled(Level::kOff));
}

TEST_F(LogTest, ASecretNeverAppearsInAnyPlaceOrFormat) {
  const std::string secret =
      "p\"a\\s\ts-w0rd";  // What JSON would escape and so hide from a search of the line.
  for (const Format format : {Format::kHuman, Format::kJson}) {
    start(Level::kDebug, format, Redactor::from({{"ALPACA_API_SECRET_KEY", secret}}));
    info("connecting with " + secret);
    info("connecting", {{"header", "Bearer " + secret}, {"url", "https://me:" + secret + "@host/"}});
    error(Error{ErrorKind::kUnavailable, 2100, "refused " + secret, "https://host/?key=" + secret});
  }
  ASSERT_EQ(lines().size(), 6U);
  const std::string escaped = nlohmann::json(secret).dump();
  for (const std::string& line : lines()) {
    EXPECT_EQ(line.find(secret), std::string::npos) << line;
    EXPECT_EQ(line.find(escaped.substr(1, escaped.size() - 2)), std::string::npos) << line;
    EXPECT_EQ(line.find("w0rd"), std::string::npos) << line;
    EXPECT_NE(line.find("***"), std::string::npos) << line;
  }
}

TEST_F(LogTest, BadUtf8BecomesAReplacementNotAFailure) {
  start(Level::kInfo, Format::kJson);
  info("bad \xff byte", {{"text", "\xc3"}});
  EXPECT_EQ(nlohmann::json::parse(lines().at(0)).at("message"), "bad \xEF\xBF\xBD byte");
}

TEST_F(LogTest, LinesOfThreadsStayWhole) {
  start(Level::kInfo, Format::kJson);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (std::int64_t i = 0; i < 200; ++i) info("line", {{"i", i}});
    });
  }
  threads.clear();
  ASSERT_EQ(lines().size(), 800U);
  for (const std::string& line : lines()) EXPECT_TRUE(nlohmann::json::accept(line)) << line;
}

TEST(LogNames, AreParsedOrExplained) {
  EXPECT_EQ(parse_level("debug").value(), Level::kDebug);
  EXPECT_EQ(to_string(Level::kOff), "off");
  EXPECT_EQ(parse_level("loud").error().to_string(),
            "GT1032: unknown log level 'loud'; write debug, info, warn, error or off");
  EXPECT_EQ(parse_format("json").value(), Format::kJson);
  EXPECT_EQ(parse_format("xml").error().to_string(), "GT1033: unknown log format 'xml'; write human or json");
}

}  // namespace
}  // namespace goldtape::log
