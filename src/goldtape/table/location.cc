#include "goldtape/table/location.h"

#include <array>
#include <cstdint>
#include <random>

#include <fmt/format.h>

#include "goldtape/io/s3_options.h"

namespace goldtape::table {
namespace {

bool climbs(std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (path.substr(0, slash) == "..") return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
  return false;
}

/// What follows "s3://", also where Hadoop calls it s3a or s3n; empty for any other location.
std::string_view inside_s3(std::string_view location) {
  for (const std::string_view scheme :
       {io::kS3Scheme, std::string_view("s3a://"), std::string_view("s3n://")}) {
    if (location.starts_with(scheme)) return location.substr(scheme.size());
  }
  return {};
}

std::string_view without_scheme(std::string_view location) {
  constexpr std::string_view kScheme = "file:";
  if (!location.starts_with(kScheme)) return location;
  location.remove_prefix(kScheme.size());
  if (!location.starts_with("//")) return location;
  location.remove_prefix(2);
  constexpr std::string_view kHost = "localhost";
  if (location.starts_with(kHost)) location.remove_prefix(kHost.size());
  return location;
}

}  // namespace

std::string to_location(std::string_view path) {
  return io::is_s3_path(path) ? std::string(path) : "file://" + std::string(path);
}

Result<std::string> to_path(std::string_view location) {
  const std::string_view in_s3 = inside_s3(location);
  if (in_s3.empty() && location.find("://") != std::string_view::npos && !location.starts_with("file:")) {
    return fail(ErrorKind::kUnsupported, 4026,
                "only files of this machine and of S3 can be read, not this location",
                std::string(location.substr(0, 1000)));
  }
  const std::string_view path = in_s3.empty() ? without_scheme(location) : in_s3;
  const bool absolute = in_s3.empty() ? path.starts_with('/') : !path.starts_with('/');
  if (!absolute || climbs(path) || path.find('\0') != std::string_view::npos) {
    return fail(ErrorKind::kDamaged, 4026, "a location must be absolute and without '..'",
                std::string(location.substr(0, 1000)));
  }
  return in_s3.empty() ? std::string(path) : std::string(io::kS3Scheme) + std::string(path);
}

std::string normalise_location(std::string_view location) {
  const std::string_view in_s3 = inside_s3(location);
  std::string normal(in_s3.empty() ? std::string_view{} : io::kS3Scheme);
  for (const char c : in_s3.empty() ? without_scheme(location) : in_s3) {
    if (c != '/' || !normal.ends_with('/')) normal += c;
  }
  return normal;
}

std::string new_uuid() {
  static thread_local std::random_device device;
  std::array<std::uint32_t, 4> words{};
  for (std::uint32_t& word : words) word = device();
  words[1] = (words[1] & 0xffff0fffU) | 0x4000U;
  words[2] = (words[2] & 0x3fffffffU) | 0x80000000U;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", words[0], words[1] >> 16, words[1] & 0xffffU,
                     words[2] >> 16, words[2] & 0xffffU, words[3]);
}

}  // namespace goldtape::table
