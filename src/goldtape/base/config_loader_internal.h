// Fills a Config from its sources. Not public.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/config.h"

namespace goldtape {

class ConfigLoader {
 public:
  using Value = Config::Value;

  /// A value as a flag or variable gives it; nothing when it is not of the key's type, range or choices.
  [[nodiscard]] static std::optional<Value> parse(const ConfigKey& key, std::string_view text);

  Status apply_toml(const std::string& toml, const std::string& name);  // config_toml.cc
  Status apply_environment(const Environment& environment);
  Status apply_flags(const std::vector<std::string>& flags);
  [[nodiscard]] Config take() && { return std::move(config_); }

  /// Index in kConfigKeys.
  [[nodiscard]] static std::optional<std::size_t> find(std::string_view name);
  [[nodiscard]] static Error unknown_key(std::string_view name, std::string where);
  [[nodiscard]] static Error bad_value(const ConfigKey& key, std::string_view value, std::string where);
  Status set(std::size_t index, std::string_view text, std::string origin, std::string where);
  void set_list(std::size_t index, std::vector<std::string> values, std::string origin);

 private:
  Config config_;
};

}  // namespace goldtape
