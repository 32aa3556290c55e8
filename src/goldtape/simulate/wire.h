// What passes between the server and the venues' wire formats, without any server in it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/simulate/bar_view.h"
#include "goldtape/simulate/market.h"

namespace goldtape::simulate {

/// A request to one venue, decoded.
struct WireRequest {
  std::string path;  ///< Below the venue: "/v8/finance/chart/AAPL"; percent-decoded.
  std::vector<std::pair<std::string, std::string>> query;    ///< Percent-decoded, in order.
  std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
  std::string base_url;  ///< How the client reaches the venue: "http://127.0.0.1:8080/massive".

  /// The last value of a parameter, or nothing.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] std::string_view get_or(std::string_view name, std::string_view otherwise) const;
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

struct WireAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// What a venue answers from: the market, the instant, and the faults of the data.
struct Scene {
  const Market* market = nullptr;
  Timestamp now{};
  std::span<const BarTrouble> troubles = {};

  [[nodiscard]] Date today() const;  ///< The exchange's date.
};

/// "a%20b+c" to "a b c". A broken escape stays as it is.
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_space);
/// Everything but letters, digits and "-_.~" escaped.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// "a=1&b=2", decoded.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_query(std::string_view text);
/// A comma list without its empty members.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view text, char separator = ',');

/// Base64 (RFC 4648, section 4, with padding), for page tokens. Decoding a broken text gives nothing.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace goldtape::simulate
