// Not public: the words of Alpaca's stream, and what one subscriber has been told.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "goldtape/simulate/alpaca_internal.h"
#include "goldtape/simulate/wire.h"

namespace goldtape::simulate::internal {

/// Messages that go out as one. Timestamps are kept apart until it is known how they are written.
class StreamBatch {
 public:
  explicit StreamBatch(bool msgpack) : msgpack_(msgpack) {}
  [[nodiscard]] bool empty() const { return list_.empty(); }
  void add(nlohmann::json message) { list_.push_back(std::move(message)); }
  /// A text in JSON, an extension of type -1 in MessagePack.
  [[nodiscard]] nlohmann::json timestamp(Timestamp ts, std::int64_t nanoseconds = 0) const;
  /// `type`: "b", "u" or "d".
  void add_bar(std::string_view type, const std::string& symbol, const MarketBar& bar);
  void add_trade(const std::string& symbol, const Security& security, const Trade& trade);
  void add_status(const std::string& symbol, const Security& security, bool halted, std::string_view reason,
                  Timestamp ts);
  /// The bytes of the message.
  [[nodiscard]] std::string encode() const;

 private:
  bool msgpack_;
  nlohmann::json list_ = nlohmann::json::array();
};

/// The channels and their symbols; "*" is all.
class Subscriptions {
 public:
  /// Adds or takes out what a subscribe or unsubscribe message names.
  void change(const nlohmann::json& message, bool add);
  /// {"T":"subscription","trades":[...],...}
  [[nodiscard]] nlohmann::json to_json() const;
  /// Securities of a channel by the symbol they bear on the scene's day.
  [[nodiscard]] std::vector<std::pair<std::string, const Security*>> securities(std::string_view channel,
                                                                                const Scene& scene) const;

 private:
  std::map<std::string, std::set<std::string>, std::less<>> channels_;
};

/// What one subscriber knows; told() brings it up to a moment.
class Subscriber {
 public:
  Subscriptions subscriptions;

  /// What is to be told of the time since the last call. The first call, one after the clock went back, and
  /// one on another day only note what is known.
  [[nodiscard]] Result<StreamBatch> tell(const Scene& scene, bool msgpack);
  /// Takes what is known of new subscriptions as told. To be called when they have changed, after tell().
  Status note(const Scene& scene);

 private:
  struct Told {
    std::int64_t volume = 0;
    double close = 0;
    bool operator==(const Told&) const = default;
  };
  using Bars = std::map<std::int64_t, Told>;  ///< By start of the bar.

  Status tell_bars(const Scene& scene, bool fresh, StreamBatch& batch);
  Status tell_days(const Scene& scene, StreamBatch& batch);
  Status tell_trades(const Scene& scene, StreamBatch& batch);
  void tell_statuses(const Scene& scene, StreamBatch& batch) const;

  std::optional<Timestamp> last_;
  std::map<std::uint32_t, Bars> bars_;                    ///< Of the day, by security.
  std::map<std::uint32_t, std::vector<MarketBar>> days_;  ///< The day's whole minutes, for trades.
};

}  // namespace goldtape::simulate::internal
