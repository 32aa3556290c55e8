#include "goldtape/ingest/rebuild_audit.h"

#include <gtest/gtest.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/intake.h"
#include "goldtape/ingest/lake_fixture_internal.h"
#include "goldtape/ingest/load_status.h"
#include "goldtape/ingest/undo.h"
#include "goldtape/provider/venue_testing.h"
#include "goldtape/provider/venues.h"

namespace goldtape::ingest {
namespace {

using provider::testing::answer_of;
using provider::testing::bytes_of_file;
using provider::testing::Said;
using testing::TestLake;

std::string fixture(const std::string& venue, const std::string& name) {
  return bytes_of_file("src/goldtape/provider/" + venue + "/fixtures/" + name);
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

/// All that a lost database takes with it, times of the run and attempts aside.
std::vector<std::string> audit_of_lake(const TestLake& lake) {
  std::vector<std::string> out;
  const auto loads = store::list_loads(lake.open().database()).value();
  for (const store::LoadAudit& load : loads) {
    const auto time = [](const auto& at) { return at ? format_timestamp(*at) : std::string("-"); };
    std::string text = load.load_id.substr(0, 8) + " " + load.source + " " + load.dataset + " " +
                       load.ticker + " " + load.interval + " " + time(load.range_start) + " " +
                       time(load.range_end) + " " + load.status + " snapshot " +
                       std::to_string(load.snapshot_id.value_or(0)) + " rows";
    for (const auto count : {load.rows_fetched, load.rows_inserted, load.rows_updated, load.rows_unchanged,
                             load.duplicates_removed, load.rows_quarantined, load.bytes}) {
      text += " " + std::to_string(count);
    }
    out.push_back(text + " " + load.raw_path + " " + load.content_sha256);
  }
  std::ranges::sort(out);
  return out;
}

struct Venues {
  TestLake lake;
  provider::Registry providers;
  Venues() {
    EXPECT_TRUE(provider::add_venues(providers));
    lake.clock->advance(parse_timestamp("2026-02-01T00:00:00Z").value() - lake.clock->now());
  }

  /// Takes one answer into the lake; its load.
  std::string load(const std::string& venue, const Said& said, std::string bytes) {
    const lake::Lake opened = lake.open();
    const IngestOptions options{.run_id = {},
                                .calendar = &calendar::xnys(),
                                .quality = {},
                                .on_critical = quality::OnCritical::kQuarantine,
                                .progress = {},
                                .cancelled = {}};
    Intake intake(opened, providers, options);
    const provider::Answer answer = answer_of(*provider::find_venue(venue).value(), said, std::move(bytes));
    EXPECT_TRUE(intake.add(answer));
    EXPECT_TRUE(intake.flush());
    return answer.load_id();
  }

  RebuiltAudit rebuild() {
    const lake::Lake opened = lake.open();
    {
      auto transaction = opened.database().begin().value();
      EXPECT_TRUE(transaction.execute("DELETE FROM load_audit"));
      EXPECT_TRUE(transaction.commit());
    }
    auto rebuilt = rebuild_audit(opened, providers);
    EXPECT_TRUE(rebuilt) << rebuilt.error().to_string();
    return rebuilt ? *std::move(rebuilt) : RebuiltAudit{};
  }
};

TEST(RebuildAudit, EveryDatasetComesBackAsItWas) {
  Venues venues;
  const Said many{.ticker = "_many", .interval = model::Interval::k1h};
  const auto of = [](const std::string& dataset, const std::string& observed = "2026-01-02T00:00:00Z") {
    return Said{.dataset = dataset, .ticker = "_many", .observed_at = observed};
  };
  venues.load("alpaca", many, fixture("alpaca", "bars_multi.json"));
  venues.load("alpaca", many, fixture("alpaca", "bars_empty.json"));
  venues.load("alpaca", of("trades"), fixture("alpaca", "trades_multi.json"));
  venues.load("alpaca", of("listings"), fixture("alpaca", "assets.json"));
  venues.load("alpaca", of("sessions"), fixture("alpaca", "calendar.json"));
  venues.load("alpaca", of("actions"), fixture("alpaca", "actions_every_type.json"));
  // Said again in part, and with another value: rows that were replaced, and a load that changed nothing.
  venues.load("alpaca", of("actions", "2026-01-03T00:00:00Z"),
              replaced(fixture("alpaca", "actions_every_type.json"), "\"rate\":0.125", "\"rate\":0.25"));
  venues.load("alpaca", of("actions", "2026-01-04T00:00:00Z"),
              replaced(fixture("alpaca", "actions_every_type.json"), "\"rate\":0.125", "\"rate\": 0.25"));
  const std::string listed = fixture("nasdaq", "nasdaqlisted.txt");
  venues.load("nasdaq", of("listings"), listed);
  venues.load("nasdaq", of("listings", "2026-01-02T01:00:00Z"), listed);
  venues.load("nasdaq", of("listings", "2026-01-02T02:00:00Z"), replaced(listed, "Common", "Preferred"));
  venues.load("nasdaq", of("listings"), fixture("nasdaq", "otherlisted.txt"));
  venues.load("nasdaq", of("halts"), fixture("nasdaq", "halts.xml"));

  const std::vector<std::string> before = audit_of_lake(venues.lake);
  const RebuiltAudit rebuilt = venues.rebuild();
  EXPECT_EQ(rebuilt.damaged, std::vector<std::string>{});
  EXPECT_EQ(rebuilt.unnamed, std::vector<std::string>{});
  EXPECT_EQ(rebuilt.rebuilt, std::ssize(before));
  EXPECT_EQ(audit_of_lake(venues.lake), before);
  EXPECT_EQ(venues.lake.damage(), "");
}

TEST(RebuildAudit, WhatWasUndoneOrNeverWasALoadStaysOut) {
  Venues venues;
  const Said halts{.dataset = "halts", .ticker = "_many"};
  const std::string undone = venues.load("nasdaq", halts, fixture("nasdaq", "halts.xml"));
  const Said listings{.dataset = "listings", .ticker = "_many"};
  venues.load("nasdaq", listings, fixture("nasdaq", "nasdaqlisted.txt"));
  venues.load("nasdaq", listings, "<html>closed for the night</html>");
  ASSERT_TRUE(undo(venues.lake.open(), venues.providers, undone));
  const RebuiltAudit rebuilt = venues.rebuild();
  EXPECT_EQ(rebuilt.rebuilt, 1);
  EXPECT_EQ(rebuilt.unnamed.size(), 2U);
  EXPECT_TRUE(rebuilt.damaged.empty());
  EXPECT_FALSE(store::find_load(venues.lake.open().database(), undone).value());
}

}  // namespace
}  // namespace goldtape::ingest
