#include "goldtape/io/faulty_filesystem.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "goldtape/io/os_error.h"

namespace goldtape::io {

namespace {

struct NamedKind {
  std::string_view name;
  FaultKind kind;
};
constexpr std::array<NamedKind, 7> kKinds{{{"enospc", FaultKind::kNoSpace},
                                           {"eio", FaultKind::kIoError},
                                           {"eio-after", FaultKind::kIoErrorAfter},
                                           {"read-eio", FaultKind::kReadError},
                                           {"crash", FaultKind::kCrash},
                                           {"crash-after", FaultKind::kCrashAfter},
                                           {"torn", FaultKind::kTorn}}};

[[noreturn]] void crash() { ::_exit(kCrashExitCode); }

std::unexpected<Error> bad_fault(std::string_view text) {
  return fail(
      ErrorKind::kUsage, 7010,
      fmt::format(
          "'{}' is not a fault; write enospc@N, eio@N, eio-after@N, read-eio@N, crash@N, crash-after@N, "
          "torn@N (N from 1, N+ for all later steps too) or count:FILE",
          text),
      "GOLDTAPE_IO_FAULT");
}

}  // namespace

Result<Fault> parse_fault(std::string_view text) {
  constexpr std::string_view kCount = "count:";
  if (text.starts_with(kCount) && text.size() > kCount.size()) {
    return Fault{.kind = FaultKind::kCount, .count_file = std::string(text.substr(kCount.size()))};
  }
  const auto at = text.find('@');
  if (at == std::string_view::npos) return bad_fault(text);
  std::string_view number = text.substr(at + 1);
  Fault fault;
  fault.lasting = number.ends_with('+');
  if (fault.lasting) number.remove_suffix(1);
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), fault.step);
  if (problem != std::errc{} || end != number.data() + number.size() || fault.step == 0)
    return bad_fault(text);
  for (const NamedKind& named : kKinds) {
    if (named.name != text.substr(0, at)) continue;
    fault.kind = named.kind;
    return fault;
  }
  return bad_fault(text);
}

Result<std::shared_ptr<FileSystem>> with_fault(std::shared_ptr<FileSystem> real, std::string_view fault) {
  if (fault.empty()) return real;
  GT_ASSIGN(Fault parsed, parse_fault(fault));
  return std::make_shared<FaultyFileSystem>(std::move(real), std::move(parsed));
}

/// Counts `append` and `commit` as steps of their own.
class FaultyFileSystem::Writer final : public FileWriter {
 public:
  Writer(FaultyFileSystem& owner, std::unique_ptr<FileWriter> real, std::string path)
      : owner_(owner), real_(std::move(real)), path_(std::move(path)) {}

  Status append(std::string_view bytes) override {
    if (!owner_.next_write_step("append", path_)) return real_->append(bytes);
    if (owner_.fault_.kind == FaultKind::kTorn) {
      (void)real_->append(bytes.substr(0, bytes.size() / 2));
      crash();
    }
    return owner_.hit("append", path_, [&] { return real_->append(bytes); });
  }

  Status commit() override {
    return owner_.run("commit", path_, [&] { return real_->commit(); });
  }

 private:
  FaultyFileSystem& owner_;
  std::unique_ptr<FileWriter> real_;
  std::string path_;
};

FaultyFileSystem::FaultyFileSystem(std::shared_ptr<FileSystem> real, Fault fault)
    : real_(std::move(real)), fault_(std::move(fault)) {}

FaultyFileSystem::~FaultyFileSystem() {
  if (fault_.count_file.empty()) return;
  (void)real_->write(fault_.count_file, std::to_string(steps()) + "\n",
                     {.overwrite = true, .durable = false});
}

std::vector<std::string> FaultyFileSystem::trace() const {
  const std::lock_guard lock(mutex_);
  return trace_;
}

bool FaultyFileSystem::next_write_step(std::string_view what, std::string_view path) {
  const std::uint64_t step = write_steps_.fetch_add(1) + 1;
  {
    const std::lock_guard lock(mutex_);
    trace_.push_back(fmt::format("{} {}", what, path));
  }
  if (fault_.kind == FaultKind::kCount || fault_.kind == FaultKind::kReadError) return false;
  return step == fault_.step || (fault_.lasting && step > fault_.step);
}

template <typename Step>
auto FaultyFileSystem::hit(std::string_view what, std::string_view path, Step step) -> decltype(step()) {
  switch (fault_.kind) {
    case FaultKind::kNoSpace: return std::unexpected(os_error(ENOSPC, what, path));
    case FaultKind::kIoError: return std::unexpected(os_error(EIO, what, path));
    case FaultKind::kIoErrorAfter: (void)step(); return std::unexpected(os_error(EIO, what, path));
    case FaultKind::kCrashAfter: (void)step(); crash();
    case FaultKind::kCrash:
    case FaultKind::kTorn: crash();
    case FaultKind::kCount:
    case FaultKind::kReadError: break;
  }
  return step();
}

template <typename Step>
auto FaultyFileSystem::run(std::string_view what, std::string_view path, Step step) -> decltype(step()) {
  return next_write_step(what, path) ? hit(what, path, step) : step();
}

Status FaultyFileSystem::next_read_step(std::string_view what, std::string_view path) {
  const std::uint64_t step = read_steps_.fetch_add(1) + 1;
  const bool hits = step == fault_.step || (fault_.lasting && step > fault_.step);
  if (fault_.kind != FaultKind::kReadError || !hits) return {};
  return std::unexpected(os_error(EIO, what, path));
}

Result<std::string> FaultyFileSystem::read(std::string_view path) {
  GT_RETURN_IF_ERROR(next_read_step("read", path));
  return real_->read(path);
}

Result<std::string> FaultyFileSystem::read_range(std::string_view path, std::uint64_t offset,
                                                 std::uint64_t length) {
  GT_RETURN_IF_ERROR(next_read_step("read", path));
  return real_->read_range(path, offset, length);
}

Result<std::unique_ptr<FileWriter>> FaultyFileSystem::create(std::string_view path, WriteOptions options) {
  GT_ASSIGN(std::unique_ptr<FileWriter> real,
            run("create", path, [&] { return real_->create(path, options); }));
  return std::make_unique<Writer>(*this, std::move(real), std::string(path));
}

Result<FileInfo> FaultyFileSystem::info(std::string_view path) {
  GT_RETURN_IF_ERROR(next_read_step("look at", path));
  return real_->info(path);
}

Result<std::vector<FileInfo>> FaultyFileSystem::list(std::string_view directory, bool recursive) {
  GT_RETURN_IF_ERROR(next_read_step("list", directory));
  return real_->list(directory, recursive);
}

Status FaultyFileSystem::remove(std::string_view path) {
  return run("remove", path, [&] { return real_->remove(path); });
}

Status FaultyFileSystem::create_directories(std::string_view path) {
  return run("create the directory", path, [&] { return real_->create_directories(path); });
}

Result<std::uint64_t> FaultyFileSystem::free_space_bytes(std::string_view path) {
  return real_->free_space_bytes(path);
}

}  // namespace goldtape::io
