// Settings: goldtape.toml, overridden by GOLDTAPE_* variables, overridden by flags. Every key is declared
// once, in kConfigKeys, with its type, default and meaning; a key that is not is an error.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/secrets.h"

namespace goldtape {

enum class ConfigType : std::uint8_t {
  kText,
  kInteger,
  kNumber,
  kBytes,     ///< An integer, or text with a unit: "512MB" (10^6), "2GiB" (2^30).
  kTextList,  ///< A TOML array of strings; in the environment and flags "a,b,c".
};
[[nodiscard]] std::string_view to_string(ConfigType type);

struct ConfigKey {
  std::string_view name;  ///< "section.key", as in TOML; the variable is GOLDTAPE_SECTION_KEY.
  ConfigType type;
  std::string_view default_text;  ///< As a flag would give it.
  std::string_view doc;
  double min = 0;  ///< Least and greatest of integers, numbers and bytes.
  double max = 1e18;
  std::string_view choices = {};  ///< For text: "a|b|c"; empty: any.
};

inline constexpr std::array kConfigKeys{
    ConfigKey{.name = "log.level",
              .type = ConfigType::kText,
              .default_text = "warn",
              .doc = "Least important kind of line that is logged.",
              .choices = "debug|info|warn|error|off"},
    ConfigKey{.name = "log.format",
              .type = ConfigType::kText,
              .default_text = "human",
              .doc = "human: lines to read; json: one Elastic Common Schema object a line.",
              .choices = "human|json"},
    ConfigKey{.name = "lake.lock_timeout_s",
              .type = ConfigType::kInteger,
              .default_text = "60",
              .doc = "Seconds that a command that writes waits for another one to end.",
              .max = 86'400},
    ConfigKey{.name = "lake.preferred_sources",
              .type = ConfigType::kTextList,
              .default_text = "",
              .doc = "Sources by preference where several have the same bar; the rest follow by name."},
    ConfigKey{.name = "s3.endpoint",
              .type = ConfigType::kText,
              .default_text = "",
              .doc = "URL of the S3 service; empty: AWS_ENDPOINT_URL, else AWS's own."},
    ConfigKey{.name = "s3.region",
              .type = ConfigType::kText,
              .default_text = "",
              .doc = "Region of the bucket; empty: AWS_REGION, else us-east-1."},
    ConfigKey{.name = "s3.addressing",
              .type = ConfigType::kText,
              .default_text = "auto",
              .doc = "path: HOST/BUCKET; virtual: BUCKET.HOST; auto: path where an endpoint is set.",
              .choices = "auto|path|virtual"},
    ConfigKey{.name = "s3.timeout_s",
              .type = ConfigType::kInteger,
              .default_text = "20",
              .doc = "Seconds of silence after which a request to S3 is tried again.",
              .min = 1,
              .max = 3600},
    ConfigKey{.name = "s3.attempts",
              .type = ConfigType::kInteger,
              .default_text = "6",
              .doc = "Tries of one request to S3 before the command gives up.",
              .min = 1,
              .max = 100},
    ConfigKey{.name = "s3.connections",
              .type = ConfigType::kInteger,
              .default_text = "128",
              .doc = "Requests to S3 that may be under way at once.",
              .min = 1,
              .max = 1024},
    ConfigKey{.name = "s3.cache_dir",
              .type = ConfigType::kText,
              .default_text = "",
              .doc = "Folder that keeps what was read from S3; empty: goldtape/objects in the user's cache."},
    ConfigKey{.name = "s3.cache_size",
              .type = ConfigType::kBytes,
              .default_text = "4GiB",
              .doc = "Bytes that the cache of S3 files may take on disk; 0: no cache."},
    ConfigKey{
        .name = "http.ca_file",
        .type = ConfigType::kText,
        .default_text = "",
        .doc = "File of trusted certificates (PEM) for venues; empty: SSL_CERT_FILE, else the system's."},
    ConfigKey{.name = "http.max_body",
              .type = ConfigType::kBytes,
              .default_text = "256MiB",
              .doc = "Bytes that one answer of a venue may have, as sent and as unpacked; more is cut off.",
              .min = 1024},
    ConfigKey{.name = "http.timeout_s",
              .type = ConfigType::kInteger,
              .default_text = "120",
              .doc = "Seconds that one try of a request to a venue may take.",
              .min = 1,
              .max = 86'400},
    ConfigKey{.name = "collect.base_urls",
              .type = ConfigType::kTextList,
              .default_text = "",
              .doc = "Where venues are asked, such as yahoo=http://127.0.0.1:8080/yahoo; empty: at their own "
                     "addresses."},
    ConfigKey{.name = "collect.batch",
              .type = ConfigType::kInteger,
              .default_text = "25",
              .doc = "Tickers of one request, where the venue takes several.",
              .min = 1,
              .max = 10'000},
    ConfigKey{.name = "collect.rows_per_commit",
              .type = ConfigType::kInteger,
              .default_text = "600000",
              .doc = "Bars that a collection gathers before it commits: bounds memory.",
              .min = 1,
              .max = 1e9},
    ConfigKey{
        .name = "collect.success_share",
        .type = ConfigType::kNumber,
        .default_text = "0.99",
        .doc = "A collection ends with exit code 4 when fewer tickers than this share got all their data.",
        .max = 1},
    ConfigKey{.name = "notify.channels",
              .type = ConfigType::kTextList,
              .default_text = "log",
              .doc = "Who is told of failures: console, log, email, webhook."},
    ConfigKey{.name = "notify.email_from",
              .type = ConfigType::kText,
              .default_text = "",
              .doc = "Address that notifications by e-mail come from."},
    ConfigKey{.name = "notify.email_to",
              .type = ConfigType::kTextList,
              .default_text = "",
              .doc = "Addresses that notifications by e-mail go to."},
    ConfigKey{.name = "maintenance.snapshot_days",
              .type = ConfigType::kInteger,
              .default_text = "30",
              .doc = "Snapshots younger than so many days never expire.",
              .max = 36'500},
    ConfigKey{.name = "maintenance.min_snapshots",
              .type = ConfigType::kInteger,
              .default_text = "10",
              .doc = "So many snapshots of each table stay, however old they are.",
              .min = 1,
              .max = 1e6},
    ConfigKey{.name = "maintenance.metadata_files",
              .type = ConfigType::kInteger,
              .default_text = "20",
              .doc = "So many earlier metadata files of each table stay.",
              .max = 100},
    ConfigKey{.name = "maintenance.orphan_days",
              .type = ConfigType::kInteger,
              .default_text = "3",
              .doc = "Files that nothing leads to are orphans only when they are so many days old.",
              .max = 36'500},
    ConfigKey{"catalog.uri", ConfigType::kText, "", "Where the catalog is; empty: a file in the lake."},
    ConfigKey{.name = "query.threads",
              .type = ConfigType::kInteger,
              .default_text = "0",
              .doc = "Threads that a query uses; 0: one for each core.",
              .max = 1024},
    ConfigKey{.name = "query.memory_limit",
              .type = ConfigType::kBytes,
              .default_text = "0",
              .doc = "Memory that a query may use before it spills or fails; 0: most of the machine's."},
    ConfigKey{.name = "quality.ohlc_tolerance",
              .type = ConfigType::kNumber,
              .default_text = "1e-6",
              .doc = "Relative slack of low <= open, close <= high.",
              .max = 1},
    ConfigKey{.name = "quality.row_count_min_share",
              .type = ConfigType::kNumber,
              .default_text = "0.5",
              .doc = "A session with fewer bars than this share of the ticker's trailing median is reported.",
              .max = 1},
    ConfigKey{.name = "quality.row_count_sessions",
              .type = ConfigType::kInteger,
              .default_text = "20",
              .doc = "Sessions that the trailing median looks back on.",
              .min = 1,
              .max = 1000},
    ConfigKey{.name = "quality.row_count_min_sessions",
              .type = ConfigType::kInteger,
              .default_text = "3",
              .doc = "Sessions that the trailing median needs before it judges.",
              .min = 1,
              .max = 1000},
    ConfigKey{.name = "quality.liquid_min_share",
              .type = ConfigType::kNumber,
              .default_text = "0.98",
              .doc = "A ticker with at least this share of a session's minutes is liquid in it.",
              .max = 1},
    ConfigKey{.name = "quality.hole_min_tickers",
              .type = ConfigType::kInteger,
              .default_text = "5",
              .doc = "A minute is a vendor hole when at least so many liquid tickers lack it.",
              .min = 1,
              .max = 1e6},
    ConfigKey{.name = "quality.hole_min_share",
              .type = ConfigType::kNumber,
              .default_text = "0.2",
              .doc = "... and at least this share of the liquid tickers.",
              .max = 1},
    ConfigKey{.name = "quality.clock_skew_s",
              .type = ConfigType::kInteger,
              .default_text = "60",
              .doc = "Seconds that a time may lie after this machine's clock before it counts as future.",
              .max = 86'400},
    ConfigKey{.name = "quality.critical",
              .type = ConfigType::kTextList,
              .default_text = "",
              .doc = "Rules whose failure stops a load, besides those that do by default."},
    ConfigKey{.name = "quality.warning",
              .type = ConfigType::kTextList,
              .default_text = "",
              .doc = "Rules whose failure is only recorded, though it stops a load by default."},
    ConfigKey{.name = "quality.on_critical",
              .type = ConfigType::kText,
              .default_text = "stop",
              .doc = "What a critical rule about single rows does: stop refuses the whole load; quarantine "
                     "sets the offending rows aside and lets the rest pass.",
              .choices = "stop|quarantine"},
};

/// A declared key of a type, checked by the compiler: `config.text("log.levl")` does not compile.
template <ConfigType kType>
class ConfigName {
 public:
  consteval ConfigName(const char* name) : index_(find(name)) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] std::size_t index() const { return index_; }

 private:
  static consteval std::size_t find(std::string_view name) {
    for (std::size_t i = 0; i < kConfigKeys.size(); ++i) {
      if (kConfigKeys[i].name == name && kConfigKeys[i].type == kType) return i;
    }
    throw "no such key of this type in kConfigKeys";
  }
  std::size_t index_;
};

/// What settings are made of. Names in messages: the file's as given, the variable's, "--set key=value".
struct ConfigSources {
  std::string toml = {};                ///< Content of goldtape.toml; empty: none.
  std::string toml_name = {};           ///< How messages name it.
  Environment environment = {};         ///< Only GOLDTAPE_* is looked at.
  std::vector<std::string> flags = {};  ///< "log.level=debug", the last one of a key wins.
};

/// Typed settings. Immutable, thread safe, cheap enough to copy.
class Config {
 public:
  /// The defaults.
  Config();
  /// Errors, all kUsage, with `where` = "goldtape.toml:12", the variable or the flag: GT1001 unknown key (the
  /// nearest is named), GT1002 value of the wrong type, range or choice, GT1003 not TOML, GT1004 a secret in
  /// the file (secrets come by the environment only).
  [[nodiscard]] static Result<Config> load(const ConfigSources& sources);

  [[nodiscard]] const std::string& text(ConfigName<ConfigType::kText> key) const;
  [[nodiscard]] std::int64_t integer(ConfigName<ConfigType::kInteger> key) const;
  [[nodiscard]] double number(ConfigName<ConfigType::kNumber> key) const;
  [[nodiscard]] std::uint64_t bytes(ConfigName<ConfigType::kBytes> key) const;
  [[nodiscard]] const std::vector<std::string>& list(ConfigName<ConfigType::kTextList> key) const;

  /// Where a key's value comes from, by index in kConfigKeys: "default", "goldtape.toml:3",
  /// "GOLDTAPE_LOG_LEVEL" or "--set".
  [[nodiscard]] const std::string& origin(std::size_t key_index) const {
    return entries_.at(key_index).origin;
  }

 private:
  using Value = std::variant<std::string, std::int64_t, double, std::uint64_t, std::vector<std::string>>;
  struct Entry {
    Value value;
    std::string origin;
  };
  friend class ConfigLoader;
  std::vector<Entry> entries_;  ///< In the order of kConfigKeys.
};

/// "GOLDTAPE_LOG_LEVEL" for "log.level".
[[nodiscard]] std::string environment_name(std::string_view key);

/// A goldtape.toml that names every key with its meaning and default, all commented out.
[[nodiscard]] std::string config_template();

}  // namespace goldtape
