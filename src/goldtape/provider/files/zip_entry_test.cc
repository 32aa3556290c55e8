// Archives that would harm a careless reader.
#include "goldtape/provider/files/zip_entry.h"

#include <gtest/gtest.h>

#include "goldtape/provider/files/lean_testing.h"

namespace goldtape::provider::files {
namespace {

std::string fixture(const std::string& name) { return bytes_of_file(kLeanFixtures + name); }

std::string fault(const std::string& bytes) {
  const auto entry = read_zip_entry(bytes, "x.zip");
  if (entry) return "";
  EXPECT_EQ(entry.error().where, "x.zip");
  return entry.error().to_string().substr(0, 6);
}

TEST(ZipEntry, GivesItsOnlyFile) {
  const auto entry = read_zip_entry(fixture("equity/usa/daily/spy.zip"), "x.zip");
  ASSERT_TRUE(entry) << entry.error().to_string();
  EXPECT_EQ(entry->name, "spy.csv");
  EXPECT_TRUE(entry->bytes.starts_with("20131004 00:00,1680300,"));
}

TEST(ZipEntry, HostileNamesAreRefused) {
  for (const char* name : {"bad/climbs.zip", "bad/absolute.zip", "bad/drive.zip"})
    EXPECT_EQ(fault(fixture(name)), "GT2253") << name;
}

TEST(ZipEntry, DamageIsRefused) {
  EXPECT_EQ(fault(fixture("bad/truncated.zip")), "GT2250");
  EXPECT_EQ(fault(fixture("bad/damaged.zip")), "GT2250");
  EXPECT_EQ(fault("PK\x03\x04 and no more"), "GT2250");
  const std::string whole = fixture("equity/usa/daily/spy.zip");
  for (std::size_t size = 4; size < whole.size(); size += 9)
    EXPECT_EQ(fault(whole.substr(0, size)), "GT2250");
}

TEST(ZipEntry, WhatCannotBeReadIsNamed) {
  EXPECT_EQ(fault(fixture("bad/encrypted.zip")), "GT2252");
  EXPECT_EQ(fault(fixture("bad/bzip2.zip")), "GT2252");
  EXPECT_EQ(fault(fixture("bad/two_files.zip")), "GT2251");
  EXPECT_EQ(fault(fixture("bad/no_files.zip")), "GT2251");
  EXPECT_EQ(lean_fault("bad/other_name.zip"), "GT2251");
}

}  // namespace
}  // namespace goldtape::provider::files
