// What a RestCatalog is made of. Not public.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "goldtape/table/metadata_update.h"
#include "goldtape/table/rest_catalog.h"
#include "goldtape/table/rest_client_internal.h"

namespace goldtape::table {

struct RestCatalog::Impl {
  explicit Impl(RestCatalogOptions options) : client(std::move(options)) {}

  internal::RestClient client;
  std::shared_ptr<io::FileSystem> filesystem;

  Result<Table> table_of(const TableName& name, const io::HttpResponse& response);
  template <typename Add>
  Status each_page(const std::string& path, Add&& add);
  Status add_spaces(const std::string& parent, int level, std::vector<std::string>& spaces);
};

namespace internal {

/// What a table tells about a commit whose answer did not come.
enum class Outcome : std::uint8_t {
  kDone,       ///< It took place.
  kLost,       ///< It did not and cannot any more: the table has moved on without it.
  kForgotten,  ///< The table has moved on, and its metadata no longer name all commits since.
  kUnknown,    ///< The table is as it was: the commit may yet arrive.
};
/// Judges by a state read afterwards.
[[nodiscard]] Outcome outcome_of(const TableUpdate& update, const TableMetadata& now);

}  // namespace internal
}  // namespace goldtape::table
