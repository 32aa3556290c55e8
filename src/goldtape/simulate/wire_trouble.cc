// What each trouble makes of an answer.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <zlib.h>

#include "goldtape/io/http.h"
#include "goldtape/simulate/alpaca_internal.h"
#include "goldtape/simulate/massive_internal.h"
#include "goldtape/simulate/trouble_maker.h"
#include "goldtape/simulate/yahoo_chart_internal.h"

namespace goldtape::simulate {
namespace {

using Kind = WireTrouble::Kind;

/// As the venue says it.
WireAnswer venue_error(Venue venue, int status) {
  const bool limited = status == 429;
  switch (venue) {
    case Venue::kYahoo:
      if (limited) return {.status = 429, .body = "Too Many Requests\r\n", .content_type = "text/html"};
      return internal::yahoo_error(status, serve::reason_phrase(status), "simulated");
    case Venue::kAlpaca:
      return internal::alpaca_error(status, limited ? "too many requests." : "simulated error");
    case Venue::kMassive:
      return internal::massive_error(
          status, limited ? "You've exceeded the maximum requests per minute." : "simulated error");
    case Venue::kNasdaq:
      return {.status = status,
              .body = fmt::format("<html><body><h1>{} {}</h1></body></html>", status,
                                  serve::reason_phrase(status)),
              .content_type = "text/html"};
  }
  return {.status = status, .body = {}};
}

void replace(serve::Response& response, WireAnswer answer) {
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.headers.set("Content-Type", answer.content_type);
}

/// The beginning of the body under the whole one's length; then the connection ends.
void cut(serve::Response& response, double keep) {
  const auto whole = response.body.size();
  auto rest = std::make_shared<std::optional<std::string>>(std::move(response.body));
  (*rest)->resize(std::min(static_cast<std::size_t>(static_cast<double>(whole) * keep), whole));
  response.stream_size = std::max<std::uint64_t>(whole, (*rest)->size() + 1);
  response.stream = [rest]() -> Result<std::optional<std::string>> {
    if (!*rest) return fail(ErrorKind::kUnavailable, 8025, "cut, as the trouble file asks");
    return std::exchange(*rest, std::nullopt);
  };
}

/// White space, then the body; chunked, as its length is nobody's business before it is over.
void make_huge(serve::Response& response, std::uint64_t bytes) {
  auto left = std::make_shared<std::uint64_t>(bytes);
  auto body = std::make_shared<std::optional<std::string>>(std::move(response.body));
  response.stream = [left, body]() -> Result<std::optional<std::string>> {
    if (*left == 0) return std::exchange(*body, std::nullopt);
    const auto piece = std::min<std::uint64_t>(*left, 1U << 20U);
    *left -= piece;
    return std::string(static_cast<std::size_t>(piece), ' ');
  };
}

/// `bytes` zeros as one gzip stream: about a thousandth of that.
std::string gzip_of_zeros(std::uint64_t bytes) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;
  if (deflateInit2(&stream, 1, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string zeros(1U << 20U, '\0'), packed, piece(64U << 10U, '\0');
  while (true) {
    const auto size = std::min<std::uint64_t>(bytes, zeros.size());
    bytes -= size;
    stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
    stream.avail_in = static_cast<uInt>(size);
    int done = Z_OK;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      done = deflate(&stream, bytes == 0 ? Z_FINISH : Z_NO_FLUSH);
      packed.append(piece, 0, piece.size() - stream.avail_out);
    } while (stream.avail_out == 0);
    if (done == Z_STREAM_END) break;
  }
  deflateEnd(&stream);
  return packed;
}

void shift_date(serve::Response& response, std::chrono::seconds by) {
  if (const auto date = io::parse_http_date(response.headers.get("Date"))) {
    response.headers.set("Date", io::format_http_date(*date + by));
  }
}

}  // namespace

bool replaces_answer(Kind kind) {
  return kind == Kind::kStatus || kind == Kind::kLimit || kind == Kind::kCrumb || kind == Kind::kRedirect ||
         kind == Kind::kHtml || kind == Kind::kEmptyBody || kind == Kind::kGzipBomb;
}

void apply_trouble(const WireTrouble& trouble, Venue venue, serve::Response& response) {
  switch (trouble.kind) {
    case Kind::kStatus:
    case Kind::kLimit:
      replace(response, venue_error(venue, trouble.status));
      if (trouble.retry_after_s) {
        response.headers.set("Retry-After", std::to_string(*trouble.retry_after_s));
      }
      return;
    case Kind::kCrumb:
      replace(
          response,
          {.status = 401,
           .body =
               R"({"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}})"});
      return;
    case Kind::kRedirect:
      replace(response, {.status = 302, .body = {}, .content_type = "text/html"});
      response.headers.set("Location", trouble.text);
      return;
    case Kind::kHtml:
      replace(response, {.body = "<!DOCTYPE html><html><body>Before you continue</body></html>",
                         .content_type = "text/html; charset=utf-8"});
      return;
    case Kind::kEmptyBody: response.body.clear(); return;
    case Kind::kMalformed:
      response.body.resize(
          static_cast<std::size_t>(static_cast<double>(response.body.size()) * trouble.keep));
      return;
    case Kind::kCut: return cut(response, trouble.keep);
    case Kind::kContentType: response.headers.set("Content-Type", trouble.text); return;
    case Kind::kHuge: return make_huge(response, trouble.bytes);
    case Kind::kGzipBomb:
      response.body = gzip_of_zeros(trouble.bytes);
      response.headers.set("Content-Encoding", "gzip");
      return;
    case Kind::kSlow: response.delay += trouble.delay; return;
    case Kind::kSkew: return shift_date(response, trouble.skew);
  }
}

}  // namespace goldtape::simulate
