#include <exception>

#include <duckdb/common/file_system.hpp>
#include <duckdb/main/database.hpp>

#include "goldtape/io/s3_options.h"
#include "goldtape/query/duckdb_files_internal.h"

namespace goldtape::query::internal {

namespace {

/// What a duckdb_database points to: duckdb::DatabaseWrapper of duckdb/main/capi/capi_internal.hpp, said
/// again because that header includes half of DuckDB.
struct DatabaseWrapper {
  duckdb::shared_ptr<duckdb::DuckDB> database;
};

class S3FileHandle final : public duckdb::FileHandle {
 public:
  S3FileHandle(duckdb::FileSystem& filesystem, OpenRemoteFile of, duckdb::FileOpenFlags open_flags)
      : FileHandle(filesystem, of.path, open_flags), file(std::move(of)) {}
  void Close() override {}

  OpenRemoteFile file;
  duckdb::idx_t position = 0;
};

[[noreturn]] void throw_error(const Error& error) { throw duckdb::IOException(error.to_string()); }

/// DuckDB's side of RemoteFiles. It throws, as DuckDB's own do; DuckDB catches.
class S3Files final : public duckdb::FileSystem {
 public:
  explicit S3Files(std::shared_ptr<RemoteFiles> files) : files_(std::move(files)) {}

  bool CanHandleFile(const std::string& path) override { return io::is_s3_path(path); }
  std::string GetName() const override { return "GoldtapeS3"; }

  duckdb::unique_ptr<duckdb::FileHandle> OpenFile(const std::string& path, duckdb::FileOpenFlags flags,
                                                  duckdb::optional_ptr<duckdb::FileOpener>) override {
    if (flags.OpenForWriting()) throw duckdb::PermissionException("a query only reads: " + path);
    auto opened = files_->open(path);
    if (!opened) {
      if (opened.error().kind == ErrorKind::kNotFound && flags.ReturnNullIfNotExists()) return nullptr;
      throw_error(opened.error());
    }
    return duckdb::make_uniq<S3FileHandle>(*this, *std::move(opened), flags);
  }

  void Read(duckdb::FileHandle& handle, void* buffer, std::int64_t bytes, duckdb::idx_t location) override {
    const auto wanted = static_cast<std::uint64_t>(bytes);
    if (read_at(handle, buffer, wanted, location) != wanted) {
      throw duckdb::IOException("the file ends before its footer says: " + handle.GetPath());
    }
  }
  std::int64_t Read(duckdb::FileHandle& handle, void* buffer, std::int64_t bytes) override {
    auto& ours = handle.Cast<S3FileHandle>();
    const auto got = read_at(handle, buffer, static_cast<std::uint64_t>(bytes), ours.position);
    ours.position += got;
    return static_cast<std::int64_t>(got);
  }

  std::int64_t GetFileSize(duckdb::FileHandle& handle) override {
    return static_cast<std::int64_t>(handle.Cast<S3FileHandle>().file.size_bytes);
  }
  // Files are never written twice, so their names are versions, and they have no age worth asking for.
  duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle&) override { return duckdb::timestamp_t(0); }
  std::string GetVersionTag(duckdb::FileHandle& handle) override { return handle.GetPath(); }
  duckdb::FileType GetFileType(duckdb::FileHandle&) override { return duckdb::FileType::FILE_TYPE_REGULAR; }

  bool FileExists(const std::string& path, duckdb::optional_ptr<duckdb::FileOpener>) override {
    return files_->open(path).has_value();
  }
  duckdb::vector<duckdb::OpenFileInfo> Glob(const std::string& path, duckdb::FileOpener*) override {
    // Our planner names files one by one; there is nothing to search for.
    duckdb::vector<duckdb::OpenFileInfo> found;
    found.emplace_back(path);
    return found;
  }

  void Seek(duckdb::FileHandle& handle, duckdb::idx_t location) override {
    handle.Cast<S3FileHandle>().position = location;
  }
  void Reset(duckdb::FileHandle& handle) override { Seek(handle, 0); }
  duckdb::idx_t SeekPosition(duckdb::FileHandle& handle) override {
    return handle.Cast<S3FileHandle>().position;
  }
  bool CanSeek() override { return true; }
  bool OnDiskFile(duckdb::FileHandle&) override { return false; }

 private:
  std::uint64_t read_at(duckdb::FileHandle& handle, void* buffer, std::uint64_t bytes,
                        duckdb::idx_t location) {
    const auto got = files_->read(handle.Cast<S3FileHandle>().file, location, bytes, buffer);
    if (!got) throw_error(got.error());
    return *got;
  }

  std::shared_ptr<RemoteFiles> files_;
};

}  // namespace

Status register_files(duckdb_database database, std::shared_ptr<RemoteFiles> files) {
  // The C API has no way to add a file system; its handle is a pointer to this.
  auto* wrapper = static_cast<DatabaseWrapper*>(static_cast<void*>(database));
  try {
    wrapper->database->GetFileSystem().RegisterSubSystem(duckdb::make_uniq<S3Files>(std::move(files)));
  } catch (const std::exception& error) {
    return fail(ErrorKind::kInternal, 6009, error.what());
  }
  return {};
}

}  // namespace goldtape::query::internal
