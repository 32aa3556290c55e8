#include <cstdio>
#include <filesystem>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "goldtape/serve/http_server.h"
#include "goldtape/serve/http_test_client.h"
#include "goldtape/testing/temporary_directory.h"

namespace goldtape::serve {
namespace {

using ::testing::HasSubstr;

/// A certificate of our own for "localhost", and its key.
TlsFiles make_certificate(const std::string& folder) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  const unsigned char name[] = "localhost";
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, name, -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_sign(certificate, key, EVP_sha256());
  TlsFiles files{.certificate_chain = folder + "/cert.pem", .private_key = folder + "/key.pem"};
  std::FILE* file = std::fopen(files.certificate_chain.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(files.private_key.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

class TlsClient : public test::RawClient {
 public:
  explicit TlsClient(std::uint16_t port)
      : RawClient(port), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_fd(ssl_, fd_);
    connected = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() override {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  void send(std::string_view bytes) override {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }
  std::string receive(int) override {
    std::string bytes(64U << 10, '\0');
    const int got = SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    if (got <= 0) closed_ = true;
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  bool connected = false;

 private:
  SSL_CTX* context_;
  SSL* ssl_;
};

TEST(HttpTls, ServesKeepAliveLargeBodiesAndWebSockets) {
  const testing::TemporaryDirectory folder;
  const auto server = HttpServer::start({.tls = make_certificate(folder.path())}, [](const Request& request) {
    EXPECT_TRUE(request.tls);
    if (!request.is_websocket) return Response::text(200, std::string(3U << 20, 'x'));
    Response response;
    response.websocket = WebSocketEvents{
        .on_open = [](const std::shared_ptr<WebSocket>& socket) { (void)socket->send("welcome"); }};
    return response;
  });
  ASSERT_TRUE(server.has_value()) << server.error().to_string();
  EXPECT_THAT((*server)->url(), HasSubstr("https://"));
  TlsClient client((*server)->port());
  ASSERT_TRUE(client.connected);
  EXPECT_EQ(client.get("/").body.size(), 3U << 20);
  EXPECT_EQ(client.get("/").body.size(), 3U << 20);
  TlsClient pushed((*server)->port());
  pushed.send(
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
      "13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_THAT(pushed.receive_until("\r\n\r\n"), HasSubstr(" 101 "));
  EXPECT_EQ(pushed.receive_exactly(9), "\x81\x07welcome");
}

TEST(HttpTls, SurvivesClientsThatSpeakPlainly) {
  const testing::TemporaryDirectory folder;
  const auto server = HttpServer::start({.tls = make_certificate(folder.path())},
                                        [](const Request&) { return Response::text(200, "ok"); });
  ASSERT_TRUE(server.has_value());
  test::RawClient plain((*server)->port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  plain.receive_all();
  EXPECT_TRUE(plain.closed());
  TlsClient client((*server)->port());
  ASSERT_TRUE(client.connected);
  EXPECT_EQ(client.get("/").body, "ok");
}

TEST(HttpTls, SaysWhichFileCannotBeUsed) {
  const testing::TemporaryDirectory folder;
  TlsFiles files = make_certificate(folder.path());
  std::swap(files.certificate_chain, files.private_key);
  const auto swapped = HttpServer::start({.tls = files}, [](const Request&) { return Response(); });
  ASSERT_FALSE(swapped.has_value());
  EXPECT_EQ(swapped.error().code, 8024);
  EXPECT_THAT(swapped.error().where, HasSubstr("key.pem"));
}

}  // namespace
}  // namespace goldtape::serve
