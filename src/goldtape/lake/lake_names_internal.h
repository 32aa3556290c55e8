// Names of the lake's own files and of the facts that its database keeps. Not public.
#pragma once

namespace goldtape::lake::names {

inline constexpr const char* kConfigName = "goldtape.toml";
inline constexpr const char* kDatabaseName = "catalog.db";
inline constexpr const char* kLockName = ".writer.lock";
inline constexpr const char* kVersionKey = "lake_version";
inline constexpr const char* kLocationKey = "warehouse_location";
inline constexpr const char* kIdKey = "lake_id";

}  // namespace goldtape::lake::names
