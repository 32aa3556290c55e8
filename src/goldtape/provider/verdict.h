// What an HTTP answer amounts to, before anything of its body is parsed as data.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "goldtape/base/error.h"
#include "goldtape/base/time.h"
#include "goldtape/io/http.h"

namespace goldtape::provider {

struct Verdict {
  enum class Outcome : std::uint8_t {
    kOk,            ///< Its body is the answer, maybe without rows.
    kRetry,         ///< Try again: rate limit, overload, a page from something in between.
    kNeedsSession,  ///< The cookie or crumb is missing or spent: handshake, then ask again.
    kNotFound,      ///< The venue has no such symbol, or nothing for it: no other try will help.
    kUnauthorised,  ///< Keys are missing, wrong or revoked: no request of this venue will do.
    kRefused,       ///< The venue refuses this question.
  };
  Outcome outcome = Outcome::kOk;
  std::optional<std::chrono::milliseconds> retry_after;  ///< What the venue asks for.
  Error error;  ///< Meaningful unless kOk: GT2210..GT2217, with the venue's own words.
  [[nodiscard]] bool ok() const { return outcome == Outcome::kOk; }
};

/// By the rules of HTTP alone (RFC 9110), for a venue called `venue`:
/// 2xx and 304 kOk, unless the body is a web page (GT2217, kRetry); 401 and 403 kUnauthorised GT2211; 404 and
/// 410 kNotFound GT2212; 408, 425, 429 (GT2210) and 5xx (GT2214) kRetry; other 3xx kRefused GT2216; other 4xx
/// kRefused GT2213. Vendors' own habits stand in their `judge`.
[[nodiscard]] Verdict judge_by_status(std::string_view venue, const io::HttpResponse& response,
                                      Timestamp now);

/// What a vendor says in an error's body: the text of its "description", "message", "error" or "code" member,
/// as deep as three objects; else the beginning of a short text; empty for a web page. One line, at most 200
/// bytes.
[[nodiscard]] std::string vendor_words(std::string_view body);

/// Whether a body is HTML: it begins, after white space, with "<!doctype" or "<html", any case.
[[nodiscard]] bool is_web_page(std::string_view body);

}  // namespace goldtape::provider
