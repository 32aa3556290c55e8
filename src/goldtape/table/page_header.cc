#include "goldtape/table/page_header_internal.h"

namespace goldtape::table::internal {
namespace {

// Thrift's compact protocol:
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
enum class Wire : std::uint8_t {
  kStop = 0,
  kTrue = 1,
  kFalse = 2,
  kByte = 3,
  kI16 = 4,
  kI32 = 5,
  kI64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12,
};

constexpr int kDeepest = 8;  // Structs within structs; a page header has two.

// Reads fields; once something does not fit, every further answer is a stop.
class CompactReader {
 public:
  explicit CompactReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::size_t at() const { return at_; }

  struct Field {
    int id = 0;
    Wire wire = Wire::kStop;
  };
  // The field after the one of this number in the same struct.
  Field next(int before) {
    const std::uint8_t head = byte();
    const auto wire = static_cast<Wire>(head & 0x0f);
    if (!good_ || wire == Wire::kStop) return {};
    const int step = head >> 4;
    return {.id = step == 0 ? static_cast<int>(zigzag()) : before + step, .wire = wire};
  }

  std::int32_t number(Wire wire) {
    if (wire != Wire::kI32) return fail(), 0;
    const std::int64_t value = zigzag();
    if (value != static_cast<std::int32_t>(value)) fail();
    return static_cast<std::int32_t>(value);
  }
  std::int32_t size(Wire wire) {
    const std::int32_t value = number(wire);
    if (value < 0) fail();
    return value;
  }
  bool truth(Wire wire) {
    if (wire != Wire::kTrue && wire != Wire::kFalse) fail();
    return wire == Wire::kTrue;
  }

  void skip(Wire wire, int depth = 0) {
    if (depth > kDeepest) return fail();
    switch (wire) {
      case Wire::kTrue:
      case Wire::kFalse: return;
      case Wire::kByte: return pass(1);
      case Wire::kI16:
      case Wire::kI32:
      case Wire::kI64: varint(); return;
      case Wire::kDouble: return pass(8);
      case Wire::kBinary: return pass(varint());
      case Wire::kStruct:
        for (Field field = next(0); field.wire != Wire::kStop; field = next(field.id))
          skip(field.wire, depth + 1);
        return;
      default: return fail();  // No header has lists or maps.
    }
  }

 private:
  void fail() { good_ = false; }
  std::uint8_t byte() {
    if (at_ >= bytes_.size()) fail();
    return good_ ? bytes_[at_++] : 0;
  }
  void pass(std::uint64_t count) {
    if (count > bytes_.size() - at_) return fail();
    at_ += static_cast<std::size_t>(count);
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t part = byte();
      value |= static_cast<std::uint64_t>(part & 0x7fU) << shift;
      if ((part & 0x80U) == 0) return value;
    }
    fail();
    return 0;
  }
  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

void read_version_1(CompactReader& in, PageHeader& header) {
  for (auto field = in.next(0); field.wire != Wire::kStop; field = in.next(field.id)) {
    switch (field.id) {
      case 1: header.values = in.size(field.wire); break;
      case 2: header.encoding = in.number(field.wire); break;
      case 3: header.level_encoding = in.number(field.wire); break;
      default: in.skip(field.wire);
    }
  }
}

void read_version_2(CompactReader& in, PageHeader& header) {
  for (auto field = in.next(0); field.wire != Wire::kStop; field = in.next(field.id)) {
    switch (field.id) {
      case 1: header.values = in.size(field.wire); break;
      case 4: header.encoding = in.number(field.wire); break;
      case 5: header.definition_bytes = in.size(field.wire); break;
      case 6: header.repetition_bytes = in.size(field.wire); break;
      case 7: header.compressed = in.truth(field.wire); break;
      default: in.skip(field.wire);
    }
  }
}

}  // namespace

std::optional<PageHeader> parse_page_header(std::span<const std::uint8_t> bytes) {
  CompactReader in(bytes);
  PageHeader header;
  for (auto field = in.next(0); field.wire != Wire::kStop; field = in.next(field.id)) {
    const bool is_struct = field.wire == Wire::kStruct;
    switch (field.id) {
      case 1: header.type = in.number(field.wire); break;
      case 2: header.uncompressed_bytes = in.size(field.wire); break;
      case 3: header.compressed_bytes = in.size(field.wire); break;
      case 5: is_struct ? read_version_1(in, header) : in.skip(field.wire); break;
      case 8: is_struct ? read_version_2(in, header) : in.skip(field.wire); break;
      default: in.skip(field.wire);
    }
  }
  if (!in.good()) return std::nullopt;
  header.header_bytes = in.at();
  return header;
}

}  // namespace goldtape::table::internal
