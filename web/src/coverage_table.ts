// Coverage: for each symbol and session, how many minutes traded and what the lake knows of the rest.
import type { CoverageRow } from "./contract.js";
import { h } from "./dom.js";

const state_names: Record<string, string> = {
  complete: "complete", early_close: "early close", no_trade: "no trade", halted: "halted",
  vendor_hole: "vendor hole", not_listed: "not listed", delisted: "delisted", not_asked: "not asked for yet", failed: "failed",
};
const state_marks: Record<string, string> = { vendor_hole: "◍", halted: "‖", failed: "✕", early_close: "◗", delisted: "†" };
// Sessions for which no minute is expected: an empty cell, not a missing one.
const outside = new Set(["not_asked", "not_listed", "delisted"]);
const attention = new Set(["vendor_hole", "failed", "halted"]);

export function render_coverage(
  holder: HTMLElement, sessions: readonly string[], rows: readonly CoverageRow[], on_select: (ticker: string) => void,
): void {
  if (sessions.length === 0) {
    holder.replaceChildren(h("p", { class: "empty" }, "No sessions of minute bars in this lake."));
    return;
  }
  const body = rows.map((row) => {
    const pick = h("button", { class: "link ticker", type: "button" }, row.ticker);
    pick.addEventListener("click", () => on_select(row.ticker));
    return h("tr", { "data-ticker": row.ticker }, h("th", { scope: "row" }, pick),
      ...sessions.map((session, index) => cell(row, session, index)));
  });
  holder.replaceChildren(h("table", { class: "coverage" },
    h("caption", { class: "hidden" }, "Traded minutes of each symbol in each session"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Symbol"),
      ...sessions.map((session) => h("th", { scope: "col" }, ...session_heading(session))))),
    h("tbody", {}, ...body)));
}

function session_heading(session: string): HTMLElement[] {
  const weekday = new Date(`${session}T00:00:00Z`).toLocaleDateString("en-US", { weekday: "short", timeZone: "UTC" });
  return [h("span", {}, weekday), h("small", {}, session)];
}

function cell(row: CoverageRow, session: string, index: number): HTMLElement {
  const traded = row.traded[index] ?? 0;
  const filled = row.filled[index] ?? 0;
  const absent = row.missing[index] ?? 0;
  const holes = row.holes[index] ?? 0;
  const state = row.state[index] ?? "";
  const total = outside.has(state) ? 0 : traded + filled + absent;
  const state_name = state_names[state] ?? state;
  const share = (minutes: number): string => `${total === 0 ? 0 : (minutes / total) * 100}%`;
  const bar = h("span", { class: "coverage-bar", "aria-hidden": "true" },
    segment("traded", share(traded)), segment("filled", share(filled)), segment("absent", share(absent)));
  const label = total === 0 ? state_name
    : `${row.ticker}, ${session}: ${traded} of ${total} minutes traded, ${filled} filled, ${absent} without a price` +
      `${holes === 0 ? "" : `, ${holes} lost by the vendor`}; ${state_name}`;
  return h("td", { class: attention.has(state) ? "attention" : null, title: label, "data-traded": traded, "data-state": state },
    h("span", { class: "coverage-figure" }, total === 0 ? "–" : String(traded),
      h("small", { "aria-hidden": "true" }, state_marks[state] ?? "")),
    bar, h("span", { class: "hidden" }, ` of ${total} minutes; ${state_name}`));
}

function segment(kind: string, width: string): HTMLElement {
  const part = h("span", { class: kind });
  part.style.width = width;
  return part;
}
