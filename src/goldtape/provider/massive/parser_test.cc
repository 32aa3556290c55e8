#include "goldtape/provider/massive/parser.h"

#include <gtest/gtest.h>

#include "goldtape/provider/massive/venue.h"
#include "goldtape/provider/venue_testing.h"

namespace goldtape::provider::massive {
namespace {

using testing::Said;

const MassiveVenue kVenue;
const Said kDaily{};
const Said kActions{.dataset = "actions"};

TEST(MassiveBars, DailyBarsBeginAtMidnightInNewYorkInSummerAndWinter) {
  const model::BarBatch batch = testing::bars_of(kVenue, kDaily, "aggs_daily.json");
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(format_date(batch.row(0).date), "2005-04-01");
  EXPECT_EQ(format_date(batch.row(1).date), "2005-04-04");
  EXPECT_EQ(batch.row(0).volume, 642646396);
  EXPECT_EQ(batch.row(0).vwap, 1.469);
  EXPECT_EQ(batch.row(0).trade_count, 82132);
  EXPECT_EQ(batch.origin.basis, model::PriceBasis::kRaw);
  Said adjusted;
  adjusted.params["adjusted"] = "true";
  EXPECT_EQ(testing::bars_of(kVenue, adjusted, "aggs_daily.json").origin.basis,
            model::PriceBasis::kSplitAdjusted);
}

TEST(MassiveBars, GroupedBarsCarryTheirTicker) {
  const model::BarBatch batch =
      testing::bars_of(kVenue, {.dataset = "grouped", .ticker = "_many"}, "grouped.json");
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch.row(0).ticker, "GIK");
  EXPECT_EQ(format_date(batch.row(0).date), "2020-10-14");
}

TEST(MassiveBars, NoResultsAreNoBarsAndFractionsAreSetAside) {
  EXPECT_TRUE(testing::bars_of(kVenue, kDaily, "no_results.json").empty());
  const model::BarBatch batch = testing::bars_of(kVenue, kDaily, "volume_fraction.json");
  EXPECT_TRUE(batch.empty());
  ASSERT_EQ(batch.rejected.size(), 2U);
  EXPECT_EQ(batch.rejected[0].reason, "volume 10.5");
  EXPECT_EQ(batch.rejected[1].reason, "missing c");
  EXPECT_EQ(
      testing::bars_of(kVenue, {.observed_at = "2005-04-04T19:59:00Z"}, "aggs_daily.json").unfinished_rows,
      1U);
}

TEST(MassiveActions, SplitsThenDividends) {
  const auto splits = testing::actions_of(kVenue, kActions, "splits.json");
  EXPECT_EQ(splits[0].value, 20);
  EXPECT_EQ(splits[7].value, 0.5);
  Said dividends = kActions;
  dividends.params["kind"] = "dividends";
  const auto cash = testing::actions_of(kVenue, dividends, "dividends.json");
  EXPECT_EQ(cash[0].value, 0.59375);
  EXPECT_EQ(format_timestamp(cash[0].known_at), "2020-09-09T00:00:00Z");
  EXPECT_FALSE(cash[0].basis_as_of);
}

TEST(MassiveTickers, HaveTheirIdentifiers) {
  const auto rows = testing::rows_of(kVenue, {.dataset = "listings", .ticker = "_many"}, "tickers_page.json");
  const auto& batch = std::get<model::RecordBatch>(rows);
  ASSERT_TRUE(model::check_records(batch)) << model::check_records(batch).error().to_string();
  EXPECT_EQ(std::get<std::int64_t>(model::cell(batch, 0, "cik")), 1090872);
  EXPECT_EQ(std::get<std::string>(model::cell(batch, 0, "figi")), "BBG000C2V3D6");
  EXPECT_EQ(std::get<std::string>(model::cell(batch, 0, "exchange")), "XNYS");
}

TEST(MassiveRequest, UrlsAndPages) {
  Access access;
  access.secrets = {{"MASSIVE_API_KEY", "k"}};
  const auto range = parse_range("2024-01-02", "2024-01-05").value();
  const Request daily =
      kVenue.make_request({.dataset = "bars", .tickers = {"BRK.A"}, .range = range, .options = {}}).value();
  EXPECT_EQ(
      kVenue.to_http(daily, access)->url,
      "https://api.massive.com/v2/aggs/ticker/BRK.A/range/1/day/2024-01-02/2024-01-05?adjusted=false&sort=asc"
      "&limit=50000");
  EXPECT_EQ(kVenue.to_http(daily, {}).error().code, 2207);
  const auto page = [](const std::string& name, const Request& request) {
    Answer answer = testing::answer_of(
        kVenue, {}, testing::bytes_of_file("src/goldtape/provider/massive/fixtures/" + name));
    answer.request = request;
    return kVenue.next_page(answer);
  };
  EXPECT_TRUE(page("tickers_page.json", daily)
                  .value()
                  ->params.at("next")
                  .starts_with("/v3/reference/tickers?cursor="));
  EXPECT_EQ(page("next_elsewhere.json", daily).error().code, 2230);
  EXPECT_FALSE(page("no_results.json", daily).value());
  const Request splits =
      kVenue.make_request({.dataset = "actions", .tickers = {"A"}, .range = range, .options = {}}).value();
  const auto dividends = page("no_results.json", splits).value();
  ASSERT_TRUE(dividends);
  EXPECT_NE(
      kVenue.to_http(*dividends, access)->url.find("/v3/reference/dividends?ticker=A&ex_dividend_date.gte="),
      std::string::npos);
  EXPECT_FALSE(page("no_results.json", *dividends).value());
}

TEST(MassiveBadInput, EachFaultHasItsCode) {
  const auto fault = [](const std::string& name, const Said& said) {
    return testing::fault_of(kVenue, said, name);
  };
  EXPECT_EQ(fault("error_key.json", kDaily), "GT2224");
  EXPECT_EQ(fault("time_text.json", kDaily), "GT2223");
  EXPECT_EQ(fault("results_object.json", kDaily), "GT2223");
  EXPECT_EQ(fault("split_from_zero.json", kActions), "GT2223");
  EXPECT_EQ(fault("truncated.json", kDaily), "GT2222");
  EXPECT_EQ(fault("html.json", kDaily), "GT2221");
  EXPECT_EQ(fault("empty.json", kDaily), "GT2220");
}

}  // namespace
}  // namespace goldtape::provider::massive
