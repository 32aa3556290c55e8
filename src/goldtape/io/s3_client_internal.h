// Signed requests to one S3 service, each tried again while that can help. Not public: the file system
// (s3_filesystem.h) is what others use.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/io/s3_credentials_internal.h"
#include "goldtape/io/s3_options.h"
#include "goldtape/io/s3_transport_internal.h"

namespace goldtape::io {

struct S3Request {
  std::string method;
  S3Location at;
  Query query = {};
  HeaderMap headers = {};
  std::string_view body = {};  ///< Borrowed while the request is under way.
  std::uint64_t max_answer_bytes = 1U << 20U;
  std::string doing = {};          ///< "read", "write": for messages.
  std::vector<int> expected = {};  ///< Statuses besides 2xx that the caller understands.
};

struct S3Answer {
  int status = 0;
  HeaderMap headers;
  std::string body;
};

/// Thread safe.
class S3Client {
 public:
  explicit S3Client(S3Options options);

  [[nodiscard]] const S3Options& options() const { return options_; }

  /// Errors: kNotFound GT7103 no such bucket, kUsage GT7104 credentials refused, kIo GT7105 no permission,
  /// kUsage GT7106 wrong region, kUnavailable GT7107 no answer in all attempts, kUnsupported GT7108 the
  /// service lacks a feature, kIo GT7109 any other refusal, GT7102 no credentials. `where` is the path.
  [[nodiscard]] Result<S3Answer> send(const S3Request& request);
  /// The same for many at once, with as many in flight as the options allow.
  [[nodiscard]] std::vector<Result<S3Answer>> send_all(std::span<const S3Request> requests);

 private:
  struct Attempt;
  Status prepare(Attempt& attempt);
  void sleep_before(int attempt, const std::vector<Attempt*>& again) const;
  [[nodiscard]] bool judge(Attempt& attempt, Result<S3Answer>& out, bool is_last);
  Error refused(const Attempt& attempt);

  S3Options options_;
  S3Transport transport_;
  S3CredentialSource credentials_;
};

/// "s3://bucket/key" of a request.
[[nodiscard]] std::string path_of(const S3Location& location);

/// What a refusal means; `code` and `message` are S3's own, empty for an answer without a body.
[[nodiscard]] Error s3_refusal(const S3Options& options, const S3Request& request, int status,
                               const HeaderMap& headers, const std::string& code, const std::string& message);

}  // namespace goldtape::io
