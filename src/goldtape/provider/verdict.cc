#include "goldtape/provider/verdict.h"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/base/text.h"
#include "goldtape/provider/excerpt.h"

namespace goldtape::provider {

namespace {

using nlohmann::json;
using Outcome = Verdict::Outcome;

constexpr std::size_t kMaxErrorBody = std::size_t{64} << 10U;
constexpr std::size_t kMaxWords = 200;

std::string words_in(const json& value, int depth) {
  if (!value.is_object() || depth > 3) return {};
  for (const char* key : {"description", "message", "error", "code"}) {
    const auto found = value.find(key);
    if (found != value.end() && found->is_string()) return found->get<std::string>();
  }
  for (const auto& [key, inner] : value.items()) {
    if (std::string words = words_in(inner, depth + 1); !words.empty()) return words;
  }
  return {};
}

std::string one_line(std::string_view text) {
  std::string out(utf8_prefix(text, kMaxWords));
  for (char& c : out) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return std::string(trim(out));
}

Verdict verdict(Outcome outcome, ErrorKind kind, std::uint16_t code, std::string message,
                const io::HttpResponse& response) {
  return {.outcome = outcome,
          .retry_after = {},
          .error = {.kind = kind, .code = code, .message = std::move(message), .where = response.url}};
}

}  // namespace

bool is_web_page(std::string_view body) {
  const std::string start = to_lower(trim(body.substr(0, 512)));
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

std::string vendor_words(std::string_view body) {
  if (body.empty() || is_web_page(body)) return {};
  const json value = body.size() > kMaxErrorBody ? json() : json::parse(body, nullptr, false);
  if (value.is_object()) return one_line(words_in(value, 0));
  return body.size() <= kMaxWords ? one_line(body) : std::string();
}

Verdict judge_by_status(std::string_view venue, const io::HttpResponse& response, Timestamp now) {
  const int status = response.status;
  if ((status >= 200 && status < 300) || status == 304) {
    if (!is_web_page(response.body)) return {};
    return verdict(
        Outcome::kRetry, ErrorKind::kUnavailable, 2217,
        fmt::format("{} sent a web page in place of data; a proxy or a sign-in page may stand between",
                    venue),
        response);
  }
  const std::string words = vendor_words(response.body);
  const std::string said = fmt::format("{} answered {}{}{}", venue, status, words.empty() ? "" : ": ", words);
  const auto again = [&](std::uint16_t code) {
    Verdict out = verdict(Outcome::kRetry, ErrorKind::kUnavailable, code, said, response);
    out.retry_after = response.retry_after(now);
    return out;
  };
  switch (status) {
    case 401:
    case 403:
      return verdict(Outcome::kUnauthorised, ErrorKind::kUnavailable, 2211,
                     said + "; check the keys in the environment and what they are allowed", response);
    case 404:
    case 410: return verdict(Outcome::kNotFound, ErrorKind::kNotFound, 2212, said, response);
    case 429: return again(2210);
    case 408:
    case 425: return again(2214);
    default: break;
  }
  if (status >= 500) return again(2214);
  if (status >= 300 && status < 400) {
    return verdict(Outcome::kRefused, ErrorKind::kUnavailable, 2216,
                   said + ", a redirect that was not followed", response);
  }
  return verdict(Outcome::kRefused, ErrorKind::kUnavailable, 2213, said, response);
}

}  // namespace goldtape::provider
