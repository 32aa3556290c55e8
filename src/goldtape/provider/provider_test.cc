#include "goldtape/provider/provider.h"

#include <gtest/gtest.h>

#include "goldtape/provider/registry.h"

namespace goldtape::provider {
namespace {

Request sample_request() {
  Request request;
  request.provider = "files";
  request.source = "vendor";
  request.ticker = "NA";
  request.interval = model::Interval::k1d;
  request.params = {{"name", "a \"b\"\n.csv"}, {"dialect", "{}"}};
  return request;
}

TEST(Request, ComesBackFromItsJson) {
  const Request request = sample_request();
  const auto restored = Request::from_json(request.to_json());
  ASSERT_TRUE(restored) << restored.error().to_string();
  EXPECT_EQ(restored->to_json(), request.to_json());
  EXPECT_EQ(restored->params, request.params);
  EXPECT_EQ(restored->interval, request.interval);
  EXPECT_EQ(restored->id(), request.id());
}

TEST(Request, HasCanonicalJson) {
  EXPECT_EQ(sample_request().to_json(),
            R"({"dataset":"bars","interval":"1d","params":{"dialect":"{}","name":"a \"b\"\n.csv"},)"
            R"("provider":"files","source":"vendor","ticker":"NA"})");
}

TEST(Request, RefusesOtherJson) {
  for (const char* text :
       {"", "null", "[]", "{}", R"({"provider": 1})",
        R"({"dataset":"bars","interval":"1d","params":[],"provider":"f","source":"s","ticker":"t"})",
        R"({"dataset":"bars","interval":"9d","params":{},"provider":"f","source":"s","ticker":"t"})",
        R"({"dataset":"bars","interval":"1d","params":{"a":1},"provider":"f","source":"s","ticker":"t"})"}) {
    EXPECT_FALSE(Request::from_json(text)) << text;
  }
}

TEST(Answer, IsNamedByQuestionAndBytes) {
  Answer answer;
  answer.request = sample_request();
  answer.bytes = "abc";
  const std::string id = answer.load_id();
  EXPECT_EQ(id.size(), 64U);
  answer.observed_at = Timestamp{std::chrono::hours{1}};
  answer.display_name = "/elsewhere";
  EXPECT_EQ(answer.load_id(), id);
  answer.bytes = "abd";
  EXPECT_NE(answer.load_id(), id);
  answer.bytes = "abc";
  answer.request.source = "other";
  EXPECT_NE(answer.load_id(), id);
}

class NamedProvider final : public Provider {
 public:
  explicit NamedProvider(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] std::string_view name() const override { return name_; }
  Result<Answer> fetch(const Request&) override { return Answer{}; }
  [[nodiscard]] Result<Rows> parse(const Answer&) const override { return model::BarBatch{}; }

 private:
  std::string name_;
};

TEST(Registry, FindsProvidersByName) {
  Registry registry;
  ASSERT_TRUE(registry.add(std::make_shared<NamedProvider>("yahoo")));
  ASSERT_TRUE(registry.add(std::make_shared<NamedProvider>("files")));
  EXPECT_EQ(registry.find("files").value()->name(), "files");
  EXPECT_EQ(registry.names(), (std::vector<std::string>{"files", "yahoo"}));
  EXPECT_EQ(registry.add(std::make_shared<NamedProvider>("files")).error().code, 2004);
  const auto missing = registry.find("yaho");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, 2005);
  EXPECT_NE(missing.error().message.find("yahoo"), std::string::npos);
}

}  // namespace
}  // namespace goldtape::provider
