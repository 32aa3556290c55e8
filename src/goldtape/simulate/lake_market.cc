#include "goldtape/simulate/lake_market.h"

#include <algorithm>

#include <fmt/format.h>

#include "goldtape/model/bar_batch.h"
#include "goldtape/query/sql_text.h"
#include "goldtape/serve/row_reader.h"

namespace goldtape::simulate {
namespace {

using serve::RowReader;

constexpr const char* kSecurities = R"(
  SELECT security_id, coalesce(name, '') AS name, coalesce(exchange, 'XNAS') AS mic,
         coalesce(asset_type, '') AS kind,
         coalesce(s.listed_on, b.first)::VARCHAR AS listed, s.delisted_on::VARCHAR AS delisted
  FROM reference.securities s
  JOIN (SELECT security_id, min(date) AS first FROM
          (SELECT security_id, date FROM silver.bars_1m UNION ALL SELECT security_id, date FROM silver.bars_1d)
        GROUP BY ALL) b USING (security_id)
  ORDER BY security_id)";

constexpr const char* kTickers = R"(
  SELECT security_id, ticker, valid_from::VARCHAR AS first, valid_to::VARCHAR AS until
  FROM reference.ticker_history ORDER BY security_id, valid_from)";

constexpr const char* kActions = R"(
  SELECT a.security_id, a.ex_date::VARCHAR AS ex_date, a.action_type, a.value,
         coalesce(a.currency, '') AS currency, epoch_us(a.known_at) AS known_at,
         coalesce(n.ticker, '') AS new_ticker
  FROM reference.corporate_actions a
  LEFT JOIN reference.ticker_history n
    ON n.security_id = coalesce(a.new_security_id, a.security_id)
   AND (a.new_security_id IS NOT NULL OR a.action_type = 'rename')
   AND a.ex_date >= n.valid_from AND (n.valid_to IS NULL OR a.ex_date < n.valid_to)
  ORDER BY a.security_id, a.ex_date)";

constexpr const char* kRange = R"(
  SELECT min(date)::VARCHAR AS first, max(date)::VARCHAR AS last
  FROM (SELECT date FROM silver.bars_1m UNION ALL SELECT date FROM silver.bars_1d))";

constexpr const char* kHalted = R"(
  SELECT security_id, date::VARCHAR AS date, min(epoch_us(ts)) AS first, max(epoch_us(ts)) AS last
  FROM (SELECT *, minute - row_number() OVER (PARTITION BY security_id, date ORDER BY minute) AS run
        FROM silver.bars_1m WHERE fill = 'halted')
  GROUP BY security_id, date, run ORDER BY first, security_id)";

/// The daily bars, and sums of minutes for sessions without one.
constexpr const char* kDays = R"(
  WITH days AS (
    SELECT date, open::DOUBLE AS open, high::DOUBLE AS high, low::DOUBLE AS low, close::DOUBLE AS close, volume,
           vwap::DOUBLE AS vwap, NULL::BIGINT AS trade_count
    FROM silver.bars_1d WHERE security_id = {id} AND {range}),
  sums AS (
    SELECT date, first(open ORDER BY ts)::DOUBLE AS open, max(high)::DOUBLE AS high, min(low)::DOUBLE AS low,
           last(close ORDER BY ts)::DOUBLE AS close, sum(volume)::BIGINT AS volume,
           sum(vwap::DOUBLE * volume) / nullif(sum(volume), 0) AS vwap,
           CASE WHEN count(trade_count) = count(*) THEN sum(trade_count)::BIGINT END AS trade_count
    FROM silver.bars_1m
    WHERE security_id = {id} AND {range} AND fill = 'traded' AND date NOT IN (SELECT date FROM days)
    GROUP BY date)
  SELECT epoch_us(date::TIMESTAMP) AS ts, date::VARCHAR AS date, open, high, low, close, volume, vwap,
         trade_count, 'regular' AS part
  FROM (FROM days UNION ALL FROM sums) ORDER BY date)";

