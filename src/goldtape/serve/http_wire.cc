#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/serve/http_wire_internal.h"

namespace goldtape::serve::internal {
namespace {

constexpr std::size_t kMaxRequestId = 128;

bool visible(char c) { return c > ' ' && c < '\x7f'; }

void append_clean(std::string& out, std::string_view text) {
  for (const char c : text)
    out += (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f' ? ' ' : c;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

bool servers_own(std::string_view name) {
  const std::string lower = to_lower(name);
  return lower == "content-length" || lower == "transfer-encoding" || lower == "connection" ||
         lower == "x-request-id";
}

bool read_query(std::string_view query, Request& request) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view item = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    auto key = percent_decode(item.substr(0, equals), true);
    auto value =
        equals == std::string_view::npos ? std::string() : percent_decode(item.substr(equals + 1), true);
    if (!key || !value) return false;
    request.query.emplace_back(*std::move(key), *std::move(value));
  }
  return true;
}

}  // namespace

bool split_target(Request& request) {
  std::string_view target = request.target;
  // The absolute form, which is for proxies, must be understood too (RFC 9112, 3.2.2).
  if (const std::size_t scheme = target.find("://");
      scheme != std::string_view::npos && !target.starts_with('/')) {
    const std::size_t slash = target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  if (target == "*" && request.method == "OPTIONS") target = "/";
  if (!target.starts_with('/')) return false;
  target = target.substr(0, target.find('#'));
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (!percent_decode(request.path)) return false;
  return mark == std::string_view::npos || read_query(target.substr(mark + 1), request);
}

std::string request_id_of(std::string_view sent) {
  if (!sent.empty() && sent.size() <= kMaxRequestId && std::all_of(sent.begin(), sent.end(), visible)) {
    return std::string(sent);
  }
  static thread_local std::mt19937_64 random{[] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }()};
  return fmt::format("{:016x}{:016x}", random(), random());
}

std::string response_head(const Response& response, const HeadFacts& facts) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  if (response.headers.find("Date") == nullptr) append_field(head, "Date", facts.date);
  if (response.headers.find("Server") == nullptr) append_field(head, "Server", facts.server_name);
  for (const auto& [name, value] : response.headers.fields()) {
    if (!servers_own(name)) append_field(head, name, value);
  }
  append_field(head, "X-Request-Id", facts.request_id);
  if (facts.content_length) head += fmt::format("Content-Length: {}\r\n", *facts.content_length);
  if (facts.chunked) head += "Transfer-Encoding: chunked\r\n";
  if (!facts.keep_alive) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

std::string chunk_head(std::size_t size) { return fmt::format("{:x}\r\n", size); }

}  // namespace goldtape::serve::internal
