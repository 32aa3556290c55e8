// Everything that the Iceberg REST catalog reads, as server and as client, on bytes of any kind: nothing may
// break, what is read must be writable and read the same again, and metadata that updates lead to are valid.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "check.h"
#include "goldtape/table/metadata_update.h"
#include "goldtape/table/rest_messages.h"
#include "goldtape/table/table_metadata_json.h"

namespace {

using namespace goldtape::table;

/// Parsing what was written gives the same text again.
template <typename Parse, typename Write>
void round_trip(std::string_view text, Parse&& parse, Write&& write) {
  const auto first = parse(text);
  if (!first) return;
  const std::string written = write(*first);
  const auto second = parse(written);
  FUZZ_CHECK(second.has_value());
  FUZZ_CHECK(write(*second) == written);
}

template <typename T>
std::string write(const T& message) {
  return rest::to_json(message);
}

TableMetadata base_metadata() {
  TableSpec spec;
  spec.schema.fields = {{.id = 1, .name = "x", .type = {.id = TypeId::kLong}, .required = false, .doc = ""}};
  return *new_metadata(spec, "file:///w/n/t", {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  round_trip(text, rest::parse_namespace, write<rest::NamespaceMessage>);
  round_trip(text, rest::parse_properties_update, write<rest::PropertiesMessage>);
  round_trip(text, rest::parse_create_table, write<rest::CreateTableMessage>);
  round_trip(text, rest::parse_register_table, write<rest::RegisterTableMessage>);
  round_trip(text, rest::parse_rename_table, write<rest::RenameTableMessage>);
  round_trip(text, rest::parse_transaction, write<std::vector<rest::TableChangeMessage>>);
  round_trip(text, rest::parse_loaded_table, write<rest::LoadedTable>);
  (void)rest::parse_names(text);
  (void)rest::parse_config(text);
  (void)rest::parse_error(text);
  (void)rest::space_from_path(text);
  if (const auto created = rest::parse_create_table(text)) (void)with_fresh_ids(created->spec);
  if (const auto change = rest::parse_table_change(text)) {
    static const TableMetadata kBase = base_metadata();
    for (const Requirement& requirement : change->requirements) (void)check(requirement, &kBase);
    for (const TableMetadata& base : {kBase, empty_metadata()}) {
      const auto next = apply(base, change->updates, {});
      if (!next) continue;
      FUZZ_CHECK(check(*next).has_value());
      FUZZ_CHECK(parse_table_metadata(to_json(*next)).has_value());
      (void)updates_between(base, *next);
    }
  }
  return 0;
}
