#include "goldtape/simulate/minute_path.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "goldtape/simulate/random.h"

namespace goldtape::simulate {
namespace {

enum Stream : std::uint64_t { kMinutes = 21, kExtended = 22 };

constexpr std::int32_t kMostMinutes = 390;
constexpr std::int32_t kSampledTrades = 1200;  ///< Up to here each trade is put into its minute by itself.

/// The day's season: shares of volume that add up to 1, and relative volatility.
struct Season {
  std::vector<double> volume, volume_until, sigma;
};

Season make_season(std::int32_t minutes) {
  Season season;
  double sum = 0;
  for (std::int32_t m = 0; m < minutes; ++m) {
    const double since_open = m, until_close = minutes - 1 - m;
    season.volume.push_back(0.7 + 2.6 * std::exp(-since_open / 20) + 2.2 * std::exp(-until_close / 14) +
                            (m == 0 ? 6 : 0) + (until_close == 0 ? 14 : 0));
    season.sigma.push_back(0.75 + 2.2 * std::exp(-since_open / 18) + 0.6 * std::exp(-until_close / 25));
    sum += season.volume.back();
  }
  double until = 0;
  for (double& share : season.volume) {
    share /= sum;
    season.volume_until.push_back(until += share);
  }
  return season;
}

const Season& season_of(std::int32_t minutes) {
  static const auto kSeasons = [] {
    std::array<Season, kMostMinutes + 1> all;
    for (std::int32_t n = 1; n <= kMostMinutes; ++n) all.at(static_cast<std::size_t>(n)) = make_season(n);
    return all;
  }();
  return kSeasons.at(static_cast<std::size_t>(std::min(minutes, kMostMinutes)));
}

/// Scratch of one session; kept by its thread, for a session is made in some ten microseconds.
struct Scratch {
  std::vector<std::int32_t> trades;
  std::vector<double> price;         ///< After minute m, dollars; before the first at [0].
  std::vector<std::int32_t> traded;  ///< Minutes with a trade.
};

bool in(const Pause* pause, std::int32_t minute) {
  return pause != nullptr && minute >= pause->first && minute < pause->last;
}

/// How many trades each minute gets; the sum is the plan's.
void spread_trades(const DayPlan& plan, const Season& season, const Pause* pause, Random& random,
                   Scratch& work) {
  const auto minutes = static_cast<std::int32_t>(season.volume.size());
  work.trades.assign(static_cast<std::size_t>(minutes), 0);
  std::int32_t left = plan.trades;
  if (plan.trades > kSampledTrades) {
    for (std::int32_t m = 0; m < minutes; ++m) {
      if (in(pause, m)) continue;
      const double mean = season.volume[static_cast<std::size_t>(m)] * plan.trades * 0.9;
      const auto here =
          std::min(left, static_cast<std::int32_t>(mean * std::max(0.05, 1 + 0.3 * random.normal())));
      work.trades[static_cast<std::size_t>(m)] = here;
      left -= here;
    }
    // The rest of them trade at the close.
    auto last = minutes - 1;
    while (in(pause, last)) --last;
    work.trades[static_cast<std::size_t>(last)] += left;
    return;
  }
  while (left > 0) {
    const auto at = std::ranges::lower_bound(season.volume_until, random.uniform());
    const auto m = std::min(static_cast<std::int32_t>(at - season.volume_until.begin()), minutes - 1);
    if (in(pause, m)) continue;
    ++work.trades[static_cast<std::size_t>(m)];
    --left;
  }
}

/// A walk from the open to the close, bent so that it just touches the day's high and low.
void walk(const DayPlan& plan, const Season& season, double sigma, Random& random, Scratch& work) {
  const std::size_t minutes = season.volume.size();
  work.price.resize(minutes + 1);
  double sum = 0, variance = 0;
  const double scale = sigma / std::sqrt(static_cast<double>(minutes));
  work.price[0] = 0;
  for (std::size_t m = 0; m < minutes; ++m) {
    sum += scale * season.sigma[m] * random.normal();
    work.price[m + 1] = sum;
  }
  const double open = plan.open, close = plan.close;
  const double bend = std::log(close / open) - sum;
  double whole = 0;
  for (const double s : season.sigma) whole += s * s;
  double highest = 0, lowest = 1e18;
  for (std::size_t m = 0; m <= minutes; ++m) {
    if (m > 0) variance += season.sigma[m - 1] * season.sigma[m - 1];
    work.price[m] = open * std::exp(work.price[m] + bend * variance / whole);
    highest = std::max(highest, work.price[m]);
    lowest = std::min(lowest, work.price[m]);
  }
  const double top = std::max(open, close), bottom = std::min(open, close);
  const double up = highest > top ? (plan.high - top) / (highest - top) : 0;
  const double down = lowest < bottom ? (bottom - plan.low) / (bottom - lowest) : 0;
  for (double& price : work.price) {
    if (price > top) price = top + (price - top) * std::min(up, 1.0);
    if (price < bottom) price = bottom - (bottom - price) * std::min(down, 1.0);
  }
}

std::int32_t tick_of(double ticks, const DayPlan& plan) {
  return std::clamp(to_ticks(ticks / kTicksPerDollar), plan.low, plan.high);
}

double dollars(std::int32_t ticks) { return ticks / kTicksPerDollar; }

/// Shares of each bar: at least one a trade, in all the plan's.
void spread_volume(const DayPlan& plan, std::span<MarketBar> bars, Random& random) {
  double whole = 0;
  for (MarketBar& bar : bars) {
    bar.vwap = static_cast<double>(bar.trade_count) * std::max(0.2, 1 + 0.35 * random.normal());
    whole += bar.vwap;
  }
  const std::int64_t to_spread = plan.volume - plan.trades;
  std::int64_t given = 0;
  double until = 0;
  for (MarketBar& bar : bars) {
    until += bar.vwap;
    const auto upto = &bar == &bars.back()
                          ? to_spread
                          : std::min(to_spread, static_cast<std::int64_t>(static_cast<double>(to_spread) *
                                                                          (until / whole)));
    bar.volume = bar.trade_count + upto - given;
    given = upto;
  }
}

void set_vwap(MarketBar& bar, Random& random) {
  const double middle = (bar.high + bar.low + bar.close + bar.open) / 4;
  const double room = std::min(bar.high - middle, middle - bar.low);
  bar.vwap = std::round((middle + 0.6 * room * (random.uniform() - 0.5)) * 1e6) / 1e6;
}

/// The regular session's bars.
void append_regular(const DayPlan& plan, const calendar::Session& session, double sigma, Random& random,
                    const Scratch& work, std::vector<MarketBar>& out) {
  const std::size_t begin = out.size();
  for (std::size_t m = 0; m < work.trades.size(); ++m) {
    if (work.trades[m] == 0) continue;
    const double from = work.price[m], to = work.price[m + 1];
    const bool several = work.trades[m] > 1;
    const double wick = several ? 0.35 * sigma / std::sqrt(static_cast<double>(work.trades.size())) : 0;
    const std::int32_t open = tick_of(several ? from : to, plan), close = tick_of(to, plan);
    const std::int32_t high =
        std::max({tick_of(std::max(from, to) * (1 + wick * random.uniform()), plan), open, close});
    const std::int32_t low =
        std::min({tick_of(std::min(from, to) * (1 - wick * random.uniform()), plan), open, close});
    out.push_back({.ts = session.open + std::chrono::minutes{m},
                   .date = session.date,
                   .open = dollars(open),
                   .high = dollars(several ? high : std::max(open, close)),
                   .low = dollars(several ? low : std::min(open, close)),
                   .close = dollars(close),
                   .volume = 0,
                   .vwap = 0,
                   .trade_count = work.trades[m],
                   .part = model::SessionPart::kRegular});
  }
  const std::span<MarketBar> bars(out.data() + begin, out.size() - begin);
  MarketBar& first = bars.front();
  first.open = dollars(plan.open);
  bars.back().close = dollars(plan.close);
  std::ranges::max_element(bars, {}, &MarketBar::high)->high = dollars(plan.high);
  std::ranges::min_element(bars, {}, &MarketBar::low)->low = dollars(plan.low);
  for (MarketBar* bar : {&first, &bars.back()}) {
    bar->high = std::max({bar->high, bar->open, bar->close});
    bar->low = std::min({bar->low, bar->open, bar->close});
  }
  spread_volume(plan, bars, random);
  for (MarketBar& bar : bars) set_vwap(bar, random);
}

/// Few trades around a price, before the open or after the close.
void append_extended(const calendar::Session& session, model::SessionPart part, std::int32_t from,
                     std::int32_t to, double sigma, std::int64_t trades, double shares_a_trade,
                     std::uint64_t key, std::vector<MarketBar>& out) {
  const Timestamp start =
      part == model::SessionPart::kPre ? session.open - std::chrono::minutes{330} : session.close;
  const std::int32_t minutes = part == model::SessionPart::kPre ? 330 : 240;
  Random random(key);
  std::vector<std::int32_t> counts(static_cast<std::size_t>(minutes), 0);
  for (std::int64_t i = 0; i < trades; ++i) {
    // Busier towards the regular session.
    const double x = random.uniform() * random.uniform();
    const auto near = static_cast<std::int32_t>(x * minutes);
    ++counts[static_cast<std::size_t>(part == model::SessionPart::kPre ? minutes - 1 - near : near)];
  }
  for (std::int32_t m = 0; m < minutes; ++m) {
    const auto count = counts[static_cast<std::size_t>(m)];
    if (count == 0) continue;
    const double along = (m + 0.5) / minutes;
    const double middle = (from + (to - from) * along) / kTicksPerDollar;
    const double noise = 0.1 * sigma;
    const auto price = [&] { return dollars(to_ticks(middle * (1 + noise * random.normal()))); };
    MarketBar bar{.ts = start + std::chrono::minutes{m},
                  .date = session.date,
                  .open = price(),
                  .high = 0,
                  .low = 0,
                  .close = price(),
                  .volume = 0,
                  .vwap = 0,
                  .trade_count = count,
                  .part = part};
    if (count == 1) bar.close = bar.open;
    bar.high = std::max(bar.open, bar.close);
    bar.low = std::min(bar.open, bar.close);
    bar.volume = count + static_cast<std::int64_t>(count * shares_a_trade * random.uniform());
    set_vwap(bar, random);
    out.push_back(bar);
  }
}

}  // namespace

void append_minutes(const GeneratedSecurity& security, const DayPlan& plan, const calendar::Session& session,
                    std::uint64_t seed, const Pause* pause, std::vector<MarketBar>& out) {
  thread_local Scratch work;
  const auto day = static_cast<std::uint64_t>(to_days(session.date));
  const Profile& profile = security.profile;
  const auto extended = static_cast<std::int64_t>(profile.extended_share * plan.trades);
  Random keys(seed, kExtended, security.security.index, day);
  append_extended(session, model::SessionPart::kPre, plan.previous_close, plan.open, profile.daily_sigma,
                  extended, profile.shares_a_trade, keys.next(), out);
  const Season& season = season_of(session.minutes());
  Random random(seed, kMinutes, security.security.index, day);
  spread_trades(plan, season, pause, random, work);
  walk(plan, season, profile.daily_sigma, random, work);
  append_regular(plan, session, profile.daily_sigma, random, work, out);
  append_extended(session, model::SessionPart::kPost, plan.close, plan.close, profile.daily_sigma, extended,
                  profile.shares_a_trade, keys.next(), out);
}

}  // namespace goldtape::simulate
