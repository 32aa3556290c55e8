#include "goldtape/base/config.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goldtape {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ConfigSources toml(std::string text) { return {.toml = std::move(text), .toml_name = "goldtape.toml"}; }

std::size_t index_of(std::string_view name) {
  for (std::size_t i = 0; i < kConfigKeys.size(); ++i) {
    if (kConfigKeys[i].name == name) return i;
  }
  return kConfigKeys.size();
}

TEST(Config, DefaultsAreValidAndDocumented) {
  std::set<std::string> variables;
  for (const ConfigKey& key : kConfigKeys) {
    const ConfigSources as_flag{.flags = {std::string(key.name) + "=" + std::string(key.default_text)}};
    EXPECT_TRUE(Config::load(as_flag)) << key.name;
    EXPECT_TRUE(key.doc.ends_with('.')) << key.name;
    EXPECT_TRUE(variables.insert(environment_name(key.name)).second) << key.name;
  }
  EXPECT_EQ(Config().text("log.level"), "warn");
  EXPECT_EQ(Config().integer("lake.lock_timeout_s"), 60);
  EXPECT_EQ(Config().number("quality.ohlc_tolerance"), 1e-6);
  EXPECT_EQ(Config().bytes("query.memory_limit"), 0U);
  EXPECT_THAT(Config().list("lake.preferred_sources"), IsEmpty());
  EXPECT_EQ(Config().origin(0), "default");
}

TEST(Config, FlagsOverrideEnvironmentOverridesFile) {
  ConfigSources sources = toml("[log]\nlevel = 'info'\nformat = \"json\"\n[query]\nthreads = 4\n");
  sources.environment = {{"GOLDTAPE_LOG_LEVEL", "error"}, {"GOLDTAPE_QUERY_THREADS", "2"}, {"PATH", "/bin"}};
  sources.flags = {"log.level=debug", "query.threads=1", "query.threads = 3"};
  const Config config = Config::load(sources).value();
  EXPECT_EQ(config.text("log.level"), "debug");
  EXPECT_EQ(config.text("log.format"), "json");
  EXPECT_EQ(config.integer("query.threads"), 3);
  EXPECT_EQ(config.origin(index_of("log.level")), "--set");
  EXPECT_EQ(config.origin(index_of("log.format")), "goldtape.toml:3");
  sources.flags = {};
  EXPECT_EQ(Config::load(sources)->text("log.level"), "error");
  EXPECT_EQ(Config::load(sources)->origin(index_of("log.level")), "GOLDTAPE_LOG_LEVEL");
}

