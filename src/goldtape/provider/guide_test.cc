// docs/add-a-provider.md is true: the venue it builds stands here, word for word, and works.
#include <array>
#include <charconv>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "goldtape/base/text.h"
#include "goldtape/provider/registry.h"
#include "goldtape/provider/venue.h"
#include "goldtape/provider/venue_testing.h"

namespace goldtape::provider::guide {
namespace {

constexpr std::array kIntervals{IntervalTraits{model::Interval::k1d, {}, {}}};
constexpr Date kFirst{std::chrono::year(2000) / 1 / 3};
constexpr std::array kDatasets{DatasetTraits{"bars", kIntervals, 1, true, {}, kFirst}};
constexpr std::array<std::string_view, 1> kSecrets{"GUIDE_API_KEY"};
constexpr VenueTraits kTraits{
    .name = "guide",
    .title = "A venue of daily CSV",
    .base_url = "https://guide.example",
    .datasets = kDatasets,
    .politeness = {.requests_per_second = 1, .burst = 1, .concurrency = 1},
    .secrets = kSecrets,
};

class GuideVenue final : public Venue {
 public:
  [[nodiscard]] const VenueTraits& traits() const override { return kTraits; }

  [[nodiscard]] Result<io::HttpRequest> to_http(const Request& request, const Access& access) const override {
    GT_ASSIGN(const std::string key, secret_of(kTraits, access, "GUIDE_API_KEY"));
    GT_ASSIGN(const std::string from, param_of(request, "from"));
    GT_ASSIGN(const std::string to, param_of(request, "to"));
    io::HttpRequest http;
    http.url = fmt::format("{}/daily/{}.csv?from={}&to={}",
                           access.base_url.empty() ? kTraits.base_url : std::string_view(access.base_url),
                           io::percent_encode(request.ticker), from.substr(0, 10), to.substr(0, 10));
    http.headers = {{"X-Api-Key", key}};
    return http;
  }

  Result<Rows> parse(const Answer& answer) const override {
    model::BarBatch out;
    out.origin = {.source = answer.request.source,
                  .interval = model::Interval::k1d,
                  .basis = model::PriceBasis::kRaw,
                  .observed_at = answer.observed_at};
    std::uint32_t line = 0;
    for (std::string_view rest = answer.bytes; !rest.empty();) {
      const std::string_view row = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(row.size() + 1, rest.size()));
      if (++line == 1 || row.empty()) continue;
      GT_ASSIGN(const model::Bar bar, bar_of(row, answer, line));
      out.append(bar, line);
    }
    return out;
  }

 private:
  /// "2024-01-02,10.5,11,10,10.75,1200"
  static Result<model::Bar> bar_of(std::string_view row, const Answer& answer, std::uint32_t line) {
    std::array<std::string_view, 6> field;
    for (std::string_view& one : field) {
      one = row.substr(0, row.find(','));
      row.remove_prefix(std::min(one.size() + 1, row.size()));
    }
    model::Bar bar{.ticker = answer.request.ticker};
    const std::string where = fmt::format("{}:{}", answer.display_name, line);
    GT_ASSIGN(bar.date, parse_date(std::string(field[0])));
    bar.ts = bar.date;
    const std::array<double*, 4> prices{&bar.open, &bar.high, &bar.low, &bar.close};
    for (std::size_t i = 0; i < prices.size(); ++i) {
      GT_RETURN_IF_ERROR(number(field[i + 1], *prices[i], where));
    }
    GT_RETURN_IF_ERROR(number(field[5], bar.volume, where));
    return bar;
  }

  static Status number(std::string_view text, auto& out, const std::string& where) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error == std::errc() && end == text.data() + text.size()) return {};
    return fail(ErrorKind::kDamaged, 2226, fmt::format("'{}' is no number", text), where);
  }
};

Request question(const Venue& venue) {
  return venue
      .make_request({.tickers = {"AAPL"},
                     .interval = model::Interval::k1d,
                     .range = parse_range("2024-01-02", "2024-01-03").value(),
                     .options = {}})
      .value();
}

TEST(Guide, AsksAsTheDocumentSays) {
  const GuideVenue venue;
  Access access{.base_url = {}, .secrets = {}, .cookie = {}, .crumb = {}};
  EXPECT_EQ(venue.to_http(question(venue), access).error().code, 2207) << "a key is missing, and said";
  access.secrets["GUIDE_API_KEY"] = "k";
  EXPECT_EQ(venue.to_http(question(venue), access)->url,
            "https://guide.example/daily/AAPL.csv?from=2024-01-02&to=2024-01-04");
}

TEST(Guide, ReadsItsAnswers) {
  const GuideVenue venue;
  const std::string csv = "date,open,high,low,close,volume\n2024-01-02,10.5,11,10,10.75,1200\n";
  const auto rows = venue.parse(testing::answer_of(venue, {}, csv));
  ASSERT_TRUE(rows);
  const model::Bar bar = std::get<model::BarBatch>(*rows).row(0);
  EXPECT_EQ(format_date(bar.date), "2024-01-02");
  EXPECT_EQ(bar.close, 10.75);
  EXPECT_EQ(bar.volume, 1200);
  const auto wrong = venue.parse(testing::answer_of(venue, {}, csv + "2024-01-03,x,11,10,10.75,1200\n"));
  EXPECT_EQ(wrong.error().to_string().substr(0, 6), "GT2226");
  EXPECT_NE(wrong.error().to_string().find("answer:3"), std::string::npos);
}

TEST(Guide, IsFoundByItsName) {
  Registry registry;
  ASSERT_TRUE(registry.add(std::make_shared<GuideVenue>()));
  EXPECT_TRUE(registry.find("guide"));
}

/// Every block of C++ in the document stands in this file.
TEST(Guide, DocumentAndCodeAreTheSame) {
  const std::string document = testing::bytes_of_file("docs/add-a-provider.md");
  const std::string code = testing::bytes_of_file("src/goldtape/provider/guide_test.cc");
  const std::string fence = "```cpp\n";
  int blocks = 0;
  for (std::size_t at = document.find(fence); at != std::string::npos; at = document.find(fence, at)) {
    at += fence.size();
    const std::string block = document.substr(at, document.find("```", at) - at);
    EXPECT_NE(code.find(block), std::string::npos) << block;
    ++blocks;
  }
  EXPECT_GE(blocks, 3);
}

}  // namespace
}  // namespace goldtape::provider::guide
