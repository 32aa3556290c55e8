#include "goldtape/provider/registry.h"

#include <fmt/format.h>

#include "goldtape/base/text.h"

namespace goldtape::provider {

Status Registry::add(std::shared_ptr<Provider> provider) {
  std::string name(provider->name());
  if (!providers_.emplace(name, std::move(provider)).second) {
    return fail(ErrorKind::kAlreadyExists, 2004,
                fmt::format("a provider called '{}' is registered already", name));
  }
  return {};
}

Result<std::shared_ptr<Provider>> Registry::find(std::string_view name) const {
  if (const auto found = providers_.find(name); found != providers_.end()) return found->second;
  std::vector<std::string_view> known;
  for (const auto& [key, provider] : providers_) known.push_back(key);
  return fail(ErrorKind::kUsage, 2005,
              fmt::format("no provider is called '{}'{}; there are {}", name, did_you_mean(name, known),
                          known.empty() ? "none" : join_or(known)));
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> result;
  for (const auto& [key, provider] : providers_) result.push_back(key);
  return result;
}

}  // namespace goldtape::provider
