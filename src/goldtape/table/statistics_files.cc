#include <nlohmann/json.hpp>

#include "goldtape/table/statistics_files_internal.h"

namespace goldtape::table::internal {
namespace {

nlohmann::json array_of(const std::string& json) {
  auto parsed = json.empty() ? nlohmann::json() : nlohmann::json::parse(json, nullptr, false);
  return parsed.is_array() ? parsed : nlohmann::json();
}

bool is_of(const nlohmann::json& entry, const std::set<std::int64_t>& lost) {
  if (!entry.is_object() || !entry.contains("snapshot-id")) return false;
  const auto& id = entry["snapshot-id"];
  return id.is_number_integer() && lost.contains(id.get<std::int64_t>());
}

}  // namespace

std::string without_snapshots(const std::string& json, const std::set<std::int64_t>& lost) {
  const nlohmann::json entries = array_of(json);
  if (!entries.is_array()) return json;
  nlohmann::json kept = nlohmann::json::array();
  for (const auto& entry : entries) {
    if (!is_of(entry, lost)) kept.push_back(entry);
  }
  return kept.size() == entries.size() ? json : kept.dump();
}

std::string with_locations(const std::string& json,
                           const std::function<std::string(const std::string&)>& change) {
  nlohmann::json entries = array_of(json);
  if (!entries.is_array()) return json;
  for (auto& entry : entries) {
    if (entry.is_object() && entry.contains("statistics-path") && entry["statistics-path"].is_string())
      entry["statistics-path"] = change(entry["statistics-path"].get<std::string>());
  }
  return entries.dump();
}

std::vector<std::string> statistics_locations(const std::string& json) {
  std::vector<std::string> locations;
  for (const auto& entry : array_of(json)) {
    if (!entry.is_object() || !entry.contains("statistics-path")) continue;
    if (entry["statistics-path"].is_string())
      locations.push_back(entry["statistics-path"].get<std::string>());
  }
  return locations;
}

}  // namespace goldtape::table::internal
