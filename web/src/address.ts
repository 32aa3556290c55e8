// The symbol and interval in view stand in the page's address, so that a view can be bookmarked and sent.
import { INTERVALS, type Interval } from "./contract.js";

export interface Address {
  ticker: string | null;
  interval: Interval | null;
}

export function read_address(): Address {
  const fields = new URLSearchParams(window.location.hash.slice(1));
  return { ticker: fields.get("symbol"), interval: INTERVALS.find((interval) => interval === fields.get("interval")) ?? null };
}

export function write_address(ticker: string, interval: Interval): void {
  const fields = new URLSearchParams({ symbol: ticker, interval });
  window.history.replaceState(null, "", `#${fields.toString()}`);
}
