#include "goldtape/serve/dashboard_data.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "goldtape/serve/dashboard_operations.h"
#include "goldtape/serve/dashboard_series.h"
#include "goldtape/serve/dashboard_symbols.h"

namespace goldtape::serve {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kSparkPoints = 60;

/// All series of the symbols shown, by the page's name of the interval, in its order.
using Intervals = std::vector<std::pair<std::string, SeriesBySecurity>>;

/// Securities whose newest daily bar is older than their newest minute get daily bars made of minutes.
Result<SeriesBySecurity> read_daily_series(query::Session& session, const DashboardScope& scope,
                                           const SeriesScope& series_scope) {
  GT_ASSIGN(SeriesBySecurity days, read_days(session, series_scope));
  SeriesScope lacking = series_scope;
  lacking.security_ids.clear();
  for (const auto& symbol : scope.symbols) {
    if (symbol.last_daily_session < symbol.last_minute_session)
      lacking.security_ids.push_back(symbol.security_id);
  }
  if (lacking.security_ids.empty()) return days;
  GT_ASSIGN(SeriesBySecurity of_minutes, read_days_of_minutes(session, lacking));
  for (auto& [security_id, bars] : of_minutes) days[security_id] = std::move(bars);
  return days;
}

Result<Intervals> read_intervals(query::Session& session, const DashboardScope& scope,
                                 const DashboardOptions& options) {
  SeriesScope wanted{.security_ids = {},
                     .first_session = scope.sessions.empty() ? std::string{} : scope.sessions.front(),
                     .max_daily_bars = options.max_daily_bars};
  for (const auto& symbol : scope.symbols) wanted.security_ids.push_back(symbol.security_id);
  if (wanted.security_ids.empty()) return Intervals{};
  Intervals intervals;
  GT_ASSIGN(auto minutes, read_minutes(session, wanted));
  intervals.emplace_back("1m", std::move(minutes));
  GT_ASSIGN(auto fives, read_resampled(session, wanted, 5));
  intervals.emplace_back("5m", std::move(fives));
  GT_ASSIGN(auto quarters, read_resampled(session, wanted, 15));
  intervals.emplace_back("15m", std::move(quarters));
  GT_ASSIGN(auto days, read_daily_series(session, scope, wanted));
  intervals.emplace_back("1d", std::move(days));
  return intervals;
}

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

/// The newest session of a series, in figures.
Json summarize(const SymbolBars& bars) {
  std::optional<std::int64_t> session;
  double last = NAN, previous = NAN, high = NAN, low = NAN, volume = 0;
  for (std::size_t row = bars.size(); row-- > 0;) {
    if (!std::isfinite(bars.close[row])) continue;
    if (!session) {
      session = bars.session[row];
      last = bars.close[row];
    }
    if (bars.session[row] != *session) {
      previous = bars.close[row];
      break;
    }
    high = std::fmax(high, bars.high[row]);
    low = std::fmin(low, bars.low[row]);
    volume += std::isfinite(bars.volume[row]) ? bars.volume[row] : 0;
  }
  std::vector<double> closes;
  std::ranges::copy_if(bars.close, std::back_inserter(closes),
                       [](double close) { return std::isfinite(close); });
  Json spark = Json::array();
  const std::size_t points = std::min(kSparkPoints, closes.size());
  for (std::size_t point = 0; point < points; ++point) {
    spark.push_back(closes[points == 1 ? 0 : point * (closes.size() - 1) / (points - 1)]);
  }
  return {{"last_close", number_or_null(last)},
          {"previous_close", number_or_null(previous)},
          {"session",
           session ? Json(format_date(from_days(static_cast<std::int32_t>(*session)))) : Json(nullptr)},
          {"session_high", number_or_null(high)},
          {"session_low", number_or_null(low)},
          {"session_volume", session ? Json(volume) : Json(nullptr)},
          {"spark", std::move(spark)}};
}

Result<Json> symbol_json(const DashboardSymbol& symbol, const Intervals& intervals) {
  Json json = {{"ticker", symbol.label},
               {"security_id", symbol.security_id},
               {"name", text_or_null(symbol.name)},
               {"exchange", text_or_null(symbol.exchange)},
               {"intervals", Json::object()}};
  std::string series;
  const SymbolBars* newest = nullptr;
  for (const auto& [interval, by_security] : intervals) {
    const auto found = by_security.find(symbol.security_id);
    if (found == by_security.end()) continue;
    const SymbolBars& bars = found->second;
    json["intervals"][interval] = bars.size();
    series += fmt::format("{}\"{}\":{}", series.empty() ? "" : ",", interval, bars.packed().json());
    if (newest == nullptr || bars.session.back() > newest->session.back()) newest = &bars;
  }
  json.update(summarize(newest != nullptr ? *newest : SymbolBars{}));
  GT_ASSIGN(json["packed"], gzip_base64("{" + series + "}"));
  return json;
}

}  // namespace

Result<std::string> dashboard_json(query::Session& session, const DashboardOptions& options) {
  GT_ASSIGN(const DashboardScope scope, choose_scope(session, options));
  GT_ASSIGN(const Intervals intervals, read_intervals(session, scope, options));
  Json symbols = Json::array();
  for (const auto& symbol : scope.symbols) {
    GT_ASSIGN(Json entry, symbol_json(symbol, intervals));
    symbols.push_back(std::move(entry));
  }
  Json document = {
      {"format", "goldtape-dashboard"},
      {"version", 1},
      {"lake",
       {{"name", options.lake_name},
        {"generated_at", format_timestamp(options.generated_at)},
        {"program", options.program}}},
      {"time_zone", "America/New_York"},
      {"scope",
       {{"symbols_total", scope.symbols_total},
        {"symbols_shown", scope.symbols.size()},
        {"minute_sessions", scope.sessions.size()},
        {"first_symbol", text_or_null(scope.most_traded)}}},
      {"symbols", std::move(symbols)},
  };
  GT_ASSIGN(document["volatility_by_hour"], volatility_section(session, scope));
  GT_ASSIGN(document["coverage"], coverage_section(session, scope));
  GT_ASSIGN(document["snapshots"], snapshots_section(session));
  GT_ASSIGN(document["load_audit"], load_audit_section(session));
  GT_ASSIGN(document["quality"], quality_section(session));
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace goldtape::serve
