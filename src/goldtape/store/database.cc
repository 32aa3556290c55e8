#include "goldtape/store/database.h"

#include <atomic>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <sqlite3.h>

#include "goldtape/store/schema.h"

namespace goldtape::store {
namespace {

struct CloseConnection {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
struct FinaliseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;
using Statement = std::unique_ptr<sqlite3_stmt, FinaliseStatement>;

struct Fault {
  ErrorKind kind;
  std::uint16_t code;
  const char* words;
};

Fault classify(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::kConflict, 4002, "the operations database is locked by another program; try again"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {ErrorKind::kDamaged, 4003, "the operations database is damaged"};
    case SQLITE_CONSTRAINT:
      return {ErrorKind::kAlreadyExists, 4005, "the row is there already or breaks a rule of its table"};
    case SQLITE_FULL: return {ErrorKind::kIo, 4006, "no space left for the operations database"};
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH: return {ErrorKind::kIo, 4001, "the operations database cannot be read or written"};
    case SQLITE_NOMEM: return {ErrorKind::kIo, 4001, "no memory left for the operations database"};
    default: return {ErrorKind::kInternal, 4007, "the operations database refused a statement"};
  }
}

std::unexpected<Error> sqlite_error(sqlite3* connection, int result, const std::string& path,
                                    std::string_view sql = {}) {
  const Fault fault = classify(result);
  std::string message = fault.words;
  message += ": ";
  message += connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(result);
  if (fault.code == 4007 && !sql.empty()) message.append(" in: ").append(sql);
  return fail(fault.kind, fault.code, std::move(message), path);
}

int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return sqlite3_bind_int64(statement, index, *integer);
  if (const auto* number = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&value)) {
    // A null pointer would bind NULL, so an empty blob needs its own call.
    if (blob->bytes.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, blob->bytes.data(), blob->bytes.size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, index);
}

Value column_value(sqlite3_stmt* statement, int column) {
  const auto bytes = [&] { return static_cast<std::size_t>(sqlite3_column_bytes(statement, column)); };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER: return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT: return sqlite3_column_double(statement, column);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return std::string(text, bytes());
    }
    case SQLITE_BLOB: {
      const auto* blob = static_cast<const char*>(sqlite3_column_blob(statement, column));
      return Blob{blob == nullptr ? std::string{} : std::string(blob, bytes())};
    }
    default: return {};
  }
}

}  // namespace

struct Database::Impl {
  std::string path;
  bool read_only = false;
  Connection connection;
  std::mutex mutex;
  std::atomic<std::thread::id> owner;  ///< The thread whose Transaction is open.

  Result<Rows> run(std::string_view sql, const std::vector<Value>& params) {
    sqlite3* db = connection.get();
    sqlite3_stmt* raw = nullptr;
    int result = sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
    Statement statement(raw);
    if (result != SQLITE_OK) return sqlite_error(db, result, path, sql);
    if (sqlite3_bind_parameter_count(raw) != static_cast<int>(params.size())) {
      return fail(ErrorKind::kInternal, 4007,
                  "a statement got the wrong number of parameters: " + std::string(sql), path);
    }
    for (std::size_t i = 0; i < params.size(); ++i) {
      result = bind_value(raw, static_cast<int>(i) + 1, params[i]);
      if (result != SQLITE_OK) return sqlite_error(db, result, path, sql);
    }
    Rows rows;
    const int columns = sqlite3_column_count(raw);
    for (int c = 0; c < columns; ++c) rows.columns.emplace_back(sqlite3_column_name(raw, c));
    while ((result = sqlite3_step(raw)) == SQLITE_ROW) {
      Row& row = rows.rows.emplace_back();
      row.reserve(static_cast<std::size_t>(columns));
      for (int c = 0; c < columns; ++c) row.push_back(column_value(raw, c));
    }
    if (result != SQLITE_DONE) return sqlite_error(db, result, path, sql);
    return rows;
  }

  Result<std::int64_t> change(std::string_view sql, const std::vector<Value>& params) {
    GT_RETURN_IF_ERROR(run(sql, params));
    return static_cast<std::int64_t>(sqlite3_changes64(connection.get()));
  }

  Result<std::unique_lock<std::mutex>> lock() {
    if (owner.load() == std::this_thread::get_id()) {
      return fail(ErrorKind::kInternal, 4007,
                  "the database is used by the thread that holds a transaction on it; use the transaction",
                  path);
    }
    return std::unique_lock<std::mutex>(mutex);
  }

