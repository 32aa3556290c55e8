#include "goldtape/table/rest_messages.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "goldtape/table/json_internal.h"
#include "goldtape/table/metadata_update_json_internal.h"
#include "goldtape/table/table_metadata_json.h"
#include "goldtape/table/table_metadata_parts_internal.h"

namespace goldtape::table::rest {
namespace {

using internal::JsonNode;
using Writable = nlohmann::ordered_json;

constexpr std::size_t kMaxName = 255;
constexpr char kLevelSeparator = '\x1f';

std::string dump(const Writable& json) {
  return json.dump(-1, ' ', false, Writable::error_handler_t::replace);
}

/// A check inside a reader.
template <typename T>
T must(Result<T> result) {
  if (!result) throw internal::JsonFault{result.error()};
  return *std::move(result);
}

std::string read_name(const JsonNode& node) {
  const std::string& name = node.text();
  if (Status checked = check_name(name); !checked) throw internal::JsonFault{checked.error()};
  return name;
}

std::string read_space(const JsonNode& levels) {
  std::string space;
  levels.each([&](const JsonNode& level) { space += (space.empty() ? "" : ".") + read_name(level); });
  if (space.empty()) throw internal::JsonFault{{ErrorKind::kUsage, 4303, "a namespace without a level", ""}};
  return space;
}

TableName read_identifier(const JsonNode& node) {
  return {.space = read_space(node.at("namespace")), .name = read_name(node.at("name"))};
}

Properties read_properties(const JsonNode& node, const char* member) {
  const auto properties = node.find(member);
  return properties ? properties->texts() : Properties{};
}

Writable space_json(std::string_view space) {
  Writable levels = Writable::array();
  for (;;) {
    const std::size_t dot = space.find('.');
    levels.push_back(std::string(space.substr(0, dot)));
    if (dot == std::string_view::npos) return levels;
    space.remove_prefix(dot + 1);
  }
}

Writable identifier_json(const TableName& name) {
  return {{"namespace", space_json(name.space)}, {"name", name.name}};
}

Writable properties_json(const Properties& properties) {
  Writable json = Writable::object();
  for (const auto& [key, value] : properties) json[key] = value;
  return json;
}

TableChangeMessage read_change(const JsonNode& node) {
  TableChangeMessage change;
  if (auto identifier = node.find("identifier")) change.name = read_identifier(*identifier);
  node.at("requirements").each([&](const JsonNode& item) {
    change.requirements.push_back(internal::requirement_from(item));
  });
  node.at("updates").each(
      [&](const JsonNode& item) { change.updates.push_back(internal::update_from(item)); });
  return change;
}

Writable change_json(const TableChangeMessage& change) {
  Writable json = Writable::object();
  if (change.name) json["identifier"] = identifier_json(*change.name);
  json["requirements"] = Writable::array();
  for (const Requirement& requirement : change.requirements)
    json["requirements"].push_back(internal::json_of(requirement));
  json["updates"] = Writable::array();
  for (const MetadataUpdate& update : change.updates) json["updates"].push_back(internal::json_of(update));
  return json;
}

CreateTableMessage read_create(const JsonNode& node) {
  CreateTableMessage message;
  message.name = read_name(node.at("name"));
  if (auto location = node.find("location")) message.location = location->text();
  message.spec.schema = internal::schema_from(node.at("schema"));
  if (auto spec = node.find("partition-spec")) message.spec.specs.push_back(internal::spec_from(*spec));
  if (auto order = node.find("write-order")) message.spec.sort_order = internal::sort_order_from(*order);
  if (auto staged = node.find("stage-create")) message.stage_only = staged->boolean();
  message.spec.properties = read_properties(node, "properties");
  if (const auto at = message.spec.properties.find("format-version"); at != message.spec.properties.end()) {
    if (at->second != "1" && at->second != "2") {
      throw internal::JsonFault{
          {ErrorKind::kUnsupported, 4021,
           fmt::format("Iceberg format version {} is not supported (1 and 2 are)", at->second.substr(0, 20)),
           ""}};
    }
    message.spec.properties.erase(at);
  }
  return message;
}

}  // namespace

Status check_name(std::string_view name) {
  const bool good =
      !name.empty() && name.size() <= kMaxName && std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '\x7f' || c == '.' || c == '/' || c == '\\';
      });
  if (good) return {};
  return fail(
      ErrorKind::kUsage, 4303,
      fmt::format(
          "'{}' cannot be the name of a table or of a namespace's level: it must not be empty nor have a "
          "dot, a slash or a control character in it, and 255 bytes at most",
          name.substr(0, 60)));
}

Result<std::string> space_from_path(std::string_view text) {
  std::string space;
  for (;;) {
    const std::size_t end = text.find(kLevelSeparator);
    GT_RETURN_IF_ERROR(check_name(text.substr(0, end)));
    space += (space.empty() ? "" : ".") + std::string(text.substr(0, end));
    if (end == std::string_view::npos) return space;
    text.remove_prefix(end + 1);
  }
}

std::string space_to_path(std::string_view space) {
  std::string text(space);
  std::replace(text.begin(), text.end(), '.', kLevelSeparator);
  return text;
}

Result<NamespaceMessage> parse_namespace(std::string_view json) {
  return internal::read_json(json, [](const JsonNode& node) {
    return NamespaceMessage{.space = read_space(node.at("namespace")),
                            .properties = read_properties(node, "properties")};
  });
}

std::string to_json(const NamespaceMessage& message) {
  return dump(
      {{"namespace", space_json(message.space)}, {"properties", properties_json(message.properties)}});
}

