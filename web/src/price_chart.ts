// Candles with volume and averages, RSI and MACD below, on one time scale.
import {
  CandlestickSeries, ColorType, CrosshairMode, HistogramSeries, LineSeries, LineStyle, TickMarkType,
  createChart, createSeriesMarkers, createTextWatermark,
  type CandlestickData, type HistogramData, type IChartApi, type ISeriesApi, type ISeriesMarkersPluginApi,
  type ITextWatermarkPluginApi, type LineData, type SeriesMarker, type SeriesType, type Time, type UTCTimestamp, type WhitespaceData,
} from "lightweight-charts";
import type { Series } from "./columns.js";
import type { Crossover } from "./crossovers.js";
import { decimals_for_price } from "./format.js";
import { OVERLAYS } from "./overlays.js";
import { SessionLines } from "./session_lines.js";
import type { Palette } from "./theme.js";

/** What the chart shows; `times` are the wall-clock seconds it draws at, one for each row. */
export interface ChartContent {
  series: Series;
  daily: boolean;
  times: UTCTimestamp[];
  session_starts: number[];
  crossovers: readonly Crossover[];
}

/** Few bars keep their usual width instead of filling the chart. */
const FEWEST_ROWS_IN_VIEW = 30;
const RSI_PANE = 1;
const MACD_PANE = 2;
// The guide lines at 30 and 70 are the pane's labels; ticks of its own would crowd them.
const RSI_FORMAT = {
  type: "custom", minMove: 0.1, formatter: (value: number) => value.toFixed(1),
  tickmarksFormatter: (values: readonly number[]) => values.map(() => ""),
} as const;
const quiet = { priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false } as const;

export class PriceChart {
  private readonly chart: IChartApi;
  private readonly candles: ISeriesApi<"Candlestick">;
  private readonly volume: ISeriesApi<"Histogram">;
  private readonly histogram: ISeriesApi<"Histogram">;
  /** By feature column. */
  private readonly lines = new Map<string, ISeriesApi<"Line">>();
  private readonly markers: ISeriesMarkersPluginApi<Time>;
  private readonly session_lines = new SessionLines();
  private readonly pane_titles: ITextWatermarkPluginApi<Time>[];
  private content: ChartContent | null = null;
  private readonly hidden = new Set<string>();

