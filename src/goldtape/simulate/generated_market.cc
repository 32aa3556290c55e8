#include "goldtape/simulate/generated_market.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "goldtape/simulate/random.h"

namespace goldtape::simulate {
namespace {

constexpr std::uint64_t kHaltStream = 31;
constexpr double kHaltsADay = 0.002;  ///< A security's chance of a halt on a session.

MarketBar daily_bar(const DayPlan& plan, Date date) {
  MarketBar bar{.ts = Timestamp{date},
                .date = date,
                .open = plan.open / kTicksPerDollar,
                .high = plan.high / kTicksPerDollar,
                .low = plan.low / kTicksPerDollar,
                .close = plan.close / kTicksPerDollar,
                .volume = plan.volume,
                .vwap = 0,
                .trade_count = plan.trades,
                .part = model::SessionPart::kRegular};
  bar.vwap = std::round((bar.open + bar.high + bar.low + bar.close) / 4 * 1e6) / 1e6;
  return bar;
}

}  // namespace

Result<std::unique_ptr<GeneratedMarket>> GeneratedMarket::make(const GeneratedOptions& options) {
  if (options.symbols == 0 || options.symbols > kMaxGeneratedSymbols) {
    return fail(
        ErrorKind::kUsage, 8101,
        fmt::format("a generated market has 1 to {} symbols, not {}", kMaxGeneratedSymbols, options.symbols));
  }
  const auto sessions = calendar::xnys().sessions(options.from, options.to);
  if (sessions.empty()) {
    return fail(
        ErrorKind::kUsage, 8102,
        fmt::format("no session of the exchange from {} to {}: name dates between {} and {}",
                    format_date(options.from), format_date(options.to),
                    format_date(calendar::xnys().first_date()), format_date(calendar::xnys().last_date())));
  }
  return std::unique_ptr<GeneratedMarket>(new GeneratedMarket(options, sessions));
}

GeneratedMarket::GeneratedMarket(const GeneratedOptions& options, std::span<const calendar::Session> sessions)
    : seed_(options.seed),
      sessions_(sessions),
      generated_(make_universe(options.symbols, options.seed, sessions)),
      paths_(generated_.size()) {
  std::vector<Security> securities;
  securities.reserve(generated_.size());
  for (const auto& one : generated_) securities.push_back(one.security);
  set_securities(std::move(securities), options.from, options.to);
}

const std::vector<DayPlan>& GeneratedMarket::plans(std::uint32_t security) const {
  Path& path = paths_[security];
  std::call_once(path.once, [&] { path.plans = daily_path(generated_[security], seed_, sessions_); });
  return path.plans;
}

std::optional<Pause> GeneratedMarket::pause(std::uint32_t security, const calendar::Session& session) const {
  Random random(seed_, kHaltStream, security, static_cast<std::uint64_t>(to_days(session.date)));
  if (random.uniform() >= kHaltsADay || session.minutes() < 120) return std::nullopt;
  const bool news = random.uniform() < 0.3;
  const auto first =
      static_cast<std::int32_t>(5 + random.below(static_cast<std::uint64_t>(session.minutes() - 100)));
  return Pause{first, first + (news ? static_cast<std::int32_t>(30 + random.below(40)) : 5)};
}

std::pair<std::size_t, std::size_t> GeneratedMarket::between(Date first, Date last) const {
  const auto low = std::ranges::lower_bound(sessions_, first, {}, &calendar::Session::date);
  const auto high = std::ranges::upper_bound(sessions_, last, {}, &calendar::Session::date);
  return {static_cast<std::size_t>(low - sessions_.begin()),
          static_cast<std::size_t>(high - sessions_.begin())};
}

Result<std::vector<MarketBar>> GeneratedMarket::minutes(const Security& security, Date first,
                                                        Date last) const {
  const auto& all = plans(security.index);
  const auto [begin, end] = between(first, last);
  std::vector<MarketBar> bars;
  bars.reserve(end > begin ? (end - begin) * 420 : 0);
  for (std::size_t i = begin; i < end; ++i) {
    if (all[i].trades == 0) continue;
    const auto halted = pause(security.index, sessions_[i]);
    append_minutes(generated_[security.index], all[i], sessions_[i], seed_, halted ? &*halted : nullptr,
                   bars);
  }
  return bars;
}

Result<std::vector<MarketBar>> GeneratedMarket::days(const Security& security, Date first, Date last) const {
  const auto& all = plans(security.index);
  const auto [begin, end] = between(first, last);
  std::vector<MarketBar> bars;
  bars.reserve(end > begin ? end - begin : 0);
  for (std::size_t i = begin; i < end; ++i) {
    if (all[i].trades > 0) bars.push_back(daily_bar(all[i], sessions_[i].date));
  }
  return bars;
}

std::vector<Halt> GeneratedMarket::halts(Date date) const {
  std::vector<Halt> found;
  const auto [begin, end] = between(date, date);
  if (begin == end) return found;
  const calendar::Session& session = sessions_[begin];
  for (const Security& security : securities()) {
    if (!security.trades_on(date) || security.test_issue) continue;
    const auto stop = pause(security.index, session);
    if (!stop) continue;
    found.push_back({.security = security.index,
                     .start = session.open + std::chrono::minutes{stop->first},
                     .end = session.open + std::chrono::minutes{stop->last},
                     .code = stop->last - stop->first == 5 ? "LUDP" : "T1"});
  }
  std::ranges::sort(found, {}, &Halt::start);
  return found;
}

}  // namespace goldtape::simulate