TEST(Config, ReadsEveryTypeFromToml) {
  const Config config = Config::load(toml("[lake]\npreferred_sources = ['alpaca', 'yahoo']\n"
                                          "[query]\nmemory_limit = '1.5GiB'\n"
                                          "[quality]\nohlc_tolerance = 0.001\nliquid_min_share = 1\n"))
                            .value();
  EXPECT_THAT(config.list("lake.preferred_sources"), ElementsAre("alpaca", "yahoo"));
  EXPECT_EQ(config.bytes("query.memory_limit"), 1'610'612'736U);
  EXPECT_EQ(config.number("quality.ohlc_tolerance"), 0.001);
  EXPECT_EQ(config.number("quality.liquid_min_share"), 1.0);
  EXPECT_EQ(Config::load(toml("query.memory_limit = 1000"))->bytes("query.memory_limit"), 1000U);
  EXPECT_EQ(Config::load({.flags = {"query.memory_limit=512 MB"}})->bytes("query.memory_limit"),
            512'000'000U);
  EXPECT_THAT(Config::load({.flags = {"lake.preferred_sources=a, b"}})->list("lake.preferred_sources"),
              ElementsAre("a", "b"));
}

TEST(Config, UnknownKeyNamesTheNearestAndItsLine) {
  EXPECT_EQ(Config::load(toml("[log]\nlevel = 'info'\n\nfromat = 'json'\n")).error().to_string(),
            "GT1001: unknown setting 'log.fromat'; did you mean 'log.format'? (goldtape.toml:4)");
  EXPECT_EQ(Config::load(toml("[lgo]\nlevel = 'info'\n")).error().to_string(),
            "GT1001: unknown setting 'lgo.level'; did you mean 'log.level'? (goldtape.toml:2)");
  EXPECT_EQ(
      Config::load({.environment = {{"GOLDTAPE_LOG_LEVL", "info"}}}).error().to_string(),
      "GT1001: unknown setting 'GOLDTAPE_LOG_LEVL' in the environment; did you mean 'GOLDTAPE_LOG_LEVEL'? "
      "(GOLDTAPE_LOG_LEVL)");
  EXPECT_EQ(Config::load({.flags = {"loglevel=info"}}).error().to_string(),
            "GT1001: unknown setting 'loglevel'; did you mean 'log.level'? (--set loglevel=info)");
}

TEST(Config, VariablesThatAreNoSettingsAreLeftAlone) {
  EXPECT_TRUE(Config::load({.environment = {{"GOLDTAPE_LAKE", "/data"},
                                            {"GOLDTAPE_IO_FAULT", "count:x"},
                                            {"GOLDTAPE_TEST_ANYTHING", "1"},
                                            {"GOLDTAPE_SMTP_PASSWORD", "x"}}}));
}

TEST(Config, WrongValuesSayWhatIsWanted) {
  EXPECT_EQ(Config::load(toml("[log]\nlevel = 'loud'\n")).error().to_string(),
            "GT1002: log.level cannot be 'loud'; write debug, info, warn, error or off (goldtape.toml:2)");
  EXPECT_EQ(Config::load(toml("[query]\nthreads = '4'\n")).error().to_string(),
            "GT1002: query.threads cannot be ''4''; write a whole number from 0 to 1024 (goldtape.toml:2)");
  EXPECT_EQ(Config::load(toml("[query]\nthreads = 1.5\n")).error().code, 1002);
  EXPECT_EQ(Config::load(toml("[query]\nthreads = -1\n")).error().code, 1002);
  EXPECT_EQ(Config::load(toml("[query]\nmemory_limit = 'lots'\n")).error().message,
            "query.memory_limit cannot be 'lots'; write a size such as 512MB or 2GiB");
  EXPECT_EQ(Config::load(toml("[lake]\npreferred_sources = 'alpaca'\n")).error().code, 1002);
  EXPECT_EQ(Config::load(toml("[lake]\npreferred_sources = ['alpaca', 1]\n")).error().code, 1002);
  EXPECT_EQ(Config::load(toml("[quality]\nohlc_tolerance = nan\n")).error().code, 1002);
  EXPECT_EQ(Config::load({.environment = {{"GOLDTAPE_QUERY_THREADS", ""}}}).error().where,
            "GOLDTAPE_QUERY_THREADS");
  EXPECT_EQ(Config::load({.flags = {"debug"}}).error().to_string(),
            "GT1002: 'debug' is not a setting; write KEY=VALUE, such as log.level=debug (--set debug)");
}

TEST(Config, BrokenTomlNamesItsLine) {
  const auto config = Config::load(toml("[log]\nlevel = = 'info'\n"));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, 1003);
  EXPECT_EQ(config.error().where, "goldtape.toml:2");
}

TEST(Config, SecretsDoNotBelongIntoTheFile) {
  const auto config = Config::load(toml("[alpaca]\napi_key = 'pk-12345'\n"));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, 1004);
  EXPECT_EQ(config.error().where, "goldtape.toml:2");
  EXPECT_EQ(config.error().message.find("pk-12345"), std::string::npos);
}

TEST(ConfigTemplate, NamesEveryKeyAndIsValidWithEveryLineUncommented) {
  const std::string text = config_template();
  EXPECT_TRUE(Config::load(toml(text)));
  std::string uncommented;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    const bool setting = line.starts_with("# ") && line.find(' ', 2) == line.find(" = ");  // "# key = value"
    uncommented += (setting ? line.substr(2) : line) + "\n";
    at = end + 1;
  }
  const auto config = Config::load(toml(uncommented));
  ASSERT_TRUE(config) << config.error().to_string() << "\n" << uncommented;
  for (std::size_t i = 0; i < kConfigKeys.size(); ++i) {
    EXPECT_TRUE(config->origin(i).starts_with("goldtape.toml:")) << kConfigKeys[i].name;
  }
}

}  // namespace
}  // namespace goldtape
