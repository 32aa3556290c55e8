#include "goldtape/base/secrets.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace goldtape {
namespace {

TEST(IsSecretName, LooksAtWholeWords) {
  for (const auto* name : {"ALPACA_API_KEY_ID", "ALPACA_API_SECRET_KEY", "AWS_SECRET_ACCESS_KEY",
                           "smtp.password", "GOLDTAPE_SMTP_PASSWORD", "token", "s3-credentials"}) {
    EXPECT_TRUE(is_secret_name(name)) << name;
  }
  for (const auto* name : {"AWS_REGION", "keyboard", "monkey", "GOLDTAPE_LOG_LEVEL", "", "tokens"}) {
    EXPECT_FALSE(is_secret_name(name)) << name;
  }
}

TEST(Redactor, BlanksValuesOfSecretVariablesOnly) {
  const Redactor redactor = Redactor::from({{"MASSIVE_API_KEY", "pk-12345"}, {"AWS_REGION", "us-east-1"}});
  EXPECT_EQ(redactor.redact("GET /?apiKey=pk-12345&r=us-east-1 pk-12345"),
            "GET /?apiKey=***&r=us-east-1 ***");
}

TEST(Redactor, ASecretThatContainsAnotherLeavesNoRest) {
  const Redactor redactor({"abcd", "abcdefgh"});
  EXPECT_EQ(redactor.redact("abcdefgh abcd"), "*** ***");
}

TEST(Redactor, BlanksPasswordsOfUrlsEvenUnknownOnes) {
  const Redactor redactor =
      Redactor::from({{"GOLDTAPE_POSTGRES_URL", "postgresql://gt:hunter2@db:5432/goldtape"}});
  EXPECT_EQ(redactor.redact("password is hunter2"), "password is ***");
  EXPECT_EQ(redactor.redact("smtps://me:p@ss:w0rd@mail/x and http://h/a:b@c"),
            "smtps://me:***@mail/x and http://h/a:b@c");
  EXPECT_EQ(redactor.redact("http://localhost:8080/x"), "http://localhost:8080/x");
}

TEST(Redactor, ShortValuesDoNotBlackOutOrdinaryWords) {
  EXPECT_EQ(Redactor({"a", "", "on"}).redact("on a day"), "on a day");
}

TEST(ProcessEnvironment, HoldsThisProcessesVariables) {
  const char* path = std::getenv("PATH");
  ASSERT_NE(path, nullptr);
  EXPECT_EQ(process_environment().at("PATH"), path);
}

}  // namespace
}  // namespace goldtape