constexpr const char* kMinuteColumns =
    "epoch_us(ts) AS ts, date::VARCHAR AS date, open::DOUBLE AS open, high::DOUBLE AS high, "
    "low::DOUBLE AS low, close::DOUBLE AS close, volume, vwap::DOUBLE AS vwap, trade_count";

Result<Date> date_of(const RowReader& rows, std::string_view column, std::int64_t row) {
  return parse_date(rows.text(rows.column(column), row));
}

Result<Security> security_of(const RowReader& rows, std::int64_t row) {
  Security security{.name = rows.text(rows.column("name"), row),
                    .mic = rows.text(rows.column("mic"), row),
                    .tickers = {},
                    .actions = {}};
  if (rows.text(rows.column("kind"), row) == "etf") security.kind = AssetKind::kEtf;
  GT_ASSIGN(security.listed, date_of(rows, "listed", row));
  if (!rows.is_null(rows.column("delisted"), row)) {
    GT_ASSIGN(security.delisted, date_of(rows, "delisted", row));
  }
  return security;
}

Result<model::CorporateAction> action_of(const RowReader& rows, std::int64_t row) {
  model::CorporateAction action;
  GT_ASSIGN(action.ex_date, date_of(rows, "ex_date", row));
  GT_ASSIGN(action.type, model::parse_action_type(rows.text(rows.column("action_type"), row)));
  action.value = rows.number(rows.column("value"), row);
  action.currency = rows.text(rows.column("currency"), row);
  action.new_ticker = rows.text(rows.column("new_ticker"), row);
  action.known_at = from_micros(rows.integer(rows.column("known_at"), row));
  return action;
}

std::string between(Date first, Date last) {
  return fmt::format("date BETWEEN DATE '{}' AND DATE '{}'", format_date(first), format_date(last));
}

}  // namespace

Result<std::unique_ptr<LakeMarket>> LakeMarket::open(lake::Lake lake) {
  auto market = std::unique_ptr<LakeMarket>(new LakeMarket(std::move(lake)));
  GT_ASSIGN(market->session_, query::Session::open(market->lake_));
  GT_RETURN_IF_ERROR(market->read_securities());
  GT_RETURN_IF_ERROR(market->read_halts());
  return market;
}

Status LakeMarket::read_securities() {
  GT_ASSIGN(const auto range, RowReader::run(*session_, kRange));
  if (range.rows() == 0 || range.is_null(range.column("first"), 0)) {
    return fail(ErrorKind::kUsage, 8108,
                "silver has no bars to simulate from: ingest some and run `goldtape refine`", lake_.root());
  }
  GT_ASSIGN(const Date first, date_of(range, "first", 0));
  GT_ASSIGN(const Date last, date_of(range, "last", 0));
  std::vector<Security> securities;
  GT_ASSIGN(const auto rows, RowReader::run(*session_, kSecurities));
  for (std::int64_t i = 0; i < rows.rows(); ++i) {
    GT_ASSIGN(auto security, security_of(rows, i));
    ids_.push_back(rows.integer(rows.column("security_id"), i));
    indices_[ids_.back()] = static_cast<std::uint32_t>(securities.size());
    securities.push_back(std::move(security));
  }
  GT_ASSIGN(const auto tickers, RowReader::run(*session_, kTickers));
  for (std::int64_t i = 0; i < tickers.rows(); ++i) {
    const auto index = indices_.find(tickers.integer(tickers.column("security_id"), i));
    if (index == indices_.end()) continue;
    TickerSpan span{.ticker = tickers.text(tickers.column("ticker"), i)};
    GT_ASSIGN(span.from, date_of(tickers, "first", i));
    if (!tickers.is_null(tickers.column("until"), i)) {
      GT_ASSIGN(span.until, date_of(tickers, "until", i));
    }
    securities[index->second].tickers.push_back(std::move(span));
  }
  GT_ASSIGN(const auto actions, RowReader::run(*session_, kActions));
  for (std::int64_t i = 0; i < actions.rows(); ++i) {
    const auto index = indices_.find(actions.integer(actions.column("security_id"), i));
    if (index == indices_.end()) continue;
    GT_ASSIGN(auto action, action_of(actions, i));
    Security& security = securities[index->second];
    action.ticker = security.ticker_on(action.ex_date - std::chrono::days{1});
    security.actions.push_back(std::move(action));
  }
  set_securities(std::move(securities), first, last);
  return {};
}

