// The venues that the program knows, for those who wire it.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "goldtape/provider/registry.h"
#include "goldtape/provider/venue.h"

namespace goldtape::provider {

/// All of them, by name. Built once; immutable.
[[nodiscard]] std::span<const std::shared_ptr<Venue>> venues();

/// One of them. Errors: GT2005 (kUsage), names those there are.
[[nodiscard]] Result<std::shared_ptr<Venue>> find_venue(std::string_view name);

/// Adds all to a registry, so that their landed answers can be read again. Errors: GT2004.
Status add_venues(Registry& registry);

}  // namespace goldtape::provider
