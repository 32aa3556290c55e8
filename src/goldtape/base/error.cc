#include "goldtape/base/error.h"

#include <fmt/format.h>

namespace goldtape {

std::string Error::to_string() const {
  if (where.empty()) return fmt::format("GT{:04d}: {}", code, message);
  return fmt::format("GT{:04d}: {} ({})", code, message, where);
}

Error Error::while_doing(std::string_view what) const {
  Error copy = *this;
  copy.message = fmt::format("while {}: {}", what, message);
  return copy;
}

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
    case ErrorKind::kNotFound:
    case ErrorKind::kAlreadyExists:
    case ErrorKind::kIo:
    case ErrorKind::kUnsupported: return 2;
    case ErrorKind::kGateFailed: return 3;
    case ErrorKind::kUnavailable: return 4;
    case ErrorKind::kConflict: return 5;
    case ErrorKind::kDamaged: return 6;
    case ErrorKind::kInternal: return 1;
  }
  return 1;
}

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInternal: return "internal";
    case ErrorKind::kUsage: return "usage";
    case ErrorKind::kNotFound: return "not_found";
    case ErrorKind::kAlreadyExists: return "already_exists";
    case ErrorKind::kGateFailed: return "gate_failed";
    case ErrorKind::kUnavailable: return "unavailable";
    case ErrorKind::kConflict: return "conflict";
    case ErrorKind::kDamaged: return "damaged";
    case ErrorKind::kIo: return "io";
    case ErrorKind::kUnsupported: return "unsupported";
  }
  return "internal";
}

}  // namespace goldtape
