#include "goldtape/model/record_batch.h"

#include <gtest/gtest.h>

namespace goldtape::model {
namespace {

RecordBatch one_session() {
  return {.table = "bronze.sessions",
          .source = "s",
          .rows = {{std::int64_t{18000}, std::int64_t{1}, std::int64_t{2}}},
          .line = {1},
          .notes = {}};
}

std::uint16_t fault(const RecordBatch& batch) {
  const Status checked = check_records(batch);
  return checked ? std::uint16_t{0} : checked.error().code;
}

TEST(RecordBatch, FitsItsTableOrSaysWhere) {
  EXPECT_EQ(fault(one_session()), 0);
  EXPECT_EQ(std::get<std::int64_t>(cell(one_session(), 0, "close")), 2);
  RecordBatch batch = one_session();
  batch.rows[0].pop_back();
  EXPECT_EQ(fault(batch), 1121);
  batch = one_session();
  batch.rows[0][0] = std::string("x");
  EXPECT_EQ(fault(batch), 1121);
  batch = one_session();
  batch.rows[0][0] = Cell();
  EXPECT_EQ(fault(batch), 1121);
  batch = one_session();
  batch.line.clear();
  EXPECT_EQ(fault(batch), 1121);
  batch = one_session();
  batch.table = "bronze.bars";
  EXPECT_EQ(fault(batch), 1121);
  batch.table = "bronze.no_such";
  EXPECT_EQ(fault(batch), 1120);
}

TEST(RecordBatch, AnEmptyTextIsNull) {
  EXPECT_TRUE(std::holds_alternative<std::monostate>(text_or_null("")));
  EXPECT_EQ(std::get<std::string>(text_or_null("NA")), "NA");
}

}  // namespace
}  // namespace goldtape::model
