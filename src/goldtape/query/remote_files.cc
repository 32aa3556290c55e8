#include <algorithm>
#include <cstring>

#include "goldtape/query/remote_files_internal.h"

namespace goldtape::query::internal {

namespace {

// A footer of ours takes some 20 kB; a file up to the second size comes as a whole.
constexpr std::uint64_t kTailBytes = 64U << 10U;
constexpr std::uint64_t kWholeFileBytes = 512U << 10U;
// Ends fetched at once; a table of more files has its ends fetched in several goes.
constexpr std::size_t kTailsAtOnce = 256;

std::uint64_t tail_size(std::uint64_t file_size) {
  return file_size <= kWholeFileBytes ? file_size : kTailBytes;
}

}  // namespace

void RemoteFiles::add_table(std::vector<RemoteFile> files) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < files.size(); ++i) {
    known_.insert_or_assign(files[i].path, Known{files[i].size_bytes, tables_.size(), i, nullptr});
  }
  tables_.push_back(std::move(files));
}

Error RemoteFiles::noted(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = error;
  return error;
}

std::optional<Error> RemoteFiles::take_error() {
  const std::lock_guard lock(mutex_);
  return std::exchange(error_, std::nullopt);
}

Status RemoteFiles::fetch_tails(const std::string& path) {
  std::vector<io::FileRange> ranges;
  {
    const std::lock_guard lock(mutex_);
    const Known& wanted = known_.at(path);
    const auto& files = tables_[wanted.table];
    for (std::size_t i = wanted.position; i < files.size() && ranges.size() < kTailsAtOnce; ++i) {
      if (known_.at(files[i].path).tail != nullptr) continue;
      const std::uint64_t size = tail_size(files[i].size_bytes);
      ranges.push_back({.path = files[i].path, .offset = files[i].size_bytes - size, .length = size});
    }
  }
  auto tails = filesystem_->read_many(ranges);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    // A file that is only near has its error when it is opened itself.
    if (tails[i]) known_.at(ranges[i].path).tail = std::make_shared<const std::string>(*std::move(tails[i]));
    if (!tails[i] && ranges[i].path == path) return std::unexpected(tails[i].error());
  }
  return {};
}

Result<OpenRemoteFile> RemoteFiles::open(const std::string& path) {
  bool is_known = false;
  {
    const std::lock_guard lock(mutex_);
    const auto at = known_.find(path);
    is_known = at != known_.end();
    if (is_known && at->second.tail != nullptr)
      return OpenRemoteFile{path, at->second.size_bytes, at->second.tail};
  }
  if (!is_known) {
    const auto info = filesystem_->info(path);
    if (!info) return std::unexpected(noted(info.error()));
    return OpenRemoteFile{path, info->size_bytes, std::make_shared<const std::string>()};
  }
  if (const Status fetched = fetch_tails(path); !fetched) return std::unexpected(noted(fetched.error()));
  const std::lock_guard lock(mutex_);
  const Known& known = known_.at(path);
  return OpenRemoteFile{path, known.size_bytes, known.tail};
}

Result<std::uint64_t> RemoteFiles::read(const OpenRemoteFile& file, std::uint64_t offset,
                                        std::uint64_t length, void* out) {
  if (offset >= file.size_bytes) return 0;
  const std::uint64_t wanted = std::min(length, file.size_bytes - offset);
  const std::uint64_t tail_start =
      file.size_bytes - std::min<std::uint64_t>(file.tail->size(), file.size_bytes);
  if (offset >= tail_start) {
    std::memcpy(out, file.tail->data() + (offset - tail_start), wanted);
    return wanted;
  }
  const auto bytes = filesystem_->read_range(file.path, offset, wanted);
  if (!bytes) return std::unexpected(noted(bytes.error()));
  std::memcpy(out, bytes->data(), bytes->size());
  return bytes->size();
}

}  // namespace goldtape::query::internal
