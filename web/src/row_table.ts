// A table of rows with headings that sort: load audit, quality results, snapshots.
import type { Cell, RowTable } from "./contract.js";
import { h } from "./dom.js";
import { integer_text } from "./format.js";

export interface ColumnView {
  /** The column in the data; left out of the table when the data have none. */
  name: string;
  label: string;
  kind: "text" | "prose" | "number" | "time" | "status" | "code";
}

const shown_at_first = 12;
const good = new Set(["passed", "loaded", "unchanged"]);
const bad = new Set(["failed", "refused"]);

/** How a status word is coloured; the word itself always stands beside the colour. */
export function status_kind(word: string): "good" | "bad" | "warn" {
  const lower = word.toLowerCase();
  return good.has(lower) ? "good" : bad.has(lower) ? "bad" : "warn";
}

export class RowTableView {
  private readonly columns: { view: ColumnView; index: number }[];
  private readonly rows: Cell[][];
  private sorted_by: { index: number; descending: boolean } | null = null;
  private expanded = false;

  constructor(
    private readonly holder: HTMLElement, private readonly caption: string, data: RowTable, columns: readonly ColumnView[],
    private readonly time_text: (iso: string) => string, private readonly empty_text: string,
  ) {
    this.columns = columns.flatMap((view) => {
      const index = data.columns.indexOf(view.name);
      const used = data.rows.some((row) => row[index] !== null && row[index] !== undefined && row[index] !== "");
      return index < 0 || !used ? [] : [{ view, index }];
    });
    this.rows = [...data.rows];
    this.render();
  }

  private render(focus_column: number | null = null): void {
    if (this.rows.length === 0) {
      this.holder.replaceChildren(h("p", { class: "empty" }, this.empty_text));
      return;
    }
    const visible = this.expanded ? this.rows : this.rows.slice(0, shown_at_first);
    const table = h("table", {},
      h("caption", { class: "hidden" }, this.caption),
      h("thead", {}, h("tr", {}, ...this.columns.map((_, position) => this.heading(position)))),
      h("tbody", {}, ...visible.map((row) =>
        h("tr", {}, ...this.columns.map(({ view, index }) => this.cell(view, row[index] ?? null))))));
    this.holder.replaceChildren(h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": this.caption }, table));
    if (this.rows.length > shown_at_first) this.holder.append(this.more_button());
    if (focus_column !== null) table.querySelectorAll<HTMLButtonElement>("th button")[focus_column]?.focus();
  }

  private heading(position: number): HTMLElement {
    const column = this.columns[position];
    if (column === undefined) return h("th");
    const active = this.sorted_by?.index === column.index ? this.sorted_by : null;
    const mark = active === null ? "" : active.descending ? " ↓" : " ↑";
    const button = h("button", { type: "button", class: "sort" }, column.view.label + mark);
    button.addEventListener("click", () => {
      this.sort(column.index, active !== null && !active.descending);
      this.render(position);
    });
    return h("th", {
      scope: "col", class: column.view.kind === "number" ? "number" : null,
      "aria-sort": active === null ? "none" : active.descending ? "descending" : "ascending",
    }, button);
  }

  private sort(index: number, descending: boolean): void {
    this.sorted_by = { index, descending };
    const sign = descending ? -1 : 1;
    this.rows.sort((a, b) => sign * compare(a[index] ?? null, b[index] ?? null));
  }

  private cell(view: ColumnView, value: Cell): HTMLElement {
    if (value === null || value === "") return h("td", { class: view.kind === "number" ? "number" : null }, "–");
    if (view.kind === "number") return h("td", { class: "number" }, typeof value === "number" ? integer_text(value) : String(value));
    if (view.kind === "time") return h("td", { class: "nowrap" }, this.time_text(String(value)));
    if (view.kind === "code") return h("td", {}, h("code", { title: String(value) }, short_id(String(value))));
    if (view.kind === "status") return h("td", {}, h("span", { class: `chip ${status_kind(String(value))}` }, String(value)));
    return h("td", { class: view.kind === "prose" ? "prose" : null }, String(value));
  }

  private more_button(): HTMLElement {
    const button = h("button", { type: "button", class: "more" },
      this.expanded ? "Show fewer" : `Show all ${integer_text(this.rows.length)} rows`);
    button.addEventListener("click", () => {
      this.expanded = !this.expanded;
      this.render();
      this.holder.querySelector<HTMLButtonElement>("button.more")?.focus();
    });
    return button;
  }
}

function short_id(id: string): string {
  return id.length > 14 ? `${id.slice(0, 12)}…` : id;
}

function compare(a: Cell, b: Cell): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
