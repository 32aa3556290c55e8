// The head of a symbol's page, and the lake's state in the page's own head.
import type { DashboardDocument, RowTable, SymbolEntry } from "./contract.js";
import { h, part } from "./dom.js";
import type { ExchangeTime } from "./exchange_time.js";
import { compact_text, direction, integer_text, percent_text, price_text } from "./format.js";
import { status_kind } from "./row_table.js";

export function render_symbol_head(symbol: SymbolEntry): void {
  part("symbol-ticker").textContent = symbol.ticker;
  const about = [symbol.name, symbol.exchange, `security ${symbol.security_id}`].filter((text) => text !== null && text !== "");
  part("symbol-name").textContent = about.join(" · ");
  const change = symbol.last_close !== null && symbol.previous_close !== null ? symbol.last_close - symbol.previous_close : null;
  const fraction = change === null || !symbol.previous_close ? null : change / symbol.previous_close;
  part("symbol-last").textContent = price_text(symbol.last_close);
  const moved = part("symbol-change");
  moved.className = direction(change);
  moved.textContent = change === null ? "" : `${change > 0 ? "+" : change < 0 ? "−" : ""}${price_text(Math.abs(change))} (${percent_text(fraction)})`;
  const figure = (name: string, text: string): HTMLElement => h("div", { class: "figure" }, h("dt", {}, name), h("dd", {}, text));
  part("symbol-figures").replaceChildren(
    figure("Session", symbol.session ?? "–"),
    figure("Previous close", price_text(symbol.previous_close)),
    figure("Low – high", `${price_text(symbol.session_low)} – ${price_text(symbol.session_high)}`),
    figure("Volume", compact_text(symbol.session_volume)));
}

function count_statuses(table: RowTable, column: string): Map<string, number> {
  const counts = new Map<string, number>();
  const index = table.columns.indexOf(column);
  for (const row of table.rows) {
    const word = String(row[index] ?? "unknown");
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

function status_chips(name: string, counts: Map<string, number>): HTMLElement[] {
  return [...counts].map(([word, count], index) =>
    h("span", { class: `chip ${status_kind(word)}` }, `${index === 0 ? `${name}: ` : ""}${integer_text(count)} ${word}`));
}

export function render_lake_head(data: DashboardDocument, time: ExchangeTime): void {
  part("lake-name").textContent = data.lake.name;
  document.title = `${data.lake.name} · Goldtape`;
  const { symbols_shown, symbols_total, minute_sessions } = data.scope;
  const symbols = symbols_shown < symbols_total
    ? `${integer_text(symbols_shown)} of ${integer_text(symbols_total)} symbols` : `${integer_text(symbols_total)} symbols`;
  part("lake-scope").textContent = `${symbols} · ${minute_sessions} sessions of minutes · written ${time.iso_text(data.lake.generated_at)} New York`;
  part("lake-status").replaceChildren(
    ...status_chips("Checks", count_statuses(data.quality, "status")), ...status_chips("Loads", count_statuses(data.load_audit, "status")));
  part("program").textContent = data.lake.program;
}
