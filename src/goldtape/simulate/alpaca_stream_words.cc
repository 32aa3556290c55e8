// How the stream writes.
#include <algorithm>
#include <array>
#include <cmath>

#include "goldtape/model/bar_batch.h"
#include "goldtape/simulate/alpaca_stream_internal.h"

namespace goldtape::simulate::internal {
namespace {

using Json = nlohmann::json;

constexpr std::array kChannels{"trades",   "quotes", "bars",        "updatedBars", "dailyBars",
                               "statuses", "lulds",  "corrections", "cancelErrors"};

std::string_view tape_of(const Security& security) {
  return security.mic == "XNAS" ? "C" : security.mic == "XNYS" ? "A" : "B";
}

}  // namespace

Json StreamBatch::timestamp(Timestamp ts, std::int64_t nanoseconds) const {
  if (!msgpack_) {
    std::string text;
    append_rfc3339(text, ts, nanoseconds);
    return text;
  }
  // Nanoseconds in the upper 30 bits, seconds in the lower 34, big-endian (MessagePack's timestamp 64).
  const auto us = to_micros(ts);
  const auto ns = static_cast<std::uint64_t>(us % 1'000'000 * 1000 + nanoseconds);
  const std::uint64_t bits = (ns << 34U) | static_cast<std::uint64_t>(us / 1'000'000);
  std::vector<std::uint8_t> bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>((bits >> static_cast<unsigned>(shift)) & 0xffU));
  }
  constexpr std::uint8_t kTimestampType = 0xff;  // -1
  return Json::binary(std::move(bytes), kTimestampType);
}

void StreamBatch::add_bar(std::string_view type, const std::string& symbol, const MarketBar& bar) {
  Json message{{"T", type},    {"S", symbol},    {"o", bar.open},   {"h", bar.high},
               {"l", bar.low}, {"c", bar.close}, {"v", bar.volume}, {"t", timestamp(bar.ts)}};
  message["n"] = bar.trade_count == model::kAbsentCount ? 0 : bar.trade_count;
  message["vw"] = std::isnan(bar.vwap) ? 0.0 : bar.vwap;
  list_.push_back(std::move(message));
}

void StreamBatch::add_trade(const std::string& symbol, const Security& security, const Trade& trade) {
  list_.push_back({{"T", "t"},
                   {"i", trade.id},
                   {"S", symbol},
                   {"x", "V"},
                   {"p", trade.price},
                   {"s", trade.size},
                   {"t", timestamp(trade.ts, trade.nanoseconds)},
                   {"c", Json::array({security.mic == "XNAS" ? "@" : " "})},
                   {"z", tape_of(security)}});
}

void StreamBatch::add_status(const std::string& symbol, const Security& security, bool halted,
                             std::string_view reason, Timestamp ts) {
  list_.push_back({{"T", "s"},
                   {"S", symbol},
                   {"sc", halted ? "H" : "T"},
                   {"sm", halted ? "Trading Halt" : "Trading Resumption"},
                   {"rc", reason},
                   {"rm", reason == "LUDP" ? "Volatility Trading Pause" : "News Pending"},
                   {"t", timestamp(ts)},
                   {"z", tape_of(security)}});
}

std::string StreamBatch::encode() const {
  if (!msgpack_) return list_.dump();
  std::string bytes;
  Json::to_msgpack(list_, bytes);
  return bytes;
}

void Subscriptions::change(const Json& message, bool add) {
  for (const auto* channel : kChannels) {
    const auto list = message.find(channel);
    if (list == message.end() || !list->is_array()) continue;
    for (const Json& symbol : *list) {
      if (!symbol.is_string()) continue;
      if (add) {
        channels_[channel].insert(symbol.get<std::string>());
      } else {
        channels_[channel].erase(symbol.get<std::string>());
      }
    }
  }
}

Json Subscriptions::to_json() const {
  Json message{{"T", "subscription"}};
  for (const auto* channel : kChannels) {
    const auto found = channels_.find(channel);
    message[channel] = found == channels_.end() ? Json::array() : Json(found->second);
  }
  return message;
}

std::vector<std::pair<std::string, const Security*>> Subscriptions::securities(std::string_view channel,
                                                                               const Scene& scene) const {
  std::vector<std::pair<std::string, const Security*>> found;
  const auto symbols = channels_.find(channel);
  if (symbols == channels_.end()) return found;
  const Date today = scene.today();
  if (symbols->second.contains("*")) {
    for (const Security& security : scene.market->securities()) {
      if (security.trades_on(today)) found.emplace_back(security.ticker_on(today), &security);
    }
    return found;
  }
  for (const std::string& symbol : symbols->second) {
    const auto* security = scene.market->find(symbol, today);
    if (security != nullptr) found.emplace_back(symbol, security);
  }
  return found;
}

}  // namespace goldtape::simulate::internal
