#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "goldtape/io/s3_client_internal.h"

namespace goldtape::io {
namespace {

constexpr std::array<std::string_view, 6> kBadCredentials{"InvalidAccessKeyId",   "SignatureDoesNotMatch",
                                                          "ExpiredToken",         "InvalidToken",
                                                          "TokenRefreshRequired", "InvalidClientTokenId"};
constexpr std::array<std::string_view, 3> kWrongRegion{"PermanentRedirect", "AuthorizationHeaderMalformed",
                                                       "IllegalLocationConstraintException"};

template <std::size_t kCount>
bool is_one_of(const std::array<std::string_view, kCount>& codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

std::string words(const std::string& code, const std::string& message) {
  if (code.empty()) return "it gave no reason";
  return message.empty() ? code : fmt::format("{}: {}", code, message);
}

}  // namespace

std::string path_of(const S3Location& location) {
  return fmt::format("{}{}{}{}", kS3Scheme, location.bucket, location.key.empty() ? "" : "/", location.key);
}

Error s3_refusal(const S3Options& options, const S3Request& request, int status, const HeaderMap& headers,
                 const std::string& code, const std::string& message) {
  const std::string where = path_of(request.at);
  const std::string endpoint = options.endpoint_or_default();
  const std::string& bucket = request.at.bucket;
  const std::string said = words(code, message);
  if (code == "NoSuchBucket") {
    return {
        ErrorKind::kNotFound, 7103,
        fmt::format("there is no bucket '{}' at {}: make it there, or correct the bucket's name, s3.endpoint "
                    "or s3.region ({})",
                    bucket, endpoint, options.region),
        where};
  }
  if (code == "RequestTimeTooSkewed") {
    return {ErrorKind::kUsage, 7104,
            fmt::format("{} refused the signature because this machine's clock is off: set it ({})", endpoint,
                        said),
            where};
  }
  if (is_one_of(kBadCredentials, code)) {
    return {ErrorKind::kUsage, 7104,
            fmt::format("{} refused the credentials: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "
                        "AWS_SESSION_TOKEN ({})",
                        endpoint, said),
            where};
  }
  const auto region = headers.find("x-amz-bucket-region");
  if (is_one_of(kWrongRegion, code) || status == 301) {
    return {ErrorKind::kUsage, 7106,
            fmt::format("bucket '{}' is not in region {}: set s3.region{} ({})", bucket, options.region,
                        region == headers.end() ? "" : " to " + region->second, said),
            where};
  }
  if (status == 403 || status == 401) {
    return {ErrorKind::kIo, 7105,
            fmt::format("no permission to {} in bucket '{}' at {}: grant it to these credentials ({})",
                        request.doing, bucket, endpoint, said),
            where};
  }
  if (status == 501 || code == "NotImplemented") {
    return {ErrorKind::kUnsupported, 7108,
            fmt::format("{} cannot {}: an S3 with conditional writes and multipart uploads is needed ({})",
                        endpoint, request.doing, said),
            where};
  }
  return {ErrorKind::kIo, 7109,
          fmt::format("{} refused to {}: status {}, {}", endpoint, request.doing, status, said), where};
}

}  // namespace goldtape::io
