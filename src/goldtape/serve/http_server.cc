#include "goldtape/serve/http_server.h"

#include <condition_variable>
#include <mutex>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "goldtape/base/log.h"
#include "goldtape/serve/http_core_internal.h"

namespace goldtape::serve {

using internal::asio::ip::tcp;
namespace asio = internal::asio;
using boost::system::error_code;

struct HttpServer::Impl {
  explicit Impl(HttpServerOptions options, Handler handler) : core(std::move(options), std::move(handler)) {}

  internal::Core core;
  std::unique_ptr<tcp::acceptor> acceptor;
  std::unique_ptr<asio::steady_timer> pause;
  std::size_t next_thread = 0;
  std::uint16_t port = 0;
  std::string url;
  std::mutex stopping;
  bool stopped = false;

  Status listen();
  Status load_tls();
  void accept();
  void on_accept(error_code ec, internal::IoThread& io, tcp::socket socket);
  void for_each_connection(void (internal::ConnectionBase::*call)());
  bool wait_until_closed(std::chrono::milliseconds limit);
};

Status HttpServer::Impl::listen() {
  const std::string where = fmt::format("{}:{}", core.options.host, core.options.port);
  const auto refuse = [&](const error_code& ec) {
    return fail(ErrorKind::kUsage, 8020,
                fmt::format("cannot listen there: {}; choose another --port (0: one that is free) or --host",
                            ec.message()),
                where);
  };
  error_code ec;
  asio::io_context& context = core.threads.front()->context;
  tcp::resolver resolver(context);
  const auto found =
      resolver.resolve(core.options.host, std::to_string(core.options.port), tcp::resolver::passive, ec);
  if (ec || found.empty()) return refuse(ec);
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor = std::make_unique<tcp::acceptor>(context);
  (void)acceptor->open(endpoint.protocol(), ec);  // These say it twice: by `ec` too.
  if (!ec) (void)acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) (void)acceptor->bind(endpoint, ec);
  if (!ec) (void)acceptor->listen(4096, ec);
  if (ec) return refuse(ec);
  port = acceptor->local_endpoint(ec).port();
  const bool v6 = core.options.host.find(':') != std::string::npos;
  url = fmt::format("{}://{}{}{}:{}", core.tls ? "https" : "http", v6 ? "[" : "", core.options.host,
                    v6 ? "]" : "", port);
  return {};
}

Status HttpServer::Impl::load_tls() {
  if (!core.options.tls) return {};
  core.tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code ec;
  (void)core.tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                                  asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                                  asio::ssl::context::no_tlsv1_1,
                              ec);
  (void)core.tls->use_certificate_chain_file(core.options.tls->certificate_chain, ec);
  if (ec) {
    return fail(ErrorKind::kUsage, 8024, fmt::format("the TLS certificate cannot be used: {}", ec.message()),
                core.options.tls->certificate_chain);
  }
  (void)core.tls->use_private_key_file(core.options.tls->private_key, asio::ssl::context::pem, ec);
  if (ec) {
    return fail(ErrorKind::kUsage, 8024, fmt::format("the TLS private key cannot be used: {}", ec.message()),
                core.options.tls->private_key);
  }
  return {};
}

void HttpServer::Impl::accept() {
  internal::IoThread& io = *core.threads[next_thread++ % core.threads.size()];
  acceptor->async_accept(
      io.context, [this, &io](error_code ec, tcp::socket socket) { on_accept(ec, io, std::move(socket)); });
}

void HttpServer::Impl::on_accept(error_code ec, internal::IoThread& io, tcp::socket socket) {
  if (!acceptor->is_open() || ec == asio::error::operation_aborted) return;
  if (ec) {
    // Out of descriptors, most likely: others will be closed.
    log::warn("cannot accept a connection", {{"reason", ec.message()}});
    pause->expires_after(std::chrono::milliseconds(100));
    pause->async_wait([this](error_code cancelled) {
      if (!cancelled) accept();
    });
    return;
  }
  ++core.accepted;
  const bool crowded = core.open >= core.options.max_connections;  // Answered by GT8026.
  asio::post(io.context, [this, &io, crowded, socket = std::move(socket)]() mutable {
    core.tls ? internal::start_tls(core, io, std::move(socket), crowded)
             : internal::start_plain(core, io, std::move(socket), crowded);
  });
  accept();
}

void HttpServer::Impl::for_each_connection(void (internal::ConnectionBase::*call)()) {
  for (const auto& io : core.threads) {
    asio::post(io->context, [&io = *io, call] {
      const auto connections = io.connections;
      for (internal::ConnectionBase* connection : connections) {
        if (io.connections.contains(connection)) (connection->*call)();
      }
    });
  }
}

bool HttpServer::Impl::wait_until_closed(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (core.open > 0) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, Handler handler) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
  const int threads = std::max(1, impl->core.options.io_threads);
  for (int i = 0; i < threads; ++i) impl->core.threads.push_back(std::make_unique<internal::IoThread>());
  GT_RETURN_IF_ERROR(impl->load_tls());
  GT_RETURN_IF_ERROR(impl->listen());
  impl->pause = std::make_unique<asio::steady_timer>(impl->core.threads.front()->context);
  impl->accept();
  for (const auto& io : impl->core.threads) {
    io->thread = std::thread([&context = io->context] { context.run(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::port() const { return impl_->port; }
const std::string& HttpServer::url() const { return impl_->url; }

HttpServerStats HttpServer::stats() const {
  const internal::Core& core = impl_->core;
  return {.connections = core.accepted,
          .open_connections = core.open,
          .requests = core.requests,
          .refused = core.refused};
}

void HttpServer::stop() {
  const std::lock_guard lock(impl_->stopping);
  if (std::exchange(impl_->stopped, true)) return;
  internal::Core& core = impl_->core;
  core.draining = true;
  asio::post(core.threads.front()->context, [this] {
    error_code ignored;
    (void)impl_->acceptor->close(ignored);
    impl_->pause->cancel();
  });
  impl_->for_each_connection(&internal::ConnectionBase::drain);
  if (!impl_->wait_until_closed(core.options.drain_timeout)) {
    impl_->for_each_connection(&internal::ConnectionBase::abort);
    impl_->wait_until_closed(std::chrono::seconds(1));
  }
  core.workers.end();
  for (const auto& io : core.threads) io->context.stop();
  for (const auto& io : core.threads) io->thread.join();
  impl_->acceptor.reset();
  impl_->pause.reset();
  core.threads.clear();
}

}  // namespace goldtape::serve
