// libcurl finds the address and speaks to proxies; what comes after is not its business.
#include <array>
#include <cstdlib>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>

#include "goldtape/io/http_exchange_internal.h"
#include "goldtape/io/os_error.h"
#include "goldtape/io/tcp_connection_internal.h"

namespace goldtape::io {

namespace {

/// libcurl goes by the URL's scheme, which is http here, as it would do TLS by itself otherwise.
std::string https_proxy_of_environment() {
  for (const char* name : std::array{"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets it
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

Result<FileDescriptor> socket_of(CURL* handle, const TcpAim& aim) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket);
  // The handle closes its own.
  const int mine = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (mine < 0) return std::unexpected(os_error(errno, "keep the connection", aim.shown));
  return FileDescriptor(mine);
}

}  // namespace

Result<FileDescriptor> open_tcp_connection(const TcpAim& aim, const HttpOptions& options) {
  init_curl();
  HttpOptions mine = options;
  mine.total_timeout = options.connect_timeout;
  const CurlEasy handle(curl_easy_init());
  HttpExchange exchange(mine,
                        {.url = fmt::format("http://{}:{}", aim.host, aim.port), .shown_as = aim.shown});
  GT_RETURN_IF_ERROR(exchange.prepare(handle.get()));
  std::string proxy = options.proxy.value_or("");
  if (aim.for_tls && !options.proxy && !is_this_machine(aim.host)) {
    proxy = https_proxy_of_environment();
    curl_easy_setopt(handle.get(), CURLOPT_PROXY, proxy.c_str());
  }
  if (proxy.starts_with("https://")) {
    return fail(
        ErrorKind::kUsage, 7305,
        "a stream goes through no proxy that is itself spoken to by TLS: name one by http:// or socks5://",
        aim.shown);
  }
  curl_easy_setopt(handle.get(), CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_HTTPPROXYTUNNEL, 1L);
  GT_ASSIGN([[maybe_unused]] const bool whole,
            exchange.finish(handle.get(), curl_easy_perform(handle.get())));
  return socket_of(handle.get(), aim);
}

}  // namespace goldtape::io
