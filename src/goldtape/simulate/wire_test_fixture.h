// For the tests of the wire formats: a small market, and a question put to a venue.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "goldtape/simulate/generated_market.h"
#include "goldtape/simulate/wire.h"

namespace goldtape::simulate {

using Json = nlohmann::json;

class WireTest : public testing::Test {
 protected:
  WireTest() {
    using std::chrono::sys_days;
    using namespace std::chrono_literals;
    auto made = GeneratedMarket::make(
        {.symbols = 200, .seed = 7, .from = sys_days{2024y / 1 / 2}, .to = sys_days{2024y / 3 / 28}});
    market = *std::move(made);
    at("2024-03-01T22:00:00Z");
  }

  void at(std::string_view instant) { now = *parse_timestamp(instant); }
  [[nodiscard]] Scene scene() const { return {.market = market.get(), .now = now, .troubles = troubles}; }

  /// "/v2/stocks/bars?symbols=AAPL" to a request, with Alpaca's keys.
  static WireRequest request(std::string_view target) {
    const auto mark = std::min(target.find('?'), target.size());
    return {.path = std::string(target.substr(0, mark)),
            .query = parse_query(target.substr(std::min(mark + 1, target.size()))),
            .headers = {{"apca-api-key-id", "k"}, {"apca-api-secret-key", "s"}},
            .base_url = "http://127.0.0.1:1/massive"};
  }
  static Json body(const WireAnswer& answer, int status = 200) {
    EXPECT_EQ(answer.status, status) << answer.body.substr(0, 300);
    auto json = Json::parse(answer.body, nullptr, false);
    EXPECT_FALSE(json.is_discarded()) << answer.body.substr(0, 300);
    return json;
  }
  static std::int64_t seconds(std::string_view instant) {
    return to_micros(*parse_timestamp(instant)) / 1'000'000;
  }

  /// The first security with an action of a kind whose ex-date is in February.
  [[nodiscard]] std::pair<const Security*, const model::CorporateAction*> with_action(
      model::ActionType type) const {
    for (const Security& security : market->securities()) {
      for (const auto& action : security.actions) {
        const std::chrono::year_month_day day{action.ex_date};
        if (action.type == type && day.month() == std::chrono::February) return {&security, &action};
      }
    }
    return {nullptr, nullptr};
  }

  std::unique_ptr<GeneratedMarket> market;
  Timestamp now{};
  std::vector<BarTrouble> troubles;
};

}  // namespace goldtape::simulate
