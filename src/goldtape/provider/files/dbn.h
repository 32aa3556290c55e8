// Databento Binary Encoding (DBN), versions 1 to 3: the metadata before the records, and the records.
// Layout: docs/formats.md, "Databento DBN". Numbers are little-endian whatever the machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"

namespace goldtape::provider::files {

/// Prices are integers of 1e-9.
inline constexpr double kDbnPriceScale = 1e9;

/// Values that stand for "none".
inline constexpr std::int64_t kDbnNoPrice = INT64_MAX;
inline constexpr std::uint64_t kDbnNoTime = UINT64_MAX;
inline constexpr std::uint32_t kDbnNoSize = UINT32_MAX;

/// Kinds of records (rtype) that are read here.
enum class DbnKind : std::uint8_t {
  kTrade = 0x00,
  kBar1s = 0x20,
  kBar1m = 0x21,
  kBar1h = 0x22,
  kBar1d = 0x23,
  kError = 0x15,
  kSymbolMapping = 0x16,
  kSystem = 0x17,
};

/// What a symbol means on one side of a mapping (stype).
enum class DbnSymbolType : std::uint8_t { kInstrumentId = 0, kRawSymbol = 1, kNone = 255 };

/// The name of a symbol from one date up to another, left out.
struct DbnMappingInterval {
  std::int32_t start_days, end_days;
  std::string symbol;
};
struct DbnMapping {
  std::string symbol;  ///< As it was asked for.
  std::vector<DbnMappingInterval> intervals;
};

struct DbnMetadata {
  int version = 0;
  std::string dataset;          ///< "XNAS.ITCH"
  std::uint16_t schema = 0;     ///< 65535: records of several kinds.
  std::uint8_t type_in = 0;     ///< DbnSymbolType, or one that is not named there.
  std::uint8_t type_out = 0;    ///< Likewise.
  bool has_send_time = false;   ///< Each record ends with the time it was sent.
  std::size_t symbol_size = 0;  ///< Of a symbol's field.
  std::vector<DbnMapping> mappings;
  std::size_t size_bytes = 0;  ///< Where the records begin.
};

/// Whether bytes begin as DBN does (unpacked): "DBN" and a version.
[[nodiscard]] bool is_dbn(std::string_view bytes);
/// Whether bytes begin as DBZ does, DBN's forerunner: a zstd skippable frame that holds "DBZ".
[[nodiscard]] bool is_dbz(std::string_view bytes);

/// "ohlcv-1m", "trades", "mbp-1", ...; "schema 99" for one that is not known.
[[nodiscard]] std::string dbn_schema_name(std::uint16_t schema);

/// Errors: GT2240 (kDamaged) cut short or at odds with itself, (kUnsupported) a version after 3.
[[nodiscard]] Result<DbnMetadata> read_dbn_metadata(std::string_view bytes, std::string_view where);

/// One record. `body` is what follows the header, without the time it was sent.
struct DbnRecord {
  std::uint32_t number = 0;  ///< From 1.
  std::uint8_t kind = 0;     ///< DbnKind, or one that is not named there.
  std::uint16_t publisher = 0;
  std::uint32_t instrument = 0;
  std::uint64_t event_ns = 0;
  std::string_view body;

  [[nodiscard]] bool is(DbnKind of) const { return kind == static_cast<std::uint8_t>(of); }
  /// An integer of the body. Requires: it lies within.
  template <typename Integer>
  [[nodiscard]] Integer at(std::size_t offset) const;
};

/// The records after the metadata, one after another. The bytes must outlive it.
class DbnRecords {
 public:
  DbnRecords(std::string_view bytes, const DbnMetadata& metadata, std::string_view where);
  /// False at the end. Errors: GT2241 (kDamaged) a record that is cut short, or shorter than its kind.
  [[nodiscard]] Result<bool> next();
  [[nodiscard]] const DbnRecord& record() const { return record_; }
  [[nodiscard]] std::string here() const;  ///< "file:12", the record's number.

 private:
  std::string_view rest_;
  std::string_view where_;
  std::size_t tail_size_;  ///< Of the time each record was sent.
  int version_;
  DbnRecord record_;
};

/// The venue that a publisher's number stands for: "XNAS"; the number itself when it is not known.
[[nodiscard]] std::string dbn_venue(std::uint16_t publisher);

}  // namespace goldtape::provider::files
