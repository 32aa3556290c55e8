#include "goldtape/provider/files/dialect.h"

#include <string>

#include <gtest/gtest.h>

#include "goldtape/provider/files/columns.h"
#include "goldtape/provider/files/dialect_json.h"

namespace goldtape::provider::files {
namespace {

TEST(Dialect, ReadsBackEveryBuiltin) {
  for (const std::string_view name : builtin_dialect_names()) {
    const Dialect dialect = builtin_dialect(name).value();
    EXPECT_EQ(dialect.name, name);
    const auto restored = dialect_from_json(to_json(dialect), "test");
    ASSERT_TRUE(restored) << restored.error().to_string();
    EXPECT_EQ(*restored, dialect);
    EXPECT_EQ(to_json(*restored), to_json(dialect));
  }
}

TEST(Dialect, ReadsBackEveryField) {
  Dialect dialect = builtin_dialect("default").value();
  dialect.name = "mine";
  dialect.delimiter = '\t';
  dialect.quote = '\'';
  dialect.decimal = ',';
  dialect.columns.erase(Role::kVwap);
  dialect.columns[Role::kClose] = {"last", "price"};
  dialect.column_order = {"ts", "", "close"};
  dialect.ticker_from_name = true;
  dialect.ticker = "NA";
  dialect.volume = -1;
  dialect.tz = "Europe/Berlin";
  dialect.label = Label::kEnd;
  dialect.order = Order::kAscending;
  dialect.ts_format = "%d.%m.%Y";
  dialect.null_words = {};
  dialect.price_basis = model::PriceBasis::kSplitAdjusted;
  EXPECT_EQ(dialect_from_json(to_json(dialect), "test").value(), dialect);
}

TEST(Dialect, BuildsOnABuiltin) {
  const auto dialect = dialect_from_json(
      R"({"name": "mine", "based_on": "eqker", "columns": {"close": "last", "vwap": []}})", "mine.json");
  ASSERT_TRUE(dialect) << dialect.error().to_string();
  EXPECT_EQ(dialect->label, Label::kEnd);
  EXPECT_EQ(dialect->columns.at(Role::kClose), std::vector<std::string>{"last"});
  EXPECT_FALSE(dialect->columns.contains(Role::kVwap));
  EXPECT_EQ(dialect->columns.at(Role::kTs), std::vector<std::string>{"datetime"});
}

TEST(Dialect, ReadsToml) {
  const auto dialect =
      dialect_from_toml("tz = \"America/New_York\"\nvolume = 0\n[columns]\nclose = [\"last\"]\n", "d.toml");
  ASSERT_TRUE(dialect) << dialect.error().to_string();
  EXPECT_EQ(dialect->tz, "America/New_York");
  EXPECT_EQ(dialect->volume, 0);
  EXPECT_EQ(dialect->columns.at(Role::kClose), std::vector<std::string>{"last"});
  const auto broken = dialect_from_toml("tz = \n", "d.toml");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, 2011);
  EXPECT_EQ(broken.error().where, "d.toml:1");
}

TEST(Dialect, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"",
                           "[]",
                           "{",
                           R"({"labels": "end"})",
                           R"({"label": "middle"})",
                           R"({"tz": "Mars/Olympus"})",
                           R"({"columns": {"closing": "c"}})",
                           R"({"columns": {"close": 5}})",
                           R"({"columns": []})",
                           R"({"delimiter": ",,"})",
                           R"({"delimiter": "\n"})",
                           R"({"quote": ""})",
                           R"({"decimal": "x"})",
                           R"({"decimal": ",", "delimiter": ","})",
                           R"({"volume": 1.5})",
                           R"({"volume": 99999999999999999999})",
                           R"({"ts_format": "%Q"})",
                           R"({"based_on": "nobody"})",
                           R"({"ticker_from_name": "yes"})",
                           R"({"column_order": ["nothing"]})",
                           R"({"null_words": [1]})",
                           R"({"price_basis": "cooked"})"}) {
    const auto dialect = dialect_from_json(text, "d.json");
    ASSERT_FALSE(dialect) << text;
    EXPECT_EQ(dialect.error().kind, ErrorKind::kUsage) << text;
    EXPECT_EQ(dialect.error().where, "d.json") << text;
  }
  EXPECT_NE(dialect_from_json(R"({"lable": "end"})", "d").error().message.find("'label'"), std::string::npos);
}

TEST(Dialect, NamesTheNearestBuiltin) {
  const auto dialect = builtin_dialect("eqkr");
  ASSERT_FALSE(dialect);
  EXPECT_EQ(dialect.error().code, 2010);
  EXPECT_NE(dialect.error().message.find("eqker"), std::string::npos);
}

ColumnMap map_of(const std::vector<std::string>& names) {
  return map_columns(names, builtin_dialect("default").value(), Dataset::kBars, "file.csv:1").value();
}

TEST(Columns, FindsTheCommonNames) {
  for (const std::vector<std::string>& names : std::vector<std::vector<std::string>>{
           {"ticker", "ts", "open", "high", "low", "close", "volume"},
           {"Symbol", "Timestamp", "O", "H", "L", "C", "V"},
           {"SYMBOL", "DateTime", "Open", "High", "Low", "Close", "Volume"},
           {"<TICKER>", "<DATE>", "<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<VOL>"},
           {"ticker", "window_start", "open", "high", "low", "close", "volume"},
           {"sym", "t", "o", "h", "l", "c", "v"}}) {
    const ColumnMap map = map_of(names);
    EXPECT_EQ(map.mapped.size(), names.size()) << names[1];
    EXPECT_EQ(map.at(Role::kTicker), 0U);
    EXPECT_EQ(map.has(Role::kTs) ? map.at(Role::kTs) : map.at(Role::kDate), 1U);
    EXPECT_EQ(map.at(Role::kVolume), 6U);
  }
}

TEST(Columns, FindsTheOptionalOnes) {
  const ColumnMap map =
      map_of({"date", "open", "high", "low", "close", "Adj Close", "volume", "vw", "n", "Dividends"});
  EXPECT_EQ(map.at(Role::kAdjClose), 5U);
  EXPECT_EQ(map.at(Role::kVwap), 7U);
  EXPECT_EQ(map.at(Role::kTradeCount), 8U);
  EXPECT_EQ(map.ignored, std::vector<std::string>{"Dividends"});
}

TEST(Columns, SettlesWhichColumnsAreTheTime) {
  const ColumnMap both = map_of({"date", "time", "open", "high", "low", "close", "volume"});
  EXPECT_TRUE(both.has(Role::kDate) && both.has(Role::kTime) && !both.has(Role::kTs));
  const ColumnMap time = map_of({"time", "open", "high", "low", "close", "volume"});
  EXPECT_EQ(time.at(Role::kTs), 0U);
  const ColumnMap all = map_of({"date", "time", "ts", "open", "high", "low", "close", "volume"});
  EXPECT_EQ(all.at(Role::kTs), 2U);
  EXPECT_EQ(all.ignored, (std::vector<std::string>{"date", "time"}));
}

TEST(Columns, SniffsTheDelimiter) {
  const Dialect dialect = builtin_dialect("default").value();
  EXPECT_EQ(sniff_delimiter("ts;open;high", dialect, Dataset::kBars), ';');
  EXPECT_EQ(sniff_delimiter("ts\topen\thigh", dialect, Dataset::kBars), '\t');
  EXPECT_EQ(sniff_delimiter("ts|open|high", dialect, Dataset::kBars), '|');
  EXPECT_EQ(sniff_delimiter("x,y", dialect, Dataset::kBars), ',');
}

}  // namespace
}  // namespace goldtape::provider::files
