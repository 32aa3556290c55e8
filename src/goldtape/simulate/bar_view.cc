#include "goldtape/simulate/bar_view.h"

#include <algorithm>
#include <cmath>

#include "goldtape/base/hash.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/model/bar_batch.h"
#include "goldtape/simulate/random.h"

namespace goldtape::simulate {
namespace {

using std::chrono::days;
using std::chrono::minutes;

void revise(MarketBar& bar) {
  bar.volume -= bar.volume / 8;
  bar.close = bar.close > bar.low ? bar.low : bar.high;
}

bool concerns(const BarTrouble& trouble, const Security& security) {
  return trouble.tickers.empty() || std::ranges::any_of(security.tickers, [&](const TickerSpan& span) {
           return std::ranges::find(trouble.tickers, span.ticker) != trouble.tickers.end();
         });
}

/// `end_of`: the instant at which a bar is whole.
template <typename EndOf>
void make_trouble(std::vector<MarketBar>& bars, const Security& security, Timestamp now,
                  std::span<const BarTrouble> troubles, EndOf end_of) {
  for (const BarTrouble& trouble : troubles) {
    if (!concerns(trouble, security)) continue;
    const auto here = [&](const MarketBar& bar) {
      if (bar.date < trouble.first || bar.date > trouble.last) return false;
      return meets_trouble(trouble, security,
                           trouble.kind == BarTrouble::Kind::kEmpty ? to_days(bar.date) : to_micros(bar.ts));
    };
    const auto early = [&](const MarketBar& bar) { return now < end_of(bar) + trouble.delay; };
    switch (trouble.kind) {
      case BarTrouble::Kind::kHoles:
      case BarTrouble::Kind::kEmpty: std::erase_if(bars, here); break;
      case BarTrouble::Kind::kLate:
        std::erase_if(bars, [&](const MarketBar& bar) { return early(bar) && here(bar); });
        break;
      case BarTrouble::Kind::kRevised:
        for (MarketBar& bar : bars) {
          if (early(bar) && here(bar)) revise(bar);
        }
        break;
      case BarTrouble::Kind::kDoubled: {
        std::vector<MarketBar> more;
        for (const MarketBar& bar : bars) {
          more.push_back(bar);
          if (here(bar)) more.push_back(bar);
        }
        bars = std::move(more);
        break;
      }
    }
  }
}

/// What is known of a minute while it lasts.
void cut_at(MarketBar& bar, Timestamp now) {
  const double share = static_cast<double>((now - bar.ts).count()) / 60e6;
  if (share >= 1) return;
  const double price = std::round((bar.open + (bar.close - bar.open) * share) * 100) / 100;
  bar.close = std::clamp(price, bar.low, bar.high);
  bar.high = std::max(bar.open, bar.close);
  bar.low = std::min(bar.open, bar.close);
  bar.volume = std::max(std::int64_t{1}, static_cast<std::int64_t>(static_cast<double>(bar.volume) * share));
  bar.trade_count =
      std::max(std::int64_t{1}, static_cast<std::int64_t>(static_cast<double>(bar.trade_count) * share));
  bar.vwap = (bar.high + bar.low) / 2;
}

/// The minutes up to now, the last one cut.
Result<std::vector<MarketBar>> seen_minutes(const Market& market, const Security& security, Date first,
                                            Date last, Timestamp now) {
  const Date today = calendar::xnys().local_date(now);
  GT_ASSIGN(auto bars, market.minutes(security, first, std::min(last, today)));
  while (!bars.empty() && bars.back().ts >= now) bars.pop_back();
  if (!bars.empty()) cut_at(bars.back(), now);
  return bars;
}

struct Gatherer {
  MarketBar sum;
  double dollars = 0;