  constructor(container: HTMLElement, private palette: Palette, on_hover: (row: number | null) => void) {
    this.chart = createChart(container, {
      autoSize: true,
      crosshair: { mode: CrosshairMode.Magnet },
      rightPriceScale: { minimumWidth: 72, entireTextOnly: true },
      timeScale: { minBarSpacing: 0.15, secondsVisible: false, tickMarkFormatter: tick_text },
      handleScroll: { mouseWheel: false, pressedMouseMove: true, horzTouchDrag: true, vertTouchDrag: false },
      handleScale: { mouseWheel: true, pinch: true, axisPressedMouseMove: true },
    });
    this.candles = this.chart.addSeries(CandlestickSeries, { priceLineVisible: false });
    this.candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.24 } });
    this.volume = this.chart.addSeries(HistogramSeries, {
      ...quiet, priceScaleId: "volume", priceFormat: { type: "volume" },
    });
    this.volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    for (const overlay of OVERLAYS) {
      for (const column of overlay.columns) {
        this.add_line(column, 0, overlay.dashed ? 1 : 2, overlay.dashed ? LineStyle.Dashed : LineStyle.Solid);
      }
    }
    this.add_line("rsi_14", RSI_PANE, 2, LineStyle.Solid);
    this.histogram = this.chart.addSeries(HistogramSeries, { ...quiet }, MACD_PANE);
    this.add_line("macd", MACD_PANE, 2, LineStyle.Solid);
    this.add_line("macd_signal", MACD_PANE, 2, LineStyle.Solid);
    this.markers = createSeriesMarkers<Time>(this.candles, []);
    this.candles.attachPrimitive(this.session_lines);
    const rsi = this.lines.get("rsi_14");
    rsi?.applyOptions({ autoscaleInfoProvider: () => ({ priceRange: { minValue: 0, maxValue: 100 } }) });
    for (const level of [30, 70]) {
      rsi?.createPriceLine({ price: level, lineWidth: 1, lineStyle: LineStyle.Dotted, axisLabelVisible: true, title: "" });
    }
    this.pane_titles = this.chart.panes().map((pane) => createTextWatermark(pane, { lines: [] }));
    [0.62, 0.18, 0.2].forEach((share, pane) => this.chart.panes()[pane]?.setStretchFactor(share));
    this.chart.subscribeCrosshairMove(({ logical, point }) => {
      const row = logical === undefined || point === undefined ? null : Math.round(logical);
      on_hover(row !== null && this.content !== null && row >= 0 && row < this.content.series.rows ? row : null);
    });
    this.restyle(palette);
  }

  private add_line(column: string, pane: number, width: 1 | 2, style: LineStyle): void {
    this.lines.set(column, this.chart.addSeries(LineSeries, { ...quiet, lineWidth: width, lineStyle: style }, pane));
  }

  show(content: ChartContent): void {
    this.content = content;
    this.redraw();
  }

  set_overlay(id: string, shown: boolean): void {
    if (shown) this.hidden.delete(id);
    else this.hidden.add(id);
    for (const overlay of OVERLAYS) {
      for (const column of overlay.columns) {
        this.lines.get(column)?.applyOptions({ visible: !this.hidden.has(overlay.id) });
      }
    }
    this.draw_markers();
  }

  /** Brings rows [from, to] into view. */
  set_range(from: number, to: number): void {
    const margin = 1 + (to - from) * 0.015;
    const start = Math.min(from - margin, to - FEWEST_ROWS_IN_VIEW);
    this.chart.timeScale().setVisibleLogicalRange({ from: start, to: to + margin });
  }

  /** Moves the crosshair to a row, and the row into view. */
  point_at(row: number): void {
    const time = this.content?.times[row];
    const close = this.content?.series.numbers.get("close")?.[row];
    if (time === undefined || close === undefined) return;
    const scale = this.chart.timeScale();
    const visible = scale.getVisibleLogicalRange();
    if (visible !== null && (row < visible.from || row > visible.to)) {
      const half = (visible.to - visible.from) / 2;
      scale.setVisibleLogicalRange({ from: row - half, to: row + half });
    }
    // A change of range takes effect with the next frame, and would take the crosshair away again.
    requestAnimationFrame(() => {
      if (Number.isNaN(close)) this.chart.clearCrosshairPosition();
      else this.chart.setCrosshairPosition(close, time, this.candles);
    });
  }

  point_at_none(): void {
    this.chart.clearCrosshairPosition();
  }

  zoom(factor: number): void {
    const scale = this.chart.timeScale();
    const visible = scale.getVisibleLogicalRange();
    if (visible === null) return;
    const middle = (visible.from + visible.to) / 2;
    const half = Math.max(5, ((visible.to - visible.from) / 2) * factor);
    scale.setVisibleLogicalRange({ from: middle - half, to: middle + half });
  }

  /** The points a series holds, for inspection: "candles", "volume", "macd_hist" or a feature column. */
  points(name: string): readonly unknown[] {
    const series = this.series_named(name);
    return series === undefined ? [] : series.data();
  }

  visible_rows(): { from: number; to: number } | null {
    return this.chart.timeScale().getVisibleLogicalRange();
  }

  restyle(palette: Palette): void {
    this.palette = palette;
    this.chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: palette.surface },
        textColor: palette.muted, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 11,
        panes: { separatorColor: palette.border, separatorHoverColor: palette.grid }, attributionLogo: true,
      },
      grid: { vertLines: { visible: false }, horzLines: { color: palette.grid } },
      rightPriceScale: { borderColor: palette.border },
      timeScale: { borderColor: palette.border },
    });
    this.candles.applyOptions({
      upColor: palette.up, downColor: palette.down, borderUpColor: palette.up, borderDownColor: palette.down,
      wickUpColor: palette.up, wickDownColor: palette.down,
    });
    for (const overlay of OVERLAYS) {
      for (const column of overlay.columns) {
        this.lines.get(column)?.applyOptions({ color: palette.line[overlay.colour] ?? palette.text });
      }
    }
    this.lines.get("rsi_14")?.applyOptions({ color: palette.line[3] ?? palette.text });
    this.lines.get("rsi_14")?.priceLines().forEach((line) => line.applyOptions({
      color: palette.muted, axisLabelColor: palette.surface, axisLabelTextColor: palette.muted,
    }));
    this.lines.get("macd")?.applyOptions({ color: palette.line[1] ?? palette.text });
    this.lines.get("macd_signal")?.applyOptions({ color: palette.line[2] ?? palette.text });
    this.redraw();
  }

  private series_named(name: string): ISeriesApi<SeriesType> | undefined {
    if (name === "candles") return this.candles;
    if (name === "volume") return this.volume;
    return name === "macd_hist" ? this.histogram : this.lines.get(name);
  }

  private redraw(): void {
    if (this.content === null) return;
    const { series, daily, times } = this.content;
    const last = last_number(series.numbers.get("close"));
    const decimals = decimals_for_price(last);
    const price_format = { type: "price", precision: decimals, minMove: 10 ** -decimals } as const;
    this.chart.applyOptions({
      timeScale: { timeVisible: !daily },
      localization: { timeFormatter: (time: Time) => wall_text(Number(time), daily) },
    });
    this.candles.applyOptions({ priceFormat: price_format });
    this.candles.setData(this.candle_points());
    this.volume.setData(this.volume_points());
    const small = last < 20 ? 5 : 3;
    for (const [column, line] of this.lines) {
      const macd = column.startsWith("macd");
      line.applyOptions({
        priceFormat: macd ? { type: "price", precision: small, minMove: 10 ** -small }
          : column === "rsi_14" ? RSI_FORMAT : price_format,
      });
      // A session's VWAP begins anew: no line leads there from the session before.
      const breaks = column === "session_vwap" ? new Set(this.content.session_starts) : new Set<number>();
      line.setData(line_points(times, series.numbers.get(column), breaks));
    }
    this.histogram.applyOptions({ priceFormat: { type: "price", precision: small, minMove: 10 ** -small } });
    this.histogram.setData(this.histogram_points());
    this.session_lines.show(daily ? [] : this.content.session_starts.slice(1).flatMap((row) => times[row] ?? []), this.palette.border);
    this.draw_pane_titles();
    this.draw_markers();
  }

  private draw_pane_titles(): void {
    for (const [pane, name, column] of [[RSI_PANE, "RSI 14", "rsi_14"], [MACD_PANE, "MACD 12 26 9", "macd"]] as const) {
      const drawn = this.content?.series.numbers.get(column)?.some((value) => !Number.isNaN(value)) ?? false;
      this.pane_titles[pane]?.applyOptions({
        horzAlign: "left", vertAlign: "top",
        lines: [{
          text: drawn ? name : `${name}: too few bars`, color: this.palette.muted, fontSize: 11,
          fontFamily: getComputedStyle(document.body).fontFamily,
        }],
      });
    }
  }

  private draw_markers(): void {
    if (this.content === null || this.hidden.has("crossovers")) {
      this.markers.setMarkers([]);
      return;
    }
    const { times } = this.content;
    const markers: SeriesMarker<Time>[] = [];
    for (const { row, direction } of this.content.crossovers) {
      const time = times[row];
      if (time === undefined) continue;
      const place = direction === "up"
        ? ({ position: "belowBar", shape: "arrowUp" } as const)
        : ({ position: "aboveBar", shape: "arrowDown" } as const);
      markers.push({ time, ...place, color: this.palette.text, size: 0.7 });
    }
    this.markers.setMarkers(markers);
  }

  private candle_points(): (CandlestickData | WhitespaceData)[] {
    if (this.content === null) return [];
    const { series, times } = this.content;
    const [open, high, low, close] = ["open", "high", "low", "close"].map((name) => series.numbers.get(name));
    const carried = { color: this.palette.filled, borderColor: this.palette.filled, wickColor: this.palette.filled };
    return times.map((time, row) => {
      const bar = { open: open?.[row] ?? NaN, high: high?.[row] ?? NaN, low: low?.[row] ?? NaN, close: close?.[row] ?? NaN };
      if (Object.values(bar).some(Number.isNaN)) return { time };
      return series.fill[row] === "filled" ? { time, ...bar, ...carried } : { time, ...bar };
    });
  }

  private volume_points(): (HistogramData | WhitespaceData)[] {
    if (this.content === null) return [];
    const { series, times } = this.content;
    const [open, close, volume] = ["open", "close", "volume"].map((name) => series.numbers.get(name));
    return times.map((time, row) => {
      const value = volume?.[row] ?? NaN;
      if (Number.isNaN(value)) return { time };
      const fell = (close?.[row] ?? 0) < (open?.[row] ?? 0);
      return { time, value, color: fell ? this.palette.down_soft : this.palette.up_soft };
    });
  }

  private histogram_points(): (HistogramData | WhitespaceData)[] {
    if (this.content === null) return [];
    const values = this.content.series.numbers.get("macd_hist");
    return this.content.times.map((time, row) => {
      const value = values?.[row] ?? NaN;
      if (Number.isNaN(value)) return { time };
      return { time, value, color: value < 0 ? this.palette.down_soft : this.palette.up_soft };
    });
  }
}

