// Gzip and zstd. The first byte of an input chooses: unpack what follows, or pack it and unpack it again.

#include <cstdint>
#include <string_view>

#include "check.h"
#include "goldtape/io/compression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  using namespace goldtape::io;
  constexpr std::uint64_t kMaxBytes = 1 << 22;
  if (size_bytes == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size_bytes - 1);
  if ((data[0] & 1U) == 0) {
    const auto content = decompress(bytes, detect_compression(bytes), kMaxBytes, "fuzz");
    FUZZ_CHECK(content ? content->size() <= kMaxBytes : content.error().where == "fuzz");
    return 0;
  }
  const auto gzip = compress_gzip(bytes);
  FUZZ_CHECK(gzip && decompress(*gzip, Compression::kGzip, kMaxBytes, "fuzz").value() == bytes);
  const auto zstd = compress_zstd(bytes);
  FUZZ_CHECK(zstd && decompress(*zstd, Compression::kZstd, kMaxBytes, "fuzz").value() == bytes);
  return 0;
}
