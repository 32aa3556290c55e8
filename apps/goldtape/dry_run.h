// What `ingest files --dry-run` prints: how each file would be read, before anything is loaded.
#pragma once

#include <iosfwd>

#include "goldtape/base/result.h"
#include "goldtape/provider/files/inspect.h"

namespace goldtape::app {

/// One file: dialect, columns, zone, label, order, range, first rows.
void print_inspection(std::ostream& out, const provider::files::Inspection& inspection);

}  // namespace goldtape::app
