#include <array>
#include <filesystem>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <sqlite3.h>

#include "goldtape/store/connection_internal.h"

namespace goldtape::store::internal {
namespace {

struct CloseHandle {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
struct FinaliseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
// After use: it keeps no lock, and no pointer to a parameter.
struct ResetStatement {
  void operator()(sqlite3_stmt* statement) const {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;
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

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(std::string path) : path_(std::move(path)) {}

  Status open(const DatabaseOptions& options) {
    std::error_code ignored;
    if ((options.must_exist || options.read_only) && !std::filesystem::exists(path_, ignored)) {
      return fail(ErrorKind::kNotFound, 4001, "there is no operations database", path_);
    }
    return options.read_only ? open_read_only(options) : open_writable(options);
  }

  Result<Answer> run(std::string_view sql, const std::vector<Value>& params) override {
    sqlite3* db = handle_.get();
    GT_ASSIGN(sqlite3_stmt * statement, prepared(sql));
    const std::unique_ptr<sqlite3_stmt, ResetStatement> reset(statement);
    if (sqlite3_bind_parameter_count(statement) != static_cast<int>(params.size())) {
      return fail(ErrorKind::kInternal, 4007,
                  "a statement got the wrong number of parameters: " + std::string(sql), path_);
    }
    for (std::size_t i = 0; i < params.size(); ++i) {
      const int result = bind_value(statement, static_cast<int>(i) + 1, params[i]);
      if (result != SQLITE_OK) return sqlite_error(db, result, path_, sql);
    }
    Answer answer;
    int result = sqlite3_step(statement);
    // Only now: where the schema has changed, the first step prepares anew.
    const int columns = sqlite3_column_count(statement);
    for (int c = 0; c < columns; ++c) answer.rows.columns.emplace_back(sqlite3_column_name(statement, c));
    for (; result == SQLITE_ROW; result = sqlite3_step(statement)) {
      Row& row = answer.rows.rows.emplace_back();
      row.reserve(static_cast<std::size_t>(columns));
      for (int c = 0; c < columns; ++c) row.push_back(column_value(statement, c));
    }
    if (result != SQLITE_DONE) return sqlite_error(db, result, path_, sql);
    answer.changes = static_cast<std::int64_t>(sqlite3_changes64(db));
    return answer;
  }

  Status begin() override { return discard(run("BEGIN IMMEDIATE", {})); }
  Status commit() override { return discard(run("COMMIT", {})); }
  // SQLite rolls back by itself after some errors; a second ROLLBACK then only says so.
  void roll_back() override { (void)run("ROLLBACK", {}); }

  Result<bool> has_table(std::string_view name) override {
    GT_ASSIGN(const Answer answer,
              run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", {std::string(name)}));
    return !answer.rows.rows.empty();
  }

  // BEGIN IMMEDIATE holds the only write lock there is.
  Status lock_schema() override { return {}; }

  Result<std::vector<std::string>> verify() override {
    GT_ASSIGN(const Answer answer, run("PRAGMA integrity_check", {}));
    std::vector<std::string> findings;
    for (const Row& row : answer.rows.rows) {
      if (text_of(row[0]) != "ok") findings.push_back(text_of(row[0]));
    }
    return findings;
  }

 private:
  static Status discard(const Result<Answer>& answer) {
    if (answer) return {};
    return std::unexpected<Error>(answer.error());
  }

  // Parsing costs more than most statements do; the same few come again and again.
  Result<sqlite3_stmt*> prepared(std::string_view sql) {
    const std::string text(sql);
    if (const auto at = statements_.find(text); at != statements_.end()) return at->second.get();
    sqlite3_stmt* raw = nullptr;
    const int result =
        sqlite3_prepare_v2(handle_.get(), text.data(), static_cast<int>(text.size()), &raw, nullptr);
    Statement statement(raw);
    if (result != SQLITE_OK) return sqlite_error(handle_.get(), result, path_, sql);
    if (statements_.size() >= kMostStatements) statements_.clear();
    return statements_.emplace(text, std::move(statement)).first->second.get();
  }

  Status connect(const std::string& name, int flags, int busy_timeout_ms) {
    sqlite3* raw = nullptr;
    const int result = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
    statements_.clear();
    handle_.reset(raw);
    if (result != SQLITE_OK) return sqlite_error(raw, result, path_);
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, busy_timeout_ms);
    return {};
  }

  // Reads the first page: only now does SQLite look at the file.
  Status probe() { return discard(run("SELECT count(*) FROM sqlite_master", {})); }

  Status open_read_only(const DatabaseOptions& options) {
    GT_RETURN_IF_ERROR(connect(path_, SQLITE_OPEN_READONLY, options.busy_timeout_ms));
    Status probed = probe();
    std::error_code ignored;
    if (probed || probed.error().code != 4001 || std::filesystem::exists(path_ + "-wal", ignored))
      return probed;
    // In a folder that cannot be written SQLite cannot make the WAL's index; with no WAL there, none is
    // needed.
    std::string uri = "file:";
    for (const char c : path_) {
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
    GT_RETURN_IF_ERROR(connect(path_, SQLITE_OPEN_READWRITE | create, options.busy_timeout_ms));
    GT_RETURN_IF_ERROR(probe());
    GT_RETURN_IF_ERROR(run("PRAGMA journal_mode=WAL", {}));
    return discard(run("PRAGMA synchronous=FULL", {}));
  }

  static constexpr std::size_t kMostStatements = 64;

  std::string path_;
  Handle handle_;
  std::unordered_map<std::string, Statement> statements_;  // Gone before the handle is.
};

}  // namespace

Result<std::unique_ptr<Connection>> connect_sqlite(const std::string& path, const DatabaseOptions& options) {
  auto connection = std::make_unique<SqliteConnection>(path);
  GT_RETURN_IF_ERROR(connection->open(options));
  return connection;
}

}  // namespace goldtape::store::internal
