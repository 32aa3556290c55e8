// What to do about a finding of fsck. Not public.
#pragma once

#include <string_view>

namespace goldtape::lake::internal {

/// By the finding's check. docs/maintenance.md says more.
[[nodiscard]] std::string_view fsck_advice(std::string_view check);

}  // namespace goldtape::lake::internal
