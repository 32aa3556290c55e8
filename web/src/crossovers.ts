// Where the 20-bar moving average crosses the 50-bar one.
import type { Series } from "./columns.js";

export interface Crossover {
  row: number;
  /** "up": the fast average rises above the slow one. */
  direction: "up" | "down";
}

export const FAST_AVERAGE = "sma_20";
export const SLOW_AVERAGE = "sma_50";

/** A crossing is a change of sign of fast - slow between two bars that have both; equality is no side. */
export function find_crossovers(series: Series): Crossover[] {
  const fast = series.numbers.get(FAST_AVERAGE);
  const slow = series.numbers.get(SLOW_AVERAGE);
  const found: Crossover[] = [];
  if (fast === undefined || slow === undefined) return found;
  let side = 0;
  for (let row = 0; row < series.rows; ++row) {
    const now = Math.sign((fast[row] ?? NaN) - (slow[row] ?? NaN));
    if (Number.isNaN(now) || now === 0) continue;
    if (side !== 0 && now !== side) found.push({ row, direction: now > 0 ? "up" : "down" });
    side = now;
  }
  return found;
}
