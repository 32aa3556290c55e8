#include "goldtape/lake/free_space.h"

#include <fmt/format.h>

namespace goldtape::lake {

namespace {

constexpr std::uint64_t kFactor = 3;
constexpr std::uint64_t kReserveBytes = 8ULL << 20;  // metadata, manifests, the database's log

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace

std::uint64_t space_needed_bytes(std::uint64_t answer_bytes) {
  return kFactor * answer_bytes + kReserveBytes;
}

Status require_free_space(const Lake& lake, std::uint64_t needed_bytes) {
  GT_ASSIGN(const std::uint64_t free, lake.filesystem().free_space_bytes(lake.warehouse()));
  if (free >= needed_bytes) return {};
  return fail(
      ErrorKind::kIo, 5030,
      fmt::format(
          "the load may need {} and the lake's disk has {} free; nothing was changed. Free some space "
          "or load fewer files at a time",
          megabytes(needed_bytes), megabytes(free)),
      lake.root());
}

}  // namespace goldtape::lake
