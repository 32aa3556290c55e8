// The list of symbols with a filter: a combobox whose list stays in view on wide screens.
// Keys as in the WAI-ARIA combobox pattern: arrows and Home/End move, Enter picks, Escape clears.
import type { SymbolEntry } from "./contract.js";
import { h, svg } from "./dom.js";
import { direction, percent_text, level_text } from "./format.js";

export class SymbolPicker {
  private readonly options = new Map<string, HTMLLIElement>();
  private matches: string[] = [];
  private active = "";
  private selected = "";

  constructor(
    private readonly input: HTMLInputElement, private readonly list: HTMLElement,
    private readonly symbols: readonly SymbolEntry[], private readonly on_select: (ticker: string) => void,
  ) {
    symbols.forEach((symbol, index) => this.options.set(symbol.ticker, this.option(symbol, index)));
    this.list.replaceChildren(...this.options.values());
    this.filter();
    input.addEventListener("input", () => this.filter());
    input.addEventListener("keydown", (event) => this.on_key(event));
    input.addEventListener("focus", () => input.setAttribute("aria-expanded", "true"));
    input.addEventListener("blur", () => input.setAttribute("aria-expanded", "false"));
    document.addEventListener("keydown", (event) => {
      const typing = event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey;
      if (event.key !== "/" || typing) return;
      event.preventDefault();
      input.focus();
      input.select();
    });
  }

  /** Marks the symbol that the page shows. */
  select(ticker: string): void {
    this.options.get(this.selected)?.setAttribute("aria-selected", "false");
    this.selected = ticker;
    this.options.get(ticker)?.setAttribute("aria-selected", "true");
    this.activate(ticker);
  }

  private option(symbol: SymbolEntry, index: number): HTMLLIElement {
    const change = symbol.last_close !== null && symbol.previous_close !== null && symbol.previous_close !== 0
      ? symbol.last_close / symbol.previous_close - 1 : null;
    const option = h("li", { id: `symbol-${index}`, role: "option", "aria-selected": "false" },
      h("span", { class: "option-name" }, h("b", {}, symbol.ticker), h("small", {}, symbol.name ?? "")),
      spark(symbol.spark, direction(change)),
      h("span", { class: "option-figures" }, h("span", {}, level_text(symbol.last_close)),
        h("small", { class: direction(change) }, percent_text(change))));
    // The filter keeps the focus, so that keys go on working after a click.
    option.addEventListener("mousedown", (event) => event.preventDefault());
    option.addEventListener("click", () => this.pick(symbol.ticker));
    return option;
  }

  private filter(): void {
    const words = this.input.value.trim().toLowerCase();
    this.matches = [];
    for (const symbol of this.symbols) {
      const ticker = symbol.ticker.toLowerCase();
      const match = ticker.startsWith(words) || (symbol.name ?? "").toLowerCase().includes(words);
      const option = this.options.get(symbol.ticker);
      if (option !== undefined) option.hidden = !match;
      if (match) this.matches.push(symbol.ticker);
    }
    this.list.dataset.empty = String(this.matches.length === 0);
    if (!this.matches.includes(this.active)) this.activate(this.matches[0] ?? "");
  }

  private activate(ticker: string): void {
    this.options.get(this.active)?.classList.remove("active");
    this.active = ticker;
    const option = this.options.get(ticker);
    option?.classList.add("active");
    if (option === undefined) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", option.id);
    // Only the list scrolls: scrollIntoView would move the page as well.
    if (option === undefined) return;
    const top = option.offsetTop - this.list.offsetTop;
    if (top < this.list.scrollTop) this.list.scrollTop = top;
    const bottom = top + option.offsetHeight;
    if (bottom > this.list.scrollTop + this.list.clientHeight) this.list.scrollTop = bottom - this.list.clientHeight;
  }

  private pick(ticker: string): void {
    this.on_select(ticker);
    this.input.value = "";
    this.filter();
    this.activate(ticker);
    if (window.matchMedia("(max-width: 899px)").matches) this.input.blur();
  }

  private on_key(event: KeyboardEvent): void {
    const at = this.matches.indexOf(this.active);
    const last = this.matches.length - 1;
    const target: Record<string, number> = {
      ArrowDown: at >= last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1,
      PageDown: Math.min(last, at + 10), PageUp: Math.max(0, at - 10), Home: 0, End: last,
    };
    const next = target[event.key];
    if (next !== undefined) {
      this.activate(this.matches[next] ?? "");
    } else if (event.key === "Enter") {
      if (this.active !== "") this.pick(this.active);
    } else if (event.key === "Escape") {
      this.input.value = "";
      this.filter();
    } else if (event.key !== "/" || this.input.value !== "") {
      // A slash that would begin the filter is the key that leads here, pressed once more.
      return;
    }
    event.preventDefault();
  }
}

function spark(values: readonly number[], trend: string): SVGElement {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map((value, index) =>
    `${((index / Math.max(1, values.length - 1)) * 60).toFixed(1)},${(20 - ((value - low) / span) * 18).toFixed(1)}`);
  return svg("svg", { viewBox: "0 0 60 22", class: `spark ${trend}`, "aria-hidden": "true", preserveAspectRatio: "none" },
    svg("polyline", { points: points.join(" "), fill: "none", "vector-effect": "non-scaling-stroke" }));
}
