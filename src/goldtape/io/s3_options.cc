#include "goldtape/io/s3_options.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace goldtape::io {
namespace {

constexpr std::string_view kEcsAgent = "http://169.254.170.2";

std::string first_of(const Environment& environment, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const auto at = environment.find(name);
    if (at != environment.end() && !at->second.empty()) return at->second;
  }
  return {};
}

std::unexpected<Error> wrong(std::string message, std::string where) {
  return fail(ErrorKind::kUsage, 7100, std::move(message), std::move(where));
}

Result<std::string> checked_endpoint(std::string endpoint) {
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (endpoint.empty()) return endpoint;
  std::string_view rest = endpoint;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!rest.starts_with(scheme)) continue;
    rest.remove_prefix(scheme.size());
    if (!rest.empty() && rest.find_first_of("/?#@ ") == std::string_view::npos) return endpoint;
  }
  return wrong(
      "an S3 endpoint is a URL without a path, such as http://127.0.0.1:9000 or "
      "https://s3.example.com",
      endpoint);
}

Result<S3Credentials> credentials_of(const Environment& environment) {
  S3Credentials found{.access_key_id = first_of(environment, {"AWS_ACCESS_KEY_ID"}),
                      .secret_access_key = first_of(environment, {"AWS_SECRET_ACCESS_KEY"}),
                      .session_token = first_of(environment, {"AWS_SESSION_TOKEN"})};
  if (found.access_key_id.empty() != found.secret_access_key.empty()) {
    return wrong("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together, and only one is set",
                 found.access_key_id.empty() ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY");
  }
  return found;
}

S3RoleSource role_of(const Environment& environment) {
  S3RoleSource role;
  role.container_url = first_of(environment, {"AWS_CONTAINER_CREDENTIALS_FULL_URI"});
  const std::string relative = first_of(environment, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"});
  if (!relative.empty()) role.container_url = std::string(kEcsAgent) + relative;
  role.container_authorization = first_of(environment, {"AWS_CONTAINER_AUTHORIZATION_TOKEN"});
  role.container_authorization_file = first_of(environment, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"});
  const std::string instance = first_of(environment, {"AWS_EC2_METADATA_SERVICE_ENDPOINT"});
  if (!instance.empty()) role.instance_url = instance;
  while (role.instance_url.ends_with('/')) role.instance_url.pop_back();
  const std::string disabled = first_of(environment, {"AWS_EC2_METADATA_DISABLED"});
  if (disabled == "true" || disabled == "1") role.instance_url.clear();
  return role;
}

bool is_bucket_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
         });
}

}  // namespace

std::string S3Options::endpoint_or_default() const {
  return endpoint.empty() ? fmt::format("https://s3.{}.amazonaws.com", region) : endpoint;
}

Result<S3Options> S3Options::from(const Config& config, const Environment& environment) {
  S3Options options;
  std::string endpoint = config.text("s3.endpoint");
  if (endpoint.empty()) endpoint = first_of(environment, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  GT_ASSIGN(options.endpoint, checked_endpoint(std::move(endpoint)));
  std::string region = config.text("s3.region");
  if (region.empty()) region = first_of(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (!region.empty()) options.region = region;
  const std::string& addressing = config.text("s3.addressing");
  options.path_style = addressing == "auto" ? !options.endpoint.empty() : addressing == "path";
  GT_ASSIGN(options.credentials, credentials_of(environment));
  options.role = role_of(environment);
  options.ca_file = first_of(environment, {"AWS_CA_BUNDLE"});
  options.timeout = std::chrono::seconds(config.integer("s3.timeout_s"));
  options.connect_timeout = std::min(options.connect_timeout, options.timeout);
  options.attempts = static_cast<int>(config.integer("s3.attempts"));
  options.max_in_flight = static_cast<std::size_t>(config.integer("s3.connections"));
  return options;
}

Result<S3Location> parse_s3_path(std::string_view path) {
  std::string_view rest = path;
  if (is_s3_path(path)) rest.remove_prefix(kS3Scheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  S3Location location{.bucket = std::string(rest.substr(0, slash)), .key = {}};
  if (!is_s3_path(path) || !is_bucket_name(location.bucket)) {
    return fail(ErrorKind::kUsage, 7101,
                "an S3 path is s3://BUCKET/KEY, and a bucket's name has 3 to 63 letters, digits, dots and "
                "dashes",
                std::string(path));
  }
  if (slash < rest.size()) location.key = rest.substr(slash + 1);
  return location;
}

}  // namespace goldtape::io
