// The operating system's errno as the project's errors, with words that say what to do.
#pragma once

#include <string>
#include <string_view>

#include "goldtape/base/error.h"

namespace goldtape::io {

/// `doing` names the step ("write", "open"); `path` becomes `where`. ENOENT and ENOTDIR are GT7002, ENOSPC
/// and EDQUOT GT7003 (with the free space of the disk that holds `path`), EEXIST GT7004, EACCES, EPERM and
/// EROFS GT7005, all else GT7001.
[[nodiscard]] Error os_error(int error_number, std::string_view doing, std::string_view path);

/// "12.3 MB": decimal units, one digit after the point from kB on.
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

}  // namespace goldtape::io
