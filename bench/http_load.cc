// A server for load generators: GET / answers 13 bytes, GET /rows?n=N a JSON body of N rows. Prints its URL
// and ends when its standard input does. docs/adr/0012-http-server.md tells what was measured with it.
//
//   http_load [IO_THREADS [WORKER_THREADS]]
#include <cstdlib>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include "goldtape/serve/http_server.h"

int main(int argc, char** argv) {
  using namespace goldtape::serve;
  Router router;
  router.add("GET", "/", [](const Request&) { return Response::text(200, "Hello, world!"); });
  router.add("GET", "/rows", [](const Request& request) {
    const std::string* n = request.query_value("n");
    std::string body = "[";
    for (int i = 0, rows = n != nullptr ? std::atoi(n->c_str()) : 1; i < rows; ++i) {
      body += fmt::format("{}{{\"t\":{},\"c\":{:.2f}}}", i > 0 ? "," : "", i, 100.0 + i);
    }
    return Response::json(200, body + "]");
  });
  HttpServerOptions options;
  if (argc > 1) options.io_threads = std::atoi(argv[1]);
  if (argc > 2) options.worker_threads = std::atoi(argv[2]);
  const auto server =
      HttpServer::start(options, [&](const Request& request) { return router.handle(request); });
  if (!server) {
    std::cerr << server.error().to_string() << '\n';
    return 2;
  }
  std::cout << (*server)->url() << std::endl;
  while (std::cin.get() != EOF) continue;
  return 0;
}
