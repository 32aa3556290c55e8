#include "goldtape/provider/alpaca/stream.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/provider/alpaca/venue.h"
#include "goldtape/provider/excerpt.h"

namespace goldtape::provider::alpaca {

namespace {

using nlohmann::json;
using Kind = StreamMessage::Kind;

constexpr std::string_view kStreamUrl = "wss://stream.data.alpaca.markets";

std::unexpected<Error> not_messages(std::string_view frame) {
  return fail(ErrorKind::kDamaged, 2236, fmt::format("not a list of messages: {}", excerpt(frame)),
              "alpaca's stream");
}

std::string text_of(const json& message, const char* name) {
  const auto found = message.find(name);
  return found != message.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Kind kind_of(const json& message) {
  const std::string type = text_of(message, "T");
  if (type == "b") return Kind::kBar;
  if (type == "u") return Kind::kUpdatedBar;
  if (type == "t") return Kind::kTrade;
  if (type == "s") return Kind::kStatus;
  if (type == "subscription") return Kind::kSubscribed;
  if (type == "error") return Kind::kError;
  if (type != "success") return Kind::kOther;
  return text_of(message, "msg") == "authenticated" ? Kind::kAuthenticated : Kind::kConnected;
}

Result<StreamMessage> read_message(std::string_view text) {
  const json message = json::parse(text, nullptr, false);
  if (!message.is_object()) return not_messages(text);
  StreamMessage out;
  out.kind = kind_of(message);
  out.text = text;
  out.ticker = text_of(message, "S");
  if (out.kind <= Kind::kStatus) {
    const auto ts = parse_timestamp(text_of(message, "t"));
    if (!ts || out.ticker.empty()) return not_messages(text);
    out.ts = *ts;
  }
  // CTA and UTP: H halted, P and 2 paused; T, Q, 3, 5 and the like are of the way back.
  const std::string status = text_of(message, "sc");
  out.halted = status == "H" || status == "P" || status == "2";
  out.words = text_of(message, "msg");
  if (const auto code = message.find("code"); code != message.end() && code->is_number_integer()) {
    out.code = code->get<int>();
  }
  return out;
}

/// The end of the object that begins at `at`; npos where it has none.
std::size_t end_of_object(std::string_view text, std::size_t at) {
  int depth = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::string stream_url(const Access& access, std::string_view feed) {
  std::string base = access.base_url.empty() ? std::string(kStreamUrl) : access.base_url;
  if (base.starts_with("http")) base.replace(0, 4, "ws");
  return fmt::format("{}/v2/{}", base, feed);
}

Result<std::string> auth_message(const Access& access) {
  const AlpacaVenue venue;
  GT_ASSIGN(const std::string key, secret_of(venue.traits(), access, "ALPACA_API_KEY_ID"));
  GT_ASSIGN(const std::string secret, secret_of(venue.traits(), access, "ALPACA_API_SECRET_KEY"));
  return json{{"action", "auth"}, {"key", key}, {"secret", secret}}.dump();
}

std::string subscribe_message(const StreamSubscription& subscription) {
  json out{{"action", "subscribe"}};
  if (subscription.bars) out["bars"] = out["updatedBars"] = subscription.tickers;
  if (subscription.trades) out["trades"] = subscription.tickers;
  if (subscription.statuses) out["statuses"] = subscription.tickers;
  return out.dump();
}

Result<std::vector<StreamMessage>> read_frame(std::string_view frame) {
  std::vector<StreamMessage> out;
  constexpr std::string_view kSpace = " \t\r\n";
  std::size_t at = frame.find_first_not_of(kSpace);
  if (at == std::string_view::npos || frame[at] != '[') return not_messages(frame);
  while (true) {
    at = frame.find_first_not_of(" \t\r\n,", at + 1);
    if (at == std::string_view::npos) return not_messages(frame);
    if (frame[at] == ']') break;
    const std::size_t end = end_of_object(frame, at);
    if (frame[at] != '{' || end == std::string_view::npos) return not_messages(frame);
    GT_ASSIGN(StreamMessage message, read_message(frame.substr(at, end - at)));
    out.push_back(std::move(message));
    at = end - 1;
  }
  return out;
}

Error stream_error(const StreamMessage& message) {
  const auto error = [&](std::uint16_t code, std::string_view what) {
    return Error{ErrorKind::kUnavailable, code,
                 fmt::format("{}: {} ({})", what, excerpt(message.words), message.code), "alpaca's stream"};
  };
  switch (message.code) {
    case 401:
    case 402:
    case 404: return error(2211, "alpaca refuses the keys");
    case 400:
    case 405:
    case 409:
    case 410:
    case 411: return error(2213, "alpaca refuses the subscription");
    default: return error(2214, "alpaca ends the stream");
  }
}

bool may_pass(const Error& stream_error) {
  return stream_error.kind == ErrorKind::kUnavailable && stream_error.code != 2211 &&
         stream_error.code != 2213;
}

Request stream_request(const Venue& venue, std::string_view dataset, std::string_view feed) {
  Request out;
  out.provider = venue.name();
  out.dataset = dataset;
  out.ticker = "_many";
  out.interval = dataset == "bars" ? model::Interval::k1m : Request{}.interval;
  out.params = {{"feed", std::string(feed)}, {std::string(kStreamParam), "v2"}};
  if (dataset == "bars") out.params["adjustment"] = "raw";
  out.source = venue.source_of(out);
  return out;
}

}  // namespace goldtape::provider::alpaca
