// The crossovers of the interval in view, newest first.
import { h } from "./dom.js";
import { price_text } from "./format.js";
import { row_time_text, type SymbolView } from "./symbol_view.js";

const shown_at_most = 60;

export function render_crossovers(holder: HTMLElement, view: SymbolView, on_pick: (row: number) => void): void {
  if (view.crossovers.length === 0) {
    holder.replaceChildren(h("p", { class: "empty" }, view.series.numbers.has("sma_50")
      ? "The averages do not cross at this interval."
      : "The 50-bar average needs 50 bars, and this interval has fewer."));
    return;
  }
  const close = view.series.numbers.get("close");
  const newest = [...view.crossovers].reverse().slice(0, shown_at_most);
  const rows = newest.map(({ row, direction }) => {
    const time = row_time_text(view, row);
    const button = h("button", { class: "link", type: "button", title: "Show on the chart" }, time);
    button.addEventListener("click", () => on_pick(row));
    return h("tr", {},
      h("td", {}, button),
      h("td", { class: direction }, direction === "up" ? "▲ rises above" : "▼ falls below"),
      h("td", { class: "number" }, price_text(close?.[row])));
  });
  holder.replaceChildren(h("table", {},
    h("caption", { class: "hidden" }, `Crossovers of SMA 20 and SMA 50, ${view.ticker}, ${view.interval}`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Bar"), h("th", { scope: "col" }, "SMA 20 … SMA 50"),
      h("th", { scope: "col", class: "number" }, "Close"))),
    h("tbody", {}, ...rows)));
}
