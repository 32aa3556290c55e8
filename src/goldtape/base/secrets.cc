#include "goldtape/base/secrets.h"

#include <algorithm>
#include <array>
#include <optional>

#include <unistd.h>

#include "goldtape/base/text.h"

namespace goldtape {

namespace {

constexpr std::string_view kBlank = "***";
constexpr std::size_t kMinSecretBytes = 4;

struct Span {
  std::size_t begin;
  std::size_t end;
};

/// The password in the first "://user:password@" at or after `from`.
std::optional<Span> find_url_password(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("://", from); at != std::string_view::npos; at = text.find("://", at + 3)) {
    const std::size_t start = at + 3;
    const std::size_t end = std::min(text.find_first_of("/?# \t\r\n\"'<>", start), text.size());
    const std::size_t host = text.substr(0, end).rfind('@');
    if (host == std::string_view::npos || host < start) continue;
    const std::size_t colon = text.find(':', start);
    if (colon < host) return Span{colon + 1, host};
  }
  return std::nullopt;
}

std::string blank_url_passwords(std::string text) {
  std::size_t from = 0;
  while (const auto password = find_url_password(text, from)) {
    text.replace(password->begin, password->end - password->begin, kBlank);
    from = password->begin + kBlank.size();
  }
  return text;
}

}  // namespace

Environment process_environment() {
  Environment out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

bool is_secret_name(std::string_view name) {
  constexpr std::array<std::string_view, 5> kWords{"key", "secret", "token", "password", "credentials"};
  const std::string lower = to_lower(name);
  std::string_view rest = lower;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find_first_of("_.-"));
    if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return true;
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  return false;
}

Redactor::Redactor(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
  std::erase_if(secrets_, [](const std::string& secret) { return secret.size() < kMinSecretBytes; });
  std::sort(secrets_.begin(), secrets_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  secrets_.erase(std::unique(secrets_.begin(), secrets_.end()), secrets_.end());
}

Redactor Redactor::from(const Environment& environment) {
  std::vector<std::string> secrets;
  for (const auto& [name, value] : environment) {
    if (is_secret_name(name)) {
      secrets.push_back(value);
    } else if (const auto password = find_url_password(value, 0)) {
      secrets.push_back(value.substr(password->begin, password->end - password->begin));
    }
  }
  return Redactor(std::move(secrets));
}

std::string Redactor::redact(std::string_view text) const {
  std::string out(text);
  for (const std::string& secret : secrets_) {
    for (std::size_t at = out.find(secret); at != std::string::npos;
         at = out.find(secret, at + kBlank.size())) {
      out.replace(at, secret.size(), kBlank);
    }
  }
  return blank_url_passwords(std::move(out));
}

}  // namespace goldtape
