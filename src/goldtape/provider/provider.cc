#include "goldtape/provider/provider.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/base/hash.h"

namespace goldtape::provider {

namespace {

using nlohmann::json;

std::unexpected<Error> bad_request(std::string message) {
  return fail(ErrorKind::kDamaged, 2006, "a kept request cannot be read: " + std::move(message));
}

Status take_text(const json& value, const char* key, std::string& out) {
  const auto found = value.find(key);
  if (found == value.end() || !found->is_string()) return bad_request(fmt::format("'{}' is not a text", key));
  out = found->get<std::string>();
  return {};
}

}  // namespace

std::string Request::to_json() const {
  const json value = {{"provider", provider},
                      {"source", source},
                      {"dataset", dataset},
                      {"ticker", ticker},
                      {"interval", model::to_string(interval)},
                      {"params", params}};
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Request> Request::from_json(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return bad_request("it is not a JSON object");
  Request request;
  GT_RETURN_IF_ERROR(take_text(value, "provider", request.provider));
  GT_RETURN_IF_ERROR(take_text(value, "source", request.source));
  GT_RETURN_IF_ERROR(take_text(value, "dataset", request.dataset));
  GT_RETURN_IF_ERROR(take_text(value, "ticker", request.ticker));
  std::string interval;
  GT_RETURN_IF_ERROR(take_text(value, "interval", interval));
  GT_ASSIGN(request.interval, model::parse_interval(interval));
  const auto params = value.find("params");
  if (params == value.end() || !params->is_object()) return bad_request("'params' is not an object");
  for (const auto& [key, param] : params->items()) {
    if (!param.is_string()) return bad_request(fmt::format("'params.{}' is not a text", key));
    request.params[key] = param.get<std::string>();
  }
  return request;
}

std::string Request::id() const { return sha256_hex(to_json()); }

std::string Answer::load_id() const {
  Sha256 hash;
  hash.update(request.id());
  hash.update(bytes);
  if (said_anew) hash.update(format_timestamp(observed_at));
  return hash.hex();
}

}  // namespace goldtape::provider
