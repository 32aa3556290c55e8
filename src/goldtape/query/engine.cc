#include <algorithm>
#include <cctype>

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <duckdb.h>
#include <fmt/format.h>

#include "goldtape/query/duckdb_files_internal.h"
#include "goldtape/query/engine_internal.h"
#include "goldtape/query/sql_text.h"

namespace goldtape::query::internal {

namespace {

template <typename T, void (*Destroy)(T*)>
class Owned {
 public:
  Owned() = default;
  ~Owned() { Destroy(&value_); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  T* out() { return &value_; }
  [[nodiscard]] T get() const { return value_; }

 private:
  T value_{};
};

using Prepared = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using Extracted = Owned<duckdb_extracted_statements, duckdb_destroy_extracted>;
using Config = Owned<duckdb_config, duckdb_destroy_config>;
using DbResult = Owned<duckdb_result, duckdb_destroy_result>;

std::unexpected<Error> sql_error(const char* words) {
  return fail(ErrorKind::kUsage, 6001, words != nullptr ? words : "DuckDB gave no reason");
}

/// Turns DuckDB's error object into ours and frees it; success when there is none.
Status take_error(duckdb_error_data error) {
  Status status{};
  if (duckdb_error_data_has_error(error)) status = sql_error(duckdb_error_data_message(error));
  duckdb_destroy_error_data(&error);
  return status;
}

/// The text behind leading white space and comments.
std::string_view skip_blank(std::string_view sql) {
  for (;;) {
    while (!sql.empty() && std::isspace(static_cast<unsigned char>(sql.front())) != 0) sql.remove_prefix(1);
    if (sql.starts_with("--")) {
      const auto end = sql.find('\n');
      sql = end == std::string_view::npos ? std::string_view{} : sql.substr(end + 1);
    } else if (sql.starts_with("/*")) {
      const auto end = sql.find("*/");
      sql = end == std::string_view::npos ? std::string_view{} : sql.substr(end + 2);
    } else {
      return sql;
    }
  }
}

bool take_word(std::string_view& sql, std::string_view word) {
  const auto rest = skip_blank(sql);
  if (rest.size() < word.size()) return false;
  const bool same = std::equal(word.begin(), word.end(), rest.begin(), [](char want, char have) {
    return want == std::tolower(static_cast<unsigned char>(have));
  });
  const bool ends =
      rest.size() == word.size() ||
      (std::isalnum(static_cast<unsigned char>(rest[word.size()])) == 0 && rest[word.size()] != '_');
  if (!same || !ends) return false;
  sql = rest.substr(word.size());
  return true;
}

/// What EXPLAIN would run: `EXPLAIN [ANALYZE] [(options)] statement`.
std::string_view explained_statement(std::string_view sql) {
  if (!take_word(sql, "explain")) return sql;
  take_word(sql, "analyze");
  sql = skip_blank(sql);
  if (sql.starts_with("(")) {
    auto inside = sql.substr(1);
    const auto first = skip_blank(inside);
    auto probe = first;
    if (!take_word(probe, "select") && !take_word(probe, "with")) {
      const auto end = sql.find(')');
      if (end != std::string_view::npos) sql = sql.substr(end + 1);
    }
  }
  return sql;
}

/// Carries an error of ours through Arrow.
class ErrorDetail final : public arrow::StatusDetail {
 public:
  explicit ErrorDetail(Error error) : error_(std::move(error)) {}
  [[nodiscard]] const char* type_id() const override { return "goldtape::Error"; }
  [[nodiscard]] std::string ToString() const override { return error_.to_string(); }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_;
};

/// The error of a file that DuckDB could not read, else its own words.
Error cause(RemoteFiles* files, const char* words) {
  if (files != nullptr) {
    if (auto error = files->take_error()) return *std::move(error);
  }
  return sql_error(words).error();
}

/// Rows of a streaming result as Arrow batches.
class StreamReader final : public arrow::RecordBatchReader {
 public:
  explicit StreamReader(std::shared_ptr<RemoteFiles> files) : files_(std::move(files)) {}
  ~StreamReader() override {
    duckdb_destroy_arrow_options(&options_);
    duckdb_destroy_result(&result_);
    duckdb_destroy_prepare(&prepared_);
  }
  StreamReader(const StreamReader&) = delete;
  StreamReader& operator=(const StreamReader&) = delete;

