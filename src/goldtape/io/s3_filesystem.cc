#include "goldtape/io/s3_filesystem.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "goldtape/io/s3_client_internal.h"
#include "goldtape/io/s3_listing_internal.h"
#include "goldtape/io/s3_ranges_internal.h"
#include "goldtape/io/s3_writer_internal.h"

namespace goldtape::io {
namespace {

constexpr int kNotFound = 404;

Result<S3Location> file_of(std::string_view path) {
  GT_ASSIGN(S3Location at, parse_s3_path(path));
  while (at.key.ends_with('/')) at.key.pop_back();
  return at;
}

std::unexpected<Error> missing(std::string_view doing, const S3Location& at) {
  return fail(ErrorKind::kNotFound, 7002, fmt::format("cannot {}: there is no such file or directory", doing),
              path_of(at));
}

class S3FileSystem final : public FileSystem {
 public:
  explicit S3FileSystem(const S3Options& options) : client_(std::make_shared<S3Client>(options)) {}

  Result<std::string> read(std::string_view path) override {
    const FileRange whole{.path = std::string(path)};
    return std::move(read_many({&whole, 1}).front());
  }

  Result<std::string> read_range(std::string_view path, std::uint64_t offset, std::uint64_t length) override {
    const FileRange piece{.path = std::string(path), .offset = offset, .length = length};
    return std::move(read_many({&piece, 1}).front());
  }

  std::vector<Result<std::string>> read_many(std::span<const FileRange> ranges) override {
    return read_s3_ranges(*client_, ranges);
  }

  Result<std::unique_ptr<FileWriter>> create(std::string_view path, WriteOptions options) override {
    GT_ASSIGN(S3Location at, file_of(path));
    return make_s3_writer(client_, std::move(at), options);
  }

  Result<FileInfo> info(std::string_view path) override {
    GT_ASSIGN(const S3Location at, file_of(path));
    if (!at.key.empty()) {
      GT_ASSIGN(
          const S3Answer answer,
          client_->send({.method = "HEAD", .at = at, .doing = "look at a file", .expected = {kNotFound}}));
      if (answer.status != kNotFound) return file_info(at, answer.headers);
    }
    GT_ASSIGN(const bool has_files, has_any_below(*client_, at));
    if (!has_files && !at.key.empty()) return missing("look at", at);
    return FileInfo{.path = path_of(at), .is_directory = true, .size_bytes = 0, .modified = {}};
  }

  Result<std::vector<FileInfo>> list(std::string_view directory, bool recursive) override {
    GT_ASSIGN(const S3Location at, file_of(directory));
    GT_ASSIGN(std::vector<FileInfo> found, list_below(*client_, at, recursive));
    if (found.empty() && !at.key.empty()) return missing("list", at);
    return found;
  }

  Status remove(std::string_view path) override {
    GT_ASSIGN(const S3Location at, file_of(path));
    // DELETE does not tell whether there was anything.
    GT_ASSIGN(
        const S3Answer there,
        client_->send({.method = "HEAD", .at = at, .doing = "look at a file", .expected = {kNotFound}}));
    if (there.status == kNotFound) return missing("remove", at);
    GT_RETURN_IF_ERROR(
        client_->send({.method = "DELETE", .at = at, .doing = "remove a file", .expected = {kNotFound}}));
    return {};
  }

  Status create_directories(std::string_view path) override {
    GT_RETURN_IF_ERROR(parse_s3_path(path));
    return {};
  }

  Result<std::uint64_t> free_space_bytes(std::string_view path) override {
    GT_RETURN_IF_ERROR(parse_s3_path(path));
    return std::numeric_limits<std::uint64_t>::max();
  }

 private:
  std::shared_ptr<S3Client> client_;
};

}  // namespace

std::shared_ptr<FileSystem> s3_filesystem(const S3Options& options) {
  return std::make_shared<S3FileSystem>(options);
}

}  // namespace goldtape::io
