// The chart with its controls: interval, range, overlays that double as the legend, and keys.
import type { SymbolSeries } from "./columns.js";
import { INTERVALS, type Interval } from "./contract.js";
import { FAST_AVERAGE } from "./crossovers.js";
import { h, part } from "./dom.js";
import type { ExchangeTime } from "./exchange_time.js";
import { compact_text, direction, level_text, number_text, percent_text, price_text } from "./format.js";
import { OVERLAYS } from "./overlays.js";
import { PriceChart } from "./price_chart.js";
import { DAILY_RANGES, first_row, INTRADAY_RANGES, make_view, row_time_text, type RangeChoice, type SymbolView } from "./symbol_view.js";
import type { Palette } from "./theme.js";

const interval_labels: Record<Interval, string> = { "1m": "1m", "5m": "5m", "15m": "15m", "1d": "Daily" };

const ZOOM_STEP = 0.6;

export class ChartPanel {
  readonly chart: PriceChart;
  view: SymbolView | null = null;
  private series: SymbolSeries = {};
  private wanted_interval: Interval = "1m";
  private readonly range = { intraday: "1D", daily: "1Y" };
  /** The row under the mouse, and the one that keys went to. */
  private hover: number | null = null;
  private cursor: number | null = null;
  /** Keys were used last: a mouse that rests while the chart moves under it tells nothing. */
  private keys_lead = false;
  private readonly readout = part("chart-readout");
  private readonly values = new Map<string, HTMLElement>();

  constructor(private readonly time: ExchangeTime, palette: Palette, private readonly on_view: (view: SymbolView) => void) {
    const plot = part("chart");
    this.chart = new PriceChart(plot, palette, (row) => this.on_hover(row));
    part("chart-overlays").replaceChildren(...this.overlay_chips());
    plot.addEventListener("keydown", (event) => this.on_key(event));
    plot.addEventListener("pointermove", (event) => {
      if (event.movementX !== 0 || event.movementY !== 0) this.keys_lead = false;
    }, { capture: true });
    plot.addEventListener("blur", () => this.move_cursor(null));
  }

  show(ticker: string, series: SymbolSeries): void {
    this.series = series;
    const available = INTERVALS.filter((interval) => (series[interval]?.rows ?? 0) > 0);
    this.render_intervals(ticker, available);
    const interval = available.includes(this.wanted_interval) ? this.wanted_interval : available[0];
    if (interval !== undefined) this.show_interval(ticker, interval);
  }

  /** The interval a reader asked for; kept from symbol to symbol wherever there are such bars. */
  want(interval: Interval): void {
    this.wanted_interval = interval;
  }

  go_to(row: number): void {
    this.chart.set_range(Math.max(0, row - 60), row + 60);
    this.move_cursor(row);
  }

