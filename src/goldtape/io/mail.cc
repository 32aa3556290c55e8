#include "goldtape/io/mail.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "goldtape/io/http_exchange_internal.h"

namespace goldtape::io {

namespace {

/// What is left to be sent.
struct Source {
  std::string_view rest;
};

std::size_t read_some(char* buffer, std::size_t size, std::size_t count, void* self) {
  auto* source = static_cast<Source*>(self);
  const std::size_t bytes = std::min(size * count, source->rest.size());
  std::memcpy(buffer, source->rest.data(), bytes);
  source->rest.remove_prefix(bytes);
  return bytes;
}

bool is_address(std::string_view text) {
  const auto at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find_first_of("\r\n<> ,") == std::string_view::npos;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t value = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      value = (value << 8U) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : kDigits[(value >> (18U - 6U * k)) & 63U];
    }
  }
  return out;
}

std::string encoded_subject(const std::string& subject) {
  const bool ascii = std::ranges::all_of(subject, [](char c) { return c >= ' ' && c <= '~'; });
  return ascii ? subject : fmt::format("=?UTF-8?B?{}?=", base64(subject));
}

/// Lines end in CR LF; the body goes as base64, so that no line is too long and no byte is lost.
std::string message_of(const Mail& mail) {
  std::string out = fmt::format(
      "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\nFrom: <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      fmt::gmtime(std::chrono::floor<std::chrono::seconds>(mail.date).time_since_epoch().count()), mail.from,
      fmt::join(mail.to, ">, <"), encoded_subject(mail.subject));
  const std::string body = base64(mail.text);
  constexpr std::size_t kLine = 76;
  for (std::size_t i = 0; i < body.size(); i += kLine) out += body.substr(i, kLine) + "\r\n";
  return out;
}

Status check(const MailServer& server, const Mail& mail) {
  const auto refuse = [](std::string what) {
    return fail(ErrorKind::kUsage, 7320, std::move(what), "e-mail");
  };
  if (!server.url.starts_with("smtp://") && !server.url.starts_with("smtps://")) {
    return refuse("the mail server's address is written smtp://host:port or smtps://host:port");
  }
  if (!is_address(mail.from)) return refuse(fmt::format("'{}' is no e-mail address to send from", mail.from));
  if (mail.to.empty()) return refuse("no e-mail address to send to");
  for (const std::string& to : mail.to) {
    if (!is_address(to)) return refuse(fmt::format("'{}' is no e-mail address", to));
  }
  if (mail.subject.find_first_of("\r\n") != std::string::npos) return refuse("a subject is one line");
  return {};
}

bool is_local(std::string_view url) {
  return url.find("://127.") != std::string_view::npos ||
         url.find("://localhost") != std::string_view::npos || url.find("://[::1]") != std::string_view::npos;
}

}  // namespace

Status send_mail(const MailServer& server, const Mail& mail) {
  GT_RETURN_IF_ERROR(check(server, mail));
  init_curl();
  const CurlEasy handle(curl_easy_init());
  if (!handle) return fail(ErrorKind::kInternal, 7313, "libcurl gave no handle: out of memory");
  const std::string message = message_of(mail);
  Source source{message};
  curl_slist* recipients = nullptr;
  for (const std::string& to : mail.to)
    recipients = curl_slist_append(recipients, fmt::format("<{}>", to).c_str());
  const std::unique_ptr<curl_slist, CurlListDeleter> kept(recipients);
  const std::string sender = fmt::format("<{}>", mail.from);
  std::array<char, CURL_ERROR_SIZE> words{};
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, server.url.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(server.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words.data());
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &read_some);
  curl_easy_setopt(curl, CURLOPT_READDATA, &source);
  const bool must_hide = !server.user.empty() && !is_local(server.url);
  curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(must_hide ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  if (!server.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, server.ca_file.c_str());
  if (!server.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, server.password.c_str());
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) return {};
  const std::string why =
      words[0] != '\0' ? std::string(words.data()) : std::string(curl_easy_strerror(code));
  return fail(ErrorKind::kUnavailable, 7321, fmt::format("the mail server did not take the e-mail: {}", why),
              show_url(server.url));
}

}  // namespace goldtape::io
