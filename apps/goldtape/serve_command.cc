#include <csignal>
#include <iostream>

#include <fmt/format.h>
#include <pthread.h>

#include "command.h"
#include "goldtape/base/secrets.h"
#include "goldtape/serve/http_server.h"
#include "goldtape/serve/iceberg_rest.h"
#include "goldtape/table/catalog.h"

namespace goldtape::app {

namespace {

constexpr const char* kTokenVariable = "GOLDTAPE_SERVE_TOKEN";
constexpr int kDefaultPort = 8181;
constexpr int kWorkers = 16;

struct ServeArguments {
  bool iceberg = false;
  std::string host = "127.0.0.1";
  int port = kDefaultPort;
  std::string tls_certificate;
  std::string tls_key;
};

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<std::string> token_for(const ServeArguments& arguments) {
  const Environment environment = process_environment();
  const auto at = environment.find(kTokenVariable);
  if (at != environment.end() && !at->second.empty()) return at->second;
  if (is_loopback(arguments.host)) return std::string();
  return fail(
      ErrorKind::kUsage, 4307,
      fmt::format(
          "{} can be reached from other machines, and whoever reaches it could change the lake: set {} "
          "to a secret that clients must send, or listen on 127.0.0.1",
          arguments.host, kTokenVariable));
}

/// INT and TERM, kept from every thread that is started after it, to be waited for.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

Status serve(Program& program, const ServeArguments& arguments) {
  if (!arguments.iceberg) {
    return fail(ErrorKind::kUsage, 4308,
                "say what to serve: --iceberg, the lake's tables by the Iceberg REST catalog");
  }
  GT_ASSIGN(std::string token, token_for(arguments));
  GT_ASSIGN(const auto lake, program.open_lake());
  serve::HttpServerOptions options{
      .host = arguments.host, .port = static_cast<std::uint16_t>(arguments.port), .worker_threads = kWorkers};
  if (!arguments.tls_certificate.empty() || !arguments.tls_key.empty()) {
    options.tls =
        serve::TlsFiles{.certificate_chain = arguments.tls_certificate, .private_key = arguments.tls_key};
  }
  const sigset_t signals = block_stop_signals();
  GT_ASSIGN(const auto server,
            serve::HttpServer::start(std::move(options), serve::iceberg_rest_handler(
                                                             lake.catalog(), {.token = std::move(token)})));
  std::cout << "listening on " << server->url() << std::endl;  // Flushed: who started us may wait for it.
  int signal = 0;
  sigwait(&signals, &signal);
  program.console().say("stopping");
  server->stop();
  return {};
}

}  // namespace

void add_serve(Program& program) {
  auto* command = program.add(
      "serve", "Serve the lake to other programs until it is interrupted",
      "  goldtape --lake demo/lake serve --iceberg\n"
      "  goldtape serve --iceberg --port 0        # a port that is free; the first line tells which\n"
      "  GOLDTAPE_SERVE_TOKEN=secret goldtape serve --iceberg --host 0.0.0.0 --tls-cert c.pem --tls-key "
      "k.pem");
  auto arguments = std::make_shared<ServeArguments>();
  command->add_flag("--iceberg", arguments->iceberg,
                    "The Iceberg REST catalog: PyIceberg, Spark, Trino and DuckDB attach to it");
  command
      ->add_option("--host", arguments->host, "Address to listen on; others than this machine need a token")
      ->default_str("127.0.0.1");
  command->add_option("--port", arguments->port, "Port to listen on; 0: one that is free")
      ->default_str("8181")
      ->check(CLI::Range(0, 65'535));
  command
      ->add_option("--tls-cert", arguments->tls_certificate, "PEM file of the certificate chain: serve https")
      ->check(CLI::ExistingFile);
  command->add_option("--tls-key", arguments->tls_key, "PEM file of its private key")
      ->check(CLI::ExistingFile);
  program.on_run(command, [&program, arguments] { return serve(program, *arguments); });
}

}  // namespace goldtape::app
