#include "goldtape/base/config.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "goldtape/base/config_loader_internal.h"
#include "goldtape/base/text.h"

namespace goldtape {

namespace {

constexpr std::string_view kEnvironmentPrefix = "GOLDTAPE_";

/// GOLDTAPE_* variables that are not settings: those of .env.example and the program, then those of the build
/// and the tests. A last '_' stands for every name that begins so.
constexpr auto kOtherVariables = std::to_array<std::string_view>({
    "GOLDTAPE_LAKE",
    "GOLDTAPE_IO_FAULT",
    "GOLDTAPE_SEC_USER_AGENT",
    "GOLDTAPE_POSTGRES_URL",
    "GOLDTAPE_SMTP_URL",
    "GOLDTAPE_SMTP_USER",
    "GOLDTAPE_WEBHOOK_URL",
    "GOLDTAPE_CACHE",
    "GOLDTAPE_ARCHIVES",
    "GOLDTAPE_PROGRAM",
    "GOLDTAPE_NODE",
    "GOLDTAPE_NODE_",
    "GOLDTAPE_SCREENSHOTS",
    "GOLDTAPE_BUILD_",
    "GOLDTAPE_TEST_",
});

bool is_other_variable(std::string_view name) {
  return is_secret_name(name) ||
         std::any_of(kOtherVariables.begin(), kOtherVariables.end(), [name](std::string_view other) {
           return other.ends_with('_') ? name.starts_with(other) : name == other;
         });
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto at = text.find(separator);
    parts.push_back(trim(text.substr(0, at)));
    text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  }
  return parts;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "512MB", "1.5 GiB", "1000".
std::optional<double> parse_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  constexpr std::array<Unit, 9> kUnits{{{"kib", 0x1p10},
                                        {"mib", 0x1p20},
                                        {"gib", 0x1p30},
                                        {"tib", 0x1p40},
                                        {"kb", 1e3},
                                        {"mb", 1e6},
                                        {"gb", 1e9},
                                        {"tb", 1e12},
                                        {"b", 1}}};
  const std::string lower = to_lower(text);
  for (const Unit& unit : kUnits) {
    if (!lower.ends_with(unit.name)) continue;
    const auto value =
        parse_number<double>(trim(std::string_view(lower).substr(0, lower.size() - unit.name.size())));
    return value ? std::optional(*value * unit.bytes) : std::nullopt;
  }
  return parse_number<double>(lower);
}

std::string wanted(const ConfigKey& key) {
  if (!key.choices.empty()) return join_or(split(key.choices, '|'));
  const std::string range = key.max < 1e18 ? fmt::format(" from {:g} to {:g}", key.min, key.max)
                                           : fmt::format(" of at least {:g}", key.min);
  switch (key.type) {
    case ConfigType::kInteger: return "a whole number" + range;
    case ConfigType::kNumber: return "a number" + range;
    case ConfigType::kBytes: return "a size such as 512MB or 2GiB";
    case ConfigType::kTextList: return "a list such as [\"a\", \"b\"], or a,b outside of TOML";
    case ConfigType::kText: break;
  }
  return "a text";
}

bool in_range(const ConfigKey& key, double value) {
  return std::isfinite(value) && value >= key.min && value <= key.max;
}

}  // namespace

std::string_view to_string(ConfigType type) {
  switch (type) {
    case ConfigType::kText: return "text";
    case ConfigType::kInteger: return "integer";
    case ConfigType::kNumber: return "number";
    case ConfigType::kBytes: return "size";
    case ConfigType::kTextList: return "list";
  }
  return "text";
}

