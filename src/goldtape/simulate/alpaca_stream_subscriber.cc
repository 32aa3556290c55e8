// What happened between two looks at the clock.
#include <algorithm>

#include "goldtape/calendar/calendar.h"
#include "goldtape/calendar/eastern_time.h"
#include "goldtape/simulate/alpaca_stream_internal.h"

namespace goldtape::simulate::internal {

using std::chrono::minutes;

Result<StreamBatch> Subscriber::tell(const Scene& scene, bool msgpack) {
  StreamBatch batch(msgpack);
  const auto& calendar = calendar::xnys();
  const bool fresh =
      !last_ || scene.now < *last_ || calendar.local_date(*last_) != calendar.local_date(scene.now);
  if (fresh) {
    bars_.clear();
    days_.clear();
    last_ = scene.now;
  }
  const bool minute_over = std::chrono::floor<minutes>(*last_) != std::chrono::floor<minutes>(scene.now);
  if (fresh || minute_over) GT_RETURN_IF_ERROR(tell_bars(scene, fresh, batch));
  if (minute_over) GT_RETURN_IF_ERROR(tell_days(scene, batch));
  if (!fresh) {
    GT_RETURN_IF_ERROR(tell_trades(scene, batch));
    tell_statuses(scene, batch);
  }
  last_ = scene.now;
  return batch;
}

Status Subscriber::note(const Scene& scene) {
  StreamBatch unsaid(false);
  return tell_bars(scene, true, unsaid);
}

/// New bars, and those that are no longer what was told.
Status Subscriber::tell_bars(const Scene& scene, bool fresh, StreamBatch& batch) {
  const Timestamp whole = std::chrono::floor<minutes>(scene.now);
  const Timestamp midnight = alpaca_daily_ts(scene.today());
  const auto updated = subscriptions.securities("updatedBars", scene);
  const auto bars = subscriptions.securities("bars", scene);
  std::map<std::uint32_t, std::pair<std::string, unsigned>> wanted;  // 1: bars, 2: updated bars.
  for (const auto& [symbol, security] : bars) wanted[security->index] = {symbol, 1U};
  for (const auto& [symbol, security] : updated) {
    wanted.try_emplace(security->index, symbol, 0U).first->second.second |= 2U;
  }
  for (const auto& [index, want] : wanted) {
    const Security& security = scene.market->securities()[index];
    const bool known = bars_.contains(index);
    Bars& told = bars_[index];
    GT_ASSIGN(const auto seen,
              view_minutes(*scene.market, security,
                           {.start = midnight, .end = whole, .now = scene.now, .troubles = scene.troubles}));
    for (const MarketBar& bar : seen) {
      const Told now{bar.volume, bar.close};
      const auto [at, is_new] = told.try_emplace(to_micros(bar.ts), now);
      const bool changed = !is_new && at->second != now;
      at->second = now;
      if (fresh || !known) continue;
      if (is_new && (want.second & 1U) != 0) batch.add_bar("b", want.first, bar);
      if (changed && (want.second & 2U) != 0) batch.add_bar("u", want.first, bar);
    }
  }
  return {};
}

Status Subscriber::tell_days(const Scene& scene, StreamBatch& batch) {
  const Date today = scene.today();
  for (const auto& [symbol, security] : subscriptions.securities("dailyBars", scene)) {
    GT_ASSIGN(auto day,
              view_days(*scene.market, *security,
                        {.first = today, .last = today, .now = scene.now, .troubles = scene.troubles}));
    if (day.empty()) continue;
    day.back().ts = alpaca_daily_ts(today);
    batch.add_bar("d", symbol, day.back());
  }
  return {};
}

Status Subscriber::tell_trades(const Scene& scene, StreamBatch& batch) {
  const Date today = scene.today();
  for (const auto& [symbol, security] : subscriptions.securities("trades", scene)) {
    auto day = days_.find(security->index);
    if (day == days_.end()) {
      GT_ASSIGN(auto all, scene.market->minutes(*security, today, today));
      day = days_.emplace(security->index, std::move(all)).first;
    }
    auto bar = std::ranges::lower_bound(day->second, *last_ - minutes{1}, {}, &MarketBar::ts);
    for (; bar != day->second.end() && bar->ts <= scene.now; ++bar) {
      for (const Trade& trade : trades_of(*security, *bar)) {
        if (trade.ts > *last_ && trade.ts <= scene.now) batch.add_trade(symbol, *security, trade);
      }
    }
  }
  return {};
}

void Subscriber::tell_statuses(const Scene& scene, StreamBatch& batch) const {
  const auto subscribed = subscriptions.securities("statuses", scene);
  if (subscribed.empty()) return;
  const auto passed = [&](Timestamp ts) { return ts > *last_ && ts <= scene.now; };
  for (const Halt& halt : scene.market->halts(scene.today())) {
    if (!passed(halt.start) && !passed(halt.end)) continue;
    for (const auto& [symbol, security] : subscribed) {
      if (security->index != halt.security) continue;
      if (passed(halt.start)) batch.add_status(symbol, *security, true, halt.code, halt.start);
      if (passed(halt.end)) batch.add_status(symbol, *security, false, halt.code, halt.end);
    }
  }
}

}  // namespace goldtape::simulate::internal
