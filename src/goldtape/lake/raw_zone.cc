#include "goldtape/lake/raw_zone.h"

#include <bit>
#include <cctype>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/base/hash.h"
#include "goldtape/io/compression.h"

namespace goldtape::lake {

namespace {

static_assert(std::endian::native == std::endian::little, "sizes are stored as they lie in memory");

constexpr std::uint32_t kSkippableMagic = 0x184D2A50;  // RFC 8878, 3.1.2
constexpr std::string_view kTrailerMagic = "GTRW";
constexpr std::uint64_t kMaxAnswerBytes = 8ULL << 30;
/// Answers of venues pack no worse than at 3 (JSON of minutes: 1/10.5 beside 1/9.6), a quarter sooner.
constexpr int kPackLevel = 1;

std::string encode(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  // A name of dots only would be a step in the tree.
  if (out.find_first_not_of('.') == std::string::npos) {
    std::string dots;
    for (std::size_t i = 0; i < out.size(); ++i) dots += "%2E";
    return dots;
  }
  return out;
}

void put_u32(std::string& out, std::uint64_t value) {
  const auto narrow = static_cast<std::uint32_t>(value);
  char bytes[sizeof narrow];
  std::memcpy(bytes, &narrow, sizeof narrow);
  out.append(bytes, sizeof narrow);
}

std::uint32_t get_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::string trailer(const RawAnswer& answer, const std::string& sha256) {
  const std::string json = nlohmann::json{
      {"format", 1},
      {"load_id", answer.load_id},
      {"extension", answer.extension},
      {"request", answer.request_json},
      {"observed_at", format_timestamp(answer.observed_at)},
      {"bytes", answer.bytes.size()},
      {"sha256", sha256}}.dump();
  std::string out;
  put_u32(out, kSkippableMagic);
  put_u32(out, json.size() + sizeof(std::uint32_t) + kTrailerMagic.size());
  out += json;
  put_u32(out, json.size());
  out += kTrailerMagic;
  return out;
}

std::unexpected<Error> damaged(std::string_view path, std::string_view what) {
  return fail(ErrorKind::kDamaged, 5020, fmt::format("raw answer is damaged: {}", what), std::string(path));
}

struct Frames {
  std::string_view compressed;
  nlohmann::json trailer;
};

std::optional<Frames> split(std::string_view file) {
  constexpr std::size_t kTail = sizeof(std::uint32_t) + kTrailerMagic.size();
  constexpr std::size_t kHead = 2 * sizeof(std::uint32_t);
  if (file.size() < kHead + kTail || !file.ends_with(kTrailerMagic)) return std::nullopt;
  const std::size_t json_size = get_u32(file.substr(file.size() - kTail));
  if (json_size > file.size() - kTail - kHead) return std::nullopt;
  const std::size_t json_at = file.size() - kTail - json_size;
  const std::string_view head = file.substr(json_at - kHead, kHead);
  if (get_u32(head) != kSkippableMagic || get_u32(head.substr(4)) != json_size + kTail) return std::nullopt;
  auto json = nlohmann::json::parse(file.substr(json_at, json_size), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return Frames{file.substr(0, json_at - kHead), std::move(json)};
}

Result<StoredAnswer> unpack(const Frames& frames, std::string_view path) {
  StoredAnswer out;
  std::uint64_t size = 0;
  try {
    frames.trailer.at("load_id").get_to(out.load_id);
    frames.trailer.at("extension").get_to(out.extension);
    frames.trailer.at("request").get_to(out.request_json);
    frames.trailer.at("sha256").get_to(out.content_sha256);
    frames.trailer.at("bytes").get_to(size);
    const auto observed_at = parse_timestamp(frames.trailer.at("observed_at").get<std::string>());
    if (!observed_at) return damaged(path, observed_at.error().message);
    out.observed_at = *observed_at;
  } catch (const nlohmann::json::exception& error) {
    return damaged(path, error.what());
  }
  if (size > kMaxAnswerBytes) return damaged(path, "its size is not credible");
  GT_ASSIGN(out.bytes, io::decompress(frames.compressed, io::Compression::kZstd, size, path));
  if (sha256_hex(out.bytes) != out.content_sha256) return damaged(path, "its bytes are of another hash");
  return out;
}

}  // namespace

std::string raw_path(const RawAnswer& answer) {
  const Date day = std::chrono::floor<std::chrono::days>(answer.observed_at);
  return fmt::format("raw/source={}/dataset={}/ticker={}/date={}/{}-0.{}.zst", encode(answer.source),
                     encode(answer.dataset), encode(answer.ticker), format_date(day), answer.load_id,
                     answer.extension);
}

namespace {

/// Whether the very answer lies there already; false when nothing does.
Result<bool> is_landed(io::FileSystem& files, const std::string& full, const RawAnswer& answer,
                       LandedFile& out) {
  const auto there = files.info(full);
  if (!there && there.error().kind == ErrorKind::kNotFound) return false;
  GT_RETURN_IF_ERROR(there);
  GT_ASSIGN(const StoredAnswer stored, read_raw(files, full));
  if (stored.bytes != answer.bytes) return damaged(full, "another answer has its name");
  out.stored_bytes = there->size_bytes;
  out.already_there = true;
  return true;
}

}  // namespace

Result<LandedFile> land(io::FileSystem& files, std::string_view warehouse, const RawAnswer& answer) {
  LandedFile out;
  out.path = raw_path(answer);
  out.content_sha256 = sha256_hex(answer.bytes);
  const std::string full = fmt::format("{}/{}", warehouse, out.path);
  GT_ASSIGN(bool landed, is_landed(files, full, answer, out));
  if (landed) return out;
  GT_ASSIGN(std::string packed, io::compress_zstd(answer.bytes, kPackLevel));
  packed += trailer(answer, out.content_sha256);
  const Status written = files.write(full, packed, {.overwrite = false, .durable = true});
  if (written) {
    out.stored_bytes = packed.size();
    return out;
  }
  // Another load may have landed the same answer meanwhile; its evidence stands.
  if (written.error().kind != ErrorKind::kAlreadyExists) return std::unexpected(written.error());
  GT_ASSIGN(landed, is_landed(files, full, answer, out));
  if (!landed) return std::unexpected(written.error());
  return out;
}

Result<StoredAnswer> read_raw(io::FileSystem& files, std::string_view path) {
  GT_ASSIGN(const std::string file, files.read(path));
  const auto frames = split(file);
  if (!frames) return damaged(path, "it does not end as our raw files do");
  return unpack(*frames, path);
}

}  // namespace goldtape::lake
