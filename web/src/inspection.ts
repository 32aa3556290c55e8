// window.goldtape: what the page draws, to read and not to change. Tests compare it with the lake.
import type { ChartPanel } from "./chart_panel.js";
import type { DailyReturnsPanel } from "./daily_returns.js";
import type { VolatilityHeatmap } from "./volatility_heatmap.js";

export interface Inspection {
  readonly ready: boolean;
  /** What is in view: ticker, interval, and the UTC seconds of each drawn row. */
  state(): { ticker: string; interval: string; rows: number; ts: number[]; visible: { from: number; to: number } | null };
  /** Points of a series as the chart library holds them; one for each row of state().ts. */
  series(name: string): readonly unknown[];
  crossovers(): { ts: number; direction: string }[];
  returns(): { date: string; value: number }[];
  volatility(): readonly { ticker: string; hour: number; volatility: number; observations: number }[];
}

declare global {
  interface Window { goldtape?: Inspection }
}

export function offer_inspection(panel: ChartPanel, returns: DailyReturnsPanel, heatmap: VolatilityHeatmap): void {
  const copy = <T>(value: T): T => structuredClone(value);
  const handle: Inspection = {
    ready: true,
    state: () => {
      const view = panel.view;
      return {
        ticker: view?.ticker ?? "", interval: view?.interval ?? "", rows: view?.series.rows ?? 0,
        ts: [...(view?.series.ts ?? [])], visible: panel.chart.visible_rows(),
      };
    },
    series: (name) => copy(panel.chart.points(name)),
    crossovers: () => (panel.view?.crossovers ?? []).map(({ row, direction }) => ({ ts: panel.view?.series.ts[row] ?? NaN, direction })),
    returns: () => copy(returns.points()),
    volatility: () => copy(heatmap.points()),
  };
  window.goldtape = Object.freeze(handle);
}
