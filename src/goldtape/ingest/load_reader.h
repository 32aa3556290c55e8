// Reads landed loads again, from the raw zone alone.
#pragma once

#include <string_view>
#include <variant>

#include "goldtape/base/result.h"
#include "goldtape/lake/bar_load.h"
#include "goldtape/lake/lake.h"
#include "goldtape/lake/record_merge.h"
#include "goldtape/provider/registry.h"
#include "goldtape/store/load_audit.h"

namespace goldtape::ingest {

/// Gives a load's rows as they were accepted: without those that quarantine holds of it, without
/// repetitions. Keeps references; they must outlive it.
class LoadReader {
 public:
  LoadReader(const lake::Lake& lake, const provider::Registry& providers)
      : lake_(lake), providers_(providers) {}

  /// Errors: kNotFound GT5040; kDamaged GT5020 the raw answer, or it no longer parses to such rows.
  [[nodiscard]] Result<lake::BarLoad> bars(std::string_view load_id) const;
  [[nodiscard]] Result<lake::ActionLoad> actions(std::string_view load_id) const;
  [[nodiscard]] Result<lake::RecordLoad> records(std::string_view load_id) const;

  using Accepted = std::variant<lake::BarLoad, lake::ActionLoad, lake::RecordLoad>;
  /// Of a load that the audit does not hold (yet), by its row: id, request, raw_path, observed_at and
  /// rows_quarantined are used. Errors: GT5020.
  [[nodiscard]] Result<Accepted> again(const store::LoadAudit& load) const;
  /// The same of rows that were parsed already.
  [[nodiscard]] Result<Accepted> accepted(const store::LoadAudit& load, provider::Rows rows) const;

 private:
  template <typename Load>
  [[nodiscard]] Result<Load> of(std::string_view load_id) const;
  [[nodiscard]] Result<provider::Rows> parse(const store::LoadAudit& load) const;

  const lake::Lake& lake_;
  const provider::Registry& providers_;
};

}  // namespace goldtape::ingest
