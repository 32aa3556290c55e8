// Changes of a table's schema that leave its data files as they are: columns are known by id, so old files
// are read right under new names, types and orders. Source: Iceberg table spec v2, "Schema Evolution".
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/table/schema.h"

namespace goldtape::table {

/// Steps, applied in their order. Columns are named by path: "price", "venue.city" in a struct,
/// "fills.element" of a list, "fees.key" and "fees.value" of a map. A value; not thread safe while it is
/// built.
///
///   SchemaChange change;
///   change.rename("vol", "volume").widen("volume", {.id = TypeId::kLong}).move_after("volume", "close");
class SchemaChange {
 public:
  /// An optional column at the end of the table or, "venue.country", of a struct. Ids are assigned, to what
  /// is nested in `type` too.
  SchemaChange& add(std::string path, Type type, std::string doc = {});
  SchemaChange& drop(std::string path);
  /// `name` is the last part alone: the column stays where it is.
  SchemaChange& rename(std::string path, std::string name);
  /// int to long, float to double, decimal to more digits of the same scale.
  SchemaChange& widen(std::string path, Type type);
  SchemaChange& make_optional(std::string path);
  SchemaChange& move_first(std::string path);
  /// Behind a column of the same struct, which is named by its last part.
  SchemaChange& move_after(std::string path, std::string other);

  [[nodiscard]] bool empty() const { return steps_.empty(); }
  /// The schema after all steps (its id is not changed); `last_column_id` counts up. Errors: kNotFound GT4403
  /// no such column (the nearest is named), kAlreadyExists GT4030 a name that is taken, kUsage GT4404 a step
  /// that the format does not allow.
  [[nodiscard]] Result<Schema> apply(Schema schema, std::int32_t& last_column_id) const;

 private:
  enum class Kind : std::uint8_t { kAdd, kDrop, kRename, kWiden, kMakeOptional, kMoveFirst, kMoveAfter };
  struct Step {
    Kind kind = Kind::kAdd;
    std::string path;
    std::string text;  ///< Doc, new name or other column.
    Type type = {};
  };
  SchemaChange& step(Kind kind, std::string path, std::string text = {}, Type type = {});
  static Status apply_step(const Step& step, Schema& schema, std::int32_t& last_column_id);

  std::vector<Step> steps_;
};

}  // namespace goldtape::table
