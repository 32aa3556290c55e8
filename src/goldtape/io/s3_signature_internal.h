// Signature Version 4: how AWS and everything that speaks S3 knows who asks. Source: "Signature Version 4
// signing process" of the AWS General Reference, with S3's rules (paths are encoded once, the payload's hash
// is a header). libcurl's own (CURLOPT_AWS_SIGV4) is not used: before 8.x it does not sort or encode
// queries and cannot sign a session token.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/io/s3_options.h"

namespace goldtape::io {

/// Names in lower case.
using HeaderMap = std::map<std::string, std::string>;
using Query = std::vector<std::pair<std::string, std::string>>;

/// Percent-encodes all but letters, digits and "-_.~" (and '/' when `keep_slash`), as the signature wants it.
[[nodiscard]] std::string uri_encode(std::string_view text, bool keep_slash);

/// "a=1&b=x%20y", sorted, encoded: both the query of the URL and the signed one.
[[nodiscard]] std::string canonical_query(Query query);

struct SigningRequest {
  std::string_view method;
  std::string_view path;     ///< Encoded, with its leading slash.
  std::string_view query;    ///< canonical_query's.
  const HeaderMap& headers;  ///< All that are to be signed; "host" and "x-amz-date" must be among them.
  std::string_view payload_sha256;
};

/// The value of the header `authorization`.
[[nodiscard]] std::string authorization(const SigningRequest& request, const S3Credentials& credentials,
                                        std::string_view region, std::string_view service);

/// "20130524T000000Z", the value of x-amz-date.
[[nodiscard]] std::string amz_date(Timestamp at);

}  // namespace goldtape::io
