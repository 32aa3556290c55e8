#include "goldtape/store/postgres_uri.h"

#include <memory>
#include <string>

#include <libpq-fe.h>

namespace goldtape::store {

bool is_postgres_uri(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

Status check_postgres_uri(const std::string& uri) {
  char* words = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(uri.c_str(), &words), PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> reason(words, PQfreemem);
  if (options == nullptr) {
    // libpq's words may repeat the text, and a password in it.
    return fail(ErrorKind::kUsage, 4200,
                "this is not a PostgreSQL URI; write postgresql://USER@HOST:PORT/DATABASE");
  }
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    const bool secret = keyword == "password" || keyword == "sslpassword";
    if (secret && option->val != nullptr && *option->val != '\0') {
      return fail(
          ErrorKind::kUsage, 4203,
          "the catalog's URI holds a password, which would be stored and shown; leave it out and put it "
          "into PGPASSWORD or a password file (~/.pgpass)");
    }
  }
  return {};
}

}  // namespace goldtape::store
