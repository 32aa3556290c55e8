#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "goldtape/base/config_loader_internal.h"

namespace goldtape {

namespace {

std::string as_written(const toml::node& node) {
  std::ostringstream out;
  node.visit([&out](const auto& value) { out << value; });
  return out.str();
}

/// Whether a TOML value is of the kind that a key wants. Sizes may be integers or text with a unit.
bool fits(ConfigType type, const toml::node& node) {
  switch (type) {
    case ConfigType::kText: return node.is_string();
    case ConfigType::kInteger: return node.is_integer();
    case ConfigType::kNumber: return node.is_number();
    case ConfigType::kBytes: return node.is_integer() || node.is_string();
    case ConfigType::kTextList: return node.is_array();
  }
  return false;
}

class TomlWalk {
 public:
  TomlWalk(ConfigLoader& loader, const std::string& name) : loader_(loader), name_(name) {}

  Status walk(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (const auto* inner = node.as_table()) {
        GT_RETURN_IF_ERROR(walk(*inner, name + "."));
      } else {
        GT_RETURN_IF_ERROR(value(name, node, where(key.source().begin.line)));
      }
    }
    return {};
  }

 private:
  Status value(const std::string& name, const toml::node& node, std::string where) {
    const auto index = ConfigLoader::find(name);
    if (!index && is_secret_name(name)) {
      return fail(
          ErrorKind::kUsage, 1004,
          fmt::format("'{}' looks like a secret, and secrets do not belong into a file; give it by the "
                      "environment (.env.example lists the names)",
                      name),
          std::move(where));
    }
    if (!index) return std::unexpected(ConfigLoader::unknown_key(name, std::move(where)));
    const ConfigKey& key = kConfigKeys[*index];
    if (!fits(key.type, node)) {
      return std::unexpected(ConfigLoader::bad_value(key, as_written(node), std::move(where)));
    }
    if (key.type == ConfigType::kTextList) return list(*index, *node.as_array(), std::move(where));
    const std::string text = node.is_string() ? node.as_string()->get() : as_written(node);
    return loader_.set(*index, text, where, where);
  }

  Status list(std::size_t index, const toml::array& array, std::string where) {
    std::vector<std::string> values;
    for (const toml::node& element : array) {
      if (!element.is_string()) {
        return std::unexpected(
            ConfigLoader::bad_value(kConfigKeys[index], as_written(array), std::move(where)));
      }
      values.push_back(element.as_string()->get());
    }
    loader_.set_list(index, std::move(values), std::move(where));
    return {};
  }

  std::string where(toml::source_index line) const { return fmt::format("{}:{}", name_, line); }

  ConfigLoader& loader_;
  const std::string& name_;
};

}  // namespace

Status ConfigLoader::apply_toml(const std::string& toml, const std::string& name) {
  try {
    return TomlWalk(*this, name).walk(toml::parse(toml), "");
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::kUsage, 1003, fmt::format("the settings are not TOML: {}", error.description()),
                fmt::format("{}:{}", name, error.source().begin.line));
  }
}

}  // namespace goldtape
