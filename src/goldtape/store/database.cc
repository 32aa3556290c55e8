#include "goldtape/store/database.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "goldtape/store/connection_internal.h"
#include "goldtape/store/postgres_uri.h"
#include "goldtape/store/schema.h"

namespace goldtape::store {

struct Database::Impl {
  std::string path;
  bool read_only = false;
  std::unique_ptr<internal::Connection> connection;
  std::mutex mutex;
  std::atomic<std::thread::id> owner;  ///< The thread whose Transaction is open.

  Result<std::unique_lock<std::mutex>> lock() {
    if (owner.load() == std::this_thread::get_id()) {
      return fail(ErrorKind::kInternal, 4007,
                  "the database is used by the thread that holds a transaction on it; use the transaction",
                  path);
    }
    return std::unique_lock<std::mutex>(mutex);
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
    database->connection->roll_back();
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
  GT_ASSIGN(const auto answer, impl_->database->connection->run(sql, params));
  return answer.changes;
}

Result<Rows> Transaction::query(std::string_view sql, const std::vector<Value>& params) {
  GT_RETURN_IF_ERROR(impl_->check_open());
  GT_ASSIGN(auto answer, impl_->database->connection->run(sql, params));
  return std::move(answer.rows);
}

Result<bool> Transaction::has_table(std::string_view name) {
  GT_RETURN_IF_ERROR(impl_->check_open());
  return impl_->database->connection->has_table(name);
}

Status Transaction::lock_schema() {
  GT_RETURN_IF_ERROR(impl_->check_open());
  return impl_->database->connection->lock_schema();
}

Status Transaction::commit() {
  GT_RETURN_IF_ERROR(impl_->check_open());
  Status committed = impl_->database->connection->commit();
  if (!committed) {
    impl_->roll_back();
    return committed;
  }
  impl_->end();
  return {};
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

Result<std::shared_ptr<Database>> Database::open(const std::string& where, const DatabaseOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->path = where;
  impl->read_only = options.read_only;
  if (is_postgres_uri(where)) {
    GT_ASSIGN(impl->connection, internal::connect_postgres(where, options));
  } else {
    GT_ASSIGN(impl->connection, internal::connect_sqlite(where, options));
  }
  auto database = std::shared_ptr<Database>(new Database(std::move(impl)));
  GT_RETURN_IF_ERROR(migrate(*database));
  return database;
}

Result<Transaction> Database::begin() {
  GT_ASSIGN(auto lock, impl_->lock());
  if (impl_->read_only) {
    return fail(ErrorKind::kIo, 4001, "the operations database is open for reading only", impl_->path);
  }
  GT_RETURN_IF_ERROR(impl_->connection->begin());
  impl_->owner.store(std::this_thread::get_id());
  auto transaction = std::make_unique<Transaction::Impl>();
  transaction->database = impl_.get();
  transaction->lock = std::move(lock);
  return Transaction(std::move(transaction));
}

Result<std::int64_t> Database::execute(std::string_view sql, const std::vector<Value>& params) {
  GT_ASSIGN(auto lock, impl_->lock());
  GT_ASSIGN(const auto answer, impl_->connection->run(sql, params));
  return answer.changes;
}

Result<Rows> Database::query(std::string_view sql, const std::vector<Value>& params) {
  GT_ASSIGN(auto lock, impl_->lock());
  GT_ASSIGN(auto answer, impl_->connection->run(sql, params));
  return std::move(answer.rows);
}

Result<bool> Database::has_table(std::string_view name) {
  GT_ASSIGN(auto lock, impl_->lock());
  return impl_->connection->has_table(name);
}

Result<std::vector<std::string>> Database::verify() {
  GT_ASSIGN(auto lock, impl_->lock());
  return impl_->connection->verify();
}

const std::string& Database::path() const { return impl_->path; }
bool Database::read_only() const { return impl_->read_only; }

}  // namespace goldtape::store
