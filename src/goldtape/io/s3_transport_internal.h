// Many HTTP exchanges at once over libcurl: what the S3 client moves its bytes with. Not public.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/io/s3_signature_internal.h"

namespace goldtape::io {

/// A request and what came back of it.
struct S3Exchange {
  std::string method;
  std::string url;
  HeaderMap headers;
  std::string_view body;  ///< Borrowed until the exchange is done.
  std::uint64_t max_answer_bytes = 0;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{20'000};  ///< Silence, and the least time as a whole.

  int status = 0;  ///< 0: no answer came; `failure` says why.
  HeaderMap answer_headers = {};
  std::string answer = {};
  std::string failure = {};
};

/// Keeps connections alive between calls. Thread safe.
class S3Transport {
 public:
  /// `ca_file` empty: the system's certificates.
  explicit S3Transport(std::string ca_file);
  ~S3Transport();
  S3Transport(const S3Transport&) = delete;
  S3Transport& operator=(const S3Transport&) = delete;

  /// Does all of them, at most `max_in_flight` at a time, and returns when each has its status or failure.
  void run(std::span<S3Exchange* const> exchanges, std::size_t max_in_flight);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::io