std::string environment_name(std::string_view key) {
  std::string name(kEnvironmentPrefix);
  for (const char c : key) {
    if (c == '.') {
      name += '_';
    } else {
      name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return name;
}

std::optional<ConfigLoader::Value> ConfigLoader::parse(const ConfigKey& key, std::string_view text) {
  switch (key.type) {
    case ConfigType::kText: {
      const auto choices = split(key.choices, '|');
      if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end())
        return std::nullopt;
      return std::string(text);
    }
    case ConfigType::kInteger: {
      const auto value = parse_number<std::int64_t>(text);
      if (!value || !in_range(key, static_cast<double>(*value))) return std::nullopt;
      return *value;
    }
    case ConfigType::kNumber: {
      const auto value = parse_number<double>(text);
      if (!value || !in_range(key, *value)) return std::nullopt;
      return *value;
    }
    case ConfigType::kBytes: {
      const auto value = parse_bytes(text);
      if (!value || !in_range(key, *value)) return std::nullopt;
      return static_cast<std::uint64_t>(*value);
    }
    case ConfigType::kTextList: {
      const auto parts = split(text, ',');
      return std::vector<std::string>(parts.begin(), parts.end());
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> ConfigLoader::find(std::string_view name) {
  for (std::size_t i = 0; i < kConfigKeys.size(); ++i) {
    if (kConfigKeys[i].name == name) return i;
  }
  return std::nullopt;
}

Error ConfigLoader::unknown_key(std::string_view name, std::string where) {
  std::vector<std::string_view> names;
  for (const ConfigKey& key : kConfigKeys) names.push_back(key.name);
  return {ErrorKind::kUsage, 1001, fmt::format("unknown setting '{}'{}", name, did_you_mean(name, names)),
          std::move(where)};
}

Error ConfigLoader::bad_value(const ConfigKey& key, std::string_view value, std::string where) {
  return {ErrorKind::kUsage, 1002, fmt::format("{} cannot be '{}'; write {}", key.name, value, wanted(key)),
          std::move(where)};
}

Status ConfigLoader::set(std::size_t index, std::string_view text, std::string origin, std::string where) {
  auto value = parse(kConfigKeys[index], text);
  if (!value) return std::unexpected(bad_value(kConfigKeys[index], text, std::move(where)));
  config_.entries_[index] = {*std::move(value), std::move(origin)};
  return {};
}

void ConfigLoader::set_list(std::size_t index, std::vector<std::string> values, std::string origin) {
  config_.entries_[index] = {std::move(values), std::move(origin)};
}

Status ConfigLoader::apply_environment(const Environment& environment) {
  std::vector<std::string> names;
  for (const ConfigKey& key : kConfigKeys) names.push_back(environment_name(key.name));
  const std::vector<std::string_view> views(names.begin(), names.end());
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with(kEnvironmentPrefix)) continue;
    const auto at = std::find(names.begin(), names.end(), variable);
    if (at != names.end()) {
      GT_RETURN_IF_ERROR(set(static_cast<std::size_t>(at - names.begin()), value, variable, variable));
    } else if (!is_other_variable(variable)) {
      return fail(
          ErrorKind::kUsage, 1001,
          fmt::format("unknown setting '{}' in the environment{}", variable, did_you_mean(variable, views)),
          variable);
    }
  }
  return {};
}

Status ConfigLoader::apply_flags(const std::vector<std::string>& flags) {
  for (const std::string& flag : flags) {
    const auto equals = flag.find('=');
    const std::string_view name = trim(std::string_view(flag).substr(0, equals));
    if (equals == std::string::npos) {
      return fail(ErrorKind::kUsage, 1002,
                  fmt::format("'{}' is not a setting; write KEY=VALUE, such as log.level=debug", flag),
                  "--set " + flag);
    }
    const auto index = find(name);
    if (!index) return std::unexpected(unknown_key(name, "--set " + flag));
    GT_RETURN_IF_ERROR(
        set(*index, trim(std::string_view(flag).substr(equals + 1)), "--set", "--set " + flag));
  }
  return {};
}

Config::Config() {
  entries_.reserve(kConfigKeys.size());
  for (const ConfigKey& key : kConfigKeys) {
    entries_.push_back({ConfigLoader::parse(key, key.default_text).value_or(Value{}), "default"});
  }
}

Result<Config> Config::load(const ConfigSources& sources) {
  ConfigLoader loader;
  GT_RETURN_IF_ERROR(loader.apply_toml(sources.toml, sources.toml_name));
  GT_RETURN_IF_ERROR(loader.apply_environment(sources.environment));
  GT_RETURN_IF_ERROR(loader.apply_flags(sources.flags));
  return std::move(loader).take();
}

const std::string& Config::text(ConfigName<ConfigType::kText> key) const {
  return std::get<std::string>(entries_[key.index()].value);
}
std::int64_t Config::integer(ConfigName<ConfigType::kInteger> key) const {
  return std::get<std::int64_t>(entries_[key.index()].value);
}
double Config::number(ConfigName<ConfigType::kNumber> key) const {
  return std::get<double>(entries_[key.index()].value);
}
std::uint64_t Config::bytes(ConfigName<ConfigType::kBytes> key) const {
  return std::get<std::uint64_t>(entries_[key.index()].value);
}
const std::vector<std::string>& Config::list(ConfigName<ConfigType::kTextList> key) const {
  return std::get<std::vector<std::string>>(entries_[key.index()].value);
}

std::string config_template() {
  std::string out =
      "# Settings of this lake. Uncomment what you change. GOLDTAPE_* variables override this file\n"
      "# (log.level: GOLDTAPE_LOG_LEVEL), and --set KEY=VALUE overrides both. Secrets do not belong here:\n"
      "# they come by the environment only (.env.example lists them).\n";
  std::string_view section;
  for (const ConfigKey& key : kConfigKeys) {
    const auto dot = key.name.find('.');
    if (key.name.substr(0, dot) != section) {
      section = key.name.substr(0, dot);
      out += fmt::format("\n[{}]\n", section);
    }
    const std::string_view value = key.default_text;
    // "4GiB" is text to TOML, a plain number of bytes is not.
    const bool unit = key.type == ConfigType::kBytes && value.find_first_not_of("0123456789") != value.npos;
    const bool quoted = key.type == ConfigType::kText || unit;
    const bool list = key.type == ConfigType::kTextList;
    out += fmt::format("# {}\n# {} = {}\n", key.doc, key.name.substr(dot + 1),
                       list ? "[]" : (quoted ? fmt::format("\"{}\"", value) : std::string(value)));
  }
  return out;
}

}  // namespace goldtape
