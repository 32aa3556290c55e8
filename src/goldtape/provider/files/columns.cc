#include "goldtape/provider/files/columns.h"

#include <algorithm>
#include <map>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/files/csv_scanner.h"

namespace goldtape::provider::files {

namespace {

constexpr std::array kBarRoles = {Role::kTicker, Role::kTs,   Role::kDate,       Role::kTime,
                                  Role::kOpen,   Role::kHigh, Role::kLow,        Role::kClose,
                                  Role::kVolume, Role::kVwap, Role::kTradeCount, Role::kAdjClose};
constexpr std::array kActionRoles = {Role::kTicker,  Role::kExDate,     Role::kActionType,
                                     Role::kValue,   Role::kCurrency,   Role::kNewTicker,
                                     Role::kKnownAt, Role::kDescription};

std::span<const Role> roles_of(Dataset dataset) {
  if (dataset == Dataset::kBars) return kBarRoles;
  return kActionRoles;
}

/// Lower case, without blanks, '_', '-', '.', '<' and '>'.
std::string plain(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (std::string_view(" \t_-.<>").find(c) != std::string_view::npos) continue;
    result.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
  }
  return result;
}

/// Role by plain name.
std::map<std::string, Role> known_names(const Dialect& dialect, Dataset dataset) {
  std::map<std::string, Role> known;
  for (const Role role : roles_of(dataset)) {
    const auto found = dialect.columns.find(role);
    if (found == dialect.columns.end()) continue;
    for (const std::string& name : found->second) known.emplace(plain(name), role);
  }
  return known;
}

std::string listed(std::span<const std::string> names) {
  constexpr std::size_t kMost = 24;
  std::vector<std::string> shown;
  for (const std::string& name : names.first(std::min(kMost, names.size()))) shown.push_back(excerpt(name));
  std::string text = fmt::format("{}", fmt::join(shown, ", "));
  if (names.size() > kMost) text += fmt::format(" and {} more", names.size() - kMost);
  return text;
}

std::string wanted_names(const Dialect& dialect, Role role) {
  const auto found = dialect.columns.find(role);
  return found == dialect.columns.end() ? std::string("not named by the dialect")
                                        : fmt::format("{}", fmt::join(found->second, " or "));
}

std::vector<Role> missing_roles(const ColumnMap& map, const Dialect& dialect, Dataset dataset) {
  std::vector<Role> missing;
  const auto need = [&](Role role) {
    if (!map.has(role)) missing.push_back(role);
  };
  if (dataset == Dataset::kActions) {
    for (const Role role : {Role::kTicker, Role::kExDate, Role::kActionType, Role::kValue}) need(role);
    return missing;
  }
  if (!map.has(Role::kDate)) need(Role::kTs);
  for (const Role role : {Role::kOpen, Role::kHigh, Role::kLow, Role::kClose}) need(role);
  if (!dialect.volume) need(Role::kVolume);
  return missing;
}

/// Of ts, date and time keeps the one or two that will be read.
void settle_time_columns(ColumnMap& map) {
  const auto drop = [&](Role role) {
    if (!map.has(role)) return;
    map.index[static_cast<std::size_t>(role)] = ColumnMap::kAbsent;
    const auto gone = std::find_if(map.mapped.begin(), map.mapped.end(),
                                   [&](const auto& column) { return column.role == role; });
    map.ignored.push_back(gone->name);
    map.mapped.erase(gone);
  };
  if (map.has(Role::kTs)) {
    drop(Role::kDate);
    drop(Role::kTime);
  } else if (map.has(Role::kTime) && !map.has(Role::kDate)) {
    map.index[static_cast<std::size_t>(Role::kTs)] = map.at(Role::kTime);
    map.index[static_cast<std::size_t>(Role::kTime)] = ColumnMap::kAbsent;
    for (MappedColumn& column : map.mapped) {
      if (column.role == Role::kTime) column.role = Role::kTs;
    }
  }
}

Status check_complete(const ColumnMap& map, std::span<const std::string> names, const Dialect& dialect,
                      Dataset dataset, std::string_view where) {
  const std::vector<Role> missing = missing_roles(map, dialect, dataset);
  if (missing.empty()) return {};
  std::vector<std::string> wanted;
  for (const Role role : missing) {
    wanted.push_back(fmt::format("{} ({})", to_string(role), wanted_names(dialect, role)));
  }
  std::string hint = fmt::format("name the column in a dialect: {{\"columns\": {{\"{}\": \"...\"}}}}",
                                 to_string(missing.front()));
  if (map.mapped.empty())
    hint = "if the file has no header line, list its columns as column_order in a dialect";
  return fail(ErrorKind::kDamaged, 2020,
              fmt::format("the header has no column for {}; it has {}; {}", fmt::join(wanted, ", "),
                          listed(names), hint),
              std::string(where));
}

}  // namespace

Result<Dataset> parse_dataset(std::string_view text) {
  if (text == "bars") return Dataset::kBars;
  if (text == "actions") return Dataset::kActions;
  if (text == "trades") return Dataset::kTrades;
  return fail(ErrorKind::kUsage, 2016,
              fmt::format("unknown dataset '{}'; files hold bars, actions or trades", text));
}

Result<ColumnMap> map_columns(std::span<const std::string> names, const Dialect& dialect, Dataset dataset,
                              std::string_view where) {
  const std::map<std::string, Role> known = known_names(dialect, dataset);
  ColumnMap map;
  map.width = names.size();
  std::map<std::string, std::string> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = plain(names[i]);
    if (!name.empty() && !seen.emplace(name, names[i]).second) {
      return fail(
          ErrorKind::kDamaged, 2021,
          fmt::format("the header has the column '{}' twice; which one counts cannot be told, so rename "
                      "or remove one",
                      excerpt(names[i])),
          std::string(where));
    }
    const auto found = known.find(name);
    if (found == known.end()) {
      map.ignored.push_back(names[i]);
      continue;
    }
    std::size_t& slot = map.index[static_cast<std::size_t>(found->second)];
    if (slot != ColumnMap::kAbsent) {
      return fail(ErrorKind::kDamaged, 2022,
                  fmt::format("both '{}' and '{}' could be the {}; say which in a dialect: "
                              "{{\"columns\": {{\"{}\": \"{}\"}}}}",
                              excerpt(names[slot]), excerpt(names[i]), to_string(found->second),
                              to_string(found->second), excerpt(names[i])),
                  std::string(where));
    }
    slot = i;
    map.mapped.push_back({found->second, names[i], i});
  }
  if (dataset == Dataset::kBars) settle_time_columns(map);
  GT_RETURN_IF_ERROR(check_complete(map, names, dialect, dataset, where));
  return map;
}

char sniff_delimiter(std::string_view header_line, const Dialect& dialect, Dataset dataset) {
  const std::map<std::string, Role> known = known_names(dialect, dataset);
  char best = ',';
  std::ptrdiff_t best_count = 0;
  for (const char candidate : {',', ';', '\t', '|'}) {
    CsvScanner scanner(header_line, candidate, dialect.quote, "header");
    std::vector<Field> fields;
    if (!scanner.next(fields).value_or(false)) continue;
    const auto count = std::count_if(fields.begin(), fields.end(),
                                     [&](const Field& field) { return known.contains(plain(field.text)); });
    if (count > best_count) {
      best = candidate;
      best_count = count;
    }
  }
  return best;
}

}  // namespace goldtape::provider::files
