#include "goldtape/io/filesystem.h"

#include <cstring>

namespace goldtape::io {

Status FileSystem::write(std::string_view path, std::string_view bytes, WriteOptions options) {
  GT_ASSIGN(const std::unique_ptr<FileWriter> writer, create(path, options));
  GT_RETURN_IF_ERROR(writer->append(bytes));
  return writer->commit();
}

std::vector<Result<std::string>> FileSystem::read_many(std::span<const FileRange> ranges) {
  std::vector<Result<std::string>> out;
  out.reserve(ranges.size());
  for (const FileRange& range : ranges) {
    const bool whole = range.offset == 0 && range.length == FileRange::kToTheEnd;
    out.push_back(whole ? read(range.path) : read_range(range.path, range.offset, range.length));
  }
  return out;
}

Result<std::uint64_t> FileSystem::read_into(std::string_view path, std::span<const FilePiece> pieces,
                                            char* to) {
  std::vector<FileRange> ranges;
  for (const FilePiece& piece : pieces) ranges.push_back({std::string(path), piece.offset, piece.length});
  std::uint64_t bytes = 0;
  for (const auto& piece : read_many(ranges)) {
    if (!piece) return std::unexpected<Error>(piece.error());
    std::memcpy(to + bytes, piece->data(), piece->size());
    bytes += piece->size();
  }
  return bytes;
}

}  // namespace goldtape::io
