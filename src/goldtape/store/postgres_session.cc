#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include "goldtape/store/postgres_session_internal.h"
#include "goldtape/store/postgres_values_internal.h"

namespace goldtape::store::internal {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPointer = std::unique_ptr<PGresult, ClearResult>;

}  // namespace

NumberedSql with_numbered_parameters(std::string_view sql) {
  std::string out;
  out.reserve(sql.size() + 16);
  char quote = 0;
  int number = 0;
  for (const char c : sql) {
    if (quote == 0 && c == '?') {
      out += fmt::format("${}", ++number);
      continue;
    }
    if (c == '\'' || c == '"') {
      if (quote == 0)
        quote = c;
      else if (quote == c)
        quote = 0;
    }
    out += c;
  }
  return {std::move(out), number};
}

void PostgresSession::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

PostgresSession::PostgresSession(std::string uri, const PostgresSettings& settings)
    : uri_(std::move(uri)), settings_(settings) {}
PostgresSession::PostgresSession(PostgresSession&&) noexcept = default;
PostgresSession& PostgresSession::operator=(PostgresSession&&) noexcept = default;
PostgresSession::~PostgresSession() = default;

Result<PostgresSession> PostgresSession::connect(const std::string& uri, const PostgresSettings& settings) {
  PostgresSession session(uri, settings);
  const Deadline deadline = Clock::now() + settings.answer_timeout;
  // A dead peer is noticed by the kernel too, and by the server, which then frees our locks.
  constexpr std::array kKeywords{"keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "client_encoding",
                                 "fallback_application_name",
                                 "dbname",
                                 static_cast<const char*>(nullptr)};
  const std::array values{"15", "5", "3", "UTF8", "goldtape", uri.c_str(), static_cast<const char*>(nullptr)};
  session.connection_.reset(PQconnectStartParams(kKeywords.data(), values.data(), 1));
  if (session.connection_ == nullptr) return session.lost("no memory for a connection");
  if (PQstatus(session.connection_.get()) == CONNECTION_BAD)
    return std::unexpected<Error>(connect_error(session.connection_.get(), uri));
  GT_RETURN_IF_ERROR(session.await_connection(deadline));
  GT_RETURN_IF_ERROR(session.set_up());
  return session;
}

Status PostgresSession::await_connection(Deadline deadline) {
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED) {
      Error error = connect_error(connection_.get(), uri_);
      connection_.reset();
      return std::unexpected<Error>(std::move(error));
    }
    GT_RETURN_IF_ERROR(wait_for(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline));
    state = PQconnectPoll(connection_.get());
  }
  PQsetNoticeReceiver(
      connection_.get(), [](void*, const PGresult*) {}, nullptr);  // A library prints nothing.
  if (PQsetnonblocking(connection_.get(), 1) != 0) return lost("the connection broke");
  backend_pid_ = PQbackendPID(connection_.get());
  return {};
}

Status PostgresSession::set_up() {
  const auto total = settings_.lock_wait + settings_.answer_timeout;
  // A commit must be durable when it returns, whatever the server's default is. A session that hangs in the
  // middle of a transaction must not hold its locks for ever.
  const auto done =
      run("SELECT set_config('lock_timeout', ?, false), set_config('statement_timeout', ?, false),"
          " set_config('idle_in_transaction_session_timeout', '60000', false),"
          " set_config('tcp_keepalives_idle', '15', false),"
          " set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'"
          " ELSE current_setting('synchronous_commit') END, false),"
          " set_config('default_transaction_read_only', ?, false)",
          {std::to_string(settings_.lock_wait.count()), std::to_string(total.count()),
           settings_.read_only ? "on" : "off"});
  if (!done) return std::unexpected<Error>(done.error());
  return {};
}

bool PostgresSession::is_open() {
  if (connection_ == nullptr || PQstatus(connection_.get()) != CONNECTION_OK) return false;
  pollfd entry{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
  if (::poll(&entry, 1, 0) <= 0) return true;
  // Nothing was asked: what comes by itself is a farewell, or a notice.
  if (PQconsumeInput(connection_.get()) == 1 && PQstatus(connection_.get()) == CONNECTION_OK) return true;
  connection_.reset();
  return false;
}

Result<Answer> PostgresSession::run(std::string_view sql, const std::vector<Value>& params) {
  if (connection_ == nullptr) return lost("the connection to the database server is closed");
  const Deadline deadline = Clock::now() + settings_.lock_wait + settings_.answer_timeout;
  GT_RETURN_IF_ERROR(send(sql, params, deadline));
  return receive(sql, deadline);
}

Status PostgresSession::send(std::string_view sql, const std::vector<Value>& params, Deadline deadline) {
  const PostgresParameters given(params);
  const auto [text, parameters] = with_numbered_parameters(sql);
  if (parameters != given.count()) {
    return fail(ErrorKind::kInternal, 4007,
                "a statement got the wrong number of parameters: " + std::string(sql), uri_);
  }
  const int sent = PQsendQueryParams(connection_.get(), text.c_str(), given.count(), given.types(),
                                     given.values(), given.lengths(), given.formats(), 0);
  if (sent != 1) return lost("the connection to the database server broke");
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) return {};
    if (left < 0) return lost("the connection to the database server broke");
    GT_RETURN_IF_ERROR(wait_for(POLLIN | POLLOUT, deadline));
    if (PQconsumeInput(connection_.get()) != 1) return lost("the connection to the database server broke");
  }
}

Result<Answer> PostgresSession::receive(std::string_view sql, Deadline deadline) {
  Answer answer;
  std::optional<Error> error;
  for (;;) {
    while (PQisBusy(connection_.get()) == 1) {
      GT_RETURN_IF_ERROR(wait_for(POLLIN, deadline));
      if (PQconsumeInput(connection_.get()) != 1) return lost("the connection to the database server broke");
    }
    const ResultPointer result(PQgetResult(connection_.get()));
    if (result == nullptr) break;
    auto part = answer_of(result.get(), sql);
    if (part)
      answer = *std::move(part);
    else if (!error)
      error = part.error();
  }
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    return lost(error ? error->message : "the connection to the database server broke");
  if (error) return std::unexpected<Error>(*std::move(error));
  return answer;
}

Result<Answer> PostgresSession::answer_of(pg_result* result, std::string_view sql) {
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    return std::unexpected<Error>(error_of(result, sql, uri_));
  Answer answer;
  answer.tag = PQcmdStatus(result);
  answer.changes = int_of(Value{std::string(PQcmdTuples(result))});
  if (status == PGRES_TUPLES_OK) answer.rows = rows_of(result);
  return answer;
}

Status PostgresSession::wait_for(short events, Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      return lost(fmt::format("the database server did not answer within {} s",
                              (settings_.lock_wait + settings_.answer_timeout).count() / 1000));
    }
    pollfd entry{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR)
      return lost("the connection to the database server cannot be waited for");
  }
}

std::unexpected<Error> PostgresSession::lost(std::string_view what) {
  std::string message(what);
  if (connection_ != nullptr) {
    std::string words = connect_error(connection_.get(), uri_).message;
    const std::string detail = PQerrorMessage(connection_.get());
    if (!detail.empty() && message.find("server closed") == std::string::npos) message += " (" + words + ")";
  }
  connection_.reset();
  return fail(ErrorKind::kUnavailable, 4201, std::move(message), uri_);
}

}  // namespace goldtape::store::internal
