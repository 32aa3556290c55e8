#include "goldtape/base/hash.h"

#include <gtest/gtest.h>

namespace goldtape {
namespace {

// FIPS 180-4 examples.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, PiecesGiveTheDigestOfTheWhole) {
  Sha256 hash;
  hash.update("ab");
  hash.update("");
  hash.update("c");
  EXPECT_EQ(hash.hex(), sha256_hex("abc"));
}

// Values of xxhsum 0.8.1 (-H3).
TEST(Xxh3, GivesThePublishedHashes) {
  EXPECT_EQ(xxh3_64(""), 0x2d06800538d394c2U);
  EXPECT_EQ(xxh3_64("abc"), 0x78af5f94892f3950U);
  EXPECT_NE(xxh3_64("abc", 1), xxh3_64("abc"));
}

}  // namespace
}  // namespace goldtape