  Status start(duckdb_connection connection, const std::string& sql) {
    if (duckdb_prepare(connection, sql.c_str(), &prepared_) == DuckDBError) {
      return std::unexpected(cause(files_.get(), duckdb_prepare_error(prepared_)));
    }
    if (duckdb_execute_prepared_streaming(prepared_, &result_) == DuckDBError) {
      return std::unexpected(cause(files_.get(), duckdb_result_error(&result_)));
    }
    options_ = duckdb_result_get_arrow_options(&result_);
    return import_schema();
  }

  [[nodiscard]] std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(result_);
    if (chunk == nullptr) {
      *batch = nullptr;
      const char* words = duckdb_result_error(&result_);
      if (words == nullptr) return arrow::Status::OK();
      Error error = cause(files_.get(), words);
      const std::string message = error.message;
      return arrow::Status(arrow::StatusCode::ExecutionError, message,
                           std::make_shared<ErrorDetail>(std::move(error)));
    }
    ArrowArray array{};
    const auto converted = take_error(duckdb_data_chunk_to_arrow(options_, chunk, &array));
    duckdb_destroy_data_chunk(&chunk);
    if (!converted) return arrow::Status::ExecutionError(converted.error().message);
    ARROW_ASSIGN_OR_RAISE(*batch, arrow::ImportRecordBatch(&array, schema_));
    return arrow::Status::OK();
  }

 private:
  Status import_schema() {
    const idx_t columns = duckdb_column_count(&result_);
    std::vector<duckdb_logical_type> types;
    std::vector<const char*> names;
    for (idx_t i = 0; i < columns; ++i) {
      types.push_back(duckdb_column_logical_type(&result_, i));
      names.push_back(duckdb_column_name(&result_, i));
    }
    ArrowSchema schema{};
    auto status = take_error(duckdb_to_arrow_schema(options_, types.data(), names.data(), columns, &schema));
    for (auto& type : types) duckdb_destroy_logical_type(&type);
    GT_RETURN_IF_ERROR(status);
    auto imported = arrow::ImportSchema(&schema);
    if (!imported.ok()) return fail(ErrorKind::kInternal, 6009, imported.status().ToString());
    schema_ = *imported;
    return {};
  }

