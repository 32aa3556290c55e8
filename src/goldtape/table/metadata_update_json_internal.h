// Updates and requirements as JSON. Not public: rest_messages.h has the documents they stand in.
#pragma once

#include <nlohmann/json.hpp>

#include "goldtape/table/json_internal.h"
#include "goldtape/table/metadata_update.h"

namespace goldtape::table::internal {

/// JsonFault as in json_internal.h; kUnsupported GT4304 for what is not known, by name.
[[nodiscard]] MetadataUpdate update_from(const JsonNode& node);
[[nodiscard]] Requirement requirement_from(const JsonNode& node);
[[nodiscard]] nlohmann::ordered_json json_of(const MetadataUpdate& update);
[[nodiscard]] nlohmann::ordered_json json_of(const Requirement& requirement);

}  // namespace goldtape::table::internal
