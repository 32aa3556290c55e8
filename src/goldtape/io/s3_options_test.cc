#include "goldtape/io/s3_options.h"

#include <gtest/gtest.h>

#include "goldtape/io/s3_client_internal.h"
#include "goldtape/io/s3_xml_internal.h"
#include "goldtape/io/scheme_filesystem.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::io {
namespace {

Config config_of(std::vector<std::string> flags) {
  return Config::load({.environment = {}, .flags = std::move(flags)}).value();
}

TEST(S3Options, SettingsComeBeforeTheEnvironment) {
  const Environment environment{{"AWS_ENDPOINT_URL", "http://env:1"},
                                {"AWS_REGION", "eu-west-1"},
                                {"AWS_ACCESS_KEY_ID", "id"},
                                {"AWS_SECRET_ACCESS_KEY", "secret"},
                                {"AWS_SESSION_TOKEN", "token"}};
  const auto from_environment = S3Options::from(Config{}, environment).value();
  EXPECT_EQ(from_environment.endpoint, "http://env:1");
  EXPECT_EQ(from_environment.region, "eu-west-1");
  EXPECT_TRUE(from_environment.path_style);
  EXPECT_EQ(from_environment.credentials.session_token, "token");
  const auto config =
      config_of({"s3.endpoint=https://set:2/", "s3.region=x", "s3.addressing=virtual", "s3.attempts=2"});
  const auto set = S3Options::from(config, environment).value();
  EXPECT_EQ(set.endpoint, "https://set:2");
  EXPECT_EQ(set.region, "x");
  EXPECT_FALSE(set.path_style);
  EXPECT_EQ(set.attempts, 2);
}

TEST(S3Options, WithoutAnEndpointItIsAwsOfTheRegion) {
  const auto options = S3Options::from(config_of({"s3.region=eu-central-1"}), {}).value();
  EXPECT_EQ(options.endpoint_or_default(), "https://s3.eu-central-1.amazonaws.com");
  EXPECT_FALSE(options.path_style);
}

TEST(S3Options, RefusesHalfAKeyPairAndWhatIsNoUrl) {
  EXPECT_EQ(S3Options::from(Config{}, {{"AWS_ACCESS_KEY_ID", "id"}}).error().code, 7100);
  for (const auto* endpoint :
       {"127.0.0.1:9000", "http://", "http://host/path", "http://user@host", "ftp://host"})
    EXPECT_EQ(S3Options::from(config_of({std::string("s3.endpoint=") + endpoint}), {}).error().code, 7100)
        << endpoint;
}

TEST(S3Path, HasABucketAndAKey) {
  const auto location = parse_s3_path("s3://market-micros/a/b=1/c d").value();
  EXPECT_EQ(location.bucket, "market-micros");
  EXPECT_EQ(location.key, "a/b=1/c d");
  EXPECT_EQ(path_of(location), "s3://market-micros/a/b=1/c d");
  EXPECT_EQ(parse_s3_path("s3://market-micros").value().key, "");
  for (const auto* path : {"s3://", "s3:///key", "/local", "s3://a b/c", "s3://ab"})
    EXPECT_EQ(parse_s3_path(path).error().code, 7101) << path;
}

TEST(S3Refusal, SaysWhatToDo) {
  S3Options options;
  options.endpoint = "http://127.0.0.1:9";
  const S3Request request{.method = "GET", .at = {.bucket = "bars", .key = "k"}, .doing = "read a file"};
  const auto code = [&](int status, const std::string& name, const HeaderMap& headers = {}) {
    return s3_refusal(options, request, status, headers, name, "words");
  };
  EXPECT_EQ(code(404, "NoSuchBucket").code, 7103);
  EXPECT_EQ(code(403, "SignatureDoesNotMatch").code, 7104);
  EXPECT_EQ(code(403, "RequestTimeTooSkewed").code, 7104);
  EXPECT_EQ(code(403, "AccessDenied").code, 7105);
  EXPECT_EQ(code(501, "NotImplemented").code, 7108);
  EXPECT_EQ(code(400, "Strange").code, 7109);
  const Error moved = code(301, "PermanentRedirect", {{"x-amz-bucket-region", "eu-west-1"}});
  EXPECT_EQ(moved.code, 7106);
  EXPECT_NE(moved.message.find("set s3.region to eu-west-1"), std::string::npos) << moved.message;
  EXPECT_NE(code(404, "NoSuchBucket").message.find("'bars' at http://127.0.0.1:9"), std::string::npos);
}

TEST(S3Xml, FindsElementsAndResolvesEntities) {
  const std::string xml =
      "<?xml version=\"1.0\"?><R xmlns=\"x\"><Keys>no</Keys><Key>a&amp;b&#x41;&#233;&unknown;</Key>"
      "<C><Key>1</Key></C><C/><C><Key>2</Key></C><Open>";
  EXPECT_EQ(xml_text(xml, "Key"), "a&bAé&unknown;");
  EXPECT_EQ(xml_elements(xml, "C").size(), 3U);
  EXPECT_EQ(xml_text(xml_elements(xml, "C")[2], "Key"), "2");
  EXPECT_EQ(xml_text(xml, "Open"), "");
  EXPECT_EQ(xml_text("<", "Key"), "");
  EXPECT_EQ(xml_text("<Key", "Key"), "");
  EXPECT_EQ(xml_escape("a<\"&b"), "a&lt;&quot;&amp;b");
}

TEST(SchemeFileSystem, GoesByTheScheme) {
  const goldtape::testing::TemporaryDirectory folder;
  int made = 0;
  const auto files = scheme_filesystem(local_filesystem(), [&]() -> Result<std::shared_ptr<FileSystem>> {
    ++made;
    return fail(ErrorKind::kUsage, 7100, "none");
  });
  ASSERT_TRUE(files->write(folder / "x", "12", {}));
  EXPECT_EQ(made, 0);
  const std::vector<FileRange> ranges{{.path = "s3://bucket/x"},
                                      {.path = folder / "x", .offset = 1, .length = 1}};
  const auto got = files->read_many(ranges);
  EXPECT_EQ(got[0].error().code, 7100);
  EXPECT_EQ(got[1].value(), "2");
  EXPECT_EQ(files->info("s3://bucket/x").error().code, 7100);
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace goldtape::io
