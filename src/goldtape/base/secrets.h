// What must never be printed: values of secret environment variables and passwords in URLs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace goldtape {

/// Environment variables by name.
using Environment = std::map<std::string, std::string, std::less<>>;

/// The variables of this process. Not while another thread changes them (setenv).
[[nodiscard]] Environment process_environment();

/// Whether a name says that its value is secret: KEY, SECRET, TOKEN, PASSWORD or CREDENTIALS is one of its
/// words ("ALPACA_API_KEY_ID", "s3.secret"), in any case; words end at '_', '.' and '-'.
[[nodiscard]] bool is_secret_name(std::string_view name);

/// Replaces secrets in text by "***". Immutable, thread safe.
class Redactor {
 public:
  Redactor() = default;
  /// Values shorter than four characters are left alone: they would black out ordinary words.
  explicit Redactor(std::vector<std::string> secrets);
  /// All values of variables whose name is secret, and the passwords of URLs among the others.
  [[nodiscard]] static Redactor from(const Environment& environment);

  /// Also blanks the password of every `scheme://user:password@host`, known or not.
  [[nodiscard]] std::string redact(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;  ///< Longest first, so that no part of one stays.
};

}  // namespace goldtape
