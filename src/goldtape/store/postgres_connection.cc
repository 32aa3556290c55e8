// The operations database on a PostgreSQL server.
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "goldtape/store/connection_internal.h"
#include "goldtape/store/postgres_session_internal.h"
#include "goldtape/store/postgres_uri.h"

namespace goldtape::store::internal {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kPoll{50};
/// How long a transaction of a broken connection may go on by itself before it is ended.
constexpr milliseconds kPatience{1'000};
constexpr const char* kSchemaLock = "goldtape schema";

class PostgresConnection final : public Connection {
 public:
  PostgresConnection(std::string uri, const DatabaseOptions& options)
      : uri_(std::move(uri)),
        settings_{.lock_wait = milliseconds(options.busy_timeout_ms),
                  .answer_timeout = milliseconds(options.answer_timeout_ms),
                  .read_only = options.read_only} {}

  Status open(const DatabaseOptions& options) {
    GT_RETURN_IF_ERROR(check_postgres_uri(uri_));
    GT_RETURN_IF_ERROR(ensure_open());
    if (!options.must_exist && !options.read_only) return {};
    GT_ASSIGN(const bool there, has_table("meta"));
    if (there) return {};
    return fail(ErrorKind::kNotFound, 4001, "there is no operations database", uri_);
  }

  Result<Answer> run(std::string_view sql, const std::vector<Value>& params) override {
    GT_RETURN_IF_ERROR(ensure_open());
    return session_->run(sql, params);
  }

  Status begin() override {
    GT_RETURN_IF_ERROR(ensure_open());
    GT_RETURN_IF_ERROR(session_->run("BEGIN ISOLATION LEVEL READ COMMITTED"));
    in_transaction_ = true;
    return {};
  }

  Status commit() override {
    // Without a number the transaction changed nothing.
    GT_ASSIGN(const Answer numbered, session_->run("SELECT txid_current_if_assigned()"));
    const auto number = optional_int_of(numbered.rows.rows.at(0).at(0));
    const std::int64_t backend = session_->backend_pid();
    const auto done = session_->run("COMMIT");
    if (done && done->tag == "COMMIT") {
      in_transaction_ = false;
      return {};
    }
    if (done) return fail(ErrorKind::kInternal, 4007, "the transaction had failed before its COMMIT", uri_);
    if (session_->is_open() || !number) return std::unexpected<Error>(done.error());
    in_transaction_ = false;
    return find_outcome(*number, backend, done.error());
  }

  void roll_back() override {
    if (!in_transaction_) return;
    in_transaction_ = false;
    if (session_->is_open()) (void)session_->run("ROLLBACK");
  }

  Result<bool> has_table(std::string_view name) override {
    GT_ASSIGN(const Answer answer,
              run("SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema()"
                  " AND table_name = ?",
                  {std::string(name)}));
    return !answer.rows.rows.empty();
  }

  Status lock_schema() override {
    GT_RETURN_IF_ERROR(
        session_->run("SELECT pg_advisory_xact_lock(hashtext(?))", {std::string(kSchemaLock)}));
    return {};
  }

  Result<std::vector<std::string>> verify() override {
    GT_RETURN_IF_ERROR(run("SELECT 1", {}));
    return std::vector<std::string>{};
  }

 private:
  Status ensure_open() {
    if (in_transaction_) {
      if (session_->is_open()) return {};
      return fail(ErrorKind::kUnavailable, 4201,
                  "the connection to the database server broke; the transaction was not committed", uri_);
    }
    if (session_ && session_->is_open()) return {};
    session_.reset();
    GT_ASSIGN(session_, PostgresSession::connect(uri_, settings_));
    return {};
  }

  /// After a COMMIT without an answer: the server knows what became of the transaction.
  Status find_outcome(std::int64_t transaction, std::int64_t backend, const Error& error) {
    const auto started = Clock::now();
    const auto deadline = started + settings_.answer_timeout;
    std::string state;
    while (Clock::now() < deadline) {
      auto known = state_of(transaction);
      state = known ? *known : std::string{};
      if (state == "committed") return {};
      if (state == "aborted") {
        return fail(ErrorKind::kUnavailable, 4201,
                    fmt::format("the commit did not take place: {}. Run the command again", error.message),
                    uri_);
      }
      if (state == "in progress" && Clock::now() > started + kPatience) end_backend(backend, transaction);
      std::this_thread::sleep_for(kPoll);
    }
    return fail(
        ErrorKind::kIo, 4016,
        fmt::format("whether the commit took place is not known, for the server did not answer any more; "
                    "look at the table before trying again: {}",
                    error.message),
        uri_);
  }

  /// "committed", "aborted" or "in progress".
  Result<std::string> state_of(std::int64_t transaction) {
    GT_ASSIGN(const Answer answer, run("SELECT txid_status(?::bigint)", {transaction}));
    return text_of(answer.rows.rows.at(0).at(0));
  }

  /// Our COMMIT may never have arrived; the server's process would wait for it until the network gives up.
  /// Only the process that still runs this very transaction is ended.
  void end_backend(std::int64_t backend, std::int64_t transaction) {
    (void)run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ?::int"
        " AND backend_xid::text::bigint = ?::bigint % 4294967296",
        {backend, transaction});
  }

  std::string uri_;
  PostgresSettings settings_;
  std::optional<PostgresSession> session_;
  bool in_transaction_ = false;
};

}  // namespace

Result<std::unique_ptr<Connection>> connect_postgres(const std::string& uri, const DatabaseOptions& options) {
  auto connection = std::make_unique<PostgresConnection>(uri, options);
  GT_RETURN_IF_ERROR(connection->open(options));
  return connection;
}

}  // namespace goldtape::store::internal
