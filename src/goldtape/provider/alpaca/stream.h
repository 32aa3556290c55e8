// Alpaca's stream of market data over WebSocket: what is said to it, what it says, and its messages as
// answers.
//
// Format: https://docs.alpaca.markets/docs/streaming-market-data. A frame is a JSON array of messages; what
// lands in raw/ is the messages of one kind, each as it came, one a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/provider/venue.h"

namespace goldtape::provider::alpaca {

/// Param of a request whose answer came from the stream: the stream's version.
inline constexpr std::string_view kStreamParam = "stream";

struct StreamSubscription {
  std::vector<std::string> tickers;
  bool bars = true;  ///< With updated bars, which correct them.
  bool trades = false;
  bool statuses = false;
};

/// wss://stream.data.alpaca.markets/v2/FEED, or below another base URL.
[[nodiscard]] std::string stream_url(const Access& access, std::string_view feed);
/// Errors: GT2207 a key is missing.
[[nodiscard]] Result<std::string> auth_message(const Access& access);
[[nodiscard]] std::string subscribe_message(const StreamSubscription& subscription);

struct StreamMessage {
  enum class Kind : std::uint8_t {
    kBar,
    kUpdatedBar,
    kTrade,
    kStatus,
    kConnected,
    kAuthenticated,
    kSubscribed,
    kError,
    kOther,
  };
  Kind kind = Kind::kOther;
  std::string text;  ///< Byte for byte.
  std::string ticker;
  Timestamp ts{};       ///< Of data.
  bool halted = false;  ///< Of a status: trading stops with it.
  int code = 0;         ///< Of an error.
  std::string words;
};

/// The messages of a frame. Errors: kDamaged GT2236 not a list of messages.
[[nodiscard]] Result<std::vector<StreamMessage>> read_frame(std::string_view frame);

/// An error of the stream as one of ours: GT2211 (401, 402, 404) the keys, GT2213 (405, 409, 410, 411) what
/// was subscribed to, GT2214 what may pass (406 another connection, 407 too slow, 500).
[[nodiscard]] Error stream_error(const StreamMessage& message);
/// Whether another try may help.
[[nodiscard]] bool may_pass(const Error& stream_error);

/// "bars" (1m), "trades" or "halts" as heard on the stream.
[[nodiscard]] Request stream_request(const Venue& venue, std::string_view dataset, std::string_view feed);
/// Rows of such an answer: bars as parse_bars has them, updated ones too; bronze.trades; bronze.halts, a row
/// for each message that stops trading, with the end where the message that resumes it stands behind it.
/// Errors: as those of parser.h, GT2236.
[[nodiscard]] Result<Rows> parse_stream(const Answer& answer);

}  // namespace goldtape::provider::alpaca
