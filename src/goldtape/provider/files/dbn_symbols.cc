#include "goldtape/provider/files/dbn_symbols.h"

#include <charconv>

#include <fmt/format.h>

#include "goldtape/base/time.h"
#include "goldtape/provider/excerpt.h"

namespace goldtape::provider::files {

namespace {

constexpr std::uint64_t kDayNs = 86'400'000'000'000;

Result<std::uint32_t> instrument_of(std::string_view text, std::string_view where) {
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) {
    return fail(ErrorKind::kDamaged, 2243,
                fmt::format("the metadata map to the instrument '{}', which is not a number", excerpt(text)),
                std::string(where));
  }
  return number;
}

}  // namespace

Result<DbnSymbols> DbnSymbols::create(const DbnMetadata& metadata, std::string_view where) {
  DbnSymbols symbols;
  symbols.version_ = metadata.version;
  symbols.symbol_size_ = metadata.symbol_size;
  const bool from_number = metadata.type_in == static_cast<std::uint8_t>(DbnSymbolType::kInstrumentId);
  const bool to_number = metadata.type_out == static_cast<std::uint8_t>(DbnSymbolType::kInstrumentId);
  if (from_number == to_number) return symbols;  // Numbers to numbers, or names to names: nothing is said.
  for (const DbnMapping& mapping : metadata.mappings) {
    for (const DbnMappingInterval& interval : mapping.intervals) {
      // A symbol that was not found on some days has an interval without a name.
      if (interval.symbol.empty()) continue;
      const std::string& number = from_number ? mapping.symbol : interval.symbol;
      const std::string& ticker = from_number ? interval.symbol : mapping.symbol;
      GT_ASSIGN(const std::uint32_t instrument, instrument_of(number, where));
      symbols.by_day_[instrument].push_back({interval.start_days, interval.end_days, ticker});
    }
  }
  return symbols;
}

void DbnSymbols::learn(const DbnRecord& record) {
  // Version 1: two names. Since version 2 the kind of each stands before it.
  const std::size_t at = version_ == 1 ? 22 : 1 + 71 + 1;
  const std::string_view field = record.body.substr(at, version_ == 1 ? 22 : 71);
  live_[record.instrument] = field.substr(0, field.find('\0'));
}

Result<std::string_view> DbnSymbols::find(std::uint32_t instrument, std::uint64_t ts_ns,
                                          const std::string& where) const {
  if (const auto found = live_.find(instrument); found != live_.end()) return std::string_view(found->second);
  const auto day = static_cast<std::int32_t>(ts_ns / kDayNs);
  if (const auto found = by_day_.find(instrument); found != by_day_.end()) {
    for (const Named& named : found->second) {
      if (day >= named.start_days && day < named.end_days) return std::string_view(named.ticker);
    }
  }
  return fail(ErrorKind::kDamaged, 2243,
              fmt::format("nothing in the file says which ticker the instrument {} is on {}; download it "
                          "again with symbols as stype_in raw_symbol",
                          instrument, format_date(from_days(day))),
              where);
}

Result<bool> next_data(DbnRecords& records, DbnSymbols& symbols) {
  while (true) {
    GT_ASSIGN(const bool found, records.next());
    if (!found) return false;
    const DbnRecord& record = records.record();
    if (record.is(DbnKind::kSymbolMapping)) {
      symbols.learn(record);
    } else if (!record.is(DbnKind::kSystem) && !record.is(DbnKind::kError)) {
      return true;
    }
  }
}

}  // namespace goldtape::provider::files
