// The bodies of the Iceberg REST catalog's requests and answers, as server and client need them.
// Source: Iceberg REST catalog API v1 (open-api/rest-catalog-open-api.yaml of the format's releases).
//
// Everything read here comes from somebody else: parsing is safe on hostile bytes (256 MiB and 64 levels at
// most) and names are checked, for they become folders. A namespace's levels are joined by '.'.
// Errors of all that parses: kDamaged GT4020 what is not there or of another kind, with its path; kUsage
// GT4303 a name that cannot be one; kUnsupported GT4021 what is of a later format, GT4304 an update or
// requirement that we do not know, by name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/metadata_update.h"
#include "goldtape/table/table.h"

namespace goldtape::table::rest {

/// Usable as a part of a path and of a qualified name: not empty, no '.', '/', '\' or control character, at
/// most 255 bytes.
[[nodiscard]] Status check_name(std::string_view name);
/// "a\x1Fb", as paths and queries name namespaces, to "a.b", and back.
[[nodiscard]] Result<std::string> space_from_path(std::string_view text);
[[nodiscard]] std::string space_to_path(std::string_view space);

struct NamespaceMessage {
  std::string space;
  Properties properties;
};
[[nodiscard]] Result<NamespaceMessage> parse_namespace(std::string_view json);
[[nodiscard]] std::string to_json(const NamespaceMessage& message);

struct PropertiesMessage {
  Properties updates;
  std::vector<std::string> removals;
};
[[nodiscard]] Result<PropertiesMessage> parse_properties_update(std::string_view json);
[[nodiscard]] std::string to_json(const PropertiesMessage& message);

struct CreateTableMessage {
  std::string name;
  std::string location;  ///< Empty: the catalog's choice.
  TableSpec spec;        ///< Field ids as the client has them.
  bool stage_only = false;
};
[[nodiscard]] Result<CreateTableMessage> parse_create_table(std::string_view json);
[[nodiscard]] std::string to_json(const CreateTableMessage& message);

struct RegisterTableMessage {
  std::string name;
  std::string metadata_location;
  bool overwrite = false;
};
[[nodiscard]] Result<RegisterTableMessage> parse_register_table(std::string_view json);
[[nodiscard]] std::string to_json(const RegisterTableMessage& message);

struct RenameTableMessage {
  TableName from;
  TableName to;
};
[[nodiscard]] Result<RenameTableMessage> parse_rename_table(std::string_view json);
[[nodiscard]] std::string to_json(const RenameTableMessage& message);

/// One table's part of a commit.
struct TableChangeMessage {
  std::optional<TableName> name;
  std::vector<Requirement> requirements;
  std::vector<MetadataUpdate> updates;
};
[[nodiscard]] Result<TableChangeMessage> parse_table_change(std::string_view json);
[[nodiscard]] std::string to_json(const TableChangeMessage& message);
[[nodiscard]] Result<std::vector<TableChangeMessage>> parse_transaction(std::string_view json);
[[nodiscard]] std::string to_json(const std::vector<TableChangeMessage>& changes);

/// What loading, creating and committing answer.
struct LoadedTable {
  std::string metadata_location;  ///< Empty: staged only.
  TableMetadata metadata;
  Properties config;
};
[[nodiscard]] Result<LoadedTable> parse_loaded_table(std::string_view json);
[[nodiscard]] std::string to_json(const LoadedTable& table);

/// A page of names and the token of the next one, when there is one.
struct NamesPage {
  std::vector<std::string> spaces;  ///< Of a list of namespaces.
  std::vector<TableName> tables;    ///< Of a list of tables.
  std::string next_page_token;
};
[[nodiscard]] Result<NamesPage> parse_names(std::string_view json);
/// `tables` tells which of the two lists it is.
[[nodiscard]] std::string to_json(const NamesPage& page, bool tables);

/// GET /v1/config.
struct ConfigMessage {
  Properties defaults;
  Properties overrides;
};
[[nodiscard]] Result<ConfigMessage> parse_config(std::string_view json);

/// {"error": {"message", "type", "code"}}; of another answer, its first words and no type.
struct ErrorMessage {
  std::string message;
  std::string type;
};
[[nodiscard]] ErrorMessage parse_error(std::string_view json);
[[nodiscard]] std::string to_json(const ErrorMessage& error, int status);

}  // namespace goldtape::table::rest
