#include "goldtape/table/snapshot.h"

namespace goldtape::table {

std::string_view to_string(Operation operation) {
  switch (operation) {
    case Operation::kAppend: return "append";
    case Operation::kReplace: return "replace";
    case Operation::kOverwrite: return "overwrite";
    case Operation::kDelete: return "delete";
  }
  return "overwrite";
}

}  // namespace goldtape::table
