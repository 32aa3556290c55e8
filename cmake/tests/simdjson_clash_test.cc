// libarrow and libparquet carry and export a simdjson of their own. Both have to work in one process, each
// with its own code: the test parses with both and asks the dynamic linker who owns which symbol.

#include <string>
#include <string_view>

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/json/reader.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <parquet/encryption/key_material.h>
#include <simdjson.h>

#include "symbol_owner.h"

namespace {

TEST(SimdjsonClash, OurParserReadsBars) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string text = simdjson::padded_string(std::string_view(
      R"({"bars":[{"t":"2019-02-11T14:30:00Z","c":170.42,"v":9223372036854775807}],"name":"caf\u00e9"})"));
  simdjson::ondemand::document document = parser.iterate(text);
  double close = 0;
  std::int64_t volume = 0;
  for (auto bar : document["bars"].get_array()) {
    ASSERT_EQ(bar["c"].get(close), simdjson::SUCCESS);
    ASSERT_EQ(bar["v"].get(volume), simdjson::SUCCESS);
  }
  EXPECT_DOUBLE_EQ(close, 170.42);
  EXPECT_EQ(volume, 9223372036854775807);
  std::string_view name;
  ASSERT_EQ(document["name"].get(name), simdjson::SUCCESS);
  EXPECT_EQ(name, "caf\u00e9");
}

TEST(SimdjsonClash, ParquetsParserReadsKeyMaterial) {
  const auto material = parquet::encryption::KeyMaterial::Parse(
      R"({"keyMaterialType":"PKMT1","internalStorage":true,"isFooterKey":false,"masterKeyID":"k1",)"
      R"("wrappedDEK":"AAAA","doubleWrapping":false})");
  EXPECT_EQ(material.master_key_id(), "k1");
}

TEST(SimdjsonClash, ArrowsParserReadsJsonLines) {
  auto input = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString("{\"close\":170.5}\n"));
  auto reader = arrow::json::TableReader::Make(arrow::default_memory_pool(), input,
                                               arrow::json::ReadOptions::Defaults(),
                                               arrow::json::ParseOptions::Defaults());
  ASSERT_TRUE(reader.ok()) << reader.status();
  auto table = (*reader)->Read();
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ((*table)->num_rows(), 1);
}

TEST(SimdjsonClash, OurCodeIsOursAndHidden) {
  const auto* implementation = simdjson::get_active_implementation().operator->();
  const std::string self = owner_of(reinterpret_cast<const void*>(&owner_of));
  EXPECT_EQ(owner_of(*reinterpret_cast<const void* const*>(implementation)), self);
  // What Arrow's libraries look up under the original name must never be found in this program.
  void* theirs = dlsym(RTLD_DEFAULT, "_ZN8simdjson25get_active_implementationEv");
  if (theirs != nullptr) {
    EXPECT_NE(owner_of(theirs), self);
  }
}

}  // namespace
