#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include <curl/curl.h>
#include <fmt/format.h>

#include "goldtape/io/s3_listing_internal.h"
#include "goldtape/io/s3_objects.h"
#include "goldtape/io/s3_xml_internal.h"

namespace goldtape::io {
namespace {

constexpr std::uint64_t kMaxPageBytes = 16U << 20U;  // A page has at most 1,000 keys of 1 KiB.

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::unexpected<Error> unreadable(std::string_view what, const S3Location& at) {
  return fail(ErrorKind::kIo, 7109, fmt::format("the S3 service's answer cannot be understood: {}", what),
              path_of(at));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// Undoes `encoding-type=url`, in which a space is a plus.
std::string url_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
               hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

S3Request page_request(const S3Location& at, bool recursive, const std::string& token, int max_keys) {
  S3Request request{
      .method = "GET",
      .at = {.bucket = at.bucket, .key = {}},
      .query = {{"list-type", "2"}, {"encoding-type", "url"}, {"max-keys", std::to_string(max_keys)}},
      .max_answer_bytes = kMaxPageBytes,
      .doing = "list files"};
  if (!at.key.empty()) request.query.emplace_back("prefix", at.key + "/");
  if (!recursive) request.query.emplace_back("delimiter", "/");
  if (!token.empty()) request.query.emplace_back("continuation-token", token);
  return request;
}

/// "0123" of `"0123"`, as XML writes it too.
std::string unquoted(std::string text) {
  for (const std::string_view quote : {"&quot;", "&#34;", "\""}) {
    for (auto found = text.find(quote); found != std::string::npos; found = text.find(quote))
      text.erase(found, quote.size());
  }
  return text;
}

/// What one page lists: objects, and the folders of a list that is not recursive.
struct Listed {
  std::vector<S3Object> objects;
  std::vector<FileInfo> folders;
};

Status add_page(const S3Location& at, std::string_view page, Listed& out) {
  const std::string base = std::string(kS3Scheme) + at.bucket + "/";
  for (const std::string_view object : xml_elements(page, "Contents")) {
    const std::string key = url_decode(xml_text(object, "Key"));
    const auto size = number(xml_text(object, "Size"));
    const auto modified = parse_timestamp(xml_text(object, "LastModified"));
    if (key.empty() || !size || !modified) return unreadable("an object without key, size or time", at);
    if (key.ends_with('/')) continue;  // Consoles make these to look like folders.
    out.objects.push_back({.path = base + key,
                           .size_bytes = *size,
                           .modified = *modified,
                           .etag = unquoted(std::string(xml_text(object, "ETag")))});
  }
  for (const std::string_view prefix : xml_elements(page, "CommonPrefixes")) {
    std::string key = url_decode(xml_text(prefix, "Prefix"));
    while (key.ends_with('/')) key.pop_back();
    out.folders.push_back({.path = base + key, .is_directory = true, .size_bytes = 0, .modified = {}});
  }
  return {};
}

Result<Listed> list_pages(S3Client& client, const S3Location& at, bool recursive) {
  Listed out;
  std::string token;
  do {
    GT_ASSIGN(const S3Answer page, client.send(page_request(at, recursive, token, 1000)));
    GT_RETURN_IF_ERROR(add_page(at, page.body, out));
    const bool more = xml_text(page.body, "IsTruncated") == "true";
    std::string next = more ? xml_text(page.body, "NextContinuationToken") : std::string{};
    if (more && (next.empty() || next == token)) return unreadable("a list that does not end", at);
    token = std::move(next);
  } while (!token.empty());
  return out;
}

}  // namespace

Result<FileInfo> file_info(const S3Location& at, const HeaderMap& headers) {
  const auto length = headers.find("content-length");
  const auto modified = headers.find("last-modified");
  const auto size = length == headers.end() ? std::nullopt : number(length->second);
  if (!size) return unreadable("no length of the object", at);
  const std::time_t seconds =
      modified == headers.end() ? -1 : curl_getdate(modified->second.c_str(), nullptr);
  return FileInfo{.path = path_of(at),
                  .is_directory = false,
                  .size_bytes = *size,
                  .modified = seconds < 0 ? Timestamp{} : Timestamp{std::chrono::seconds{seconds}}};
}

Result<std::vector<FileInfo>> list_below(S3Client& client, const S3Location& at, bool recursive) {
  GT_ASSIGN(Listed listed, list_pages(client, at, recursive));
  std::vector<FileInfo> out = std::move(listed.folders);
  for (S3Object& object : listed.objects) {
    out.push_back({.path = std::move(object.path),
                   .is_directory = false,
                   .size_bytes = object.size_bytes,
                   .modified = object.modified});
  }
  std::sort(out.begin(), out.end(), [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
  return out;
}

Result<std::vector<S3Object>> list_s3_objects(const S3Options& options, const S3Location& below) {
  S3Client client(options);
  GT_ASSIGN(Listed listed, list_pages(client, below, true));
  std::ranges::sort(listed.objects, {}, &S3Object::path);
  return std::move(listed.objects);
}

Result<bool> has_any_below(S3Client& client, const S3Location& at) {
  GT_ASSIGN(const S3Answer page, client.send(page_request(at, true, {}, 1)));
  return !xml_elements(page.body, "Contents").empty();
}

}  // namespace goldtape::io
