// The venues of this process by name; filled once where the program is wired.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/provider/provider.h"

namespace goldtape::provider {

/// Providers by `Provider::name()`. Reading is thread safe once filled.
class Registry {
 public:
  /// Errors: GT2004 (kAlreadyExists) a provider of that name is there.
  Status add(std::shared_ptr<Provider> provider);
  /// Errors: GT2005 (kUsage), lists the names there are.
  [[nodiscard]] Result<std::shared_ptr<Provider>> find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;  ///< Sorted.

 private:
  std::map<std::string, std::shared_ptr<Provider>, std::less<>> providers_;
};

}  // namespace goldtape::provider
