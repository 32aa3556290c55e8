#include "goldtape/io/websocket_client.h"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include "goldtape/io/tcp_connection_internal.h"

namespace goldtape::io {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Plain = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;

struct Url {
  bool tls = false;
  std::string host, port, target;
};

Result<Url> parse(const std::string& text) {
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("wss://")) {
    url.tls = true;
    rest.remove_prefix(6);
  } else if (rest.starts_with("ws://")) {
    rest.remove_prefix(5);
  } else {
    return fail(ErrorKind::kUsage, 7301, "this is no WebSocket's URL: it begins with ws:// or wss://", text);
  }
  const std::string_view authority = rest.substr(0, rest.find('/'));
  url.target = authority.size() == rest.size() ? "/" : std::string(rest.substr(authority.size()));
  const auto colon = authority.rfind(':');
  url.host = authority.substr(0, colon);
  url.port =
      colon == std::string_view::npos ? (url.tls ? "443" : "80") : std::string(authority.substr(colon + 1));
  if (url.host.empty() || url.port.empty()) {
    return fail(ErrorKind::kUsage, 7301, "this URL has no host", text);
  }
  return url;
}

Error unavailable(std::uint16_t code, std::string message, const std::string& where) {
  return {ErrorKind::kUnavailable, code, std::move(message), where};
}

}  // namespace

struct WebSocketClient::Channel {
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  Channel(Channel&&) = delete;
  Channel& operator=(Channel&&) = delete;
  virtual ~Channel() = default;
  virtual Status send(std::string_view text) = 0;
  virtual Result<std::optional<std::string>> receive(std::chrono::milliseconds limit) = 0;
};

namespace {

template <typename Next>
class Session final : public WebSocketClient::Channel {
 public:
  template <typename... Arguments>
  Session(std::string where, const WebSocketOptions& options, Arguments&&... arguments)
      : where_(std::move(where)), options_(options), ws_(io_, std::forward<Arguments>(arguments)...) {}
  ~Session() override {
    if (!open_) return;
    // A farewell, for as long as it may take, and not a moment longer.
    ws_.async_close(websocket::close_code::normal, [](error_code) {});
    io_.restart();
    io_.run_for(std::chrono::milliseconds(200));
  }

  Status connect(const Url& url) {
    GT_RETURN_IF_ERROR(open_connection(url));
    auto& tcp = beast::get_lowest_layer(ws_);
    tcp.expires_after(options_.connect_timeout);
    if constexpr (std::is_same_v<Next, Tls>) GT_RETURN_IF_ERROR(shake_hands(url.host));
    // From here on the WebSocket keeps the time.
    tcp.expires_never();
    ws_.set_option(websocket::stream_base::timeout{.handshake_timeout = options_.connect_timeout,
                                                   .idle_timeout = options_.idle_timeout,
                                                   .keep_alive_pings = true});
    ws_.set_option(
        websocket::stream_base::decorator([agent = options_.user_agent](websocket::request_type& ask) {
          ask.set(beast::http::field::user_agent, agent);
        }));
    ws_.read_message_max(options_.max_message_bytes);
    websocket::response_type answer;
    std::optional<error_code> done;
    ws_.async_handshake(answer, url.host + ":" + url.port, url.target,
                        [&](error_code result) { done = result; });
    const Status agreed = finish(done, 7330, "no WebSocket");
    if (!agreed && answer.result_int() != 0 && answer.result_int() != 101) {
      return std::unexpected(unavailable(
          7330, fmt::format("the server does not agree to a WebSocket: status {}", answer.result_int()),
          where_));
    }
    GT_RETURN_IF_ERROR(agreed);
    open_ = true;
    return {};
  }

  Status send(std::string_view text) override {
    if (!open_) return ended("it was closed");
    std::optional<error_code> done;
    ws_.text(true);
    ws_.async_write(asio::buffer(text.data(), text.size()),
                    [&](error_code result, std::size_t) { done = result; });
    run(done, Clock::now() + options_.idle_timeout);
    if (done && !*done) return {};
    return ended(done ? done->message() : "the server takes nothing");
  }

  Result<std::optional<std::string>> receive(std::chrono::milliseconds limit) override {
    if (!open_) return ended("it was closed");
    if (!reading_) {
      reading_ = true;
      received_.reset();
      ws_.async_read(buffer_, [this](error_code result, std::size_t) { received_ = result; });
    }
    run(received_, Clock::now() + limit);
    if (!received_) return std::nullopt;
    reading_ = false;
    if (*received_ == websocket::error::message_too_big) {
      open_ = false;
      return fail(ErrorKind::kDamaged, 7306,
                  fmt::format("a message of more than {} bytes", options_.max_message_bytes), where_);
    }
    if (*received_) return ended(received_->message());
    std::string text = beast::buffers_to_string(buffer_.data());
    buffer_.consume(buffer_.size());
    return text;
  }

