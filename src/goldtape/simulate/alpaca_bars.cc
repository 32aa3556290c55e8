#include <algorithm>
#include <charconv>

#include "goldtape/calendar/calendar.h"
#include "goldtape/simulate/alpaca_internal.h"
#include "goldtape/simulate/json_text.h"

namespace goldtape::simulate::internal {
namespace {

struct Timeframe {
  std::int32_t minutes = 0;  ///< 0: a day.
  std::string_view letter;   ///< In page tokens.
};

/// "1Min" to "59Min" and "1T"; "1Hour" to "23Hour", "1H"; "1Day", "1D".
std::optional<Timeframe> parse_timeframe(std::string_view text) {
  std::int32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 1) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if ((unit == "Min" || unit == "T") && count <= 59) return Timeframe{count, "M"};
  if ((unit == "Hour" || unit == "H") && count <= 23) return Timeframe{count * 60, "H"};
  if ((unit == "Day" || unit == "D") && count == 1) return Timeframe{0, "D"};
  return std::nullopt;
}

struct BarsQuery {
  Timeframe timeframe;
  Span span;
  Adjustment adjustment;
  std::int64_t limit = 0;
  bool descending = false;
  std::string after_symbol;  ///< Of the page token.
  Timestamp after{};
};

std::optional<WireAnswer> read_adjustment(std::string_view text, Adjustment& adjustment) {
  for (const auto word : split_list(text)) {
    if (word == "split" || word == "all") adjustment.splits = true;
    if (word == "dividend" || word == "all") adjustment.dividends = true;
    if (word != "raw" && word != "split" && word != "dividend" && word != "all" && word != "spin-off") {
      return alpaca_error(400, fmt::format("invalid adjustment: {}", text));
    }
  }
  return std::nullopt;
}

/// base64("AAPL|M|1704205800000000000"): the last bar of the page before.
std::optional<WireAnswer> read_token(std::string_view token, BarsQuery& query) {
  if (token.empty()) return std::nullopt;
  const std::string text = base64_decode(token).value_or("");
  const auto parts = split_list(text, '|');
  std::int64_t ns = 0;
  if (parts.size() != 3 ||
      std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), ns).ec != std::errc{}) {
    return alpaca_error(400, "invalid page_token");
  }
  query.after_symbol = parts[0];
  query.after = from_micros(ns / 1000);
  return std::nullopt;
}

std::optional<WireAnswer> read_query(const Scene& scene, const WireRequest& request, BarsQuery& query) {
  const auto timeframe = parse_timeframe(request.get_or("timeframe", ""));
  if (!timeframe)
    return alpaca_error(400, fmt::format("invalid timeframe: {}", request.get_or("timeframe", "")));
  query.timeframe = *timeframe;
  const auto feed = request.get_or("feed", "sip");
  if (feed != "sip" && feed != "iex" && feed != "delayed_sip" && feed != "otc" && feed != "boats") {
    return alpaca_error(400, fmt::format("invalid feed: {}", feed));
  }
  const auto sort = request.get_or("sort", "asc");
  if (sort != "asc" && sort != "desc") return alpaca_error(400, fmt::format("invalid sort: {}", sort));
  query.descending = sort == "desc";
  if (auto error = read_span(scene, request, query.span)) return error;
  if (auto error = read_adjustment(request.get_or("adjustment", "raw"), query.adjustment)) return error;
  if (auto error = read_limit(request, 10'000, 1'000, query.limit)) return error;
  return read_token(request.get_or("page_token", ""), query);
}

Result<std::vector<MarketBar>> read_bars(const Scene& scene, const Meaning& meaning, const BarsQuery& query,
                                         Span span) {
  const auto& calendar = calendar::xnys();
  std::vector<MarketBar> bars;
  if (query.timeframe.minutes > 0) {
    GT_ASSIGN(bars, view_minutes(*scene.market, *meaning.security,
                                 {.minutes = query.timeframe.minutes,
                                  .start = span.start,
                                  .end = span.end,
                                  .now = scene.now,
                                  .troubles = scene.troubles}));
  } else {
    GT_ASSIGN(bars, view_days(*scene.market, *meaning.security,
                              {.first = calendar.local_date(span.start),
                               .last = calendar.local_date(span.end),
                               .now = scene.now,
                               .troubles = scene.troubles}));
    for (MarketBar& bar : bars) bar.ts = alpaca_daily_ts(bar.date);
    std::erase_if(bars, [&](const MarketBar& bar) { return bar.ts < span.start || bar.ts >= span.end; });
  }
  std::erase_if(bars,
                [&](const MarketBar& bar) { return bar.date < meaning.from || bar.date >= meaning.until; });
  GT_ASSIGN(const auto factors,
            PriceFactors::make(*scene.market, *meaning.security, query.adjustment, scene.today()));
  factors.apply(bars);
  if (query.descending) std::ranges::reverse(bars);
  return bars;
}

/// Bars of one symbol that are still to be given.
Result<std::vector<MarketBar>> bars_left(const Scene& scene, const Meaning& meaning, const BarsQuery& query) {
  Span span = query.span;
  if (meaning.symbol == query.after_symbol) {
    if (query.descending)
      span.end = std::min(span.end, query.after);
    else
      span.start = std::max(span.start, query.after + std::chrono::microseconds{1});
  }
  return read_bars(scene, meaning, query, span);
}

struct Page {
  std::string bars;  ///< "AAPL":[...],"F":[...]
  std::optional<std::string> next;
};

Result<Page> make_page(const Scene& scene, const std::vector<Meaning>& meanings, const BarsQuery& query) {
  Page page;
  std::int64_t left = query.limit;
  for (const Meaning& meaning : meanings) {
    if (meaning.symbol < query.after_symbol) continue;
    GT_ASSIGN(const auto bars, bars_left(scene, meaning, query));
    if (bars.empty()) continue;
    if (left == 0) return page;  // The page before ends where this symbol would begin.
    if (!page.bars.empty()) page.bars.push_back(',');
    json::text(page.bars, meaning.symbol);
    page.bars.append(":[");
    const auto count = std::min<std::size_t>(bars.size(), static_cast<std::size_t>(left));
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) page.bars.push_back(',');
      append_alpaca_bar(page.bars, bars[i]);
    }
    page.bars.push_back(']');
    left -= static_cast<std::int64_t>(count);
    if (left == 0) {
      page.next = base64_encode(
          fmt::format("{}|{}|{}000", meaning.symbol, query.timeframe.letter, to_micros(bars[count - 1].ts)));
      if (count < bars.size()) return page;
    }
  }
  page.next = std::nullopt;  // Nothing is left.
  return page;
}

}  // namespace

WireAnswer alpaca_bars(const Scene& scene, const WireRequest& request, std::string_view single) {
  BarsQuery query;
  if (auto error = read_query(scene, request, query)) return *std::move(error);
  std::vector<Meaning> meanings;
  const auto list = single.empty() ? request.get_or("symbols", "") : single;
  if (list.empty()) return alpaca_error(400, "symbols is required");
  if (auto error = read_symbols(scene, request, list, meanings)) return *std::move(error);
  auto page = make_page(scene, meanings, query);
  if (!page) return alpaca_failure(page.error());
  return alpaca_page("bars", page->bars, single, page->next);
}

}  // namespace goldtape::simulate::internal
