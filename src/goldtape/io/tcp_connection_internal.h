// A TCP connection to a host, straight or through a proxy. Not public.
#pragma once

#include <string>

#include "goldtape/base/result.h"
#include "goldtape/io/file_descriptor_internal.h"
#include "goldtape/io/http.h"

namespace goldtape::io {

struct TcpAim {
  std::string host;
  std::string port;
  bool for_tls = false;  ///< Which of the environment's proxies counts: https_proxy's or http_proxy's.
  std::string shown;     ///< What errors call it.
};

/// A connected socket that does not block. Of the options count the proxy (an HTTP one is asked by CONNECT)
/// and the time to connect. Errors: kUsage GT7305 a proxy setting that cannot be used; kUnavailable GT7302 no
/// connection, GT7303 out of time, GT7312 the proxy.
[[nodiscard]] Result<FileDescriptor> open_tcp_connection(const TcpAim& aim, const HttpOptions& options);

}  // namespace goldtape::io
