#include "goldtape/serve/http_router.h"

#include <gtest/gtest.h>

#include "goldtape/io/http.h"
#include "goldtape/serve/http_wire_internal.h"

namespace goldtape::serve {
namespace {

std::string answer(const Router& router, const std::string& method, const std::string& target) {
  Request request;
  request.method = method;
  request.target = target;
  if (!internal::split_target(request)) return "bad target";
  const Response response = router.handle(request);
  const auto allow = response.headers.get("Allow");
  return std::to_string(response.status) + (response.status == 200 ? " " + response.body : "") +
         (allow.empty() ? "" : " " + std::string(allow));
}

Router routes() {
  const auto tell = [](std::string name) {
    return [name](const Request& request) {
      std::string text = name;
      for (const auto& [key, value] : request.params) text += " " + key + "=" + value;
      return Response::text(200, text);
    };
  };
  Router router;
  router.add("GET", "/", tell("root"));
  router.add("GET", "/v1/tables/{table}", tell("table"));
  router.add("DELETE", "/v1/tables/{table}", tell("drop"));
  router.add("POST", "/v1/tables/rename", tell("rename"));
  router.add("GET", "/v1/{space}/{table}/files", tell("files"));
  router.add("GET", "/static/{path...}", tell("static"));
  return router;
}

TEST(Router, PrefersLiteralsAndNamesParameters) {
  const Router router = routes();
  EXPECT_EQ(answer(router, "GET", "/"), "200 root");
  EXPECT_EQ(answer(router, "GET", "/v1/tables/bars?limit=1"), "200 table table=bars");
  EXPECT_EQ(answer(router, "DELETE", "/v1/tables/bars"), "200 drop table=bars");
  EXPECT_EQ(answer(router, "POST", "/v1/tables/rename"), "200 rename");
  EXPECT_EQ(answer(router, "GET", "/v1/tables/bars/files"), "200 files space=tables table=bars");
  EXPECT_EQ(answer(router, "GET", "/static/a/b/c.js"), "200 static path=a/b/c.js");
  EXPECT_EQ(answer(router, "HEAD", "/v1/tables/bars"), "200 table table=bars");
}

TEST(Router, DecodesAfterSplitting) {
  const Router router = routes();
  EXPECT_EQ(answer(router, "GET", "/v1/tables/a%2Fb%1Fc"),
            "200 table table=a/b\x1f"
            "c");
  EXPECT_EQ(answer(router, "GET", "/v1/tables/a%2"), "bad target");
}

TEST(Router, SaysWhatIsNotThereAndWhatMayBeDone) {
  const Router router = routes();
  EXPECT_EQ(answer(router, "GET", "/v2"), "404");
  EXPECT_EQ(answer(router, "GET", "/v1/tables/"), "404");
  EXPECT_EQ(answer(router, "GET", "/v1/tables/a/b"), "404");
  EXPECT_EQ(answer(router, "PATCH", "/v1/tables/bars"), "405 DELETE, GET");
  EXPECT_EQ(answer(router, "GET", "/v1/tables/rename"), "405 POST");
}

TEST(Router, FallsBack) {
  Router router = routes();
  router.set_fallback([](const Request& request) { return Response::text(200, "else " + request.path); });
  EXPECT_EQ(answer(router, "GET", "/nowhere"), "200 else /nowhere");
}

TEST(Target, SplitsPathAndQuery) {
  Request request;
  request.target = "http://host/a%20b?x=1&y=a+b%26c&&z#part";
  ASSERT_TRUE(internal::split_target(request));
  EXPECT_EQ(request.path, "/a%20b");
  const std::vector<std::pair<std::string, std::string>> expected{{"x", "1"}, {"y", "a b&c"}, {"z", ""}};
  EXPECT_EQ(request.query, expected);
  EXPECT_EQ(*request.query_value("y"), "a b&c");
  EXPECT_EQ(request.query_value("w"), nullptr);
}

TEST(Target, EncodesWhatItDecodes) {
  const std::string text = "a b/c\x1f%\xc3\xa9~";
  EXPECT_EQ(io::percent_encode(text), "a%20b%2Fc%1F%25%C3%A9~");
  EXPECT_EQ(percent_decode(io::percent_encode(text)), text);
}

}  // namespace
}  // namespace goldtape::serve