  Status connect(const std::string& name, int flags, int busy_timeout_ms) {
    sqlite3* raw = nullptr;
    const int result = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
    connection.reset(raw);
    if (result != SQLITE_OK) return sqlite_error(raw, result, path);
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, busy_timeout_ms);
    return {};
  }

  // Reads the first page: only now does SQLite look at the file.
  Status probe() {
    GT_RETURN_IF_ERROR(run("SELECT count(*) FROM sqlite_master", {}));
    return {};
  }

  Status open_read_only(const DatabaseOptions& options) {
    GT_RETURN_IF_ERROR(connect(path, SQLITE_OPEN_READONLY, options.busy_timeout_ms));
    Status probed = probe();
    std::error_code ignored;
    if (probed || probed.error().code != 4001 || std::filesystem::exists(path + "-wal", ignored))
      return probed;
    // In a folder that cannot be written SQLite cannot make the WAL's index; with no WAL there, none is
    // needed.
    std::string uri = "file:";
    for (const char c : path) {
      if (c == '%' || c == '?' || c == '#') {
        static constexpr const char* kHex = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        uri.append({'%', kHex[byte >> 4], kHex[byte & 15]});
      } else {
        uri += c;
      }
    }
    GT_RETURN_IF_ERROR(
        connect(uri + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, options.busy_timeout_ms));
    return probe();
  }

  Status open_writable(const DatabaseOptions& options) {
    const int create = options.must_exist ? 0 : SQLITE_OPEN_CREATE;
    GT_RETURN_IF_ERROR(connect(path, SQLITE_OPEN_READWRITE | create, options.busy_timeout_ms));
    GT_RETURN_IF_ERROR(probe());
    GT_RETURN_IF_ERROR(run("PRAGMA journal_mode=WAL", {}));
    GT_RETURN_IF_ERROR(run("PRAGMA synchronous=FULL", {}));
    return {};
  }
};

struct Transaction::Impl {
  Database::Impl* database = nullptr;
  std::unique_lock<std::mutex> lock;
  bool open = true;

  void end() {
    open = false;
    database->owner.store(std::thread::id{});
    if (lock.owns_lock()) lock.unlock();
  }
  void roll_back() {
    if (!open) return;
    // SQLite rolls back by itself after some errors; a second ROLLBACK then only says so.
    (void)database->run("ROLLBACK", {});
    end();
  }
  Status check_open() const {
    if (open) return {};
    return fail(ErrorKind::kInternal, 4007, "the transaction has ended", database->path);
  }
};

Transaction::Transaction(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Transaction::Transaction(Transaction&&) noexcept = default;

Transaction::~Transaction() {
  if (impl_ != nullptr) impl_->roll_back();
}

Result<std::int64_t> Transaction::execute(std::string_view sql, const std::vector<Value>& params) {
  GT_RETURN_IF_ERROR(impl_->check_open());
  return impl_->database->change(sql, params);
}

Result<Rows> Transaction::query(std::string_view sql, const std::vector<Value>& params) {
  GT_RETURN_IF_ERROR(impl_->check_open());
  return impl_->database->run(sql, params);
}

Status Transaction::commit() {
  GT_RETURN_IF_ERROR(impl_->check_open());
  auto committed = impl_->database->run("COMMIT", {});
  if (!committed) {
    impl_->roll_back();
    return std::unexpected<Error>(committed.error());
  }
  impl_->end();
  return {};
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

Result<std::shared_ptr<Database>> Database::open(const std::string& path, const DatabaseOptions& options) {
  std::error_code ignored;
  if ((options.must_exist || options.read_only) && !std::filesystem::exists(path, ignored)) {
    return fail(ErrorKind::kNotFound, 4001, "there is no operations database", path);
  }
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->read_only = options.read_only;
  GT_RETURN_IF_ERROR(options.read_only ? impl->open_read_only(options) : impl->open_writable(options));
  auto database = std::shared_ptr<Database>(new Database(std::move(impl)));
  GT_RETURN_IF_ERROR(migrate(*database));
  return database;
}

Result<Transaction> Database::begin() {
  GT_ASSIGN(auto lock, impl_->lock());
  if (impl_->read_only) {
    return fail(ErrorKind::kIo, 4001, "the operations database is open for reading only", impl_->path);
  }
  GT_RETURN_IF_ERROR(impl_->run("BEGIN IMMEDIATE", {}));
  impl_->owner.store(std::this_thread::get_id());
  auto transaction = std::make_unique<Transaction::Impl>();
  transaction->database = impl_.get();
  transaction->lock = std::move(lock);
  return Transaction(std::move(transaction));
}

Result<std::int64_t> Database::execute(std::string_view sql, const std::vector<Value>& params) {
  GT_ASSIGN(auto lock, impl_->lock());
  return impl_->change(sql, params);
}

Result<Rows> Database::query(std::string_view sql, const std::vector<Value>& params) {
  GT_ASSIGN(auto lock, impl_->lock());
  return impl_->run(sql, params);
}

const std::string& Database::path() const { return impl_->path; }
bool Database::read_only() const { return impl_->read_only; }

}  // namespace goldtape::store
