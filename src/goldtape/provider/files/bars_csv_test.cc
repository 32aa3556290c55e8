#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "goldtape/io/compression.h"
#include "goldtape/provider/files/answer_testing.h"

namespace goldtape::provider::files {
namespace {

constexpr const char* kHeader = "ticker,ts,open,high,low,close,volume\n";
constexpr const char* kBar = ",10,11,9,10.5,100\n";

model::BarBatch read(const std::string& text, const Dialect& dialect = dialect_in("UTC"),
                     const std::string& name = "bars.csv", model::Interval interval = model::Interval::k1m) {
  auto batch = bars_of(text, dialect, name, interval);
  EXPECT_TRUE(batch) << batch.error().to_string();
  return batch.value_or(model::BarBatch{});
}

std::vector<std::string> starts(const model::BarBatch& batch) {
  std::vector<std::string> result;
  for (const std::int64_t us : batch.ts_us) result.push_back(format_timestamp(from_micros(us)));
  return result;
}

TEST(BarsCsv, ReadsAllColumns) {
  const auto batch = read(
      "symbol,timestamp,o,h,l,c,v,vw,n,adj_close,note\n"
      "AAPL,2024-01-02T14:30:00Z,187.15,188.44,183.885,185.64,82488700,185.9,1009074,185.4,x\n"
      "AAPL,2024-01-02T14:31:00Z,187.15,188.44,183.885,185.64,82488700,,,,y\n");
  ASSERT_EQ(batch.size(), 2U);
  model::Bar bar;
  bar.ticker = "AAPL";
  bar.ts = parse_timestamp("2024-01-02T14:30:00Z").value();
  bar.date = parse_date("2024-01-02").value();
  bar.open = 187.15;
  bar.high = 188.44;
  bar.low = 183.885;
  bar.close = 185.64;
  bar.volume = 82488700;
  bar.vwap = 185.9;
  bar.trade_count = 1009074;
  bar.adj_close = 185.4;
  EXPECT_EQ(batch.row(0), bar);
  EXPECT_TRUE(std::isnan(batch.vwap[1]) && std::isnan(batch.adj_close[1]));
  EXPECT_EQ(batch.trade_count[1], model::kAbsentCount);
  EXPECT_EQ(batch.line, (std::vector<std::uint32_t>{2, 3}));
  EXPECT_EQ(batch.origin.source, "test");
}

TEST(BarsCsv, NullLookingTickersAreTickers) {
  std::string text = kHeader;
  const std::vector<std::string> tickers = {"NA", "TRUE", "NAN", "null", "NULL", "None", "inf"};
  for (const std::string& ticker : tickers) text += ticker + ",2024-01-02 14:30:00" + kBar;
  EXPECT_EQ(read(text).tickers, tickers);
}

TEST(BarsCsv, TakesTheTickerFromTheName) {
  const std::string text = std::string("ts,open,high,low,close,volume\n2024-01-02 14:30:00") + kBar;
  EXPECT_EQ(read(text, dialect_in("UTC"), "NA_1min.csv").tickers, std::vector<std::string>{"NA"});
  Dialect dialect = dialect_in("UTC");
  dialect.ticker = "SPY";
  EXPECT_EQ(read(text, dialect, "NA_1min.csv").tickers, std::vector<std::string>{"SPY"});
}

TEST(BarsCsv, ConvertsZonesAndEndLabels) {
  Dialect dialect = dialect_in("America/New_York");
  dialect.label = Label::kEnd;
  const auto batch = read(std::string(kHeader) + "A,2019-02-15 16:00:00" + kBar + "A,2019-07-15 09:31:00" +
                              kBar + "A,2019-07-15T09:31:00Z" + kBar,
                          dialect);
  EXPECT_EQ(starts(batch), (std::vector<std::string>{"2019-02-15T20:59:00Z", "2019-07-15T13:30:00Z",
                                                     "2019-07-15T09:30:00Z"}));
}

TEST(BarsCsv, TellsSessionDateAndPart) {
  const auto batch = read(std::string(kHeader) + "A,2024-07-03T13:29:00Z" + kBar + "A,2024-07-03T13:30:00Z" +
                          kBar + "A,2024-07-03T16:59:00Z" + kBar + "A,2024-07-03T17:00:00Z" + kBar +
                          "A,2024-07-06T01:00:00Z" + kBar);
  using enum model::SessionPart;
  // 2024-07-03 closed at 13:00 in New York; 2024-07-05 at 21:00 there is after its close.
  EXPECT_EQ(batch.session, (std::vector<model::SessionPart>{kPre, kRegular, kRegular, kPost, kPost}));
  EXPECT_EQ(format_date(from_days(batch.date_days[4])), "2024-07-05");
}

TEST(BarsCsv, DailyBarsKeepTheirDate) {
  const std::vector<std::string> texts = {"2024-01-02", "2024-01-02 00:00:00", "2024-01-02 00:00:00-05:00",
                                          "2024-01-02T05:00:00Z"};
  for (const std::string& ts : texts) {
    const auto batch = read(std::string(kHeader) + "A," + ts + kBar, dialect_in("America/New_York"),
                            "bars.csv", model::Interval::k1d);
    EXPECT_EQ(starts(batch), std::vector<std::string>{"2024-01-02T00:00:00Z"}) << ts;
    EXPECT_EQ(format_date(from_days(batch.date_days[0])), "2024-01-02") << ts;
  }
  const auto epoch = read(std::string(kHeader) + "A,1704171600000" + kBar, dialect_in("America/New_York"),
                          "bars.csv", model::Interval::k1d);
  EXPECT_EQ(starts(epoch), std::vector<std::string>{"2024-01-02T00:00:00Z"});
}

TEST(BarsCsv, ReadsDateAndTimeColumns) {
  const auto batch =
      read("<TICKER>;<DATE>;<TIME>;<OPEN>;<HIGH>;<LOW>;<CLOSE>;<VOL>\nA;20240102;143000;1;2;1;2;3\n");
  EXPECT_EQ(starts(batch), std::vector<std::string>{"2024-01-02T14:30:00Z"});
}

TEST(BarsCsv, PassesOverEmptyLines) {
  const auto batch = read("\r\n\nticker;ts;open;high;low;close;volume\n\nA;2024-01-02 14:30;1;2;1;2;3\n\n");
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch.line[0], 5U);
}

TEST(BarsCsv, ARejectedRowIsKeptAsWellFormedText) {
  std::string note;
  while (note.size() < 2000) note += "\xe2\x82\xac";
  const auto batch =
      read("ticker,ts,open,high,low,close,volume,note\nA,2024-01-02 14:30,1,2,1,,3," + note + "\n");
  ASSERT_EQ(batch.rejected.size(), 1U);
  EXPECT_GT(batch.rejected[0].text.size(), 1000U);
  EXPECT_EQ(find_invalid_utf8(batch.rejected[0].text), std::string_view::npos);
}

TEST(BarsCsv, ReadsFilesWithoutHeader) {
  Dialect dialect = dialect_in("UTC");
  dialect.column_order = {"ts", "open", "high", "low", "close", "", "volume"};
  dialect.ticker = "A";
  const auto batch = read("2024-01-02 14:30:00,1,2,1,2,junk,3\n", dialect);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch.volume[0], 3);
  EXPECT_EQ(batch.line[0], 1U);
}

