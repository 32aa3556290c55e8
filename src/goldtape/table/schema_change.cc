#include "goldtape/table/schema_change.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/text.h"

namespace goldtape::table {
namespace {

// A column's place: the fields it stands among, and which of them it is.
struct Place {
  std::vector<Field>* siblings = nullptr;
  std::size_t at = 0;
  const Type* parent = nullptr;  // Null at the top.

  [[nodiscard]] Field& field() const { return (*siblings)[at]; }
};

std::unexpected<Error> not_allowed(std::string message) {
  return fail(ErrorKind::kUsage, 4404, std::move(message));
}

Result<Place> find_place(Schema& schema, const std::string& path) {
  Place place{.siblings = &schema.fields, .at = 0, .parent = nullptr};
  std::string_view rest = path;
  while (true) {
    std::vector<Field>& level = *place.siblings;
    // Names may hold dots themselves: the longest that fits is taken.
    std::size_t best = level.size();
    for (std::size_t i = 0; i < level.size(); ++i) {
      const std::string& name = level[i].name;
      const bool fits =
          rest == name || (rest.size() > name.size() && rest.starts_with(name) && rest[name.size()] == '.');
      if (fits && (best == level.size() || name.size() > level[best].name.size())) best = i;
    }
    if (best == level.size()) {
      std::vector<std::string_view> names;
      for (const Field& field : level) names.emplace_back(field.name);
      return fail(ErrorKind::kNotFound, 4403,
                  fmt::format("there is no column '{}'{}", path, did_you_mean(rest, names)));
    }
    place.at = best;
    if (rest.size() == level[best].name.size()) return place;
    rest.remove_prefix(level[best].name.size() + 1);
    place.parent = &level[best].type;
    place.siblings = &level[best].type.fields;
  }
}

Status check_free(const std::vector<Field>& siblings, const std::string& name) {
  const auto same = [&](const Field& field) { return field.name == name; };
  if (name.empty()) return not_allowed("a column needs a name");
  if (std::none_of(siblings.begin(), siblings.end(), same)) return {};
  return fail(ErrorKind::kAlreadyExists, 4030, fmt::format("the column {} exists already", name));
}

void assign_ids(Field& field, std::int32_t& last_column_id) {
  field.id = ++last_column_id;
  for (Field& nested : field.type.fields) assign_ids(nested, last_column_id);
}

// Lists' elements and maps' keys and values have fixed names and places.
Status check_in_struct(const Place& place, std::string_view what) {
  if (place.parent == nullptr || place.parent->id == TypeId::kStruct) return {};
  return not_allowed(fmt::format("the element of a list, or the key or value of a map, cannot be {}", what));
}

Status add_field(Schema& schema, const std::string& path, const Type& type, const std::string& doc,
                 std::int32_t& last_column_id) {
  std::vector<Field>* siblings = &schema.fields;
  std::string name = path;
  const std::size_t dot = path.rfind('.');
  if (dot != std::string::npos) {
    GT_ASSIGN(const Place parent, find_place(schema, path.substr(0, dot)));
    if (parent.field().type.id != TypeId::kStruct) {
      return not_allowed(
          fmt::format("the column {} is no struct: nothing can be added to it", path.substr(0, dot)));
    }
    siblings = &parent.field().type.fields;
    name = path.substr(dot + 1);
  }
  GT_RETURN_IF_ERROR(check_free(*siblings, name));
  Field field{.id = 0, .name = name, .type = type, .required = false, .doc = doc};
  assign_ids(field, last_column_id);
  siblings->push_back(std::move(field));
  return {};
}

Status drop_field(Schema& schema, const Place& place) {
  GT_RETURN_IF_ERROR(check_in_struct(place, "dropped"));
  if (place.siblings->size() == 1) return not_allowed("the last column cannot be dropped");
  const Schema dropped{.schema_id = 0, .fields = {place.field()}, .identifier_field_ids = {}};
  for (const std::int32_t id : schema.identifier_field_ids) {
    if (dropped.find(id) != nullptr) {
      return not_allowed(
          fmt::format("the column {} is part of the table's row identifier", place.field().name));
    }
  }
  place.siblings->erase(place.siblings->begin() + static_cast<std::ptrdiff_t>(place.at));
  return {};
}

Status widen_field(const Place& place, const Type& type) {
  Field& field = place.field();
  if (place.parent != nullptr && place.parent->id == TypeId::kMap && place.at == 0) {
    return not_allowed("the key of a map cannot be widened");
  }
  if (!can_promote(field.type, type)) {
    return not_allowed(
        fmt::format("the column {} of type {} cannot become {}: only int to long, float to double, and "
                    "decimals to more digits of the same scale are wider",
                    field.name, to_string(field.type), to_string(type)));
  }
  field.type = type;
  return {};
}

Status move_field(const Place& place, std::size_t target) {
  GT_RETURN_IF_ERROR(check_in_struct(place, "moved"));
  Field field = std::move(place.field());
  place.siblings->erase(place.siblings->begin() + static_cast<std::ptrdiff_t>(place.at));
  if (target > place.at) --target;
  place.siblings->insert(place.siblings->begin() + static_cast<std::ptrdiff_t>(target), std::move(field));
  return {};
}

Status move_behind(const Place& place, const std::string& other) {
  for (std::size_t i = 0; i < place.siblings->size(); ++i) {
    if ((*place.siblings)[i].name == other) return i == place.at ? Status{} : move_field(place, i + 1);
  }
  return fail(ErrorKind::kNotFound, 4403,
              fmt::format("there is no column '{}' beside {}", other, place.field().name));
}

}  // namespace

SchemaChange& SchemaChange::step(Kind kind, std::string path, std::string text, Type type) {
  steps_.push_back({.kind = kind, .path = std::move(path), .text = std::move(text), .type = std::move(type)});
  return *this;
}

SchemaChange& SchemaChange::add(std::string path, Type type, std::string doc) {
  return step(Kind::kAdd, std::move(path), std::move(doc), std::move(type));
}
SchemaChange& SchemaChange::drop(std::string path) { return step(Kind::kDrop, std::move(path)); }
SchemaChange& SchemaChange::rename(std::string path, std::string name) {
  return step(Kind::kRename, std::move(path), std::move(name));
}
SchemaChange& SchemaChange::widen(std::string path, Type type) {
  return step(Kind::kWiden, std::move(path), {}, std::move(type));
}
SchemaChange& SchemaChange::make_optional(std::string path) {
  return step(Kind::kMakeOptional, std::move(path));
}
SchemaChange& SchemaChange::move_first(std::string path) { return step(Kind::kMoveFirst, std::move(path)); }
SchemaChange& SchemaChange::move_after(std::string path, std::string other) {
  return step(Kind::kMoveAfter, std::move(path), std::move(other));
}

Status SchemaChange::apply_step(const Step& step, Schema& schema, std::int32_t& last_column_id) {
  if (step.kind == Kind::kAdd) return add_field(schema, step.path, step.type, step.text, last_column_id);
  GT_ASSIGN(const Place place, find_place(schema, step.path));
  switch (step.kind) {
    case Kind::kDrop: return drop_field(schema, place);
    case Kind::kRename:
      GT_RETURN_IF_ERROR(check_in_struct(place, "renamed"));
      GT_RETURN_IF_ERROR(check_free(*place.siblings, step.text));
      place.field().name = step.text;
      return {};
    case Kind::kWiden: return widen_field(place, step.type);
    case Kind::kMakeOptional:
      for (const std::int32_t id : schema.identifier_field_ids) {
        if (id == place.field().id) return not_allowed("a column of the row identifier stays required");
      }
      place.field().required = false;
      return {};
    case Kind::kMoveFirst: return move_field(place, 0);
    default: return move_behind(place, step.text);
  }
}

Result<Schema> SchemaChange::apply(Schema schema, std::int32_t& last_column_id) const {
  for (const Step& step : steps_) GT_RETURN_IF_ERROR(apply_step(step, schema, last_column_id));
  return schema;
}

}  // namespace goldtape::table
