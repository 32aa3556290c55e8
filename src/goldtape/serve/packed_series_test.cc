#include "goldtape/serve/packed_series.h"

#include <cmath>
#include <limits>

#include <arrow/result.h>
#include <arrow/util/compression.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace goldtape::serve {
namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

// What web/src/columns.ts does.
std::vector<double> decode(const nlohmann::json& column) {
  std::vector<double> values;
  double sum = 0;
  for (const auto& step : column["delta"]) {
    if (!step.is_null()) sum += step.get<double>();
    values.push_back(step.is_null() ? kAbsent : sum / std::pow(10.0, column["scale"].get<int>()));
  }
  return values;
}

TEST(PackedSeries, NumbersComeBackToTheirLastDigit) {
  const std::vector<double> prices = {170.2461, kAbsent, 170.13, -0.0001, kAbsent, 1609.0699};
  PackedSeries series(prices.size());
  series.add_numbers("open", prices, 4);
  const auto json = nlohmann::json::parse(series.json());
  EXPECT_EQ(json["rows"], 6);
  EXPECT_EQ(json["columns"]["open"]["delta"][1], nullptr);
  const std::vector<double> back = decode(json["columns"]["open"]);
  ASSERT_EQ(back.size(), prices.size());
  for (std::size_t row = 0; row < prices.size(); ++row) {
    if (std::isnan(prices[row])) {
      EXPECT_TRUE(std::isnan(back[row])) << row;
    } else {
      EXPECT_DOUBLE_EQ(back[row], prices[row]) << row;
    }
  }
}

TEST(PackedSeries, WhatJavaScriptCannotHoldIsAbsent) {
  PackedSeries series(3);
  series.add_numbers("x", {std::numeric_limits<double>::infinity(), 1e300, 1.0}, 4);
  const auto delta = nlohmann::json::parse(series.json())["columns"]["x"]["delta"];
  EXPECT_EQ(delta, (nlohmann::json{nullptr, nullptr, 10000}));
}

TEST(PackedSeries, IntegersAndWords) {
  PackedSeries series(3);
  series.add_integers("ts", {1549895400, 1549895460, 1549895460});
  series.add_words("fill", {"none", "traded", "none"});
  const auto columns = nlohmann::json::parse(series.json())["columns"];
  EXPECT_EQ(columns["ts"]["delta"], (nlohmann::json{1549895400, 60, 0}));
  EXPECT_EQ(columns["fill"]["codes"], (nlohmann::json{"none", "traded"}));
  EXPECT_EQ(columns["fill"]["index"], (nlohmann::json{0, 1, 0}));
}

TEST(PackedSeries, EmptyIsValidJson) {
  PackedSeries series(0);
  series.add_integers("ts", {});
  series.add_words("fill", {});
  EXPECT_EQ(nlohmann::json::parse(series.json())["columns"]["ts"]["delta"], nlohmann::json::array());
}

std::string unbase64(const std::string& text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char letter : text) {
    if (letter == '=') break;
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bits = bits << 6 | static_cast<std::uint32_t>(alphabet.find(letter));
    have += 6;
    if (have >= 8) {
      have -= 8;
      bytes += static_cast<char>(bits >> have & 255);
    }
  }
  return bytes;
}

TEST(GzipBase64, IsGzipOfTheText) {
  auto codec = arrow::util::Codec::Create(arrow::Compression::GZIP);
  ASSERT_TRUE(codec.ok());
  for (const std::string text : {"", "a", "ab", "abc", "[1,2,3,4,5,6,7,8,9]"}) {
    const auto packed = gzip_base64(text);
    ASSERT_TRUE(packed.has_value()) << packed.error().to_string();
    EXPECT_EQ(packed->size() % 4, 0U);
    const std::string zipped = unbase64(*packed);
    ASSERT_GE(zipped.size(), 18U);
    EXPECT_EQ(zipped.substr(0, 2), "\x1f\x8b");
    std::string back(text.size() + 1, '\0');
    const auto size = (*codec)->Decompress(
        static_cast<std::int64_t>(zipped.size()), reinterpret_cast<const std::uint8_t*>(zipped.data()),
        static_cast<std::int64_t>(back.size()), reinterpret_cast<std::uint8_t*>(back.data()));
    ASSERT_TRUE(size.ok()) << size.status().ToString();
    EXPECT_EQ(back.substr(0, static_cast<std::size_t>(*size)), text);
  }
}

}  // namespace
}  // namespace goldtape::serve
