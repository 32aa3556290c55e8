// Values as libpq takes and gives them, and what its errors mean. Not public.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "goldtape/base/result.h"
#include "goldtape/store/value.h"

namespace goldtape::store::internal {

/// Parameters in the form of PQsendQueryParams; points into the values that it was made from.
class PostgresParameters {
 public:
  explicit PostgresParameters(const std::vector<Value>& values);
  [[nodiscard]] int count() const { return static_cast<int>(texts_.size()); }
  [[nodiscard]] const char* const* values() const { return pointers_.data(); }
  [[nodiscard]] const int* lengths() const { return lengths_.data(); }
  [[nodiscard]] const int* formats() const { return formats_.data(); }
  [[nodiscard]] const Oid* types() const { return types_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::vector<Oid> types_;
};

[[nodiscard]] Rows rows_of(const PGresult* result);

/// The error of a statement, by its SQLSTATE; `where` is the URI.
[[nodiscard]] Error error_of(const PGresult* result, std::string_view sql, const std::string& where);

/// The error of an attempt to connect, by the server's words: there is no SQLSTATE then.
[[nodiscard]] Error connect_error(const PGconn* connection, const std::string& where);

}  // namespace goldtape::store::internal
