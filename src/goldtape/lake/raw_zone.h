// The raw zone: providers' answers byte for byte, each a zstd file that is written once.
// Its layout is docs/formats.md, "Raw answers".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/io/filesystem.h"

namespace goldtape::lake {

/// An answer on its way to raw/. Views are borrowed for the call.
struct RawAnswer {
  std::string_view source;
  std::string_view dataset;
  std::string_view ticker;  ///< One ticker, or "_many".
  std::string_view load_id;
  std::string_view extension;  ///< Without a dot: "csv.gz".
  std::string_view request_json;
  std::string_view bytes;
  Timestamp observed_at{};
};

/// Where an answer lies.
struct LandedFile {
  std::string path;            ///< Relative to the lake's warehouse.
  std::string content_sha256;  ///< Of the answer's bytes.
  std::uint64_t stored_bytes = 0;
  bool already_there = false;
};

/// An answer read back, with what is needed to parse it again: raw/ alone can rebuild bronze.
struct StoredAnswer {
  std::string load_id;
  std::string extension;
  std::string request_json;
  std::string content_sha256;
  Timestamp observed_at{};
  std::string bytes;
};

/// "raw/source=S/dataset=D/ticker=T/date=OBSERVED/LOAD_ID-0.EXT.zst"; values are percent-encoded.
[[nodiscard]] std::string raw_path(const RawAnswer& answer);

/// Writes the answer as one zstd frame, which any tool unpacks to the very bytes, followed by a skippable
/// frame with load id, request, extension, observation time and SHA-256. An equal file that is there already
/// is left as it is; none is ever replaced, whoever else lands at the same moment.
/// Errors: kDamaged GT5020 a file of that name with other content, io's.
[[nodiscard]] Result<LandedFile> land(io::FileSystem& files, std::string_view warehouse,
                                      const RawAnswer& answer);

/// Errors: kDamaged GT5020 (not a raw file, cut, or bytes of another hash), io's. `where` is the path.
[[nodiscard]] Result<StoredAnswer> read_raw(io::FileSystem& files, std::string_view path);

}  // namespace goldtape::lake
