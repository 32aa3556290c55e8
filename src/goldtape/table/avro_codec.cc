#include <array>
#include <memory>

#include <arrow/util/compression.h>
#include <fmt/format.h>
#include <zlib.h>

#include "goldtape/table/avro_codec_internal.h"

namespace goldtape::table::avro::internal {
namespace {

std::unexpected<Error> damaged(const char* what) { return fail(ErrorKind::kDamaged, 4022, what); }

// zlib and Arrow take input by pointers to non-const or unsigned bytes.
Bytef* bytes_of(std::string_view bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // zlib does not write there.
}

struct Inflater {
  z_stream stream{};
  bool ready = inflateInit2(&stream, -MAX_WBITS) == Z_OK;
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
};

Result<std::string> inflate_raw(std::string_view bytes, std::uint64_t max_bytes) {
  Inflater inflater;
  if (!inflater.ready) return fail(ErrorKind::kInternal, 4022, "Avro: zlib does not start");
  inflater.stream.next_in = bytes_of(bytes);
  inflater.stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 64 * 1024> buffer;
  int result = Z_OK;
  while (result == Z_OK) {
    inflater.stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    inflater.stream.avail_out = static_cast<uInt>(buffer.size());
    result = inflate(&inflater.stream, Z_NO_FLUSH);
    out.append(buffer.data(), buffer.size() - inflater.stream.avail_out);
    if (out.size() > max_bytes) return damaged("Avro: a block is larger than allowed when decompressed");
  }
  if (result != Z_STREAM_END) return damaged("Avro: a deflate block is broken");
  return out;
}

Result<std::string> unsnap(std::string_view bytes, std::uint64_t max_bytes) {
  // Avro appends the CRC-32 of the uncompressed bytes, big-endian.
  constexpr std::size_t kCrcBytes = 4;
  if (bytes.size() < kCrcBytes) return damaged("Avro: a snappy block is cut short");
  const std::string_view body = bytes.substr(0, bytes.size() - kCrcBytes);
  std::uint64_t size = 0;
  std::size_t at = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (at >= body.size() || shift > 28) return damaged("Avro: a snappy block is broken");
    const auto byte = static_cast<unsigned char>(body[at++]);
    size |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) break;
  }
  if (size > max_bytes) return damaged("Avro: a block is larger than allowed when decompressed");
  auto codec = arrow::util::Codec::Create(arrow::Compression::SNAPPY);
  if (!codec.ok()) return fail(ErrorKind::kUnsupported, 4023, "Avro: this Arrow has no snappy");
  std::string out(size, '\0');
  auto written =
      (*codec)->Decompress(static_cast<std::int64_t>(body.size()), bytes_of(body),
                           static_cast<std::int64_t>(out.size()), reinterpret_cast<Bytef*>(out.data()));
  if (!written.ok() || static_cast<std::uint64_t>(*written) != size)
    return damaged("Avro: a snappy block is broken");
  const std::uint32_t crc =
      static_cast<std::uint32_t>(crc32(0, bytes_of(out), static_cast<uInt>(out.size())));
  std::uint32_t stored = 0;
  for (const char c : bytes.substr(body.size())) stored = (stored << 8) | static_cast<unsigned char>(c);
  if (crc != stored) return damaged("Avro: a snappy block does not match its checksum");
  return out;
}

Result<std::string> unzstd(std::string_view bytes, std::uint64_t max_bytes) {
  auto codec = arrow::util::Codec::Create(arrow::Compression::ZSTD);
  if (!codec.ok()) return fail(ErrorKind::kUnsupported, 4023, "Avro: this Arrow has no zstd");
  auto decompressor = (*codec)->MakeDecompressor();
  if (!decompressor.ok()) return fail(ErrorKind::kInternal, 4022, "Avro: zstd does not start");
  std::string out;
  std::array<char, 64 * 1024> buffer;
  while (!(*decompressor)->IsFinished()) {
    auto step =
        (*decompressor)
            ->Decompress(static_cast<std::int64_t>(bytes.size()), bytes_of(bytes),
                         static_cast<std::int64_t>(buffer.size()), reinterpret_cast<Bytef*>(buffer.data()));
    if (!step.ok() || (step->bytes_read == 0 && step->bytes_written == 0)) {
      return damaged("Avro: a zstd block is broken");
    }
    bytes.remove_prefix(static_cast<std::size_t>(step->bytes_read));
    out.append(buffer.data(), static_cast<std::size_t>(step->bytes_written));
    if (out.size() > max_bytes) return damaged("Avro: a block is larger than allowed when decompressed");
  }
  return out;
}

}  // namespace

Result<std::string> decompress(std::string_view codec, std::string_view bytes, std::uint64_t max_bytes) {
  if (codec == "deflate") return inflate_raw(bytes, max_bytes);
  if (codec == "snappy") return unsnap(bytes, max_bytes);
  if (codec == "zstandard") return unzstd(bytes, max_bytes);
  if (codec != "null") {
    return fail(ErrorKind::kUnsupported, 4023,
                fmt::format("Avro: the codec '{}' is not supported (null, deflate, snappy, zstandard are)",
                            codec.substr(0, 50)));
  }
  if (bytes.size() > max_bytes) return damaged("Avro: a block is larger than allowed");
  return std::string(bytes);
}

Result<std::string> deflate_raw(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(ErrorKind::kInternal, 4022, "Avro: zlib does not start");
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return fail(ErrorKind::kInternal, 4022, "Avro: zlib does not finish");
  return out;
}

}  // namespace goldtape::table::avro::internal
