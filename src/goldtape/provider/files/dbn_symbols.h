// Which ticker an instrument's number means on a day, by the mappings of a DBN file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/provider/files/dbn.h"

namespace goldtape::provider::files {

/// Numbers are given anew, so a number means a ticker only from one date (UTC) up to another. Not thread
/// safe.
class DbnSymbols {
 public:
  /// Mappings from or to instrument numbers. Errors: GT2243 (kDamaged) a number that is none.
  [[nodiscard]] static Result<DbnSymbols> create(const DbnMetadata& metadata, std::string_view where);

  /// Takes in a mapping that came among the records, as live streams send them. Such a one holds from there
  /// on. Requires: record.is(DbnKind::kSymbolMapping), as DbnRecords gave it.
  void learn(const DbnRecord& record);

  /// The ticker of an instrument at an instant; stays as it is until the next call of `learn`.
  /// Errors, `where` as given: GT2243 (kDamaged) no mapping says it.
  [[nodiscard]] Result<std::string_view> find(std::uint32_t instrument, std::uint64_t ts_ns,
                                              const std::string& where) const;

 private:
  struct Named {
    std::int32_t start_days, end_days;
    std::string ticker;
  };
  int version_ = 0;
  std::size_t symbol_size_ = 0;
  std::unordered_map<std::uint32_t, std::vector<Named>> by_day_;
  std::unordered_map<std::uint32_t, std::string> live_;
};

/// The next record that is data, of whatever kind: mappings on the way are learnt, the service's own messages
/// passed over. False at the end. Errors: those of DbnRecords::next.
[[nodiscard]] Result<bool> next_data(DbnRecords& records, DbnSymbols& symbols);

}  // namespace goldtape::provider::files
