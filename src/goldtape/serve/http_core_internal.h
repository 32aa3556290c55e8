// What the connections of one server share. Not public.
#pragma once

#include <atomic>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "goldtape/base/time.h"
#include "goldtape/io/http.h"
#include "goldtape/serve/http_server.h"
#include "goldtape/serve/http_wire_internal.h"
#include "goldtape/serve/worker_pool_internal.h"

namespace goldtape::serve::internal {

namespace asio = boost::asio;

/// A connection as its thread knows it. Every call is made on that thread.
class ConnectionBase {
 public:
  ConnectionBase() = default;
  virtual ~ConnectionBase() = default;
  ConnectionBase(const ConnectionBase&) = delete;
  ConnectionBase& operator=(const ConnectionBase&) = delete;
  /// Ends after the request that runs; at once when none does.
  virtual void drain() = 0;
  /// Ends now.
  virtual void abort() = 0;
};

/// One thread that moves bytes, and its connections.
struct IoThread {
  std::unordered_set<ConnectionBase*> connections;  ///< Outlives the context, whose handlers own them.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;

  /// The Date header, made once a second.
  const std::string& date() {
    const std::time_t now = std::time(nullptr);
    if (now != date_time_) {
      date_time_ = now;
      date_ = io::format_http_date(from_micros(now * 1'000'000));
    }
    return date_;
  }

 private:
  std::time_t date_time_ = 0;
  std::string date_;
};

struct Core {
  Core(HttpServerOptions the_options, Handler the_handler)
      : options(std::move(the_options)),
        handler(std::move(the_handler)),
        workers(options.worker_threads, options.max_queued_requests) {}

  HttpServerOptions options;
  Handler handler;
  WorkerPool workers;
  std::unique_ptr<asio::ssl::context> tls;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::atomic<bool> draining = false;
  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> open = 0;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> refused = 0;
};

/// Counts a connection for as long as it lives, and lets its thread find it.
class Registration {
 public:
  Registration(Core& core, IoThread& io, ConnectionBase* connection)
      : core_(core), io_(io), connection_(connection) {
    io_.connections.insert(connection_);
    ++core_.open;
  }
  ~Registration() {
    io_.connections.erase(connection_);
    --core_.open;
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  Core& core_;
  IoThread& io_;
  ConnectionBase* connection_;
};

/// Serve a connection that was accepted, on io's thread. `crowded`: only to say 503.
void start_plain(Core& core, IoThread& io, asio::ip::tcp::socket socket, bool crowded);
void start_tls(Core& core, IoThread& io, asio::ip::tcp::socket socket, bool crowded);

}  // namespace goldtape::serve::internal
