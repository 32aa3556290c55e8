#include "goldtape/serve/dashboard_page.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "goldtape/serve/dashboard_template.h"

namespace goldtape::serve {
namespace {

// What a browser takes as the content of the data element.
std::string embedded(const std::string& page) {
  const std::string open = "id=\"goldtape-data\">";
  const std::size_t from = page.find(open) + open.size();
  return page.substr(from, page.find("</script", from) - from);
}

TEST(DashboardPage, HoldsItsDocumentUnchanged) {
  const nlohmann::json document = {{"lake", {{"name", "demo"}}}, {"numbers", {1, -2, nullptr}}};
  EXPECT_EQ(nlohmann::json::parse(embedded(dashboard_page(document.dump()))), document);
}

TEST(DashboardPage, TextOfALakeCannotEndTheDataElement) {
  const nlohmann::json document = {{"ticker", "</script><script>alert(1)</script>"},
                                   {"name", "<!--<script>&amp;\u2028\u2029\u20ac"}};
  const std::string page = dashboard_page(document.dump());
  EXPECT_EQ(page.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(page.find("\u2028"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(embedded(page)), document);
}

TEST(DashboardPage, NamesNoOtherFile) {
  const std::string page = dashboard_page("{}");
  EXPECT_EQ(page.find(" src="), std::string::npos);
  EXPECT_EQ(page.find("<link rel=\"stylesheet"), std::string::npos);
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
}

TEST(DashboardPage, KeepsTheNoticesThatTheChartLibrariesAskFor) {
  const std::string page = dashboard_page("{}");
  EXPECT_NE(page.find("https://www.tradingview.com/"), std::string::npos);
  EXPECT_NE(page.find("Copyright 2017-"), std::string::npos) << "Apache ECharts NOTICE";
  EXPECT_NE(page.find("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION"), std::string::npos);
}

}  // namespace
}  // namespace goldtape::serve
