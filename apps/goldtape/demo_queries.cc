#include "demo_queries.h"

namespace goldtape::app {

namespace {

constexpr DemoQuery kQueries[] = {
    {"Hourly averages: price and volume by hour of the New York day",
     R"(select ticker,
       hour(ts at time zone 'America/New_York') as hour,
       round(avg(close), 4) as avg_close,
       round(avg(volume)) as avg_volume
from silver.bars_1m
where fill = 'traded' and ticker in ('AAPL', 'JPM')
group by all
order by ticker, hour)"},
    {"Gaps by ticker: minutes without a trade, and minutes that the vendor lost",
     R"(select ticker,
       sum(expected) as minutes,
       sum(traded) as traded,
       sum(expected) - sum(traded) as gaps,
       sum(holes) as vendor_holes,
       round(100.0 * sum(traded) / sum(expected), 1) as "traded %"
from silver.coverage
where interval = '1m' and state not in ('not_asked', 'not_listed', 'delisted')
group by ticker
having gaps > 0
order by gaps desc, ticker
limit 10)"},
    {"Rolling 5-minute VWAP: by SQL and by the feature engine, side by side",
     R"(select b.ts at time zone 'America/New_York' as new_york,
       b.close,
       b.volume,
       round(sum((b.high + b.low + b.close)::double / 3 * b.volume) over w
             / nullif(sum(b.volume) over w, 0), 6) as vwap_sql,
       round(f.vwap_5, 6) as vwap_5
from silver.bars_1m b
join gold.features_1m f using (security_id, ts)
where b.ticker = 'SPY' and b.date = date '2019-02-14'
window w as (partition by b.security_id order by b.ts rows 4 preceding)
order by b.ts
limit 8 offset 30)"},
    {"Volatility by hour: how nervous each hour of the day is",
     R"(select hour,
       count(distinct security_id) as securities,
       round(median(realized_volatility), 6) as median_volatility,
       round(max(realized_volatility), 6) as highest,
       arg_max(ticker, realized_volatility) as of_ticker
from gold.volatility_by_hour
group by hour
order by hour)"},
    {"What the vendor restated: NFLX around its 7-for-1 split, every revision kept",
     R"(select ticker, date, old_close, new_close, old_volume, new_volume,
       round(old_adj_close, 4) as old_adj_close, round(new_adj_close, 4) as new_adj_close,
       new_observed_at
from ops.revisions
where ticker = 'NFLX'
order by date, new_observed_at)"},
    {"A security is not its ticker: names over time",
     R"(select security_id, ticker, valid_from, valid_to, change_reason
from reference.ticker_history
where security_id in (select security_id from reference.ticker_history
                      where change_reason <> 'first_seen' or valid_to is not null)
order by security_id, valid_from)"},
};

}  // namespace

std::span<const DemoQuery> demo_queries() { return kQueries; }

}  // namespace goldtape::app
