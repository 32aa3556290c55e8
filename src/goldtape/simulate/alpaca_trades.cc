#include <algorithm>
#include <charconv>

#include "goldtape/calendar/calendar.h"
#include "goldtape/model/bar_batch.h"
#include "goldtape/simulate/alpaca_internal.h"
#include "goldtape/simulate/json_text.h"
#include "goldtape/simulate/random.h"

namespace goldtape::simulate::internal {
namespace {

constexpr std::uint64_t kTradeStream = 41;

/// Trades of several symbols, in their order, after the token's.
struct TradesPage {
  std::string trades;
  std::optional<std::string> next;
};

struct TradesQuery {
  Span span;
  std::int64_t limit = 0;
  std::string after_symbol;
  std::int64_t after_ns = 0;  ///< Of the last trade before.
};

std::int64_t ns_of(const Trade& trade) { return to_micros(trade.ts) * 1000 + trade.nanoseconds; }

Result<TradesPage> make_page(const Scene& scene, const std::vector<Meaning>& meanings,
                             const TradesQuery& query) {
  TradesPage page;
  std::int64_t left = query.limit;
  for (const Meaning& meaning : meanings) {
    if (meaning.symbol < query.after_symbol) continue;
    const std::int64_t after = meaning.symbol == query.after_symbol ? query.after_ns : -1;
    const auto start = std::max(query.span.start, from_micros(after / 1000) - std::chrono::minutes{1});
    GT_ASSIGN(const auto bars, view_minutes(*scene.market, *meaning.security,
                                            {.start = start - std::chrono::minutes{1},
                                             .end = query.span.end,
                                             .now = scene.now,
                                             .troubles = scene.troubles}));
    bool begun = false;
    for (const MarketBar& bar : bars) {
      for (const Trade& trade : trades_of(*meaning.security, bar)) {
        if (trade.ts < query.span.start || trade.ts >= query.span.end || ns_of(trade) <= after) continue;
        if (left == 0) return page;
        if (!begun) {
          json::comma(page.trades);
          json::text(page.trades, meaning.symbol);
          page.trades.append(":[");
        } else {
          page.trades.push_back(',');
        }
        begun = true;
        append_trade(page.trades, *meaning.security, trade);
        if (--left == 0) {
          page.trades.push_back(']');
          page.next = base64_encode(fmt::format("{}|{}", meaning.symbol, ns_of(trade)));
        }
      }
    }
    if (begun && left > 0) page.trades.push_back(']');
  }
  page.next = std::nullopt;
  return page;
}

}  // namespace

std::vector<Trade> trades_of(const Security& security, const MarketBar& bar) {
  const std::int64_t count =
      bar.trade_count == model::kAbsentCount ? 1 : std::max<std::int64_t>(1, bar.trade_count);
  std::vector<Trade> trades(static_cast<std::size_t>(count));
  Random random(kTradeStream, security.index, static_cast<std::uint64_t>(to_micros(bar.ts)));
  const auto high_at = 1 + random.below(static_cast<std::uint64_t>(std::max<std::int64_t>(count - 2, 1)));
  const auto low_at = 1 + random.below(static_cast<std::uint64_t>(std::max<std::int64_t>(count - 2, 1)));
  const std::int64_t each = bar.volume / count;
  for (std::size_t i = 0; i < trades.size(); ++i) {
    const double price = bar.low + (bar.high - bar.low) * random.uniform();
    trades[i].price = std::clamp(std::round(price * 100) / 100, bar.low, bar.high);
    if (i == high_at) trades[i].price = bar.high;
    if (i == low_at && low_at != high_at) trades[i].price = bar.low;
    if (i == 0) trades[i].price = bar.open;
    if (i + 1 == trades.size()) trades[i].price = bar.close;
    trades[i].size = each;
    const auto step = 60'000'000'000 / count;
    const auto ns = static_cast<std::int64_t>(i) * step +
                    static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(step)));
    trades[i].ts = bar.ts + std::chrono::microseconds{ns / 1000};
    trades[i].nanoseconds = ns % 1000;
    trades[i].id = static_cast<std::int64_t>(i) + 1;
  }
  trades.back().size += bar.volume - each * count;
  return trades;
}

void append_trade(std::string& out, const Security& security, const Trade& trade) {
  out.append("{\"t\":\"");
  append_rfc3339(out, trade.ts, trade.nanoseconds);
  out.append("\",\"x\":\"V\",\"p\":");
  json::number(out, trade.price);
  json::member(out, "s", trade.size);
  out.append(security.mic == "XNAS" ? ",\"c\":[\"@\"]" : ",\"c\":[\" \"]");
  json::member(out, "i", trade.id);
  out.append(security.mic == "XNAS"   ? ",\"z\":\"C\"}"
             : security.mic == "XNYS" ? ",\"z\":\"A\"}"
                                      : ",\"z\":\"B\"}");
}

WireAnswer alpaca_trades(const Scene& scene, const WireRequest& request, std::string_view single) {
  TradesQuery query;
  if (auto error = read_span(scene, request, query.span)) return *std::move(error);
  if (auto error = read_limit(request, 10'000, 1'000, query.limit)) return *std::move(error);
  if (const auto token = request.get_or("page_token", ""); !token.empty()) {
    const std::string text = base64_decode(token).value_or("");
    const auto parts = split_list(text, '|');
    if (parts.size() != 2 ||
        std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), query.after_ns).ec !=
            std::errc{}) {
      return alpaca_error(400, "invalid page_token");
    }
    query.after_symbol = parts[0];
  }
  std::vector<Meaning> meanings;
  const auto list = single.empty() ? request.get_or("symbols", "") : single;
  if (list.empty()) return alpaca_error(400, "symbols is required");
  if (auto error = read_symbols(scene, request, list, meanings)) return *std::move(error);
  const auto page = make_page(scene, meanings, query);
  if (!page) return alpaca_failure(page.error());
  return alpaca_page("trades", page->trades, single, page->next);
}

}  // namespace goldtape::simulate::internal