/** Points of a line; none leads from the last value before a row of `breaks` to the next one. */
function line_points(
  times: readonly UTCTimestamp[], values: Float64Array | undefined, breaks: ReadonlySet<number>,
): (LineData | WhitespaceData)[] {
  const points: (LineData | WhitespaceData)[] = [];
  let last_value = -1;
  times.forEach((time, row) => {
    const before = points[last_value];
    // A point's colour is that of the line from it to the next.
    if (before !== undefined && breaks.has(row)) points[last_value] = { ...before, color: "transparent" };
    const value = values?.[row] ?? NaN;
    if (!Number.isNaN(value)) last_value = row;
    points.push(Number.isNaN(value) ? { time } : { time, value });
  });
  return points;
}

function last_number(values: Float64Array | undefined): number {
  return values?.findLast((value) => !Number.isNaN(value)) ?? 0;
}

/** The day of the month alone says too little where a view begins in the middle of a month. */
function tick_text(time: Time, kind: TickMarkType): string | null {
  if (kind !== TickMarkType.DayOfMonth) return null;
  return new Date(Number(time) * 1000).toLocaleDateString("en-US", { day: "numeric", month: "short", timeZone: "UTC" });
}

function wall_text(wall: number, daily: boolean): string {
  const text = new Date(wall * 1000).toISOString();
  return daily ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
}
