// Who we are to S3: fixed keys, or those of the role of a container or an instance, renewed before they
// end. Not public.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "goldtape/io/s3_transport_internal.h"

namespace goldtape::io {

/// Thread safe.
class S3CredentialSource {
 public:
  S3CredentialSource(const S3Options& options, S3Transport& transport);

  /// Errors: kUsage GT7102 there are none to be found, and where was looked.
  [[nodiscard]] Result<S3Credentials> get();
  /// After a refusal: credentials of a role are asked for anew at the next `get`.
  void forget();

 private:
  Result<std::string> ask(const std::string& url, const std::string& method, HeaderMap headers);
  Result<std::string> ask_container();
  Result<std::string> ask_instance();
  Result<S3Credentials> renew();

  const S3Options& options_;
  S3Transport& transport_;
  std::mutex mutex_;
  std::optional<S3Credentials> role_;
  std::chrono::steady_clock::time_point renew_at_;
};

}  // namespace goldtape::io
