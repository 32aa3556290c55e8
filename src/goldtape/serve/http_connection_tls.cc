#include "goldtape/serve/http_answer_internal.h"

namespace goldtape::serve::internal {

void start_tls(Core& core, IoThread& io, asio::ip::tcp::socket socket, bool crowded) {
  using Stream = beast::ssl_stream<beast::tcp_stream>;
  std::make_shared<Connection<Stream>>(core, io, Stream(beast::tcp_stream(std::move(socket)), *core.tls),
                                       crowded)
      ->start();
}

}  // namespace goldtape::serve::internal
