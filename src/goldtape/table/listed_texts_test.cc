#include "goldtape/table/listed_texts.h"

#include <algorithm>

#include <arrow/api.h>
#include <arrow/compute/api_vector.h>
#include <gtest/gtest.h>

#include "goldtape/table/parquet_writer.h"
#include "goldtape/table/table_test_lake.h"

namespace goldtape::table {
namespace {

class ListedTexts : public test::LakeTest {
 protected:
  [[nodiscard]] std::string path() const { return folder_ + "/texts.parquet"; }

  void write(const std::vector<std::string>& texts, bool as_dictionary) const {
    arrow::StringBuilder builder;
    ASSERT_TRUE(builder.AppendValues(texts).ok());
    std::shared_ptr<arrow::Array> column = *builder.Finish();
    if (as_dictionary) column = arrow::compute::DictionaryEncode(column)->make_array();
    const auto rows =
        arrow::Table::Make(arrow::schema({arrow::field("name", column->type(), false)}), {column});
    const auto file =
        write_parquet(*filesystem_, path(), schema(), *rows, {.row_group_rows = 4, .page_rows = 2});
    ASSERT_TRUE(file.has_value()) << file.error().to_string();
  }

  static Schema schema() {
    return {.schema_id = 0,
            .fields = {{.id = 7, .name = "name", .type = {TypeId::kString}, .required = true, .doc = ""}},
            .identifier_field_ids = {}};
  }

  [[nodiscard]] Result<std::optional<std::vector<std::string>>> listed(std::int32_t id = 7) const {
    Field field = schema().fields[0];
    field.id = id;
    return listed_texts(filesystem_, path(), field);
  }
};

TEST_F(ListedTexts, AreThoseOfEachRowGroup) {
  for (const bool as_dictionary : {false, true}) {
    write({"b", "b", "", "a", "b", "long one"}, as_dictionary);
    const auto found = listed();
    ASSERT_TRUE(found.has_value() && found->has_value());
    for (const char* text : {"", "a", "b", "long one"})
      EXPECT_EQ(std::ranges::count(**found, text) > 0, true) << text;
    EXPECT_EQ(std::ranges::count(**found, "c"), 0);
    ASSERT_TRUE(filesystem_->remove(path()).has_value());
  }
}

TEST_F(ListedTexts, AreUnknownOfAnotherColumnAndOfTooManyForADictionary) {
  write({"a"}, false);
  EXPECT_EQ(listed(8), std::nullopt);
  ASSERT_TRUE(filesystem_->remove(path()).has_value());
  std::vector<std::string> large;
  for (char c = 'a'; c < 'e'; ++c) large.emplace_back(2U << 20U, c);
  write(large, false);
  EXPECT_EQ(listed(), std::nullopt);
}

TEST_F(ListedTexts, OfAMissingOrForeignFileIsAnError) {
  EXPECT_EQ(listed().error().code, 4025);
  ASSERT_TRUE(filesystem_->write(path(), "no Parquet at all", {}).has_value());
  EXPECT_EQ(listed().error().code, 4025);
}

}  // namespace
}  // namespace goldtape::table
