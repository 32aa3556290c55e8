// Tables made in somebody else's REST catalog.
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/location.h"
#include "goldtape/table/rest_catalog_internal.h"
#include "goldtape/table/rest_messages.h"

namespace goldtape::table {
namespace {

/// What a request for a table can say of its metadata: one spec, one order.
rest::CreateTableMessage message_of(const TableName& name, const TableMetadata& metadata) {
  return {.name = name.name,
          .location = metadata.location,
          .spec = {.schema = metadata.schema(),
                   .specs = {metadata.default_spec()},
                   .sort_order = metadata.default_sort_order(),
                   .properties = metadata.properties},
          .stage_only = false};
}

/// For servers that make no table by a commit: it is asked for, and what a request cannot say is committed.
/// In between, others see it without its further specs.
Result<Table> create_by_request(RestCatalog& catalog, internal::RestClient& client, const TableName& name,
                                const TableMetadata& metadata) {
  GT_RETURN_IF_ERROR(client.ask({.method = "POST",
                                 .path = internal::space_path(name.space) + "/tables",
                                 .body = rest::to_json(message_of(name, metadata))}));
  GT_ASSIGN(Table made, catalog.load(name));
  const TableMetadata& there = made.metadata();
  if (!there.schema().same_fields(metadata.schema()) ||
      !there.default_spec().same_fields(metadata.default_spec()) ||
      there.default_spec_id != metadata.default_spec_id) {
    GT_RETURN_IF_ERROR(catalog.drop_table(name));
    return fail(ErrorKind::kUnsupported, 4313,
                fmt::format("the catalog gave the fields or the partition spec of {} other ids than asked "
                            "for; the lake's tables need the ids that the data dictionary says",
                            name.to_string()));
  }
  TableUpdate rest{made, there};
  rest.next.partition_specs = metadata.partition_specs;
  rest.next.last_partition_id = metadata.last_partition_id;
  if (rest.next.partition_specs.size() == there.partition_specs.size()) return made;
  GT_ASSIGN(const auto tables, catalog.commit({rest}, {}));
  return tables.front();
}

/// Where the server would put a table: a creation is staged, which makes nothing. Servers know which places
/// they may hand out; of one that stages nothing, the answer is empty.
std::string staged_location(internal::RestClient& client, const TableName& name,
                            const TableMetadata& metadata) {
  auto message = message_of(name, metadata);
  message.stage_only = true;
  const auto response = client.ask({.method = "POST",
                                    .path = internal::space_path(name.space) + "/tables",
                                    .body = rest::to_json(message)});
  if (!response) return {};
  const auto staged = rest::parse_loaded_table(response->body);
  return staged ? staged->metadata.location : std::string();
}

}  // namespace

Result<Table> RestCatalog::create_table(const TableName& name, TableMetadata metadata) {
  Status made = create_namespace(name.space);
  if (!made && made.error().kind != ErrorKind::kAlreadyExists && made.error().code != 4010) {
    return std::unexpected<Error>(made.error());
  }
  const std::string root = default_root(name);
  const std::string own = root.starts_with('/') ? to_location(root) : root;
  if (metadata.location.empty() || metadata.location == own) {  // Wherever it may be: the server knows where.
    metadata.location.clear();
    const std::string staged = staged_location(impl_->client, name, metadata);
    metadata.location = staged.empty() ? own : staged;
  }
  GT_ASSIGN(auto updates, updates_between(empty_metadata(), metadata));
  const rest::TableChangeMessage change{
      .name = name, .requirements = {Requirement{}}, .updates = std::move(updates)};
  auto response = impl_->client.ask(
      {.method = "POST", .path = internal::table_path(name), .body = rest::to_json(change)});
  if (response) return impl_->table_of(name, *response);
  if (response.error().kind == ErrorKind::kNotFound)
    return create_by_request(*this, impl_->client, name, metadata);
  if (response.error().kind == ErrorKind::kConflict) return std::unexpected<Error>(table_exists(name));
  if (internal::outcome_open(response.error())) {
    // Whose table it is, if there is one now, its uuid tells.
    auto there = load(name);
    if (there && there->metadata().table_uuid == metadata.table_uuid) return there;
  }
  return std::unexpected<Error>(response.error());
}

}  // namespace goldtape::table
