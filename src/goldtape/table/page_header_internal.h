// The header before each page of a Parquet file. Not public.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace goldtape::table::internal {

/// As parquet.thrift has it, of both versions of data pages. Absent numbers are 0.
struct PageHeader {
  std::int32_t type = -1;  ///< parquet::PageType::type.
  std::int32_t uncompressed_bytes = 0;
  std::int32_t compressed_bytes = 0;
  std::int32_t values = 0;
  std::int32_t encoding = -1;        ///< parquet::Encoding::type, of the values.
  std::int32_t level_encoding = -1;  ///< Version 1: of the definition levels.
  // Version 2: levels lie before the compressed part.
  std::int32_t definition_bytes = 0;
  std::int32_t repetition_bytes = 0;
  bool compressed = true;

  std::size_t header_bytes = 0;  ///< That the header itself takes.
};

/// Thrift's compact protocol. Nothing when the bytes are no such header, or end too soon.
[[nodiscard]] std::optional<PageHeader> parse_page_header(std::span<const std::uint8_t> bytes);

}  // namespace goldtape::table::internal
