#include <gtest/gtest.h>

#include "goldtape/base/hash.h"
#include "goldtape/io/s3_signature_internal.h"

namespace goldtape::io {
namespace {

// The keys, requests and signatures of the Amazon S3 API Reference, "Signature Calculations for the
// Authorization Header: Transferring Payload in a Single Chunk".
const S3Credentials kCredentials{.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                 .secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                                 .session_token = {}};

std::string sign(const std::string& method, const std::string& path, const Query& query, HeaderMap headers,
                 const std::string& body) {
  const std::string payload = sha256_hex(body);
  headers["host"] = "examplebucket.s3.amazonaws.com";
  headers["x-amz-date"] = "20130524T000000Z";
  headers["x-amz-content-sha256"] = payload;
  const std::string text = canonical_query(query);
  const std::string value = authorization(
      {.method = method, .path = path, .query = text, .headers = headers, .payload_sha256 = payload},
      kCredentials, "us-east-1", "s3");
  return value.substr(value.find("Signature=") + 10);
}

TEST(S3Signature, OfARangedRead) {
  EXPECT_EQ(sign("GET", "/test.txt", {}, {{"range", "bytes=0-9"}}, ""),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(S3Signature, OfAWrite) {
  EXPECT_EQ(sign("PUT", "/" + uri_encode("test$file.text", true), {},
                 {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                 "Welcome to Amazon S3."),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(S3Signature, OfQueriesWithAndWithoutValues) {
  EXPECT_EQ(sign("GET", "/", {{"lifecycle", ""}}, {}, ""),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(sign("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}, ""),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(S3Signature, EncodesAllButTheUnreserved) {
  EXPECT_EQ(uri_encode("a/b=1 é+~", true), "a/b%3D1%20%C3%A9%2B~");
  EXPECT_EQ(uri_encode("a/b", false), "a%2Fb");
  EXPECT_EQ(canonical_query({{"b", "x y"}, {"a", ""}}), "a=&b=x%20y");
}

TEST(S3Signature, DatesAreBasic) {
  EXPECT_EQ(amz_date(parse_timestamp("2013-05-24T01:02:03.999Z").value()), "20130524T010203Z");
}

}  // namespace
}  // namespace goldtape::io
