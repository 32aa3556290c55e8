// The newest bars in numbers: for those who cannot see the chart, and for whoever wants the figures.
import { h } from "./dom.js";
import { integer_text, level_text, number_text, price_text } from "./format.js";
import { row_time_text, type SymbolView } from "./symbol_view.js";

const shown_at_most = 120;
const columns: readonly [string, string, (value: number | undefined) => string][] = [
  ["open", "Open", price_text], ["high", "High", price_text], ["low", "Low", price_text], ["close", "Close", price_text],
  ["volume", "Volume", integer_text], ["session_vwap", "VWAP", level_text], ["sma_20", "SMA 20", level_text],
  ["sma_50", "SMA 50", level_text], ["rsi_14", "RSI 14", (value) => number_text(value, 1)],
  ["macd", "MACD", (value) => number_text(value, 4)],
];

export function render_bars(holder: HTMLElement, view: SymbolView): void {
  const present = columns.filter(([name]) => view.series.numbers.has(name));
  const rows: HTMLElement[] = [];
  for (let row = view.series.rows - 1; row >= 0 && rows.length < shown_at_most; --row) {
    rows.push(h("tr", { class: view.series.fill[row] === "traded" ? null : "carried" },
      h("th", { scope: "row" }, row_time_text(view, row)),
      ...present.map(([name, , text]) => h("td", { class: "number" }, text(view.series.numbers.get(name)?.[row]))),
      h("td", {}, view.series.fill[row] ?? "")));
  }
  holder.replaceChildren(h("table", {},
    h("caption", { class: "hidden" }, `Newest bars of ${view.ticker}, ${view.interval}`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, view.daily ? "Session" : "Bar start"),
      ...present.map(([, label]) => h("th", { scope: "col", class: "number" }, label)), h("th", { scope: "col" }, "Fill"))),
    h("tbody", {}, ...rows)));
}