Status LakeMarket::read_halts() {
  GT_ASSIGN(const auto rows, RowReader::run(*session_, kHalted));
  for (std::int64_t i = 0; i < rows.rows(); ++i) {
    const auto index = indices_.find(rows.integer(rows.column("security_id"), i));
    if (index == indices_.end()) continue;
    GT_ASSIGN(const Date date, date_of(rows, "date", i));
    halts_[date].push_back(
        {.security = index->second,
         .start = from_micros(rows.integer(rows.column("first"), i)),
         .end = from_micros(rows.integer(rows.column("last"), i)) + std::chrono::minutes{1},
         .code = "T1"});
  }
  return {};
}

Result<std::vector<MarketBar>> LakeMarket::read_bars(const std::string& sql) const {
  const std::scoped_lock lock(mutex_);
  GT_ASSIGN(const auto rows, RowReader::run(*session_, sql));
  std::vector<MarketBar> bars(static_cast<std::size_t>(rows.rows()));
  const int ts = rows.column("ts"), date = rows.column("date"), open = rows.column("open"),
            high = rows.column("high"), low = rows.column("low"), close = rows.column("close"),
            volume = rows.column("volume"), vwap = rows.column("vwap"), count = rows.column("trade_count"),
            part = rows.column("part");
  for (std::int64_t i = 0; i < rows.rows(); ++i) {
    MarketBar& bar = bars[static_cast<std::size_t>(i)];
    bar.ts = from_micros(rows.integer(ts, i));
    GT_ASSIGN(bar.date, parse_date(rows.text(date, i)));
    bar.open = rows.number(open, i);
    bar.high = rows.number(high, i);
    bar.low = rows.number(low, i);
    bar.close = rows.number(close, i);
    bar.volume = rows.integer(volume, i);
    bar.vwap = rows.number(vwap, i);
    bar.trade_count = rows.is_null(count, i) ? model::kAbsentCount : rows.integer(count, i);
    GT_ASSIGN(bar.part, model::parse_session_part(rows.text(part, i)));
  }
  return bars;
}

Result<std::vector<MarketBar>> LakeMarket::minutes(const Security& security, Date first, Date last) const {
  std::string names;
  for (const TickerSpan& span : security.tickers) {
    names +=
        fmt::format("{}(ticker = {} AND date >= DATE '{}' AND date < DATE '{}')", names.empty() ? "" : " OR ",
                    query::quote_literal(span.ticker), format_date(std::max(span.from, first)),
                    format_date(std::min(span.until, last + std::chrono::days{1})));
  }
  return read_bars(fmt::format(
      "SELECT {0}, 'regular' AS part FROM silver.bars_1m WHERE security_id = {1} AND {2} AND fill = 'traded' "
      "UNION ALL SELECT {0}, session AS part FROM bronze.bars WHERE interval = '1m' AND session <> 'regular' "
      "AND price_basis = 'raw' AND {2} AND ({3}) "
      "QUALIFY row_number() OVER (PARTITION BY ts ORDER BY source) = 1 ORDER BY ts",
      kMinuteColumns, ids_[security.index], between(first, last), names.empty() ? "false" : names));
}

Result<std::vector<MarketBar>> LakeMarket::days(const Security& security, Date first, Date last) const {
  return read_bars(
      fmt::format(kDays, fmt::arg("id", ids_[security.index]), fmt::arg("range", between(first, last))));
}

std::vector<Halt> LakeMarket::halts(Date session) const {
  const auto found = halts_.find(session);
  return found == halts_.end() ? std::vector<Halt>{} : found->second;
}

}  // namespace goldtape::simulate