  private show_interval(ticker: string, interval: Interval): void {
    const series = this.series[interval];
    if (series === undefined) return;
    this.view = make_view(ticker, interval, series, this.time);
    this.hover = null;
    this.cursor = null;
    this.chart.show(this.view);
    for (const button of part("chart-intervals").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === interval));
    }
    this.show_available_overlays();
    this.render_ranges();
    this.render_readout();
    this.on_view(this.view);
  }

  private render_intervals(ticker: string, available: readonly Interval[]): void {
    part("chart-intervals").replaceChildren(...INTERVALS.map((interval) => {
      const button = h("button", { type: "button", value: interval, disabled: !available.includes(interval) }, interval_labels[interval]);
      button.addEventListener("click", () => {
        this.wanted_interval = interval;
        this.show_interval(ticker, interval);
      });
      return button;
    }));
  }

  private render_ranges(): void {
    const { view } = this;
    if (view === null) return;
    const ranges = view.daily ? DAILY_RANGES : INTRADAY_RANGES;
    const kind = view.daily ? "daily" : "intraday";
    const buttons = ranges.map((range) => {
      const button = h("button", { type: "button", value: range.id }, range.label);
      button.addEventListener("click", () => {
        this.range[kind] = range.id;
        this.apply_range(range);
      });
      return button;
    });
    part("chart-ranges").replaceChildren(...buttons);
    const chosen = ranges.find(({ id }) => id === this.range[kind]);
    if (chosen !== undefined) this.apply_range(chosen);
  }

  private apply_range(range: RangeChoice): void {
    if (this.view === null) return;
    this.chart.set_range(first_row(this.view, range), this.view.series.rows - 1);
    for (const button of part("chart-ranges").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === range.id));
    }
  }

  private overlay_chips(): HTMLElement[] {
    const chips = OVERLAYS.map((overlay) =>
      this.chip(overlay.id, overlay.label, `var(--line-${overlay.colour + 1})`, overlay.shown_at_first));
    return [...chips, this.chip("crossovers", "Crossovers", "var(--text)", true)];
  }

  private chip(id: string, label: string, colour: string, shown: boolean): HTMLElement {
    const value = h("span", { class: "chip-value" });
    this.values.set(id, value);
    const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = colour;
    const button = h("button", { type: "button", value: id, "aria-pressed": String(shown) }, swatch, label, value);
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      this.chart.set_overlay(id, on);
    });
    this.chart.set_overlay(id, shown);
    return button;
  }

  private show_available_overlays(): void {
    for (const button of part("chart-overlays").querySelectorAll("button")) {
      const columns = OVERLAYS.find(({ id }) => id === button.value)?.columns ?? [FAST_AVERAGE];
      const present = columns.some((column) => this.view?.series.numbers.get(column)?.some((value) => !Number.isNaN(value)));
      button.hidden = !present;
    }
  }

  private on_hover(row: number | null): void {
    if (row === this.hover || this.keys_lead) return;
    this.hover = row;
    this.render_readout();
  }

  private move_cursor(row: number | null): void {
    this.cursor = row;
    this.hover = null;
    this.keys_lead = row !== null;
    if (row === null) this.chart.point_at_none();
    else this.chart.point_at(row);
    this.render_readout();
  }

  private render_readout(): void {
    const { view } = this;
    if (view === null) return;
    const row = this.hover ?? this.cursor ?? view.series.rows - 1;
    const number = (name: string, at = row): number | undefined => view.series.numbers.get(name)?.[at];
    const close = number("close");
    const before = number("close", row - 1);
    const change = close === undefined || before === undefined ? null : close / before - 1;
    const item = (label: string, text: string, tone = ""): HTMLElement =>
      h("span", { class: tone }, h("i", {}, label), ` ${text} `);
    const fill = view.series.fill[row] ?? "traded";
    this.readout.replaceChildren(
      h("time", {}, `${row_time_text(view, row)} `), item("O", price_text(number("open"))), item("H", price_text(number("high"))),
      item("L", price_text(number("low"))), item("C", price_text(close)), item("", percent_text(change), direction(change)),
      item("Vol", compact_text(number("volume"))), item("RSI", number_text(number("rsi_14"), 1)),
      item("MACD", number_text(number("macd"), 3)),
      ...(fill === "traded" ? [] : [h("span", { class: "chip warn" }, fill)]));
    for (const overlay of OVERLAYS) {
      const texts = overlay.columns.map((column) => level_text(number(column)));
      this.values.get(overlay.id)?.replaceChildren(texts.join(" / "));
    }
    this.values.get("crossovers")?.replaceChildren(String(view.crossovers.length));
  }

  private on_key(event: KeyboardEvent): void {
    const rows = this.view?.series.rows ?? 0;
    const at = this.cursor ?? this.hover ?? rows - 1;
    const step = event.shiftKey ? 10 : 1;
    const moves: Record<string, number> = {
      ArrowLeft: Math.max(0, at - step), ArrowRight: Math.min(rows - 1, at + step), Home: 0, End: rows - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) {
      this.move_cursor(target);
      part("announcement").textContent = this.readout.textContent;
    } else if (event.key === "+" || event.key === "=" || event.key === "-") {
      this.chart.zoom(event.key === "-" ? 1 / ZOOM_STEP : ZOOM_STEP);
      if (this.cursor !== null) this.chart.point_at(this.cursor);
    } else {
      return;
    }
    event.preventDefault();
  }
}
