// Which column of a file is what: the header against a dialect.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/provider/files/dialect.h"

namespace goldtape::provider::files {

enum class Dataset : std::uint8_t { kBars, kActions, kTrades };
/// bars | actions | trades. Errors: GT2016 (kUsage).
[[nodiscard]] Result<Dataset> parse_dataset(std::string_view text);

struct MappedColumn {
  Role role;
  std::string name;   ///< As the header has it.
  std::size_t index;  ///< 0-based position in the file.
};

/// The columns of one file. After mapping, time stands in kTs, or in kDate, or in kDate and kTime.
struct ColumnMap {
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
  std::array<std::size_t, kRoleCount> index;
  std::vector<MappedColumn> mapped;  ///< In the file's order.
  std::vector<std::string> ignored;
  std::size_t width = 0;

  ColumnMap() { index.fill(kAbsent); }
  [[nodiscard]] bool has(Role role) const { return at(role) != kAbsent; }
  [[nodiscard]] std::size_t at(Role role) const { return index[static_cast<std::size_t>(role)]; }
};

/// Matches the names of a header. Errors (kDamaged), `where` in each: GT2020 a needed column is missing (says
/// what is there), GT2021 a name stands twice, GT2022 two columns could be the same role.
[[nodiscard]] Result<ColumnMap> map_columns(std::span<const std::string> names, const Dialect& dialect,
                                            Dataset dataset, std::string_view where);

/// The delimiter under which a header line names most columns the dialect knows; ',' when none does.
[[nodiscard]] char sniff_delimiter(std::string_view header_line, const Dialect& dialect, Dataset dataset);

}  // namespace goldtape::provider::files