  void begin(const MarketBar& bar, Timestamp start) {
    sum = bar;
    sum.ts = start;
    dollars = bar.vwap * static_cast<double>(bar.volume);
  }
  void add(const MarketBar& bar) {
    sum.high = std::max(sum.high, bar.high);
    sum.low = std::min(sum.low, bar.low);
    sum.close = bar.close;
    sum.volume += bar.volume;
    if (sum.trade_count != model::kAbsentCount) sum.trade_count += bar.trade_count;
    dollars += bar.vwap * static_cast<double>(bar.volume);
  }
  [[nodiscard]] MarketBar take() {
    if (sum.volume > 0) sum.vwap = std::round(dollars / static_cast<double>(sum.volume) * 1e6) / 1e6;
    return sum;
  }
};

Timestamp bucket_of(const MarketBar& bar, std::int32_t length, Alignment alignment) {
  const auto step = minutes{length};
  if (alignment == Alignment::kClock) {
    return bar.ts - (bar.ts.time_since_epoch() % std::chrono::microseconds{step});
  }
  const auto* session = calendar::xnys().find_session(bar.date);
  if (session == nullptr) return bar.ts;
  const Timestamp origin = bar.part == model::SessionPart::kPre       ? session->open - minutes{330}
                           : bar.part == model::SessionPart::kRegular ? session->open
                                                                      : session->close;
  return bar.ts - ((bar.ts - origin) % std::chrono::microseconds{step});
}

std::vector<MarketBar> gather(std::span<const MarketBar> bars, std::int32_t length, Alignment alignment) {
  std::vector<MarketBar> longer;
  Gatherer gatherer;
  bool open = false;
  for (const MarketBar& bar : bars) {
    const Timestamp start = bucket_of(bar, length, alignment);
    if (open && start == gatherer.sum.ts) {
      gatherer.add(bar);
      continue;
    }
    if (open) longer.push_back(gatherer.take());
    gatherer.begin(bar, start);
    open = true;
  }
  if (open) longer.push_back(gatherer.take());
  return longer;
}

/// The session that lasts, from its regular minutes; nothing before its first trade.
Result<std::optional<MarketBar>> forming_day(const Market& market, const Security& security,
                                             const calendar::Session& session, Timestamp now) {
  GT_ASSIGN(auto bars, seen_minutes(market, security, session.date, session.date, now));
  std::erase_if(bars, [](const MarketBar& bar) { return bar.part != model::SessionPart::kRegular; });
  if (bars.empty()) return std::nullopt;
  Gatherer day;
  day.begin(bars.front(), Timestamp{session.date});
  for (std::size_t i = 1; i < bars.size(); ++i) day.add(bars[i]);
  return day.take();
}

}  // namespace

bool meets_trouble(const BarTrouble& trouble, const Security& security, std::int64_t key) {
  const std::uint64_t name = security.tickers.empty() ? security.index : xxh3_64(security.tickers[0].ticker);
  return Random(trouble.seed, static_cast<std::uint64_t>(trouble.kind), name, static_cast<std::uint64_t>(key))
             .uniform() < trouble.share;
}

Result<std::vector<MarketBar>> view_minutes(const Market& market, const Security& security,
                                            const MinuteView& view) {
  if (view.start >= view.end) return std::vector<MarketBar>{};
  const auto& calendar = calendar::xnys();
  // A longer bar may begin before the first minute that is asked for.
  const auto slack = view.minutes > 1 ? minutes{view.minutes} : minutes{0};
  GT_ASSIGN(auto bars, seen_minutes(market, security, calendar.local_date(view.start - slack),
                                    calendar.local_date(view.end), view.now));
  if (!view.extended) {
    std::erase_if(bars, [](const MarketBar& bar) { return bar.part != model::SessionPart::kRegular; });
  }
  make_trouble(bars, security, view.now, view.troubles,
               [](const MarketBar& bar) { return bar.ts + minutes{1}; });
  if (view.minutes > 1) bars = gather(bars, view.minutes, view.alignment);
  std::erase_if(bars, [&](const MarketBar& bar) { return bar.ts < view.start || bar.ts >= view.end; });
  return bars;
}

Result<std::vector<MarketBar>> view_days(const Market& market, const Security& security,
                                         const DayView& view) {
  const auto& calendar = calendar::xnys();
  const Date today = calendar.local_date(view.now);
  const auto* session = calendar.find_session(today);
  const bool lasts = session != nullptr && view.now < session->close;
  const Date last_whole = std::min(view.last, lasts ? today - days{1} : today);
  GT_ASSIGN(auto bars, market.days(security, view.first, last_whole));
  if (lasts && view.first <= today && view.last >= today && view.now > session->open) {
    GT_ASSIGN(const auto forming, forming_day(market, security, *session, view.now));
    if (forming) bars.push_back(*forming);
  }
  make_trouble(bars, security, view.now, view.troubles, [&](const MarketBar& bar) {
    const auto* of = calendar.find_session(bar.date);
    return of == nullptr ? bar.ts + days{1} : of->close;
  });
  return bars;
}

Result<std::optional<LastTrade>> last_trade(const Market& market, const Security& security, Timestamp now,
                                            bool extended) {
  const auto& calendar = calendar::xnys();
  const Date today = calendar.local_date(now);
  const auto* session = calendar.find_session(today);
  const bool lasts = session != nullptr && now > session->open && now < session->close;
  if (lasts || extended) {
    GT_ASSIGN(auto bars, seen_minutes(market, security, extended ? today - days{5} : today, today, now));
    if (!extended) {
      std::erase_if(bars, [](const MarketBar& bar) { return bar.part != model::SessionPart::kRegular; });
    }
    if (!bars.empty()) {
      return LastTrade{.ts = std::min(bars.back().ts + minutes{1}, now), .price = bars.back().close};
    }
  }
  // Thin securities may not have traded for days.
  const bool over = session != nullptr && now >= session->close;
  const Date last = over ? today : today - days{1};
  for (const Date first : {today - days{10}, market.first_date()}) {
    GT_ASSIGN(const auto before, market.days(security, first, last));
    if (before.empty()) continue;
    const auto* of = calendar.find_session(before.back().date);
    return LastTrade{.ts = of == nullptr ? before.back().ts : of->close, .price = before.back().close};
  }
  return std::nullopt;
}

}  // namespace goldtape::simulate
