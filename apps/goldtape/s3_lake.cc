#include "s3_lake.h"

#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/io/read_cache.h"
#include "goldtape/io/s3_filesystem.h"

namespace goldtape::app {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Result<std::string> s3_warehouse(std::string_view path) {
  GT_ASSIGN(const auto location, io::parse_s3_path(path));
  std::string warehouse = std::string(io::kS3Scheme) + location.bucket + "/" + location.key;
  while (warehouse.ends_with('/')) warehouse.pop_back();
  if ((warehouse + "/").find("/../") != std::string::npos || location.key.find("//") != std::string::npos)
    return fail(ErrorKind::kUsage, 7101, "a prefix without '..' and '//' is needed", std::string(path));
  return warehouse;
}

std::string s3_lake_folder(std::string_view warehouse) {
  std::string name;
  for (const char c : warehouse.substr(io::kS3Scheme.size()))
    name += c == '/' ? "%2F" : c == '%' ? "%25" : std::string(1, c);
  std::string data = variable("XDG_DATA_HOME");
  if (data.empty()) data = variable("HOME") + "/.local/share";
  return fmt::format("{}/goldtape/lakes/{}", data, name);
}

Result<std::shared_ptr<io::FileSystem>> s3_files(const Config& config) {
  GT_ASSIGN(const auto options, io::S3Options::from(config, process_environment()));
  auto files = io::s3_filesystem(options);
  const std::uint64_t max_bytes = config.bytes("s3.cache_size");
  if (max_bytes == 0) return files;
  std::string folder = config.text("s3.cache_dir");
  if (folder.empty()) {
    folder = variable("XDG_CACHE_HOME");
    if (folder.empty()) folder = variable("HOME") + "/.cache";
    folder += "/goldtape/objects";
  }
  return io::cached_filesystem(
      std::move(files),
      {.folder = std::move(folder), .max_bytes = max_bytes, .origin = options.endpoint_or_default()});
}

std::string s3_settings(const io::S3Options& options) {
  // A JSON string is a TOML string too.
  std::string text = fmt::format("\n[s3]\nregion = {}\n", nlohmann::json(options.region).dump());
  if (!options.endpoint.empty())
    text += fmt::format("endpoint = {}\n", nlohmann::json(options.endpoint).dump());
  return text;
}

}  // namespace goldtape::app
