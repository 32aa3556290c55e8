// What an S3 service is reached by. Settings `s3.*`, then AWS's own variables; docs/s3.md is the guide.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/base/config.h"
#include "goldtape/base/result.h"
#include "goldtape/base/secrets.h"

namespace goldtape::io {

/// "s3://".
inline constexpr std::string_view kS3Scheme = "s3://";

struct S3Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< Empty for long-lived keys.
};

/// Where credentials that are not in the environment are asked for.
struct S3RoleSource {
  /// Of the container's agent (ECS, EKS Pod Identity); empty: there is none.
  std::string container_url = {};
  std::string container_authorization = {};
  std::string container_authorization_file = {};
  /// The instance's metadata service; empty: not to be asked.
  std::string instance_url = "http://169.254.169.254";
};

struct S3Options {
  std::string endpoint;  ///< "https://host:port" without a path; empty: AWS's of the region.
  std::string region = "us-east-1";
  bool path_style = false;  ///< https://host/bucket/key instead of https://bucket.host/key.
  S3Credentials credentials = {};
  S3RoleSource role = {};
  std::string ca_file = {};  ///< Certificates to trust besides none; empty: the system's.

  std::chrono::milliseconds connect_timeout{5'000};
  /// Longest silence of a request, and the time that one without much to carry may take as a whole.
  std::chrono::milliseconds timeout{20'000};
  int attempts = 6;  ///< Of one request, the first included.
  /// Sleeps between attempts: random up to base * 2^n, at most cap.
  std::chrono::milliseconds backoff_base{100};
  std::chrono::milliseconds backoff_cap{5'000};
  std::size_t max_in_flight = 128;            ///< Requests of one call at a time.
  std::size_t part_bytes = 8U << 20U;         ///< Of a multipart upload, at least 5 MiB by S3's rule.
  std::size_t single_put_bytes = 16U << 20U;  ///< Files up to this size are one request.

  /// The endpoint with its default: "https://s3.eu-west-1.amazonaws.com".
  [[nodiscard]] std::string endpoint_or_default() const;

  /// Settings `s3.*`; where they say nothing AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION,
  /// AWS_DEFAULT_REGION, AWS_CA_BUNDLE; credentials from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
  /// AWS_SESSION_TOKEN, or the role of container or instance.
  /// Errors: kUsage GT7100 an endpoint that is no URL, half a key pair.
  [[nodiscard]] static Result<S3Options> from(const Config& config, const Environment& environment);
};

/// A bucket and a key in it; the key has no leading slash and may be empty.
struct S3Location {
  std::string bucket;
  std::string key;
};

[[nodiscard]] inline bool is_s3_path(std::string_view path) { return path.starts_with(kS3Scheme); }

/// "s3://bucket/some/key". Errors: kUsage GT7101 without a bucket, or with a name that no bucket can have.
[[nodiscard]] Result<S3Location> parse_s3_path(std::string_view path);

}  // namespace goldtape::io
