#include "goldtape/io/compression.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "goldtape/io/os_error.h"

namespace goldtape::io {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;
/// zlib's window bits for gzip framing (zlib.h, deflateInit2).
constexpr int kGzipWindowBits = 15 + 16;

std::unexpected<Error> truncated(std::string_view format, std::string_view where) {
  return fail(ErrorKind::kDamaged, 2001,
              fmt::format("the {} data end in the middle; the file was cut short, fetch it again", format),
              std::string(where));
}

std::unexpected<Error> damaged(std::string_view format, std::string_view words, std::string_view where) {
  return fail(ErrorKind::kDamaged, 2002,
              fmt::format("the {} data are damaged ({}); fetch the file again", format, words),
              std::string(where));
}

std::unexpected<Error> too_large(std::string_view format, std::uint64_t max_bytes, std::string_view where) {
  return fail(ErrorKind::kDamaged, 2003,
              fmt::format("the {} data unpack to more than the limit of {}; split the file", format,
                          human_bytes(max_bytes)),
              std::string(where));
}

bool only_zeros(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

/// Bytes into zlib's non-const pointer; it does not write through it.
Bytef* zlib_input(std::string_view bytes) {
  return const_cast<Bytef*>(
      reinterpret_cast<const Bytef*>(bytes.data()));  // NOLINT(cppcoreguidelines-pro-type-*)
}

uInt zlib_size(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

Result<std::string> gunzip(std::string_view bytes, std::uint64_t max_bytes, std::string_view where) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindowBits) != Z_OK) {
    return fail(ErrorKind::kInternal, 9001, "zlib could not start", std::string(where));
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);
  std::string out;
  std::string chunk(kChunkBytes, '\0');
  std::string_view rest = bytes;
  for (;;) {
    stream.next_in = zlib_input(rest);
    stream.avail_in = zlib_size(rest.size());
    const uInt given = stream.avail_in;
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = zlib_size(chunk.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    rest.remove_prefix(given - stream.avail_in);
    out.append(chunk, 0, chunk.size() - stream.avail_out);
    if (out.size() > max_bytes) return too_large("gzip", max_bytes, where);
    if (result == Z_STREAM_END) {
      if (only_zeros(rest)) return out;
      if (inflateReset(&stream) != Z_OK) return damaged("gzip", "cannot go on to the next member", where);
    } else if (result == Z_BUF_ERROR || (result == Z_OK && rest.empty() && stream.avail_out != 0)) {
      return truncated("gzip", where);
    } else if (result != Z_OK) {
      return damaged("gzip", stream.msg != nullptr ? stream.msg : "unknown method", where);
    }
  }
}

Result<std::string> unzstd(std::string_view bytes, std::uint64_t max_bytes, std::string_view where) {
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (context == nullptr) return fail(ErrorKind::kInternal, 9001, "zstd could not start", std::string(where));
  std::string out;
  std::string chunk(kChunkBytes, '\0');
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  for (;;) {
    ZSTD_outBuffer piece{chunk.data(), chunk.size(), 0};
    const std::size_t result = ZSTD_decompressStream(context.get(), &piece, &in);
    if (ZSTD_isError(result) != 0U) return damaged("zstd", ZSTD_getErrorName(result), where);
    out.append(chunk, 0, piece.pos);
    if (out.size() > max_bytes) return too_large("zstd", max_bytes, where);
    const bool frame_ended = result == 0;
    if (frame_ended && only_zeros(bytes.substr(in.pos))) return out;
    if (!frame_ended && in.pos == in.size && piece.pos < piece.size) return truncated("zstd", where);
  }
}

}  // namespace

Compression detect_compression(std::string_view bytes) {
  if (bytes.starts_with("\x1f\x8b")) return Compression::kGzip;
  if (bytes.starts_with("\x28\xb5\x2f\xfd")) return Compression::kZstd;
  return Compression::kNone;
}

Result<std::string> decompress(std::string_view bytes, Compression compression, std::uint64_t max_bytes,
                               std::string_view where) {
  switch (compression) {
    case Compression::kGzip: return gunzip(bytes, max_bytes, where);
    case Compression::kZstd: return unzstd(bytes, max_bytes, where);
    case Compression::kNone: break;
  }
  if (bytes.size() > max_bytes) return too_large("plain", max_bytes, where);
  return std::string(bytes);
}

Result<std::string> compress_zstd(std::string_view bytes, int level) {
  const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (context == nullptr) return fail(ErrorKind::kInternal, 9001, "zstd could not start");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out;
  std::size_t size = 0;
  out.resize_and_overwrite(ZSTD_compressBound(bytes.size()), [&](char* into, std::size_t room) {
    size = ZSTD_compress2(context.get(), into, room, bytes.data(), bytes.size());
    return ZSTD_isError(size) != 0U ? 0 : size;
  });
  if (ZSTD_isError(size) != 0U) {
    return fail(ErrorKind::kInternal, 9001,
                fmt::format("zstd could not compress: {}", ZSTD_getErrorName(size)));
  }
  return out;
}

Result<std::string> compress_gzip(std::string_view bytes, int level) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(ErrorKind::kInternal, 9001, fmt::format("zlib could not start at level {}", level));
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, deflateEnd);
  std::string out;
  std::string chunk(kChunkBytes, '\0');
  std::string_view rest = bytes;
  for (int result = Z_OK; result != Z_STREAM_END;) {
    stream.next_in = zlib_input(rest);
    stream.avail_in = zlib_size(rest.size());
    const uInt given = stream.avail_in;
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = zlib_size(chunk.size());
    result = deflate(&stream, given == rest.size() ? Z_FINISH : Z_NO_FLUSH);
    if (result == Z_STREAM_ERROR) return fail(ErrorKind::kInternal, 9001, "zlib could not compress");
    rest.remove_prefix(given - stream.avail_in);
    out.append(chunk, 0, chunk.size() - stream.avail_out);
  }
  return out;
}

}  // namespace goldtape::io
