#include "goldtape/io/filesystem.h"

namespace goldtape::io {

Status FileSystem::write(std::string_view path, std::string_view bytes, WriteOptions options) {
  GT_ASSIGN(const std::unique_ptr<FileWriter> writer, create(path, options));
  GT_RETURN_IF_ERROR(writer->append(bytes));
  return writer->commit();
}

}  // namespace goldtape::io
