#include <gtest/gtest.h>

#include "goldtape/io/http.h"

namespace goldtape::io {
namespace {

using std::chrono::milliseconds;

TEST(ShowUrl, LeavesSecretsOut) {
  EXPECT_EQ(show_url("https://user:pass@api.example.com/v2/bars?symbols=AAPL&apiKey=abcd&page_token=QQ#frag"),
            "https://api.example.com/v2/bars?symbols=AAPL&apiKey=***&page_token=QQ");
  EXPECT_EQ(show_url("https://h/c?crumb=xyz&X-Amz-Signature=00ff&api_key=1&token="),
            "https://h/c?crumb=***&X-Amz-Signature=***&api_key=***&token=***");
  EXPECT_EQ(show_url("not a url with a key"), "a text that is no URL");
}

TEST(HostOf, SaysThePortAlways) {
  EXPECT_EQ(host_of("https://API.Example.com/v2"), "api.example.com:443");
  EXPECT_EQ(host_of("http://u:p@127.0.0.1:8080?x"), "127.0.0.1:8080");
  EXPECT_EQ(host_of("http://[::1]/x"), "[::1]:80");
  EXPECT_EQ(host_of("ftp://h/x"), "");
  EXPECT_EQ(host_of("file:///etc/passwd"), "");
}

TEST(PercentEncode, KeepsOnlyTheUnreserved) {
  EXPECT_EQ(percent_encode("BRK.B/^GSPC a=b&c~"), "BRK.B%2F%5EGSPC%20a%3Db%26c~");
}

TEST(HttpDate, AllThreeForms) {
  const auto expected = parse_timestamp("1994-11-06T08:49:37Z").value();
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), expected);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), expected);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), expected);
  EXPECT_EQ(format_http_date(expected), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_FALSE(parse_http_date("soon"));
  EXPECT_FALSE(parse_http_date(""));
}

TEST(RetryAfter, SecondsOrDate) {
  HttpResponse response;
  const auto now = parse_timestamp("2024-01-02T15:00:00Z").value();
  EXPECT_FALSE(response.retry_after(now));
  response.headers = {{"retry-after", "7"}};
  EXPECT_EQ(response.retry_after(now), milliseconds(7000));
  response.headers = {{"retry-after", "Tue, 02 Jan 2024 15:00:30 GMT"}};
  EXPECT_EQ(response.retry_after(now), milliseconds(30'000));
  // The server's own clock counts, should ours be wrong.
  response.headers.push_back({"date", "Tue, 02 Jan 2024 15:00:25 GMT"});
  EXPECT_EQ(response.retry_after(now), milliseconds(5000));
  response.headers = {{"retry-after", "Tue, 02 Jan 2024 14:00:30 GMT"}};
  EXPECT_EQ(response.retry_after(now), milliseconds(0));
  response.headers = {{"retry-after", "-5"}};
  EXPECT_EQ(response.retry_after(now), milliseconds(0));
  response.headers = {{"retry-after", "1e300"}};
  EXPECT_EQ(response.retry_after(now), std::chrono::hours(24 * 7));
}

TEST(HttpRequest, ConditionsGoAsHeaders) {
  HttpRequest request;
  request.ask_if_changed("\"abc\"", "");
  ASSERT_EQ(request.headers.size(), 1U);
  EXPECT_EQ(request.headers[0].name, "If-None-Match");
  EXPECT_EQ(request.headers[0].value, "\"abc\"");
}

}  // namespace
}  // namespace goldtape::io