Result<PropertiesMessage> parse_properties_update(std::string_view json) {
  return internal::read_json(json, [](const JsonNode& node) {
    PropertiesMessage message{.updates = read_properties(node, "updates"), .removals = {}};
    if (auto removals = node.find("removals")) {
      removals->each([&](const JsonNode& key) { message.removals.push_back(key.text()); });
    }
    return message;
  });
}

std::string to_json(const PropertiesMessage& message) {
  return dump({{"updates", properties_json(message.updates)}, {"removals", message.removals}});
}

Result<CreateTableMessage> parse_create_table(std::string_view json) {
  return internal::read_json(json, read_create);
}

std::string to_json(const CreateTableMessage& message) {
  Writable json{{"name", message.name}};
  if (!message.location.empty()) json["location"] = message.location;
  json["schema"] = internal::json_of(message.spec.schema);
  if (!message.spec.specs.empty()) json["partition-spec"] = internal::json_of(message.spec.specs[0]);
  if (!message.spec.sort_order.fields.empty())
    json["write-order"] = internal::json_of(message.spec.sort_order);
  json["stage-create"] = message.stage_only;
  json["properties"] = properties_json(message.spec.properties);
  return dump(json);
}

Result<RegisterTableMessage> parse_register_table(std::string_view json) {
  return internal::read_json(json, [](const JsonNode& node) {
    RegisterTableMessage message{.name = read_name(node.at("name")),
                                 .metadata_location = node.at("metadata-location").text()};
    if (auto overwrite = node.find("overwrite")) message.overwrite = overwrite->boolean();
    return message;
  });
}

std::string to_json(const RegisterTableMessage& message) {
  return dump({{"name", message.name}, {"metadata-location", message.metadata_location}});
}

Result<RenameTableMessage> parse_rename_table(std::string_view json) {
  return internal::read_json(json, [](const JsonNode& node) {
    return RenameTableMessage{.from = read_identifier(node.at("source")),
                              .to = read_identifier(node.at("destination"))};
  });
}

std::string to_json(const RenameTableMessage& message) {
  return dump({{"source", identifier_json(message.from)}, {"destination", identifier_json(message.to)}});
}

Result<TableChangeMessage> parse_table_change(std::string_view json) {
  return internal::read_json(json, read_change);
}
std::string to_json(const TableChangeMessage& message) { return dump(change_json(message)); }

Result<std::vector<TableChangeMessage>> parse_transaction(std::string_view json) {
  return internal::read_json(json, [](const JsonNode& node) {
    std::vector<TableChangeMessage> changes;
    node.at("table-changes").each([&](const JsonNode& item) {
      changes.push_back(read_change(item));
      if (!changes.back().name) (void)item.at("identifier");
    });
    return changes;
  });
}

std::string to_json(const std::vector<TableChangeMessage>& changes) {
  Writable json = Writable::array();
  for (const TableChangeMessage& change : changes) json.push_back(change_json(change));
  return dump({{"table-changes", std::move(json)}});
}

Result<LoadedTable> parse_loaded_table(std::string_view json) {
  return internal::read_json(json, [](const JsonNode& node) {
    LoadedTable table;
    if (auto location = node.find("metadata-location")) table.metadata_location = location->text();
    table.metadata = must(parse_table_metadata(node.at("metadata").dump()));
    table.config = read_properties(node, "config");
    return table;
  });
}

std::string to_json(const LoadedTable& table) {
  std::string json = "{";
  if (!table.metadata_location.empty()) {
    json += fmt::format("\"metadata-location\":{},", dump(Writable(table.metadata_location)));
  }
  json += fmt::format("\"metadata\":{},\"config\":{}}}", table::to_json(table.metadata),
                      dump(properties_json(table.config)));
  return json;
}

Result<NamesPage> parse_names(std::string_view json) {
  return internal::read_json(json, [](const JsonNode& node) {
    NamesPage page;
    if (auto token = node.find("next-page-token")) page.next_page_token = token->text();
    if (auto spaces = node.find("namespaces")) {
      spaces->each([&](const JsonNode& item) { page.spaces.push_back(read_space(item)); });
    }
    if (auto tables = node.find("identifiers")) {
      tables->each([&](const JsonNode& item) { page.tables.push_back(read_identifier(item)); });
    }
    return page;
  });
}

std::string to_json(const NamesPage& page, bool tables) {
  Writable names = Writable::array();
  for (const std::string& space : page.spaces) names.push_back(space_json(space));
  for (const TableName& name : page.tables) names.push_back(identifier_json(name));
  Writable json{{tables ? "identifiers" : "namespaces", std::move(names)}};
  if (!page.next_page_token.empty()) json["next-page-token"] = page.next_page_token;
  return dump(json);
}

Result<ConfigMessage> parse_config(std::string_view json) {
  return internal::read_json(json, [](const JsonNode& node) {
    return ConfigMessage{.defaults = read_properties(node, "defaults"),
                         .overrides = read_properties(node, "overrides")};
  });
}

ErrorMessage parse_error(std::string_view json) {
  auto parsed = internal::read_json(json, [](const JsonNode& node) {
    const JsonNode error = node.at("error");
    ErrorMessage message{.message = error.at("message").text(), .type = {}};
    if (auto type = error.find("type")) message.type = type->text();
    return message;
  });
  if (parsed) return *std::move(parsed);
  return {.message = std::string(json.substr(0, 200)), .type = {}};
}

std::string to_json(const ErrorMessage& error, int status) {
  return dump({{"error", {{"message", error.message}, {"type", error.type}, {"code", status}}}});
}

}  // namespace goldtape::table::rest
