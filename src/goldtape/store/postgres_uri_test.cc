#include "goldtape/store/postgres_uri.h"

#include <gtest/gtest.h>

#include "goldtape/store/database.h"
#include "goldtape/store/postgres_session_internal.h"

namespace goldtape::store {
namespace {

TEST(PostgresUri, IsToldFromAPath) {
  EXPECT_TRUE(is_postgres_uri("postgresql://u@h/d"));
  EXPECT_TRUE(is_postgres_uri("postgres://h"));
  EXPECT_FALSE(is_postgres_uri("/lake/catalog.db"));
}

TEST(PostgresUri, APasswordInItIsRefusedAndNotRepeated) {
  EXPECT_TRUE(check_postgres_uri("postgresql://u@h:5432/d?sslmode=require"));
  for (const char* uri : {"postgresql://u:hunter2@h/d", "postgresql://u@h/d?password=hunter2"}) {
    const Status refused = check_postgres_uri(uri);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, 4203);
    EXPECT_EQ(refused.error().to_string().find("hunter2"), std::string::npos);
  }
  const Status nonsense = check_postgres_uri("postgresql://u:hunter2@h:x:y/%zz");
  EXPECT_EQ(nonsense.error().code, 4200);
  EXPECT_EQ(nonsense.error().to_string().find("hunter2"), std::string::npos);
}

TEST(PostgresUri, NobodyAtHomeIsUnavailable) {
  const auto opened = Database::open("postgresql://u@127.0.0.1:1/d", {.answer_timeout_ms = 2'000});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, 4201);
  EXPECT_EQ(opened.error().kind, ErrorKind::kUnavailable);
}

TEST(PostgresParameters, AreNumberedOutsideQuotes) {
  const auto [text, parameters] =
      internal::with_numbered_parameters("SELECT ?, '?''?', \"?\" FROM t WHERE a = ?");
  EXPECT_EQ(text, "SELECT $1, '?''?', \"?\" FROM t WHERE a = $2");
  EXPECT_EQ(parameters, 2);
}

}  // namespace
}  // namespace goldtape::store
