// What kind of file an answer holds, and its text or other bytes with the packing undone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"

namespace goldtape::provider::files {

/// The bytes of a file, unpacked. Points into the packed bytes or into itself: neither copy nor move.
class Content {
 public:
  enum class Kind : std::uint8_t { kText, kParquet, kDbn, kZip };

  Content() = default;
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  /// Looks at the first bytes, not at the name; undoes gzip or zstd, not zip; checks that text is UTF-8 and
  /// drops its byte order mark. `packed` must outlive the content. Errors (kDamaged): io/compression.h's,
  /// GT2012 an empty file, GT2013 not text and not Parquet (UTF-16, tar, JSON, NUL bytes) or not UTF-8, with
  /// the line; GT2014 more than 4 GiB, or a bomb; GT2240 (kUnsupported) DBZ, the forerunner of DBN.
  Status open(std::string_view packed, std::string_view where);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  /// "csv", "csv, gzip", "parquet", "dbn, zstd", "zip", ...
  [[nodiscard]] std::string describe() const;

 private:
  Kind kind_ = Kind::kText;
  std::string_view packing_;
  std::string_view bytes_;
  std::string unpacked_;
};

/// The offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7), or npos.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

}  // namespace goldtape::provider::files
