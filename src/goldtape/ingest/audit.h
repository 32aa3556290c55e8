// The load audit, for people and programs.
#pragma once

#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"
#include "goldtape/store/load_audit.h"

namespace goldtape::ingest {

struct AuditFilter {
  std::string status;  ///< Empty: any.
  std::string source;
  std::string dataset;
};

/// Loads, oldest request first. Errors: the store's.
[[nodiscard]] Result<std::vector<store::LoadAudit>> list_loads(const lake::Lake& lake,
                                                               const AuditFilter& filter = {});

/// A load by its id or an unambiguous beginning of it (8 characters at least).
/// Errors: kNotFound GT5040, kUsage GT5041 several loads begin so.
[[nodiscard]] Result<store::LoadAudit> find_load(const lake::Lake& lake, const std::string& load_id);

/// The columns of ops.load_audit as one JSON object; absent values are null.
[[nodiscard]] std::string to_json(const store::LoadAudit& load);

}  // namespace goldtape::ingest