TEST(BarsCsv, HonoursDecimalCommaAndNullWords) {
  Dialect dialect = dialect_in("UTC");
  dialect.decimal = ',';
  dialect.null_words = {"-"};
  const auto batch = read(
      "ticker;ts;open;high;low;close;volume\nA;2024-01-02 14:30;1,5;2;1;2;3\nA;2024-01-02 14:31;-;2;1;2;3\n",
      dialect);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch.open[0], 1.5);
  ASSERT_EQ(batch.rejected.size(), 1U);
  EXPECT_EQ(batch.rejected[0].reason, "missing open");
}

TEST(BarsCsv, IndexesMayHaveAConstantVolume) {
  Dialect dialect = dialect_in("UTC");
  dialect.volume = 0;
  const auto batch = read("ticker,ts,open,high,low,close\nVIX,2024-01-02 14:30,13,14,12,13\n", dialect);
  EXPECT_EQ(batch.volume, std::vector<std::int64_t>{0});
}

TEST(BarsCsv, TheBasisIsKeptWithItsDay) {
  Dialect dialect = dialect_in("UTC");
  dialect.price_basis = model::PriceBasis::kSplitAdjusted;
  const auto batch = read(std::string(kHeader) + "A,2024-01-02 14:30" + kBar, dialect);
  EXPECT_EQ(batch.origin.basis, model::PriceBasis::kSplitAdjusted);
  EXPECT_EQ(format_date(batch.origin.basis_as_of), "2025-01-01");
}

TEST(BarsCsv, TheOrderOfRowsSettlesTheRepeatedHour) {
  std::vector<std::string> local;
  for (const char* time : {"00:58", "00:59", "01:00", "01:59", "01:00", "01:59", "02:00"}) {
    local.push_back(fmt::format("A,2024-11-03 {}", time) + kBar);
  }
  const std::vector<std::string> utc = {
      "2024-11-03T04:58:00Z", "2024-11-03T04:59:00Z", "2024-11-03T05:00:00Z", "2024-11-03T05:59:00Z",
      "2024-11-03T06:00:00Z", "2024-11-03T06:59:00Z", "2024-11-03T07:00:00Z"};
  std::string rising = kHeader;
  std::string falling = kHeader;
  for (const std::string& row : local) rising += row;
  for (auto row = local.rbegin(); row != local.rend(); ++row) falling += *row;
  EXPECT_EQ(starts(read(rising, dialect_in("America/New_York"))), utc);
  EXPECT_EQ(starts(read(falling, dialect_in("America/New_York"))),
            std::vector<std::string>(utc.rbegin(), utc.rend()));
}

