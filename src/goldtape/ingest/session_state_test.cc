#include "goldtape/ingest/session_state.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "goldtape/ingest/collection_plan.h"

namespace goldtape::ingest {
namespace {

Date date(std::string_view text) { return parse_date(text).value(); }
const Stream kDaily{.source = "s", .interval = model::Interval::k1d, .options = {}};

struct SessionStates : ::testing::Test {
  std::span<const calendar::Session> sessions =
      calendar::xnys().sessions(date("2018-11-19"), date("2018-11-30"));
  Timestamp now = parse_timestamp("2018-12-20T12:00Z").value();
  TickerFacts facts;

  void ask(std::string_view first, std::string_view last, std::string_view status = "loaded") {
    facts.asked.push_back(
        {.range = days_range(date(first), date(last)), .observed_at = now, .status = std::string(status)});
  }
  void bars(std::initializer_list<const char*> dates) {
    for (const char* one : dates) facts.bars[date(one)] = 1;
  }
  std::string states() {
    std::string out;
    for (const SessionState state : session_states(facts, sessions, kDaily, now)) {
      out += (out.empty() ? "" : " ") + std::string(to_string(state));
    }
    return out;
  }
};

TEST_F(SessionStates, NothingAsked) {
  sessions = sessions.first(2);
  EXPECT_EQ(states(), "not_asked not_asked");
  facts.failed.push_back(days_range(date("2018-11-19"), date("2018-11-19")));
  EXPECT_EQ(states(), "failed not_asked");
}

TEST_F(SessionStates, CompleteAndEarlyClose) {
  sessions = calendar::xnys().sessions(date("2018-11-21"), date("2018-11-26"));
  ask("2018-11-19", "2018-11-30");
  bars({"2018-11-21", "2018-11-23", "2018-11-26"});
  EXPECT_EQ(states(), "complete early_close complete");
}

TEST_F(SessionStates, SilenceBeforeTheFirstBarIsNotListed) {
  sessions = sessions.first(3);
  ask("2018-11-19", "2018-11-30");
  bars({"2018-11-21"});
  EXPECT_EQ(states(), "not_listed not_listed complete");
}

TEST_F(SessionStates, AHoleInALiquidTickerIsTheVendors) {
  ask("2018-11-01", "2018-11-30");
  sessions = calendar::xnys().sessions(date("2018-11-01"), date("2018-11-30"));
  for (const calendar::Session& session : sessions) facts.bars[session.date] = 1;
  facts.bars.erase(date("2018-11-15"));
  const auto found = session_states(facts, sessions, kDaily, now);
  EXPECT_EQ(std::ranges::count(found, SessionState::kVendorHole), 1);
  EXPECT_EQ(std::ranges::count_if(found, is_gap), 1);
}

TEST_F(SessionStates, AThinTickerDoesNotTradeEveryDay) {
  sessions = sessions.first(4);
  ask("2018-11-19", "2018-11-30");
  bars({"2018-11-19", "2018-11-23"});
  EXPECT_EQ(states(), "complete no_trade no_trade early_close");
}

TEST_F(SessionStates, LongSilenceAfterTheLastBarIsDelisted) {
  sessions = calendar::xnys().sessions(date("2018-10-01"), date("2018-11-30"));
  ask("2018-10-01", "2018-11-30");
  bars({"2018-10-01", "2018-10-02"});
  const auto found = session_states(facts, sessions, kDaily, now);
  EXPECT_EQ(found[1], SessionState::kComplete);
  EXPECT_EQ(found[2], SessionState::kDelisted);
  EXPECT_EQ(found.back(), SessionState::kDelisted);
}

TEST_F(SessionStates, UnknownNamesAreNotListed) {
  sessions = sessions.first(1);
  ask("2018-11-19", "2018-11-30", "not_found");
  EXPECT_EQ(states(), "not_listed");
}

TEST_F(SessionStates, ASessionThatLastsIsForming) {
  sessions = sessions.first(2);
  now = parse_timestamp("2018-11-20T18:00Z").value();
  ask("2018-11-19", "2018-11-20");
  bars({"2018-11-19", "2018-11-20"});
  EXPECT_EQ(states(), "complete forming");
  now = parse_timestamp("2018-11-21T18:00Z").value();
  EXPECT_EQ(states(), "complete not_asked") << "what was asked while it lasted is to be asked again";
}

TEST_F(SessionStates, SilverMayKnowMore) {
  sessions = sessions.first(1);
  ask("2018-11-19", "2018-11-30");
  bars({"2018-11-19"});
  facts.refined[date("2018-11-19")] = SessionState::kHalted;
  EXPECT_EQ(states(), "halted");
}

}  // namespace
}  // namespace goldtape::ingest
