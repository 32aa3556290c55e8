#include "goldtape/provider/alpaca/parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "goldtape/provider/alpaca/venue.h"
#include "goldtape/provider/venue_testing.h"

namespace goldtape::provider::alpaca {
namespace {

using model::ActionType;
using model::Interval;
using testing::Said;

const AlpacaVenue kVenue;

Said many(Interval interval = Interval::k1m) { return {.ticker = "_many", .interval = interval}; }
model::BarBatch bars(const std::string& name, const Said& said = many()) {
  return testing::bars_of(kVenue, said, name);
}
std::string fault(const std::string& name, const Said& said = many()) {
  return testing::fault_of(kVenue, said, name);
}
model::RecordBatch records(const std::string& name, const std::string& dataset) {
  Said said = many();
  said.dataset = dataset;
  return std::get<model::RecordBatch>(testing::rows_of(kVenue, said, name));
}
std::string text(const model::RecordBatch& batch, std::size_t row, std::string_view column) {
  return std::get<std::string>(model::cell(batch, row, column));
}

TEST(AlpacaBars, SeveralTickersWithVwapAndCount) {
  const model::BarBatch batch = bars("bars_multi.json", many(Interval::k1h));
  ASSERT_EQ(batch.size(), 3U);
  EXPECT_EQ(batch.tickers, (std::vector<std::string>{"SPY240426C00550000", "SPY240426C00555000"}));
  const model::Bar bar = batch.row(2);
  EXPECT_EQ(bar.ticker, "SPY240426C00555000");
  EXPECT_EQ(format_timestamp(bar.ts), "2024-03-12T13:00:00Z");
  EXPECT_EQ(bar.open, 0.24);
  EXPECT_EQ(bar.high, 0.24);
  EXPECT_EQ(bar.low, 0.21);
  EXPECT_EQ(bar.close, 0.21);
  EXPECT_EQ(bar.volume, 21);
  EXPECT_EQ(bar.vwap, 0.211429);
  EXPECT_EQ(bar.trade_count, 2);
  EXPECT_EQ(bar.session, model::SessionPart::kPre);
  EXPECT_EQ(batch.origin.basis, model::PriceBasis::kRaw);
}

/// The quick reader of Alpaca's own form and the JSON reader, which white space calls for, agree to the bit.
TEST(AlpacaBars, BothReadersSayTheSame) {
  const std::vector<std::string> lists{
      R"([{"c":189.33,"h":190,"l":0.0001,"n":7,"o":123456789.123456,"t":"2025-03-03T14:30:00Z","v":12,"vw":0.1}])",
      R"([{"t":"2025-03-03T14:30:00.5Z","o":1,"h":2,"l":0,"c":1.10,"v":0}])",
      R"([{"t":"2025-03-03T14:30:00Z","o":1e2,"h":2,"l":0,"c":-1.1,"v":1.2e3,"x":[1]}])",
      R"([{"t":"2025-03-03T14:30:00Z","o":0.12345678901234567,"h":2,"l":0,"c":99999999999999999999,"v":5}])",
      R"([{"t":"2025-03-03T14:30:00Z","o":1,"h":2,"l":null,"c":1,"v":5}])",
      R"([{"t":"2025-03-03T14:30:00Z","o":1,"h":2,"l":1,"c":1}])",
      R"([{"t":"2025-03-03T14:30:00Z","o":01,"h":2,"l":1,"c":1,"v":1}])",
      R"([{"t":"2025-03-03T14:30:00Z","o":1.,"h":2,"l":1,"c":1,"v":1}])",
      R"([{"t":"tomorrow","o":1,"h":2,"l":1,"c":1,"v":1}])",
      R"([{"t":"2025-03-03T14:30:00Z","o":1,"h":2,"l":1,"c":1,"v":1},])",
      R"([{"t":"2025-03-03T14:30:00Z","o":1,"h":2,"l":1,"c":1,"v":1)",
      "[]",
      "null"};
  for (const std::string& list : lists) {
    const auto read = [&](std::string_view space) {
      Answer answer;
      answer.request = {.provider = "alpaca",
                        .source = "alpaca",
                        .ticker = "_many",
                        .interval = Interval::k1m,
                        .params = {}};
      answer.bytes = fmt::format(R"({{"bars":{{{}"AAPL":{}}},"next_page_token":null}})", space, list);
      answer.observed_at = parse_timestamp("2026-01-01T00:00:00Z").value();
      return parse_bars(answer);
    };
    const auto plain = read("");
    const auto spaced = read(" ");
    ASSERT_EQ(plain.has_value(), spaced.has_value()) << list;
    if (!plain) {
      EXPECT_EQ(plain.error().to_string(), spaced.error().to_string());
      continue;
    }
    ASSERT_EQ(plain->size(), spaced->size()) << list;
    EXPECT_EQ(plain->rejected.size(), spaced->rejected.size());
    for (std::size_t i = 0; i < plain->size(); ++i) {
      EXPECT_EQ(plain->ts_us[i], spaced->ts_us[i]);
      EXPECT_EQ(model::content_hash(*plain, i), model::content_hash(*spaced, i)) << list;
    }
  }
}

TEST(AlpacaBars, DailyBarsStartAtMidnightInNewYork) {
  const model::BarBatch batch = bars("bars_asof_page.json", many(Interval::k1d));
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(format_timestamp(batch.row(0).ts), "2022-06-10T00:00:00Z");
  EXPECT_EQ(format_date(batch.row(1).date), "2022-06-13");
}

TEST(AlpacaBars, OneTickersListItsNullAndNothing) {
  EXPECT_EQ(bars("bars_list_and_symbol.json", {.interval = Interval::k1m}).row(0).ticker, "AAPL");
  EXPECT_TRUE(bars("bars_null.json", {.interval = Interval::k1m}).empty());
  EXPECT_TRUE(bars("bars_empty.json").empty());
  EXPECT_EQ(bars("bars_single_ticker_map.json", many(Interval::k15m)).size(), 5U);
}

TEST(AlpacaBars, AdjustedBarsSayTheirBasis) {
  Said said = many(Interval::k1d);
  said.params["adjustment"] = "split";
  const model::BarBatch split = bars("bars_asof_page.json", said);
  EXPECT_EQ(split.origin.basis, model::PriceBasis::kSplitAdjusted);
  EXPECT_EQ(format_date(split.origin.basis_as_of), "2026-01-01");
  said.params["adjustment"] = "all";
  EXPECT_EQ(bars("bars_asof_page.json", said).origin.basis, model::PriceBasis::kFullyAdjusted);
}

TEST(AlpacaBars, LatestAndSnapshots) {
  EXPECT_EQ(bars("latest_bars.json", {.dataset = "latest_bars", .ticker = "_many", .interval = Interval::k1m})
                .size(),
            2U);
  EXPECT_EQ(bars("latest_bar.json", {.dataset = "latest_bars", .interval = Interval::k1m}).size(), 1U);
  Said said{.dataset = "snapshots", .ticker = "_many", .interval = Interval::k1d};
  const model::BarBatch daily = bars("snapshots_with_unknown.json", said);
  EXPECT_EQ(daily.size(), 3U) << "two of AAPL, one of MSFT, whose previous bar is null";
  said.observed_at = "2021-05-03T14:48:10Z";
  EXPECT_EQ(bars("snapshots_with_unknown.json", said).unfinished_rows, 2U);
  said.interval = Interval::k1m;
  EXPECT_EQ(bars("snapshots_with_unknown.json", said).size(), 2U);
  EXPECT_TRUE(bars("snapshots_empty.json", said).empty());
}

TEST(AlpacaBars, IncompleteBarsAreSetAside) {
  const model::BarBatch batch = bars("bars_missing_close.json");
  EXPECT_TRUE(batch.empty());
  ASSERT_EQ(batch.rejected.size(), 2U);
  EXPECT_EQ(batch.rejected[0].reason, "missing c");
  EXPECT_EQ(batch.rejected[1].line, 2U);
}

TEST(AlpacaBars, ARunningMinuteIsLeftOut) {
  Said said = many(Interval::k1m);
  said.observed_at = "2024-07-03T13:30:59Z";
  EXPECT_EQ(bars("bars_volume_real.json", said).unfinished_rows, 1U);
  said.observed_at = "2024-07-03T13:31:00Z";
  EXPECT_EQ(bars("bars_volume_real.json", said).row(0).volume, 1000);
}

TEST(AlpacaTrades, ConditionsAsListOrTextAndCorrections) {
  const model::RecordBatch trades = records("trades_multi.json", "trades");
  ASSERT_EQ(trades.rows.size(), 4U);
  ASSERT_TRUE(model::check_records(trades));
  EXPECT_EQ(text(trades, 0, "ticker"), "F");
  EXPECT_EQ(text(trades, 3, "conditions"), " ,4,B");
  EXPECT_EQ(std::get<std::int64_t>(model::cell(trades, 0, "ts")),
            to_micros(parse_timestamp("2018-06-04T19:18:17.4392Z").value()));
  EXPECT_EQ(text(records("trades_canceled.json", "trades"), 0, "correction"), "canceled");
  EXPECT_EQ(text(records("trades_condition_text.json", "trades"), 1, "conditions"), "j");
  EXPECT_TRUE(records("trades_empty.json", "trades").rows.empty());
}

TEST(AlpacaActions, EveryType) {
  const auto actions =
      testing::actions_of(kVenue, {.dataset = "actions", .ticker = "_many"}, "actions_every_type.json");
  const auto of = [&](std::string_view ticker, ActionType type) {
    for (const model::CorporateAction& action : actions) {
      if (action.ticker == ticker && action.type == type) {
        return std::to_string(action.value) + " " + format_date(action.ex_date) + " " + action.new_ticker +
               " " + action.description;
      }
    }
    return std::string("none");
  };
  EXPECT_EQ(actions.size(), 14U);
  EXPECT_EQ(of("MNTS", ActionType::kSplit), "0.020000 2023-08-24  ");
  EXPECT_EQ(of("SRE", ActionType::kSplit), "2.000000 2023-08-22  ");
  EXPECT_EQ(of("TPBAU", ActionType::kSpinOff), "0.333300 2023-03-01 LVROW unit split");
  EXPECT_EQ(of("TPBAU", ActionType::kRename), "1.000000 2023-03-01 LVRO ");
  EXPECT_EQ(of("MSBC", ActionType::kStockDividend), "0.050000 2023-05-19  ");
  EXPECT_EQ(of("FCF", ActionType::kCashDividend), "0.125000 2023-05-04  ");
  EXPECT_EQ(of("JUPW", ActionType::kSpinOff), "0.051680 2023-08-15 SRM ");
  EXPECT_EQ(of("GLOP", ActionType::kMerger), "0.000000 2023-07-17  cash 5.37 a share");
  EXPECT_EQ(of("LSI", ActionType::kMerger), "0.895000 2023-07-20 EXR ");
  EXPECT_EQ(of("MLVF", ActionType::kMerger), "0.773300 2023-07-18 FRBA and cash 7.8 a share");
  EXPECT_EQ(of("ORPHY", ActionType::kDelisting), "0.000000 2023-06-13  redeemed at 0.141134");
  EXPECT_EQ(of("BSAQ", ActionType::kRename), "1.000000 2023-08-15 VFS ");
  EXPECT_EQ(of("ATNXQ", ActionType::kDelisting), "0.000000 2023-10-11  worthless");
  EXPECT_EQ(of("IFN", ActionType::kSpinOff), "1.000000 2024-04-17 IFN.RTWI rights");
  EXPECT_EQ(testing::actions_of(kVenue, {.dataset = "actions"}, "actions_renames.json").size(), 15U);
  EXPECT_EQ(testing::actions_of(kVenue, {.dataset = "actions"}, "actions_foreign.json")[0].description,
            "foreign");
}

TEST(AlpacaActions, UnknownKindsAreSaidAndTwoDividendsOfADayAddUp) {
  const auto rows = testing::rows_of(kVenue, {.dataset = "actions"}, "actions_unknown_kind.json");
  const auto& batch = std::get<model::ActionBatch>(rows);
  ASSERT_EQ(batch.actions.size(), 1U);
  EXPECT_EQ(batch.actions[0].value, 2.1);
  EXPECT_EQ(batch.actions[0].description, "0.1 + 2 special");
  ASSERT_EQ(batch.notes.size(), 1U);
}

TEST(AlpacaReference, AssetsAndCalendar) {
  const model::RecordBatch assets = records("assets.json", "listings");
  ASSERT_TRUE(model::check_records(assets)) << model::check_records(assets).error().to_string();
  EXPECT_EQ(text(assets, 0, "exchange"), "XNAS");
  EXPECT_EQ(text(assets, 0, "status"), "active");
  const model::RecordBatch sessions = records("calendar.json", "sessions");
  ASSERT_TRUE(model::check_records(sessions));
  EXPECT_EQ(format_timestamp(from_micros(std::get<std::int64_t>(model::cell(sessions, 1, "close")))),
            "2024-07-03T17:00:00Z");
}

TEST(AlpacaBadInput, EachFaultHasItsCode) {
  EXPECT_EQ(fault("bars_volume_fraction.json"), "GT2226");
  EXPECT_EQ(fault("bars_price_text.json"), "GT2226");
  EXPECT_EQ(fault("bars_time_wrong.json"), "GT2226");
  EXPECT_EQ(fault("bars_time_missing.json"), "GT2226");
  EXPECT_EQ(fault("bars_ticker_wrong.json"), "GT2226");
  EXPECT_EQ(fault("bars_list_and_symbol.json"), "GT2225");
  EXPECT_EQ(fault("bars_list_and_symbol.json", {.ticker = "MSFT", .interval = Interval::k1m}), "GT2229");
  EXPECT_EQ(fault("bars_no_member.json"), "GT2223");
  EXPECT_EQ(fault("truncated.json"), "GT2222");
  EXPECT_EQ(fault("html.json"), "GT2221");
  EXPECT_EQ(fault("empty.json"), "GT2220");
  EXPECT_EQ(fault("html.json", {.dataset = "actions"}), "GT2221");
  EXPECT_EQ(fault("truncated.json", {.dataset = "trades"}), "GT2222");
  EXPECT_EQ(fault("bars_no_member.json", {.dataset = "trades"}), "GT2223");
  EXPECT_EQ(fault("bars_no_member.json", {.dataset = "listings"}), "GT2223");
  EXPECT_EQ(fault("actions_rate_zero.json", {.dataset = "actions"}), "GT2223");
}

}  // namespace
}  // namespace goldtape::provider::alpaca
