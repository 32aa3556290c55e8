#include "goldtape/ingest/collection_plan.h"

#include <gtest/gtest.h>

#include "goldtape/ingest/scripted_venue_internal.h"

namespace goldtape::ingest {
namespace {

using std::chrono::days;
using std::chrono::hours;

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }
Date date(std::string_view text) { return parse_date(text).value(); }

/// A week of sessions: 2019-02-11 (Monday) to 2019-02-15, long over.
CollectionSpec week(model::Interval interval = model::Interval::k1d) {
  return {.stream = {.source = "scripted", .interval = interval, .options = {}},
          .tickers = {"AAPL", "MSFT"},
          .from = date("2019-02-11"),
          .to = date("2019-02-15"),
          .now = at("2019-02-17T12:00Z")};
}

CollectionPlan plan(const CollectionSpec& spec, const Asked& asked = {}) {
  const testing::ScriptedVenue venue;
  auto made = plan_collection(venue, calendar::xnys(), asked, spec);
  EXPECT_TRUE(made) << made.error().to_string();
  return made.value_or(CollectionPlan{});
}

AskedRange whole_day(std::string_view text, std::string_view observed_at) {
  return {.range = days_range(date(text), date(text)), .observed_at = at(observed_at), .status = "loaded"};
}

/// "AAPL,MSFT 2019-02-11..2019-02-15" for each request.
std::vector<std::string> shown(const CollectionPlan& plan) {
  std::vector<std::string> out;
  for (const provider::Request& request : plan.requests) {
    std::string text;
    for (const std::string& ticker : tickers_of(request)) text += (text.empty() ? "" : ",") + ticker;
    const TimeRange range = range_of(request).value();
    out.push_back(text + " " + format_date(calendar::xnys().local_date(range.start)) + ".." +
                  format_date(calendar::xnys().local_date(range.end - hours(1))));
  }
  return out;
}

using Texts = std::vector<std::string>;

TEST(CollectionPlan, AsksForAllThatIsMissing) {
  const CollectionPlan made = plan(week());
  EXPECT_EQ(shown(made), Texts{"AAPL,MSFT 2019-02-11..2019-02-15"});
  EXPECT_EQ(made.counts.missing, 10);
  EXPECT_EQ(made.rows, 10);
  EXPECT_EQ(made.duration.count(), 1);
}

TEST(CollectionPlan, AsksForExactlyWhatIsMissing) {
  Asked asked;
  asked["AAPL"] = {whole_day("2019-02-12", "2019-02-16T00:00Z"),
                   whole_day("2019-02-13", "2019-02-16T00:00Z")};
  const CollectionPlan made = plan(week(), asked);
  EXPECT_EQ(shown(made), (Texts{"AAPL 2019-02-11..2019-02-11", "AAPL 2019-02-14..2019-02-15",
                                "MSFT 2019-02-11..2019-02-15"}));
  EXPECT_EQ(made.counts.asked, 2);
  EXPECT_EQ(made.counts.missing, 8);
}

TEST(CollectionPlan, NothingIsMissing) {
  CollectionSpec spec = week();
  Asked asked;
  for (const std::string& ticker : spec.tickers) {
    asked[ticker] = {{.range = days_range(spec.from, spec.to),
                      .observed_at = at("2019-02-16T00:00Z"),
                      .status = "unchanged"}};
  }
  EXPECT_TRUE(plan(spec, asked).requests.empty());
  EXPECT_EQ(plan(spec, asked).counts.asked, 10);
}

TEST(CollectionPlan, BatchesAreAsLargeAsTheVenueTakes) {
  CollectionSpec spec = week();
  spec.tickers = {"A", "B", "C", "D", "E", "F", "G"};
  EXPECT_EQ(plan(spec).requests.size(), 3U);  // of 3, 3 and 1
  spec.batch = 2;
  EXPECT_EQ(plan(spec).requests.size(), 4U);
}

TEST(CollectionPlan, RangesAreAsLongAsTheVenueTakes) {
  CollectionSpec spec = week(model::Interval::k1m);
  spec.from = date("2019-02-04");
  EXPECT_EQ(shown(plan(spec)),
            (Texts{"AAPL,MSFT 2019-02-04..2019-02-08", "AAPL,MSFT 2019-02-11..2019-02-15"}));
  spec.max_rows = 2 * 390 * 2;
  EXPECT_EQ(plan(spec).requests.size(), 5U);
}

TEST(CollectionPlan, StaysWithinTheLookBack) {
  CollectionSpec spec = week(model::Interval::k1m);
  spec.now = at("2019-03-15T12:00Z");
  const CollectionPlan made = plan(spec);
  EXPECT_EQ(shown(made), Texts{"AAPL,MSFT 2019-02-14..2019-02-15"});
  EXPECT_EQ(made.counts.out_of_reach, 6);
  ASSERT_EQ(made.remarks.size(), 1U);
}

TEST(CollectionPlan, AFormingSessionIsAskedAndAskedAgain) {
  CollectionSpec spec = week();
  spec.now = at("2019-02-15T18:00Z");  // before the close
  EXPECT_EQ(plan(spec).counts.forming, 2);
  Asked asked;
  for (const std::string& ticker : spec.tickers) {
    asked[ticker] = {{.range = days_range(spec.from, spec.to), .observed_at = spec.now, .status = "loaded"}};
  }
  EXPECT_TRUE(plan(spec, asked).requests.empty()) << "it was asked this minute";
  spec.now += hours(1);
  EXPECT_EQ(shown(plan(spec, asked)), Texts{"AAPL,MSFT 2019-02-15..2019-02-15"});
  spec.now = at("2019-02-17T12:00Z");
  EXPECT_EQ(plan(spec, asked).counts.stale, 2) << "its answer is of a time before the close";
}

TEST(CollectionPlan, SessionsToComeAreNotAsked) {
  CollectionSpec spec = week();
  spec.now = at("2019-02-13T22:00Z");
  EXPECT_EQ(shown(plan(spec)), Texts{"AAPL,MSFT 2019-02-11..2019-02-13"});
}

TEST(CollectionPlan, ARecheckAsksAgainButNotTwice) {
  CollectionSpec spec = week();
  spec.tickers = {"AAPL"};
  spec.recheck = 2;
  Asked asked;
  asked["AAPL"] = {
      {.range = days_range(spec.from, spec.to), .observed_at = at("2019-02-16T00:00Z"), .status = "loaded"}};
  EXPECT_EQ(shown(plan(spec, asked)), Texts{"AAPL 2019-02-14..2019-02-15"});
  asked["AAPL"].push_back({.range = days_range(date("2019-02-14"), date("2019-02-15")),
                           .observed_at = spec.now - hours(1),
                           .status = "seen"});
  EXPECT_TRUE(plan(spec, asked).requests.empty());
}

TEST(CollectionPlan, AnEmptyRangeIsAnError) {
  CollectionSpec spec = week();
  spec.to = spec.from - days(1);
  const testing::ScriptedVenue venue;
  EXPECT_EQ(plan_collection(venue, calendar::xnys(), {}, spec).error().code, 6103);
}

TEST(SettledAt, ExtendedHoursEndAtEight) {
  const calendar::Session& session = *calendar::xnys().find_session(date("2019-02-15"));
  EXPECT_EQ(settled_at(session, {.source = "s", .interval = model::Interval::k1d, .options = {}}),
            at("2019-02-15T21:16Z"));
  EXPECT_EQ(settled_at(session, {.source = "s", .interval = model::Interval::k1m, .options = {}}),
            at("2019-02-16T01:16Z"));
  EXPECT_EQ(settled_at(session,
                       {.source = "s", .interval = model::Interval::k1m, .options = {{"extended", "false"}}}),
            at("2019-02-15T21:16Z"));
}

}  // namespace
}  // namespace goldtape::ingest
