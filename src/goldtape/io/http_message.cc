#include <algorithm>
#include <array>
#include <charconv>

#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "goldtape/base/secrets.h"
#include "goldtape/base/text.h"
#include "goldtape/io/http.h"

namespace goldtape::io {

namespace {

struct UrlParts {
  std::string_view scheme;
  std::string_view authority;  ///< Without user and password.
  std::string_view rest;       ///< From the path on, without the fragment.
};

std::optional<UrlParts> split_url(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  UrlParts parts{.scheme = url.substr(0, colon), .authority = {}, .rest = {}};
  url.remove_prefix(colon + 3);
  const auto end = std::min(url.find_first_of("/?#"), url.size());
  parts.authority = url.substr(0, end);
  parts.rest = url.substr(end);
  parts.rest = parts.rest.substr(0, parts.rest.find('#'));
  const auto at = parts.authority.rfind('@');
  if (at != std::string_view::npos) parts.authority.remove_prefix(at + 1);
  return parts;
}

bool is_secret_parameter(std::string_view name) {
  constexpr std::array<std::string_view, 10> kSecret{
      "apikey", "crumb", "signature", "x-amz-signature", "x-amz-credential", "x-amz-security-token",
      "sig",    "auth",  "accesskey", "authorization"};
  const std::string lower = to_lower(name);
  if (lower == "page_token" || lower == "next_page_token") return false;
  return is_secret_name(name) || std::ranges::find(kSecret, lower) != kSecret.end();
}

std::string show_query(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const auto equals = pair.find('=');
    out += out.empty() ? '?' : '&';
    if (equals != std::string_view::npos && is_secret_parameter(pair.substr(0, equals))) {
      out += fmt::format("{}=***", pair.substr(0, equals));
    } else {
      out += pair;
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

}  // namespace

void HttpRequest::ask_if_changed(std::string_view etag, std::string_view last_modified) {
  if (!etag.empty()) headers.push_back({"If-None-Match", std::string(etag)});
  if (!last_modified.empty()) headers.push_back({"If-Modified-Since", std::string(last_modified)});
}

std::string_view HttpResponse::header(std::string_view name) const {
  const std::string wanted = to_lower(name);
  const auto found = std::ranges::find(headers, wanted, &HttpHeader::name);
  return found == headers.end() ? std::string_view{} : std::string_view(found->value);
}

std::optional<Timestamp> HttpResponse::date() const { return parse_http_date(header("date")); }

std::optional<std::chrono::milliseconds> HttpResponse::retry_after(Timestamp now) const {
  constexpr std::int64_t kLongest_s = std::int64_t{7} * 86'400;
  const std::string_view text = trim(header("retry-after"));
  if (text.empty()) return std::nullopt;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc{} && end == text.data() + text.size()) {
    seconds = std::clamp(seconds, 0.0, static_cast<double>(kLongest_s));
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  }
  const auto until = parse_http_date(text);
  if (!until) return std::nullopt;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*until - date().value_or(now));
  return std::clamp<std::chrono::milliseconds>(wait, std::chrono::milliseconds(0),
                                               std::chrono::seconds(kLongest_s));
}

bool is_transient(const Error& error) {
  constexpr std::array<std::uint16_t, 4> kTransient{7302, 7303, 7307, 7312};
  return std::ranges::find(kTransient, error.code) != kTransient.end();
}

std::string show_url(std::string_view url) {
  const auto parts = split_url(url);
  if (!parts) return "a text that is no URL";
  const auto question = parts->rest.find('?');
  std::string out =
      fmt::format("{}://{}{}", parts->scheme, parts->authority, parts->rest.substr(0, question));
  if (question != std::string_view::npos) out += show_query(parts->rest.substr(question + 1));
  return out;
}

std::string host_of(std::string_view url) {
  const auto parts = split_url(url);
  if (!parts || parts->authority.empty()) return {};
  const std::string scheme = to_lower(parts->scheme);
  if (scheme != "http" && scheme != "https") return {};
  std::string out = to_lower(parts->authority);
  const auto colon = out.rfind(':');
  const bool has_port = colon != std::string::npos && out.find(']', colon) == std::string::npos;
  if (!has_port) out += scheme == "https" ? ":443" : ":80";
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::time_t seconds = curl_getdate(std::string(text).c_str(), nullptr);
  if (seconds < 0) return std::nullopt;
  return Timestamp(std::chrono::seconds(seconds));
}

std::string format_http_date(Timestamp ts) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                     fmt::gmtime(std::chrono::floor<std::chrono::seconds>(ts).time_since_epoch().count()));
}

}  // namespace goldtape::io