TEST(BarsCsv, TheRepeatedHourIsSettledForEachTicker) {
  std::string text = kHeader;
  std::vector<std::string> utc;
  for (const auto& [time, start] : std::vector<std::pair<std::string, std::string>>{{"00:58", "04:58"},
                                                                                    {"00:59", "04:59"},
                                                                                    {"01:30", "05:30"},
                                                                                    {"01:00", "06:00"},
                                                                                    {"02:00", "07:00"}}) {
    for (const char* ticker : {"A", "B"}) {
      text += fmt::format("{},2024-11-03 {}", ticker, time) + kBar;
      utc.push_back(fmt::format("2024-11-03T{}:00Z", start));
    }
  }
  EXPECT_EQ(starts(read(text, dialect_in("America/New_York"))), utc);
}

TEST(BarsCsv, ABrokenOrderIsRefused) {
  Dialect dialect = dialect_in("UTC");
  dialect.order = Order::kDescending;
  const auto batch =
      bars_of(std::string(kHeader) + "A,2024-01-02 14:30" + kBar + "A,2024-01-02 14:31" + kBar, dialect);
  ASSERT_FALSE(batch);
  EXPECT_EQ(batch.error().code, 2035);
  EXPECT_EQ(batch.error().where, "bars.csv:3");
}

TEST(BarsCsv, PackingsAndMarksChangeNothing) {
  const std::string text = std::string(kHeader) + "A,2024-01-02 14:30" + kBar;
  const auto plain = read(text);
  for (const std::string& bytes :
       {"\xef\xbb\xbf" + text, io::compress_gzip(text).value(), io::compress_zstd(text).value()}) {
    const auto batch = read(bytes);
    ASSERT_EQ(batch.size(), 1U);
    EXPECT_EQ(batch.row(0).close, plain.row(0).close);
    EXPECT_EQ(batch.ts_us, plain.ts_us);
  }
}

struct RandomBar {
  std::string ticker;
  std::int64_t minute;
  std::int64_t open_e4, close_e4, volume;
};

rc::Gen<std::vector<RandomBar>> random_bars() {
  return rc::gen::nonEmpty(rc::gen::container<std::vector<RandomBar>>(rc::gen::exec([] {
    return RandomBar{*rc::gen::element<std::string>("A", "NA", "TRUE", "BRK.B"),
                     *rc::gen::inRange<std::int64_t>(28'000'000, 28'000'600),
                     *rc::gen::inRange<std::int64_t>(1, 100'000'000),
                     *rc::gen::inRange<std::int64_t>(1, 100'000'000),
                     *rc::gen::inRange<std::int64_t>(-5, 1'000'000'000'000)};
  })));
}

std::string render(const std::vector<RandomBar>& bars, bool quoted, std::string_view line_end) {
  std::string text = fmt::format("ticker,ts,open,high,low,close,volume{}", line_end);
  const auto cell = [&](const std::string& value) { return quoted ? "\"" + value + "\"" : value; };
  const auto price = [](std::int64_t e4) { return fmt::format("{}.{:04d}", e4 / 10000, e4 % 10000); };
  for (const RandomBar& bar : bars) {
    const std::string ts = format_timestamp(from_micros(bar.minute * 60'000'000));
    text += fmt::format("{},{},{},{},{},{},{}{}", cell(bar.ticker), cell(ts), cell(price(bar.open_e4)),
                        cell("99999"), cell("0.01"), cell(price(bar.close_e4)),
                        cell(std::to_string(bar.volume)), line_end);
  }
  return text;
}

TEST(BarsCsv, ReadsBackAnyBarsHoweverTheyAreWritten) {
  EXPECT_TRUE(rc::check([] {
    const auto bars = *random_bars();
    for (const bool quoted : {false, true}) {
      for (const char* line_end : {"\n", "\r\n"}) {
        const auto batch = bars_of(render(bars, quoted, line_end)).value();
        RC_ASSERT(batch.size() == bars.size());
        for (std::size_t i = 0; i < bars.size(); ++i) {
          RC_ASSERT(batch.tickers[batch.ticker[i]] == bars[i].ticker);
          RC_ASSERT(batch.ts_us[i] == bars[i].minute * 60'000'000);
          RC_ASSERT(batch.open[i] == static_cast<double>(bars[i].open_e4) / 10000);
          RC_ASSERT(batch.close[i] == static_cast<double>(bars[i].close_e4) / 10000);
          RC_ASSERT(batch.volume[i] == bars[i].volume);
        }
      }
    }
  }));
}

TEST(BarsCsv, AnyOrderOfRowsGivesTheSameBars) {
  EXPECT_TRUE(rc::check([] {
    auto bars = *random_bars();
    const auto forward = bars_of(render(bars, false, "\n")).value();
    std::reverse(bars.begin(), bars.end());
    const auto backward = bars_of(render(bars, false, "\n")).value();
    const std::size_t n = bars.size();
    for (std::size_t i = 0; i < n; ++i) {
      RC_ASSERT(model::content_hash(forward, i) == model::content_hash(backward, n - 1 - i));
      RC_ASSERT(forward.ts_us[i] == backward.ts_us[n - 1 - i]);
      RC_ASSERT(forward.session[i] == backward.session[n - 1 - i]);
    }
  }));
}

}  // namespace
}  // namespace goldtape::provider::files
