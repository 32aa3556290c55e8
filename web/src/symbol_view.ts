// One symbol at one interval, made ready for the chart and the panels beside it.
import type { UTCTimestamp } from "lightweight-charts";
import type { Series } from "./columns.js";
import type { Interval } from "./contract.js";
import { find_crossovers } from "./crossovers.js";
import { session_date_text, type ExchangeTime } from "./exchange_time.js";
import type { ChartContent } from "./price_chart.js";

export interface SymbolView extends ChartContent {
  ticker: string;
  interval: Interval;
}

export function make_view(ticker: string, interval: Interval, series: Series, time: ExchangeTime): SymbolView {
  const daily = interval === "1d";
  const times: UTCTimestamp[] = [];
  const session_starts: number[] = [];
  let session = "";
  for (let row = 0; row < series.rows; ++row) {
    const ts = series.ts[row] ?? 0;
    const wall = daily ? ts : time.wall(ts);
    times.push(wall as UTCTimestamp);
    const date = session_date_text(wall);
    if (date !== session) session_starts.push(row);
    session = date;
  }
  return { ticker, interval, series, daily, times, session_starts, crossovers: find_crossovers(series) };
}

/** "2019-02-15 09:30" exchange time, or the session date of a daily bar. */
export function row_time_text(view: SymbolView, row: number): string {
  const text = new Date((view.times[row] ?? 0) * 1000).toISOString();
  return view.daily ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
}

export interface RangeChoice {
  id: string;
  label: string;
  /** Sessions (intraday) or bars (daily) counted back from the last; Infinity for all. */
  length: number;
}

export const INTRADAY_RANGES: readonly RangeChoice[] = [
  { id: "1D", label: "1D", length: 1 },
  { id: "5D", label: "5D", length: 5 },
  { id: "all", label: "All", length: Infinity },
];

export const DAILY_RANGES: readonly RangeChoice[] = [
  { id: "1M", label: "1M", length: 21 },
  { id: "3M", label: "3M", length: 63 },
  { id: "1Y", label: "1Y", length: 252 },
  { id: "all", label: "All", length: Infinity },
];

/** First row of a range that ends at the last row. */
export function first_row(view: SymbolView, range: RangeChoice): number {
  if (view.daily) return Math.max(0, view.series.rows - range.length);
  const starts = view.session_starts;
  return starts[Math.max(0, starts.length - range.length)] ?? 0;
}
