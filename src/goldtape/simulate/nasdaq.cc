#include "goldtape/simulate/nasdaq.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "goldtape/calendar/eastern_time.h"

namespace goldtape::simulate {
namespace {

using std::chrono::days;

/// The exchanges' own test symbols, which every reader of these files meets.
constexpr std::string_view kNasdaqTests =
    "ZVZZT|NASDAQ TEST STOCK|G|Y|N|100||N\r\nZWZZT|NASDAQ TEST STOCK|S|Y|N|100||N\r\n";
constexpr std::string_view kOtherTests =
    "ZTEST|NYSE Test One|N|ZTEST|N|100|Y|ZTEST\r\nZZK|BATS Listed Test Stock|Z|ZZK|Y|100|Y|ZZK\r\n";

/// Wall time in New York as parts of a text.
struct Local {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};
Local local_of(Timestamp ts) {
  const auto wall = std::chrono::floor<std::chrono::seconds>(ts + calendar::eastern_offset(ts));
  const auto day = std::chrono::floor<days>(wall);
  return {std::chrono::year_month_day{day}, std::chrono::hh_mm_ss{wall - day}};
}

std::string us_date(const std::chrono::year_month_day& date, std::string_view separator) {
  return fmt::format("{:02}{}{:02}{}{:04}", static_cast<unsigned>(date.month()), separator,
                     static_cast<unsigned>(date.day()), separator, static_cast<int>(date.year()));
}

/// "File Creation Time: 0721202521:31|||||||".
std::string footer(Timestamp now, int bars) {
  const Local local = local_of(now);
  return fmt::format("File Creation Time: {}{:02}:{:02}{}\r\n", us_date(local.date, ""),
                     local.time.hours().count(), local.time.minutes().count(),
                     std::string(static_cast<std::size_t>(bars), '|'));
}

std::vector<std::pair<std::string, const Security*>> listed(const Scene& scene, bool nasdaq) {
  std::vector<std::pair<std::string, const Security*>> rows;
  const Date today = scene.today();
  for (const Security& security : scene.market->securities()) {
    if (security.test_issue || !security.trades_on(today) || (security.mic == "XNAS") != nasdaq) continue;
    rows.emplace_back(security.ticker_on(today), &security);
  }
  std::ranges::sort(rows);
  return rows;
}

std::string nasdaq_listed(const Scene& scene) {
  std::string body =
      "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares\r\n";
  for (const auto& [ticker, security] : listed(scene, true)) {
    constexpr std::string_view kCategories = "QQGS";
    const char category = security->kind == AssetKind::kEtf ? 'G' : kCategories[security->index % 4];
    body += fmt::format("{}|{}|{}|N|N|100|{}|N\r\n", ticker, security->name, category,
                        security->kind == AssetKind::kEtf ? 'Y' : 'N');
  }
  body += kNasdaqTests;
  return body + footer(scene.now, 7);
}

char exchange_of(std::string_view mic) {
  return mic == "XNYS" ? 'N' : mic == "ARCX" ? 'P' : mic == "BATS" ? 'Z' : 'A';
}

std::string other_listed(const Scene& scene) {
  std::string body =
      "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol\r\n";
  for (const auto& [ticker, security] : listed(scene, false)) {
    body += fmt::format("{}|{}|{}|{}|{}|100|N|{}\r\n", ticker, security->name, exchange_of(security->mic),
                        ticker, security->kind == AssetKind::kEtf ? 'Y' : 'N', ticker);
  }
  body += kOtherTests;
  return body + footer(scene.now, 6);
}

std::string clock_text(Timestamp ts) {
  const Local local = local_of(ts);
  return fmt::format("{:02}:{:02}:{:02}", local.time.hours().count(), local.time.minutes().count(),
                     local.time.seconds().count());
}

std::string rss(const Scene& scene, Date day) {
  std::string items;
  int count = 0;
  auto halts = scene.market->halts(day);
  std::ranges::reverse(halts);  // The newest first.
  for (const Halt& halt : halts) {
    if (halt.start > scene.now) continue;
    const Security& security = scene.market->securities()[halt.security];
    const std::string date = us_date(local_of(halt.start).date, "/");
    const bool over = halt.end <= scene.now;
    items += fmt::format(
        "<item><title>{0}</title><pubDate>{1:%a, %d %b %Y %H:%M:%S} "
        "GMT</pubDate><ndaq:HaltDate>{2}</ndaq:HaltDate>"
        "<ndaq:HaltTime>{3}.000</ndaq:HaltTime><ndaq:IssueSymbol>{0}</ndaq:IssueSymbol><ndaq:IssueName>{4}</"
        "ndaq:IssueName>"
        "<ndaq:Market>{5}</ndaq:Market><ndaq:ReasonCode>{6}</ndaq:ReasonCode><ndaq:PauseThresholdPrice />"
        "<ndaq:ResumptionDate>{7}</ndaq:ResumptionDate><ndaq:ResumptionQuoteTime>{8}</"
        "ndaq:ResumptionQuoteTime>"
        "<ndaq:ResumptionTradeTime>{8}</ndaq:ResumptionTradeTime></item>\r\n",
        security.ticker_on(day), std::chrono::floor<std::chrono::seconds>(halt.start), date,
        clock_text(halt.start), security.name,
        security.mic == "XNAS"   ? "NASDAQ"
        : security.mic == "XNYS" ? "NYSE"
                                 : "NYSE Arca",
        halt.code, over ? date : "", over ? clock_text(halt.end) : "");
    ++count;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<rss version=\"2.0\" "
      "xmlns:ndaq=\"http://www.nasdaqtrader.com/\">"
      "<channel><title>NASDAQTrader.com</title><link>http://www.nasdaqtrader.com</link>"
      "<description>NASDAQ Trade Halts</description><pubDate>{:%a, %d %b %Y %H:%M:%S} "
      "GMT</pubDate><ttl>1</ttl>"
      "<ndaq:numItems>{}</ndaq:numItems>\r\n{}</channel></rss>\r\n",
      std::chrono::floor<std::chrono::seconds>(scene.now), count, items);
}

WireAnswer halts(const Scene& scene, const WireRequest& request) {
  Date day = scene.today();
  const auto text = request.get_or("haltdate", "");
  if (text.size() == 8) {
    const auto parsed =
        parse_date(fmt::format("{}-{}-{}", text.substr(4), text.substr(0, 2), text.substr(2, 2)));
    if (parsed) day = *parsed;
  }
  return {.body = rss(scene, day), .content_type = "text/xml; charset=utf-8"};
}

}  // namespace

WireAnswer nasdaq_answer(const Scene& scene, const WireRequest& request) {
  if (request.path.ends_with("/nasdaqlisted.txt"))
    return {.body = nasdaq_listed(scene), .content_type = "text/plain"};
  if (request.path.ends_with("/otherlisted.txt"))
    return {.body = other_listed(scene), .content_type = "text/plain"};
  if (request.path == "/tradehalts" || request.path == "/rss.aspx") return halts(scene, request);
  return {.status = 404,
          .body = "<html><body><h1>404 - File or directory not found.</h1></body></html>",
          .content_type = "text/html"};
}

}  // namespace goldtape::simulate
