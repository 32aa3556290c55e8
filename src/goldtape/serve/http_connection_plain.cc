#include "goldtape/serve/http_answer_internal.h"

namespace goldtape::serve::internal {

void start_plain(Core& core, IoThread& io, asio::ip::tcp::socket socket, bool crowded) {
  std::make_shared<Connection<beast::tcp_stream>>(core, io, beast::tcp_stream(std::move(socket)), crowded)
      ->start();
}

}  // namespace goldtape::serve::internal
