#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "goldtape/io/s3_ranges_internal.h"

namespace goldtape::io {
namespace {

constexpr int kNotFoundStatus = 404;
constexpr int kBeyondEnd = 416;
constexpr int kPartial = 206;
constexpr int kChanged = 412;

struct Piece {
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string etag = {};  ///< Only of this version of the file; empty: any.
};

/// What a request for a piece brought.
struct Got {
  std::string bytes;
  std::string etag;
  std::optional<std::uint64_t> file_size;
};

Result<S3Request> request_of(const Piece& piece) {
  GT_ASSIGN(S3Location at, parse_s3_path(piece.path));
  S3Request request{.method = "GET",
                    .at = std::move(at),
                    .max_answer_bytes = piece.length + (64U << 10U),
                    .doing = "read a file",
                    .expected = {kNotFoundStatus, kBeyondEnd, kChanged}};
  request.headers["range"] = fmt::format("bytes={}-{}", piece.offset, piece.offset + piece.length - 1);
  if (!piece.etag.empty()) request.headers["if-match"] = piece.etag;
  return request;
}

/// "bytes 0-99/1234" -> 1234.
std::optional<std::uint64_t> total_of(const HeaderMap& headers) {
  const auto range = headers.find("content-range");
  if (range == headers.end()) return std::nullopt;
  const std::size_t slash = range->second.rfind('/');
  if (slash == std::string::npos) return std::nullopt;
  const std::string_view text = std::string_view(range->second).substr(slash + 1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

Result<Got> got_of(const Piece& piece, Result<S3Answer> answered) {
  GT_ASSIGN(S3Answer answer, std::move(answered));
  if (answer.status == kNotFoundStatus) {
    return fail(ErrorKind::kNotFound, 7002, "cannot open: there is no such file or directory", piece.path);
  }
  if (answer.status == kChanged) {
    return fail(ErrorKind::kIo, 7109, "the file was replaced while it was read; run again", piece.path);
  }
  Got got{.bytes = {}, .etag = answer.headers["etag"], .file_size = total_of(answer.headers)};
  if (answer.status == kBeyondEnd) return got;
  got.bytes = std::move(answer.body);
  // A service that takes no notice of ranges sends the whole file.
  if (answer.status != kPartial) {
    got.file_size = got.bytes.size();
    got.bytes = piece.offset < got.bytes.size() ? got.bytes.substr(piece.offset) : std::string{};
  }
  if (got.bytes.size() > piece.length) got.bytes.resize(piece.length);
  const std::uint64_t there =
      got.file_size && *got.file_size > piece.offset ? *got.file_size - piece.offset : 0;
  if (got.file_size && got.bytes.size() < std::min(piece.length, there)) {
    return fail(
        ErrorKind::kIo, 7109,
        fmt::format("the S3 service sent {} bytes of {}", got.bytes.size(), std::min(piece.length, there)),
        piece.path);
  }
  return got;
}

std::vector<Result<Got>> fetch(S3Client& client, const std::vector<Piece>& pieces) {
  std::vector<Result<Got>> out(pieces.size());
  std::vector<S3Request> requests;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    auto request = request_of(pieces[i]);
    if (!request) {
      out[i] = std::unexpected(request.error());
      continue;
    }
    requests.push_back(*std::move(request));
    asked.push_back(i);
  }
  auto answers = client.send_all(requests);
  for (std::size_t i = 0; i < asked.size(); ++i)
    out[asked[i]] = got_of(pieces[asked[i]], std::move(answers[i]));
  return out;
}

/// Appends the rest of a long piece to its beginning, all of the rest at once.
Status append_rest(S3Client& client, const Piece& piece, Got& first) {
  if (!first.file_size || first.bytes.size() < kRequestBytes) return {};
  const std::uint64_t wanted = piece.length - std::min<std::uint64_t>(piece.length, first.bytes.size());
  const std::uint64_t start = piece.offset + first.bytes.size();
  const std::uint64_t end = start + std::min(wanted, *first.file_size - start);
  std::vector<Piece> rest;
  for (std::uint64_t at = start; at < end; at += kRequestBytes)
    rest.push_back(
        {.path = piece.path, .offset = at, .length = std::min(kRequestBytes, end - at), .etag = first.etag});
  if (rest.empty()) return {};
  first.bytes.reserve(end - piece.offset);
  for (auto& part : fetch(client, rest)) {
    GT_RETURN_IF_ERROR(part);
    first.bytes += part->bytes;
  }
  return {};
}

}  // namespace

std::vector<CoalescedRange> coalesce(std::span<const FileRange> ranges, std::span<const std::size_t> which) {
  std::vector<std::size_t> order(which.begin(), which.end());
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(ranges[a].path, ranges[a].offset) < std::tie(ranges[b].path, ranges[b].offset);
  });
  std::vector<CoalescedRange> out;
  for (const std::size_t i : order) {
    const FileRange& range = ranges[i];
    const std::uint64_t end = range.length > FileRange::kToTheEnd - range.offset
                                  ? FileRange::kToTheEnd
                                  : range.offset + range.length;
    if (!out.empty() && out.back().path == range.path) {
      CoalescedRange& last = out.back();
      const std::uint64_t last_end = last.offset + last.length;
      const std::uint64_t merged_end = std::max(end, last_end);
      const bool is_close = range.offset <= last_end || range.offset - last_end <= kCoalesceGapBytes;
      if (is_close && (merged_end == last_end || merged_end - last.offset <= kRequestBytes)) {
        last.length = merged_end - last.offset;
        last.pieces.push_back(i);
        continue;
      }
    }
    out.push_back({.path = range.path, .offset = range.offset, .length = end - range.offset, .pieces = {i}});
  }
  return out;
}

std::vector<Result<std::string>> read_s3_ranges(S3Client& client, std::span<const FileRange> ranges) {
  std::vector<Result<std::string>> out(ranges.size());
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].length > 0) wanted.push_back(i);
  }
  const std::vector<CoalescedRange> merged = coalesce(ranges, wanted);
  std::vector<Piece> firsts;
  for (const CoalescedRange& range : merged)
    firsts.push_back(
        {.path = range.path, .offset = range.offset, .length = std::min(range.length, kRequestBytes)});
  auto got = fetch(client, firsts);
  for (std::size_t m = 0; m < merged.size(); ++m) {
    const CoalescedRange& range = merged[m];
    Status complete{};
    if (!got[m]) {
      complete = std::unexpected(got[m].error());
    } else if (range.length > kRequestBytes) {
      complete =
          append_rest(client, {.path = range.path, .offset = range.offset, .length = range.length}, *got[m]);
    }
    for (const std::size_t i : range.pieces) {
      if (!complete) {
        out[i] = std::unexpected(complete.error());
        continue;
      }
      const std::uint64_t skip = ranges[i].offset - range.offset;
      const std::string& bytes = got[m]->bytes;
      out[i] = skip < bytes.size() ? bytes.substr(skip, ranges[i].length) : std::string{};
    }
  }
  return out;
}

}  // namespace goldtape::io
