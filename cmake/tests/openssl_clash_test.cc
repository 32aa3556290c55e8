// The wheel's libparquet exports parts of an OpenSSL of its own. libssl, and with it libcurl and libpq, must
// be bound to the system's libcrypto whole: bound to both, reading the trusted certificates crashed.

#include <memory>
#include <string>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <parquet/properties.h>

#include "symbol_owner.h"

namespace {

TEST(OpensslClash, TheSystemsIsBoundTo) {
  ASSERT_NE(parquet::default_writer_properties(), nullptr);  // So that libparquet is here.
  for (const char* name : {"EVP_DigestInit_ex", "X509_STORE_new", "BIO_new", "ERR_put_error", "ASN1_ANY_it",
                           "OPENSSL_init_crypto"}) {
    const std::string owner = owner_of(dlsym(RTLD_DEFAULT, name));
    EXPECT_EQ(owner.find("parquet"), std::string::npos) << name << " is " << owner << "'s";
  }
}

TEST(OpensslClash, TrustedCertificatesAreRead) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  ASSERT_NE(context, nullptr);
  EXPECT_EQ(SSL_CTX_set_default_verify_paths(context.get()), 1);
}

}  // namespace
