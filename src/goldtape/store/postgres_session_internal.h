// One session with a PostgreSQL server: every call ends by its deadline. Not public.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/store/connection_internal.h"

struct pg_conn;
struct pg_result;

namespace goldtape::store::internal {

using Deadline = std::chrono::steady_clock::time_point;

struct PostgresSettings {
  std::chrono::milliseconds lock_wait{30'000};       ///< For rows and tables that others hold.
  std::chrono::milliseconds answer_timeout{30'000};  ///< To connect; to answer, beyond the wait for locks.
  bool read_only = false;
};

/// Not thread safe. Errors as Database's. After an error that leaves the session in an unclear state (no
/// answer in time, connection lost) it is closed for good.
class PostgresSession {
 public:
  [[nodiscard]] static Result<PostgresSession> connect(const std::string& uri,
                                                       const PostgresSettings& settings);
  PostgresSession(PostgresSession&&) noexcept;
  PostgresSession& operator=(PostgresSession&&) noexcept;
  ~PostgresSession();

  /// One statement; `?` outside quotes stands for a parameter.
  [[nodiscard]] Result<Answer> run(std::string_view sql, const std::vector<Value>& params = {});
  /// Whether it can still be used; notices when the server has hung up meanwhile.
  [[nodiscard]] bool is_open();
  /// The server's process that serves this session.
  [[nodiscard]] std::int64_t backend_pid() const { return backend_pid_; }

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  PostgresSession(std::string uri, const PostgresSettings& settings);
  Status set_up();
  Status await_connection(Deadline deadline);
  Status send(std::string_view sql, const std::vector<Value>& params, Deadline deadline);
  Result<Answer> receive(std::string_view sql, Deadline deadline);
  Result<Answer> answer_of(pg_result* result, std::string_view sql);
  Status wait_for(short events, Deadline deadline);
  std::unexpected<Error> lost(std::string_view what);

  std::string uri_;
  PostgresSettings settings_;
  std::unique_ptr<pg_conn, Close> connection_;
  std::int64_t backend_pid_ = 0;
};

struct NumberedSql {
  std::string text;
  int parameters = 0;
};

/// `SELECT a FROM t WHERE b = ?` with `$1`.
[[nodiscard]] NumberedSql with_numbered_parameters(std::string_view sql);

}  // namespace goldtape::store::internal
