// Sends one e-mail over SMTP (RFC 5321), through libcurl.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"

namespace goldtape::io {

struct MailServer {
  std::string url;       ///< smtp://host:port, or smtps:// for TLS from the first byte.
  std::string user;      ///< Empty: no login.
  std::string password;  ///< Never in any message of ours.
  std::string ca_file;   ///< PEM; empty: the system's.
  std::chrono::milliseconds timeout{30'000};
};

struct Mail {
  std::string from;  ///< An address, as "goldtape@example.com".
  std::vector<std::string> to;
  std::string subject;  ///< One line; anything but ASCII is encoded (RFC 2047).
  std::string text;     ///< UTF-8, plain.
  Timestamp date{};
};

/// STARTTLS is used where the server offers it, and required when there is a login over smtp:// to another
/// machine. Errors: kUsage GT7320 an address, subject or URL that cannot be used; kUnavailable GT7321 the
/// server did not take it, in its words.
[[nodiscard]] Status send_mail(const MailServer& server, const Mail& mail);

}  // namespace goldtape::io
