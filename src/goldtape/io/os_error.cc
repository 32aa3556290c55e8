#include "goldtape/io/os_error.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace goldtape::io {
namespace {

std::string errno_words(int error_number) { return std::generic_category().message(error_number); }

/// Free bytes of the disk under the nearest existing ancestor, in words; "" when the system does not say.
std::string free_space_words(std::string_view path) {
  std::error_code ec;
  std::filesystem::path at(path);
  while (!at.empty() && !std::filesystem::exists(at, ec) && at != at.parent_path()) at = at.parent_path();
  const std::filesystem::space_info space = std::filesystem::space(at.empty() ? "." : at, ec);
  if (ec) return {};
  return fmt::format("; {} of {} are free on the disk of {}", human_bytes(space.available),
                     human_bytes(space.capacity), at.empty() ? "." : at.string());
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  constexpr std::array<std::string_view, 5> kUnits{"kB", "MB", "GB", "TB", "PB"};
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

Error os_error(int error_number, std::string_view doing, std::string_view path) {
  const std::string where(path);
  switch (error_number) {
    case ENOENT:
      return {ErrorKind::kNotFound, 7002, fmt::format("cannot {}: there is no such file or directory", doing),
              where};
    case ENOTDIR:
      return {ErrorKind::kNotFound, 7002,
              fmt::format("cannot {}: a part of the path is a file where a directory is needed", doing),
              where};
    case ENOSPC:
    case EDQUOT:
      return {ErrorKind::kIo, 7003,
              fmt::format("cannot {}: {}{}; nothing was changed, free some space and run again", doing,
                          error_number == EDQUOT ? "the disk quota is used up" : "the disk is full",
                          free_space_words(path)),
              where};
    case EEXIST:
      return {ErrorKind::kAlreadyExists, 7004,
              fmt::format("cannot {}: the file exists already, and files here are written once", doing),
              where};
    case EACCES:
    case EPERM:
      return {ErrorKind::kIo, 7005,
              fmt::format("cannot {}: permission denied; make the path readable and writable for this user",
                          doing),
              where};
    case EROFS:
      return {
          ErrorKind::kIo, 7005,
          fmt::format("cannot {}: the file system is mounted read-only; choose another folder or remount it",
                      doing),
          where};
    default:
      return {ErrorKind::kIo, 7001, fmt::format("cannot {}: {}", doing, errno_words(error_number)), where};
  }
}

}  // namespace goldtape::io
