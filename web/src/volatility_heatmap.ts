// Volatility by hour of the exchange's day: one row a symbol, one cell an hour.
import type { VolatilityByHour } from "./contract.js";
import { h } from "./dom.js";
import { create_echart, page_font } from "./echarts_build.js";
import { integer_text } from "./format.js";
import type { Palette } from "./theme.js";

const ROW_HEIGHT_PX = 26;
const BASIS_POINTS = 1e4;

interface HeatCell {
  ticker: string;
  hour: number;
  volatility: number;
  observations: number;
}

export class VolatilityHeatmap {
  private readonly chart;
  private readonly cells: HeatCell[];
  private readonly tickers: string[];
  private readonly hours: number[];
  private selected = "";

  constructor(private readonly plot: HTMLElement, data: VolatilityByHour, private palette: Palette, on_select: (ticker: string) => void) {
    this.cells = data.ticker.flatMap((ticker, row) => {
      const volatility = data.volatility[row] ?? null;
      return volatility === null
        ? [] : [{ ticker, hour: data.hour[row] ?? 0, volatility, observations: data.observations[row] ?? 0 }];
    });
    this.tickers = [...new Set(this.cells.map(({ ticker }) => ticker))].sort().reverse();
    this.hours = [...new Set(this.cells.map(({ hour }) => hour))].sort((a, b) => a - b);
    plot.style.height = `${this.tickers.length * ROW_HEIGHT_PX + 74}px`;
    this.chart = create_echart(plot);
    this.chart.on("click", (event) => {
      const cell = this.cells[event.dataIndex];
      if (cell !== undefined) on_select(cell.ticker);
    });
    this.draw();
  }

  select(ticker: string): void {
    this.selected = ticker;
    this.draw();
  }

  restyle(palette: Palette): void {
    this.palette = palette;
    this.draw();
  }

  /** The cells that are drawn, for inspection. */
  points(): readonly HeatCell[] {
    return this.cells;
  }

  private draw(): void {
    if (this.cells.length === 0) {
      this.plot.style.height = "auto";
      this.plot.replaceChildren(h("p", { class: "empty" }, "No minute bars: gold.volatility_by_hour is empty."));
      return;
    }
    const { palette } = this;
    // Volatilities span orders of magnitude, so colour goes by their logarithm.
    const colour_of = (volatility: number): number => Math.log10(Math.max(volatility * BASIS_POINTS, 0.01));
    const levels = this.cells.map(({ volatility }) => colour_of(volatility));
    this.chart.setOption({
      animation: false,
      aria: { enabled: true },
      textStyle: { fontFamily: page_font() },
      grid: { left: 58, right: 10, top: 26, bottom: 46 },
      tooltip: {
        backgroundColor: palette.surface, borderColor: palette.border, textStyle: { color: palette.text, fontSize: 12 },
        formatter: (item: unknown) => this.tooltip((item as { dataIndex: number }).dataIndex),
      },
      xAxis: {
        type: "category", position: "top", data: this.hours.map(hour_label), axisTick: { show: false },
        axisLine: { show: false }, axisLabel: { color: palette.muted, interval: 0, fontSize: 11 },
      },
      yAxis: {
        type: "category", data: this.tickers, axisTick: { show: false }, axisLine: { show: false },
        axisLabel: {
          interval: 0, color: palette.text,
          formatter: (ticker: string) => (ticker === this.selected ? `{on|${ticker}}` : ticker),
          rich: { on: { fontWeight: 700, color: palette.accent } },
        },
      },
      visualMap: {
        type: "continuous", min: Math.min(...levels), max: Math.max(...levels), dimension: 2, orient: "horizontal",
        left: "center", bottom: 0, itemWidth: 12, itemHeight: 160, calculable: false,
        inRange: { color: [...palette.heat] }, textStyle: { color: palette.muted },
        text: [`${(10 ** Math.max(...levels)).toFixed(1)} bp`, `${(10 ** Math.min(...levels)).toFixed(1)} bp`],
      },
      series: [{
        type: "heatmap",
        data: this.cells.map(({ ticker, hour, volatility }) => [
          this.hours.indexOf(hour), this.tickers.indexOf(ticker), colour_of(volatility),
        ]),
        itemStyle: { borderColor: palette.surface, borderWidth: 1.5, borderRadius: 3 },
        label: {
          show: true, fontSize: 10, color: "inherit",
          formatter: (item: unknown) => bp_text(this.cells[(item as { dataIndex: number }).dataIndex]?.volatility ?? 0),
        },
        emphasis: { itemStyle: { borderColor: palette.accent } },
      }],
    }, { notMerge: true });
  }

  private tooltip(index: number): HTMLElement {
    const cell = this.cells[index];
    if (cell === undefined) return h("span");
    return h("span", {}, `${cell.ticker}, ${hour_label(cell.hour)} h: `, h("b", {}, `${bp_text(cell.volatility)} bp`),
      ` over ${integer_text(cell.observations)} minutes`);
  }
}

function bp_text(volatility: number): string {
  const bp = volatility * BASIS_POINTS;
  return bp >= 100 ? bp.toFixed(0) : bp.toFixed(1);
}

function hour_label(hour: number): string {
  return `${hour}–${hour + 1}`;
}