 private:
  Status open_connection(const Url& url) {
    HttpOptions how;
    how.connect_timeout = options_.connect_timeout;
    how.proxy = options_.proxy;
    const TcpAim aim{.host = url.host, .port = url.port, .for_tls = url.tls, .shown = where_};
    GT_ASSIGN(FileDescriptor connection, open_tcp_connection(aim, how));
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    ::getsockname(connection.get(), reinterpret_cast<sockaddr*>(&address), &length);
    error_code code;
    const auto protocol = address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
    (void)beast::get_lowest_layer(ws_).socket().assign(protocol, connection.release(), code);
    if (code) return std::unexpected(unavailable(7302, "no connection: " + code.message(), where_));
    return {};
  }

  Status shake_hands(const std::string& host) {
    if constexpr (std::is_same_v<Next, Tls>) {
      auto& tls = ws_.next_layer();
      // As SSL_set_tlsext_host_name, a macro with a cast of C, does it.
      std::string name = host;
      SSL_ctrl(tls.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
      tls.set_verify_mode(asio::ssl::verify_peer);
      tls.set_verify_callback(asio::ssl::host_name_verification(host));
      std::optional<error_code> done;
      tls.async_handshake(asio::ssl::stream_base::client, [&](error_code result) { done = result; });
      return finish(done, 7304, "TLS");
    }
    return {};
  }

  /// Works until `done` is there, or the moment has come.
  void run(const std::optional<error_code>& done, Clock::time_point until) {
    io_.restart();
    while (!done && io_.run_one_until(until) > 0) {
    }
  }

  /// The steps of a connection end by themselves: each has its timeout.
  Status finish(std::optional<error_code>& done, std::uint16_t code, std::string_view what) {
    run(done, Clock::now() + 2 * options_.connect_timeout);
    if (done && !*done) return {};
    if (!done || *done == beast::error::timeout) {
      return std::unexpected(unavailable(7303, fmt::format("{}: out of time", what), where_));
    }
    return std::unexpected(unavailable(code, fmt::format("{}: {}", what, done->message()), where_));
  }

  std::unexpected<Error> ended(const std::string& why) {
    open_ = false;
    return std::unexpected(unavailable(7307, "the connection has ended: " + why, where_));
  }

  std::string where_;
  WebSocketOptions options_;
  asio::io_context io_;
  websocket::stream<Next> ws_;
  beast::flat_buffer buffer_;
  std::optional<error_code> received_;
  bool reading_ = false;
  bool open_ = false;
};

/// Its context lives as long as the session.
struct TlsSession final : WebSocketClient::Channel {
  TlsSession(asio::ssl::context trust, const std::string& where, const WebSocketOptions& options)
      : context(std::move(trust)), session(where, options, context) {}
  Status send(std::string_view text) override { return session.send(text); }
  Result<std::optional<std::string>> receive(std::chrono::milliseconds limit) override {
    return session.receive(limit);
  }
  asio::ssl::context context;
  Session<Tls> session;
};

Result<asio::ssl::context> trust_of(const WebSocketOptions& options) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  error_code code;
  if (options.ca_file.empty()) {
    (void)context.set_default_verify_paths(code);  // The code says it.
  } else {
    (void)context.load_verify_file(options.ca_file, code);
  }
  if (code) {
    return fail(ErrorKind::kUsage, 7305, "the trusted certificates cannot be read: " + code.message(),
                options.ca_file);
  }
  return context;
}

}  // namespace

WebSocketClient::WebSocketClient(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}
WebSocketClient::WebSocketClient(WebSocketClient&&) noexcept = default;
WebSocketClient& WebSocketClient::operator=(WebSocketClient&&) noexcept = default;
WebSocketClient::~WebSocketClient() = default;

Result<WebSocketClient> WebSocketClient::connect(const std::string& url, const WebSocketOptions& options) {
  GT_ASSIGN(const Url parts, parse(url));
  try {
    if (parts.tls) {
      GT_ASSIGN(asio::ssl::context trust, trust_of(options));
      auto session = std::make_unique<TlsSession>(std::move(trust), url, options);
      GT_RETURN_IF_ERROR(session->session.connect(parts));
      return WebSocketClient(std::move(session));
    }
    auto session = std::make_unique<Session<Plain>>(url, options);
    GT_RETURN_IF_ERROR(session->connect(parts));
    return WebSocketClient(std::move(session));
  } catch (const std::exception& error) {
    return std::unexpected(unavailable(7302, fmt::format("no connection: {}", error.what()), url));
  }
}

Status WebSocketClient::send(std::string_view text) { return channel_->send(text); }

Result<std::optional<std::string>> WebSocketClient::receive(std::chrono::milliseconds limit) {
  return channel_->receive(limit);
}

}  // namespace goldtape::io
