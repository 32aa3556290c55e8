#include "goldtape/simulate/massive.h"

#include "goldtape/base/hash.h"
#include "goldtape/simulate/json_text.h"
#include "goldtape/simulate/massive_internal.h"

namespace goldtape::simulate {
namespace internal {

WireAnswer massive_error(int status, std::string_view message) {
  std::string body = "{";
  json::member(body, "status", "ERROR");
  json::member(body, "request_id", "51a1a7ed51a1a7ed51a1a7ed51a1a7ed");
  json::member(body, "error", message);
  body.push_back('}');
  return {.status = status, .body = std::move(body)};
}

std::string massive_request_id(const WireRequest& request) {
  std::string text = request.path;
  for (const auto& [name, value] : request.query) {
    if (name != "apiKey") text += "&" + name + "=" + value;
  }
  return fmt::format("51a1a7ed51a1a7ed{:016x}", xxh3_64(text));
}

}  // namespace internal

WireAnswer massive_answer(const Scene& scene, const WireRequest& request) {
  using namespace internal;
  const auto bearer = request.header("authorization").value_or("");
  const std::string_view key =
      bearer.starts_with("Bearer ") ? bearer.substr(7) : request.get_or("apiKey", "");
  if (key.empty()) return massive_error(401, "API Key was not provided");
  if (key.starts_with("REVOKED")) return massive_error(401, "Unknown API Key");
  const auto parts = split_list(request.path, '/');
  const auto is = [&](std::size_t i, std::string_view word) { return parts.size() > i && parts[i] == word; };
  if (is(0, "v2") && is(1, "aggs") && is(2, "ticker")) {
    if (parts.size() == 9 && parts[4] == "range") return massive_range(scene, request, parts);
    if (parts.size() == 5 && parts[4] == "prev") return massive_previous(scene, request, parts[3]);
  }
  if (request.path.starts_with("/v2/aggs/grouped/locale/us/market/stocks/") && parts.size() == 8) {
    return massive_grouped(scene, request, parts[7]);
  }
  if (is(0, "v3") && is(1, "reference")) {
    if (is(2, "splits")) return massive_splits(scene, request);
    if (is(2, "dividends")) return massive_dividends(scene, request);
    if (is(2, "tickers")) {
      return parts.size() > 3 ? massive_ticker(scene, request, parts[3]) : massive_tickers(scene, request);
    }
  }
  return {.status = 404, .body = "404 page not found", .content_type = "text/plain"};
}

}  // namespace goldtape::simulate
