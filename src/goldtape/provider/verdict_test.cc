#include "goldtape/provider/verdict.h"

#include <gtest/gtest.h>

namespace goldtape::provider {
namespace {

using Outcome = Verdict::Outcome;

Verdict judged(int status, std::string body, std::vector<io::HttpHeader> headers = {}) {
  io::HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  response.url = "http://v/x";
  return judge_by_status("v", response, Timestamp{});
}

TEST(Verdict, FollowsTheStatus) {
  EXPECT_TRUE(judged(200, "{}").ok());
  EXPECT_TRUE(judged(304, "").ok());
  EXPECT_EQ(judged(401, "").error.code, 2211);
  EXPECT_EQ(judged(403, "").outcome, Outcome::kUnauthorised);
  EXPECT_EQ(judged(404, "").outcome, Outcome::kNotFound);
  EXPECT_EQ(judged(302, "").error.code, 2216);
  EXPECT_EQ(judged(422, "").outcome, Outcome::kRefused);
  EXPECT_EQ(judged(503, "").outcome, Outcome::kRetry);
  EXPECT_EQ(judged(503, "").error.code, 2214);
}

TEST(Verdict, RateLimitSaysHowLongToWait) {
  const Verdict limited = judged(429, "Too Many Requests", {{"retry-after", "7"}});
  EXPECT_EQ(limited.outcome, Outcome::kRetry);
  EXPECT_EQ(limited.retry_after, std::chrono::milliseconds(7000));
  EXPECT_EQ(limited.error.to_string(), "GT2210: v answered 429: Too Many Requests (http://v/x)");
}

TEST(Verdict, HtmlInsteadOfJson) {
  const Verdict page = judged(200, "\n<!DOCTYPE html><html><body>Sign in</body></html>");
  EXPECT_EQ(page.outcome, Outcome::kRetry);
  EXPECT_EQ(page.error.code, 2217);
}

TEST(VendorWords, AreFoundWhereVendorsPutThem) {
  EXPECT_EQ(vendor_words(R"({"code":42210000,"message":"invalid start"})"), "invalid start");
  EXPECT_EQ(vendor_words(R"({"chart":{"result":null,"error":{"code":"Not Found","description":"No data"}}})"),
            "No data");
  EXPECT_EQ(vendor_words(R"({"status":"ERROR","request_id":"1","error":"Unknown API Key"})"),
            "Unknown API Key");
  EXPECT_EQ(vendor_words("line\nbreak"), "line break");
  EXPECT_EQ(vendor_words("<html>no</html>"), "");
  EXPECT_EQ(vendor_words(R"({"message": "cut)"), R"({"message": "cut)");
}

}  // namespace
}  // namespace goldtape::provider
