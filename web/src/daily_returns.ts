// Daily simple returns of the chosen symbol, with the figures that sum them up.
import type { Series } from "./columns.js";
import { h } from "./dom.js";
import { create_echart, page_font } from "./echarts_build.js";
import { session_date_text } from "./exchange_time.js";
import { percent_text } from "./format.js";
import type { Palette } from "./theme.js";

export interface DailyReturn {
  date: string;
  value: number;
}

export function daily_returns(series: Series | undefined): DailyReturn[] {
  const values = series?.numbers.get("simple_return");
  if (series === undefined || values === undefined) return [];
  const returns: DailyReturn[] = [];
  values.forEach((value, row) => {
    if (!Number.isNaN(value)) returns.push({ date: session_date_text(series.ts[row] ?? 0), value });
  });
  return returns;
}

export class DailyReturnsPanel {
  private readonly chart;
  private returns: DailyReturn[] = [];

  constructor(private readonly plot: HTMLElement, private readonly figures: HTMLElement, private palette: Palette) {
    this.chart = create_echart(plot);
  }

  show(ticker: string, series: Series | undefined): void {
    this.returns = daily_returns(series);
    this.plot.setAttribute("aria-label", `Daily simple returns of ${ticker}, ${this.returns.length} sessions`);
    this.figures.replaceChildren(...figures(this.returns));
    this.draw();
  }

  restyle(palette: Palette): void {
    this.palette = palette;
    this.draw();
  }

  /** What the bars hold, for inspection. */
  points(): DailyReturn[] {
    return this.returns;
  }

  private draw(): void {
    const { palette } = this;
    this.chart.setOption({
      animation: false,
      aria: { enabled: true },
      grid: { left: 8, right: 12, top: 12, bottom: 4, containLabel: true },
      textStyle: { fontFamily: page_font() },
      tooltip: {
        trigger: "axis", axisPointer: { type: "shadow" }, backgroundColor: palette.surface,
        borderColor: palette.border, textStyle: { color: palette.text, fontSize: 12 },
        formatter: (items: unknown) => tooltip(items),
      },
      xAxis: {
        type: "category", data: this.returns.map(({ date }) => date), axisLabel: { color: palette.muted, hideOverlap: true, margin: 14, showMinLabel: true, showMaxLabel: true, alignMinLabel: "left", alignMaxLabel: "right" },
        axisLine: { lineStyle: { color: palette.border } }, axisTick: { show: false },
      },
      yAxis: {
        type: "value", axisLabel: { color: palette.muted, formatter: (value: number) => `${+(value * 100).toFixed(2)}%` },
        splitLine: { lineStyle: { color: palette.grid } },
      },
      dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false }],
      series: [{
        type: "bar", barMaxWidth: 26, large: false,
        data: this.returns.map(({ value }) => ({ value, itemStyle: { color: value < 0 ? palette.down : palette.up } })),
      }],
    }, { notMerge: true });
  }
}

function tooltip(items: unknown): HTMLElement {
  const first = (Array.isArray(items) ? items[0] : items) as { name: string; value: number };
  return h("span", {}, `${first.name}  `, h("b", {}, percent_text(first.value)));
}

function figures(returns: readonly DailyReturn[]): HTMLElement[] {
  if (returns.length === 0) return [h("p", { class: "empty" }, "No daily returns: the lake holds fewer than two daily bars of this symbol.")];
  const values = returns.map(({ value }) => value);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : NaN;
  const best = returns.reduce((a, b) => (b.value > a.value ? b : a));
  const worst = returns.reduce((a, b) => (b.value < a.value ? b : a));
  const figure = (name: string, text: string, note = ""): HTMLElement =>
    h("div", { class: "figure" }, h("dt", {}, name), h("dd", {}, text, note === "" ? null : h("small", {}, note)));
  return [
    h("dl", { class: "figures" },
      figure("Mean", percent_text(mean, 3)),
      figure("Std deviation", percent_text(deviation, 3).replace("+", "")),
      figure("Best", percent_text(best.value), best.date),
      figure("Worst", percent_text(worst.value), worst.date),
      figure("Up days", `${values.filter((value) => value > 0).length} of ${values.length}`)),
  ];
}
