// Not public: the parts of Alpaca's answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/simulate/price_factors.h"
#include "goldtape/simulate/wire.h"

namespace goldtape::simulate::internal {

/// {"message":"..."}, as the market data API says it.
[[nodiscard]] WireAnswer alpaca_error(int status, std::string_view message);
[[nodiscard]] WireAnswer alpaca_failure(const Error& error);

/// "2024-01-02T14:30:00Z"; nanoseconds are added when there are some.
void append_rfc3339(std::string& out, Timestamp ts, std::int64_t nanoseconds = 0);
/// {"t":...,"o":...,...}. Daily bars bear midnight in New York.
void append_alpaca_bar(std::string& out, const MarketBar& bar);
/// When a bar begins as Alpaca says it: midnight in New York for daily ones.
[[nodiscard]] Timestamp alpaca_daily_ts(Date date);

/// The time span of a question: start (default: the beginning of today), end (default: now). An error answer
/// when a time cannot be read.
struct Span {
  Timestamp start{};
  Timestamp end{};  ///< Exclusive; Alpaca's own end is inclusive.
};
[[nodiscard]] std::optional<WireAnswer> read_span(const Scene& scene, const WireRequest& request, Span& span);
/// `limit`, between 1 and most.
[[nodiscard]] std::optional<WireAnswer> read_limit(const WireRequest& request, std::int64_t most,
                                                   std::int64_t otherwise, std::int64_t& limit);

/// Which security a symbol means under `asof` (default: today; "-": only while it bears that name).
struct Meaning {
  std::string symbol;  ///< As asked for.
  const Security* security = nullptr;
  Date from = Date::min();  ///< With "-": the dates of the name.
  Date until = Date::max();
};
/// Symbols of `symbols` or of the path, sorted, without those nobody ever bore. An error answer for a
/// symbol that cannot be one.
[[nodiscard]] std::optional<WireAnswer> read_symbols(const Scene& scene, const WireRequest& request,
                                                     std::string_view list, std::vector<Meaning>& meanings);

/// {"KEY":{SYMBOL:[...],...},"next_page_token":...} of members such as "SYMBOL":[...]. With a `single`
/// symbol: only its list, or null, and the symbol beside it.
[[nodiscard]] WireAnswer alpaca_page(std::string_view key, std::string_view members, std::string_view single,
                                     const std::optional<std::string>& next);

[[nodiscard]] WireAnswer alpaca_bars(const Scene& scene, const WireRequest& request, std::string_view single);
[[nodiscard]] WireAnswer alpaca_trades(const Scene& scene, const WireRequest& request,
                                       std::string_view single);
/// `what`: bars, trades or quotes.
[[nodiscard]] WireAnswer alpaca_latest(const Scene& scene, const WireRequest& request, std::string_view what,
                                       std::string_view single);
[[nodiscard]] WireAnswer alpaca_snapshots(const Scene& scene, const WireRequest& request,
                                          std::string_view single);
[[nodiscard]] WireAnswer alpaca_corporate_actions(const Scene& scene, const WireRequest& request);
[[nodiscard]] WireAnswer alpaca_assets(const Scene& scene, const WireRequest& request,
                                       std::string_view symbol);
[[nodiscard]] WireAnswer alpaca_calendar(const WireRequest& request);
[[nodiscard]] WireAnswer alpaca_clock(const Scene& scene);

/// A trade of a minute bar.
struct Trade {
  Timestamp ts{};
  std::int64_t nanoseconds = 0;
  double price = 0;
  std::int64_t size = 0;
  std::int64_t id = 0;
};
/// The trades of a bar: its number of them, from open to close, through high and low, sizes adding up to its
/// volume. The same for the same bar.
[[nodiscard]] std::vector<Trade> trades_of(const Security& security, const MarketBar& bar);
void append_trade(std::string& out, const Security& security, const Trade& trade);

}  // namespace goldtape::simulate::internal
