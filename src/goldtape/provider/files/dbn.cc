#include "goldtape/provider/files/dbn.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "goldtape/base/time.h"
#include "goldtape/provider/files/dbn_bytes_internal.h"

namespace goldtape::provider::files {

namespace {

constexpr int kNewestVersion = 3;
constexpr std::size_t kPreludeSize = 8;  ///< "DBN", the version, and the size of what follows.
constexpr std::size_t kFixedSize = 100;
constexpr std::size_t kDatasetSize = 16;
constexpr std::size_t kFirstSymbolSize = 22;  ///< Of version 1, which does not say it.
constexpr std::size_t kHeaderSize = 16;
constexpr std::size_t kSendTimeSize = 8;

constexpr std::array<std::string_view, 20> kSchemas = {
    "mbo",      "mbp-1",    "mbp-10",     "tbbo",       "trades", "ohlcv-1s",  "ohlcv-1m",
    "ohlcv-1h", "ohlcv-1d", "definition", "statistics", "status", "imbalance", "ohlcv-eod",
    "cmbp-1",   "cbbo-1s",  "cbbo-1m",    "tcbbo",      "bbo-1s", "bbo-1m"};

/// By publisher, from 1: github.com/databento/dbn, rust/dbn/src/publishers.rs.
constexpr std::array<std::string_view, 107> kVenues = {
    "GLBX", "XNAS", "XBOS", "XPSX", "BATS", "BATY", "EDGA", "EDGX", "XNYS", "XCIS", "XASE", "XCHI",
    "XCIS", "XCIS", "MEMX", "EPRL", "FINN", "FINC", "FINY", "AMXO", "XBOX", "XCBO", "EMLD", "EDGO",
    "GMNI", "XISX", "MCRY", "XMIO", "ARCO", "OPRA", "MPRL", "XNDQ", "XBXO", "C2OX", "XPHL", "BATO",
    "MXOP", "IEXG", "XCHI", "XCIS", "IEXG", "EPRL", "ARCX", "XNYS", "XNYS", "XNAS", "XNAS", "XCHI",
    "XCIS", "IEXG", "EPRL", "XNAS", "XNYS", "FINN", "FINY", "FINC", "IFEU", "NDEX", "DBEQ", "EQUS",
    "SPHR", "XCHI", "XCIS", "IEXG", "EPRL", "XNAS", "XNYS", "FINN", "FINY", "FINC", "BATS", "BATY",
    "EDGA", "EDGX", "XBOS", "XPSX", "MEMX", "XASE", "ARCX", "LTSE", "XNAS", "FINN", "FINC", "XOFF",
    "XOFF", "XBOS", "XPSX", "XBOS", "XPSX", "EQUS", "XCIS", "XNYS", "EQUS", "EQUS", "EQUS", "EQUS",
    "IFUS", "XOFF", "IFLL", "XOFF", "XEUR", "XEEE", "XOFF", "XOFF", "XCBF", "XOFF", "OCEA"};

/// Days of a date written as the number 20240102.
Result<std::int32_t> days_of(std::uint32_t yyyymmdd, std::string_view where) {
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(yyyymmdd / 10'000)},
                                         std::chrono::month{yyyymmdd / 100 % 100},
                                         std::chrono::day{yyyymmdd % 100}};
  if (yyyymmdd > 99'991'231 || !date.ok()) {
    return fail(ErrorKind::kDamaged, 2240, fmt::format("{} in the metadata is not a date", yyyymmdd),
                std::string(where));
  }
  return to_days(std::chrono::sys_days{date});
}

/// The metadata after its fixed part: counts and fields, taken one after another.
class MetadataReader {
 public:
  MetadataReader(std::string_view bytes, std::size_t symbol_size, std::string_view where)
      : rest_(bytes), symbol_size_(symbol_size), where_(where) {}

  Result<std::uint32_t> number() {
    GT_ASSIGN(const std::string_view bytes, take(sizeof(std::uint32_t)));
    return little_endian<std::uint32_t>(bytes, 0);
  }

