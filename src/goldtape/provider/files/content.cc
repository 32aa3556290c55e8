#include "goldtape/provider/files/content.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "goldtape/base/limits.h"
#include "goldtape/io/compression.h"
#include "goldtape/provider/files/dbn.h"
#include "goldtape/provider/files/zip_entry.h"

namespace goldtape::provider::files {

namespace {

/// Rows of equal prices still differ in their times, so that no honest table packs tighter than this.
constexpr std::uint64_t kMaxRatio = 200;
constexpr std::uint64_t kAlwaysAllowedBytes = std::uint64_t{64} << 20;

std::size_t sequence_length(std::string_view rest) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < rest.size() ? rest[i] : 0); };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

Status check_text(std::string_view text, std::string_view where) {
  const auto refuse = [&](std::string message, std::size_t offset) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
    return fail(ErrorKind::kDamaged, 2013, std::move(message), fmt::format("{}:{}", where, line));
  };
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return refuse("the file is UTF-16; save it as UTF-8", 0);
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && (text[first] == '{' || text.substr(first, 2) == "[{")) {
    return refuse("the file is JSON; bars and corporate actions are read from CSV: convert it first", 0);
  }
  if (text.size() > 262 && text.substr(257, 5) == "ustar") {
    return refuse("the file is a tar archive; unpack it and load its members", 0);
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return refuse("a NUL byte: the file is neither text nor Parquet", nul);
  }
  if (const std::size_t bad = find_invalid_utf8(text); bad != std::string_view::npos) {
    return refuse(
        fmt::format("the byte 0x{:02x} is not UTF-8; if the file is in another encoding, convert it "
                    "(iconv -t UTF-8)",
                    static_cast<unsigned char>(text[bad])),
        bad);
  }
  return {};
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    std::uint64_t word = 0;
    if (text.size() - i >= sizeof word) {
      std::memcpy(&word, text.data() + i, sizeof word);
      if ((word & 0x8080808080808080U) == 0) {
        i += sizeof word;
        continue;
      }
    }
    const std::size_t length = sequence_length(text.substr(i, 4));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

Status Content::open(std::string_view packed, std::string_view where) {
  if (is_dbz(packed)) {
    return fail(
        ErrorKind::kUnsupported, 2240,
        "the file is DBZ, the forerunner of DBN; convert it with the vendor's dbn tool, or download it "
        "again",
        std::string(where));
  }
  const io::Compression compression = io::detect_compression(packed);
  bytes_ = packed;
  if (compression != io::Compression::kNone) {
    packing_ = compression == io::Compression::kGzip ? ", gzip" : ", zstd";
    const std::uint64_t limit =
        std::min(limits::kMaxInputBytes, std::max(kAlwaysAllowedBytes, packed.size() * kMaxRatio));
    GT_ASSIGN(unpacked_, io::decompress(packed, compression, limit, where));
    bytes_ = unpacked_;
  }
  if (bytes_.size() > limits::kMaxInputBytes) {
    return fail(ErrorKind::kDamaged, 2014, "the file holds more than 4 GiB; split it", std::string(where));
  }
  if (bytes_.size() >= 4 && bytes_.starts_with("PAR1")) {
    kind_ = Kind::kParquet;
    return {};
  }
  if (is_dbn(bytes_) || is_zip(bytes_)) {
    kind_ = is_zip(bytes_) ? Kind::kZip : Kind::kDbn;
    return {};
  }
  GT_RETURN_IF_ERROR(check_text(bytes_, where));
  if (bytes_.starts_with("\xef\xbb\xbf")) bytes_.remove_prefix(3);
  if (bytes_.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return fail(ErrorKind::kDamaged, 2012, "the file is empty", std::string(where));
  }
  return {};
}

std::string Content::describe() const {
  constexpr std::array<std::string_view, 4> kKinds = {"csv", "parquet", "dbn", "zip"};
  const std::string_view kind = kKinds[static_cast<std::size_t>(kind_)];
  return fmt::format("{}{}", kind, packing_);
}

}  // namespace goldtape::provider::files