  duckdb_prepared_statement prepared_ = nullptr;
  duckdb_result result_{};
  duckdb_arrow_options options_ = nullptr;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<RemoteFiles> files_;
};

}  // namespace

struct Engine::Handles {
  ~Handles() {
    duckdb_disconnect(&connection);
    duckdb_close(&database);
  }
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  std::vector<std::string> allowed_directories;
  std::shared_ptr<RemoteFiles> files;  ///< Absent when nothing is remote.
};

Engine::Engine(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options) {
  Config config;
  if (duckdb_create_config(config.out()) == DuckDBError) return sql_error("cannot make a configuration");
  const auto set = [&](const char* name, const std::string& value) {
    return duckdb_set_config(config.get(), name, value.c_str()) == DuckDBSuccess;
  };
  bool good = set("threads", std::to_string(options.threads)) &&
              set("autoinstall_known_extensions", "false") && set("autoload_known_extensions", "false");
  if (options.memory_limit_bytes > 0) {
    good = good && set("memory_limit", fmt::format("{}B", options.memory_limit_bytes));
  }
  if (!good) return fail(ErrorKind::kInternal, 6009, "DuckDB refused its settings");

  auto handles = std::make_unique<Handles>();
  handles->allowed_directories = options.allowed_directories;
  char* words = nullptr;
  if (duckdb_open_ext(nullptr, &handles->database, config.get(), &words) == DuckDBError) {
    auto error = sql_error(words);
    duckdb_free(words);
    return error;
  }
  if (options.remote != nullptr) {
    handles->files = std::make_shared<RemoteFiles>(options.remote);
    GT_RETURN_IF_ERROR(register_files(handles->database, handles->files));
  }
  if (duckdb_connect(handles->database, &handles->connection) == DuckDBError)
    return sql_error("cannot connect");
  std::unique_ptr<Engine> engine(new Engine(std::move(handles)));
  GT_RETURN_IF_ERROR(engine->run("SET TimeZone = 'UTC'; SET enable_progress_bar = false"));
  return engine;
}

Status Engine::run(const std::string& sql) {
  DbResult result;
  if (duckdb_query(handles_->connection, sql.c_str(), result.out()) == DuckDBError) {
    return std::unexpected(cause(handles_->files.get(), duckdb_result_error(result.out())));
  }
  return {};
}

Status Engine::insert(const std::string& table, const arrow::Table& rows) {
  duckdb_appender appender = nullptr;
  const auto dot = table.find('.');
  const auto schema = table.substr(0, dot);
  const auto name = table.substr(dot + 1);
  if (duckdb_appender_create(handles_->connection, schema.c_str(), name.c_str(), &appender) == DuckDBError) {
    auto status = sql_error(duckdb_appender_error(appender));
    duckdb_appender_destroy(&appender);
    return status;
  }
  Status status{};
  duckdb_arrow_converted_schema converted = nullptr;
  ArrowSchema c_schema{};
  if (!arrow::ExportSchema(*rows.schema(), &c_schema).ok()) {
    status = fail(ErrorKind::kInternal, 6009, "a table of ours has a schema that DuckDB cannot take");
  }
  if (status) status = take_error(duckdb_schema_from_arrow(handles_->connection, &c_schema, &converted));
  arrow::TableBatchReader reader(rows);
  reader.set_chunksize(static_cast<std::int64_t>(duckdb_vector_size()));
  std::shared_ptr<arrow::RecordBatch> batch;
  while (status && reader.ReadNext(&batch).ok() && batch != nullptr) {
    ArrowArray array{};
    duckdb_data_chunk chunk = nullptr;
    if (!arrow::ExportRecordBatch(*batch, &array).ok()) break;
    status = take_error(duckdb_data_chunk_from_arrow(handles_->connection, &array, converted, &chunk));
    if (status && duckdb_append_data_chunk(appender, chunk) == DuckDBError) {
      status = sql_error(duckdb_appender_error(appender));
    }
    duckdb_destroy_data_chunk(&chunk);
    if (array.release != nullptr) array.release(&array);
  }
  if (c_schema.release != nullptr) c_schema.release(&c_schema);
  duckdb_destroy_arrow_converted_schema(&converted);
  if (status && duckdb_appender_close(appender) == DuckDBError)
    status = sql_error(duckdb_appender_error(appender));
  duckdb_appender_destroy(&appender);
  return status;
}

void Engine::add_remote_table(std::vector<RemoteFile> files) {
  if (handles_->files != nullptr) handles_->files->add_table(std::move(files));
}

Status Engine::lock() {
  std::string list;
  for (const auto& directory : handles_->allowed_directories) {
    list += (list.empty() ? "" : ", ") + quote_literal(directory);
  }
  return run(
      fmt::format("SET allowed_directories = [{}]; SET enable_external_access = false; "
                  "SET lock_configuration = true",
                  list));
}

Status Engine::require_read_only(const std::string& sql) {
  Extracted statements;
  const idx_t count = duckdb_extract_statements(handles_->connection, sql.c_str(), statements.out());
  if (count == 0) {
    const char* words = duckdb_extract_statements_error(statements.get());
    if (words != nullptr && *words != '\0') return sql_error(words);
  }
  if (count != 1) {
    return fail(
        ErrorKind::kUsage, 6003,
        fmt::format("a query is exactly one SQL statement, and this has {}; run them one by one", count));
  }
  Prepared prepared;
  if (duckdb_prepare_extracted_statement(handles_->connection, statements.get(), 0, prepared.out()) ==
      DuckDBError) {
    return std::unexpected(cause(handles_->files.get(), duckdb_prepare_error(prepared.get())));
  }
  const auto type = duckdb_prepared_statement_type(prepared.get());
  if (type == DUCKDB_STATEMENT_TYPE_SELECT) return {};
  if (type == DUCKDB_STATEMENT_TYPE_EXPLAIN) {
    const std::string inner(explained_statement(sql));
    if (inner != sql) return require_read_only(inner);
  }
  return fail(
      ErrorKind::kUsage, 6002,
      "only statements that read are allowed (SELECT, FROM, WITH, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN); "
      "to save an answer use --output FILE");
}

Result<std::shared_ptr<arrow::RecordBatchReader>> Engine::stream(std::string_view sql) {
  const std::string text(sql);
  GT_RETURN_IF_ERROR(require_read_only(text));
  auto reader = std::make_shared<StreamReader>(handles_->files);
  GT_RETURN_IF_ERROR(reader->start(handles_->connection, text));
  return reader;
}

Error stream_error(const arrow::Status& status) {
  const auto* detail = dynamic_cast<const ErrorDetail*>(status.detail().get());
  return detail != nullptr ? detail->error() : Error{ErrorKind::kUsage, 6001, status.message()};
}

}  // namespace goldtape::query::internal