  Result<std::string> symbol() {
    GT_ASSIGN(const std::string_view bytes, take(symbol_size_));
    return std::string(bytes.substr(0, bytes.find('\0')));
  }

  Status skip_symbols() {
    GT_ASSIGN(const std::uint32_t count, number());
    GT_RETURN_IF_ERROR(take(std::size_t{count} * symbol_size_));
    return {};
  }

  Result<DbnMapping> mapping() {
    DbnMapping mapping;
    GT_ASSIGN(mapping.symbol, symbol());
    GT_ASSIGN(const std::uint32_t intervals, number());
    for (std::uint32_t i = 0; i < intervals; ++i) {
      GT_ASSIGN(const std::uint32_t start, number());
      GT_ASSIGN(const std::uint32_t end, number());
      DbnMappingInterval interval{};
      GT_ASSIGN(interval.start_days, days_of(start, where_));
      GT_ASSIGN(interval.end_days, days_of(end, where_));
      GT_ASSIGN(interval.symbol, symbol());
      mapping.intervals.push_back(std::move(interval));
    }
    return mapping;
  }

 private:
  Result<std::string_view> take(std::size_t size) {
    if (size > rest_.size()) {
      return fail(
          ErrorKind::kDamaged, 2240,
          fmt::format("the metadata end in the middle: {} bytes are wanted, {} are left", size, rest_.size()),
          std::string(where_));
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  std::size_t symbol_size_;
  std::string_view where_;
};

/// The fewest bytes that a record of a kind has, its header with it; that of the header for other kinds.
std::size_t least_size(std::uint8_t kind, int version) {
  switch (static_cast<DbnKind>(kind)) {
    case DbnKind::kTrade: return 48;
    case DbnKind::kBar1s:
    case DbnKind::kBar1m:
    case DbnKind::kBar1h:
    case DbnKind::kBar1d: return 56;
    case DbnKind::kSymbolMapping: return version == 1 ? 80 : 176;
    default: return kHeaderSize;
  }
}

}  // namespace

bool is_dbn(std::string_view bytes) {
  // The version is a small number; a text that begins with these letters goes on with a printed character.
  return bytes.size() > 3 && bytes.starts_with("DBN") && static_cast<unsigned char>(bytes[3]) < 9;
}

bool is_dbz(std::string_view bytes) {
  return bytes.size() > 11 && (static_cast<unsigned char>(bytes[0]) & 0xf0U) == 0x50U &&
         bytes.substr(1, 3) == "\x2a\x4d\x18" && bytes.substr(8, 3) == "DBZ";
}

std::string dbn_schema_name(std::uint16_t schema) {
  if (schema < kSchemas.size()) return std::string(kSchemas[schema]);
  return schema == UINT16_MAX ? "several schemas" : fmt::format("schema {}", schema);
}

Result<DbnMetadata> read_dbn_metadata(std::string_view bytes, std::string_view where) {
  const auto damaged = [&](std::string why) {
    return fail(ErrorKind::kDamaged, 2240, std::move(why), std::string(where));
  };
  if (!is_dbn(bytes) || bytes[3] == 0) return damaged("the file does not begin as DBN does");
  DbnMetadata metadata;
  metadata.version = static_cast<unsigned char>(bytes[3]);
  if (metadata.version > kNewestVersion) {
    return fail(ErrorKind::kUnsupported, 2240,
                fmt::format("DBN version {} is newer than the versions 1 to {} that are read; ask the vendor "
                            "for one of them, or convert the file with its dbn tool",
                            metadata.version, kNewestVersion),
                std::string(where));
  }
  if (bytes.size() < kPreludeSize) return damaged("the metadata end in the middle");
  const std::size_t size = little_endian<std::uint32_t>(bytes, 4);
  if (size < kFixedSize + sizeof(std::uint32_t) || size > bytes.size() - kPreludeSize) {
    return damaged(
        fmt::format("the metadata say that they are {} bytes, but {} follow: the file was cut short "
                    "or is damaged",
                    size, bytes.size() - kPreludeSize));
  }
  metadata.size_bytes = kPreludeSize + size;
  const std::string_view fixed = bytes.substr(kPreludeSize, size);
  metadata.dataset = fixed.substr(0, kDatasetSize);
  metadata.dataset.resize(std::min(metadata.dataset.size(), metadata.dataset.find('\0')));
  metadata.schema = little_endian<std::uint16_t>(fixed, kDatasetSize);
  // start, end and limit follow, in version 1 also the count of records; then the kinds of symbols.
  const std::size_t types = kDatasetSize + 2 + 3 * sizeof(std::uint64_t) + (metadata.version == 1 ? 8 : 0);
  metadata.type_in = static_cast<std::uint8_t>(fixed[types]);
  metadata.type_out = static_cast<std::uint8_t>(fixed[types + 1]);
  metadata.has_send_time = fixed[types + 2] != 0;
  metadata.symbol_size =
      metadata.version == 1 ? kFirstSymbolSize : little_endian<std::uint16_t>(fixed, types + 3);
  if (metadata.symbol_size == 0) return damaged("the metadata say that symbols have no length");
  MetadataReader reader(fixed.substr(kFixedSize), metadata.symbol_size, where);
  GT_ASSIGN(const std::uint32_t schema_definition, reader.number());
  if (schema_definition != 0)
    return damaged("the metadata hold a definition of their schema, which none has");
  for (int list = 0; list < 3; ++list)
    GT_RETURN_IF_ERROR(reader.skip_symbols());  // asked, partial, not found
  GT_ASSIGN(const std::uint32_t mappings, reader.number());
  for (std::uint32_t i = 0; i < mappings; ++i) {
    GT_ASSIGN(DbnMapping mapping, reader.mapping());
    metadata.mappings.push_back(std::move(mapping));
  }
  return metadata;
}

template <typename Integer>
Integer DbnRecord::at(std::size_t offset) const {
  return little_endian<Integer>(body, offset);
}
template std::int64_t DbnRecord::at(std::size_t) const;
template std::uint64_t DbnRecord::at(std::size_t) const;
template std::uint32_t DbnRecord::at(std::size_t) const;

DbnRecords::DbnRecords(std::string_view bytes, const DbnMetadata& metadata, std::string_view where)
    : rest_(bytes.substr(metadata.size_bytes)),
      where_(where),
      tail_size_(metadata.has_send_time ? kSendTimeSize : 0),
      version_(metadata.version) {}

std::string DbnRecords::here() const { return fmt::format("{}:{}", where_, record_.number); }

Result<bool> DbnRecords::next() {
  if (rest_.empty()) return false;
  ++record_.number;
  const std::size_t size = std::size_t{static_cast<unsigned char>(rest_[0])} * 4;
  if (rest_.size() < kHeaderSize || size > rest_.size()) {
    return fail(ErrorKind::kDamaged, 2241,
                fmt::format("record {} ends in the middle, {} bytes before its end: the file was cut short",
                            record_.number, std::max(size, kHeaderSize) - rest_.size()),
                here());
  }
  record_.kind = static_cast<std::uint8_t>(rest_[1]);
  const std::size_t least = least_size(record_.kind, version_) + tail_size_;
  if (size < least) {
    return fail(ErrorKind::kDamaged, 2241,
                fmt::format("record {} is of {} bytes, but its kind {:#04x} has at least {}", record_.number,
                            size, record_.kind, least),
                here());
  }
  record_.publisher = little_endian<std::uint16_t>(rest_, 2);
  record_.instrument = little_endian<std::uint32_t>(rest_, 4);
  record_.event_ns = little_endian<std::uint64_t>(rest_, 8);
  record_.body = rest_.substr(kHeaderSize, size - kHeaderSize - tail_size_);
  rest_.remove_prefix(size);
  return true;
}

std::string dbn_venue(std::uint16_t publisher) {
  if (publisher == 0 || publisher > kVenues.size()) return std::to_string(publisher);
  return std::string(kVenues[publisher - 1U]);
}

}  // namespace goldtape::provider::files
