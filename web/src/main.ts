// Puts the page together.
import { read_address, write_address } from "./address.js";
import { render_bars } from "./bar_table.js";
import { ChartPanel } from "./chart_panel.js";
import { unpack_symbol, type SymbolSeries } from "./columns.js";
import { read_document, type DashboardDocument } from "./contract.js";
import { render_coverage } from "./coverage_table.js";
import { render_crossovers } from "./crossover_table.js";
import { DailyReturnsPanel } from "./daily_returns.js";
import { part } from "./dom.js";
import { ExchangeTime } from "./exchange_time.js";
import { offer_inspection } from "./inspection.js";
import { RowTableView } from "./row_table.js";
import { render_lake_head, render_symbol_head } from "./summary.js";
import { SymbolPicker } from "./symbol_picker.js";
import type { SymbolView } from "./symbol_view.js";
import { LOAD_COLUMNS, QUALITY_COLUMNS, SNAPSHOT_COLUMNS } from "./table_columns.js";
import { Theme } from "./theme.js";
import { VolatilityHeatmap } from "./volatility_heatmap.js";

class Dashboard {
  private readonly time: ExchangeTime;
  private readonly theme = new Theme(part("theme") as HTMLButtonElement);
  private readonly panel: ChartPanel;
  private readonly returns: DailyReturnsPanel;
  private readonly heatmap: VolatilityHeatmap;
  private readonly picker: SymbolPicker;
  private readonly unpacked = new Map<string, Promise<SymbolSeries>>();
  private wanted = "";

  constructor(private readonly data: DashboardDocument) {
    this.time = new ExchangeTime(data.time_zone);
    const palette = this.theme.palette();
    const select = (ticker: string): void => void this.select(ticker);
    this.panel = new ChartPanel(this.time, palette, (view) => this.on_view(view));
    this.returns = new DailyReturnsPanel(part("returns"), part("returns-figures"), palette);
    this.heatmap = new VolatilityHeatmap(part("volatility"), data.volatility_by_hour, palette, select);
    this.picker = new SymbolPicker(part("symbol-filter") as HTMLInputElement, part("symbol-list"), data.symbols, select);
    this.theme.on_change((changed) => {
      for (const chart of [this.panel.chart, this.returns, this.heatmap]) chart.restyle(changed);
    });
    render_lake_head(data, this.time);
    render_coverage(part("coverage"), data.coverage.sessions, data.coverage.rows, select);
    this.render_operations();
    part("bars").addEventListener("toggle", () => this.render_open_bars());
  }

  async start(): Promise<void> {
    const address = read_address();
    if (address.interval !== null) this.panel.want(address.interval);
    const named = (wanted: string | null) => this.data.symbols.find(({ ticker }) => ticker === wanted);
    const first = named(address.ticker) ?? named(this.data.scope.first_symbol) ?? this.data.symbols[0];
    if (first === undefined) {
      document.body.classList.add("no-symbols");
    } else {
      await this.select(first.ticker);
    }
    offer_inspection(this.panel, this.returns, this.heatmap);
  }

  private async select(ticker: string): Promise<void> {
    const symbol = this.data.symbols.find((entry) => entry.ticker === ticker);
    if (symbol === undefined) return;
    this.wanted = ticker;
    this.picker.select(ticker);
    let unpacking = this.unpacked.get(ticker);
    if (unpacking === undefined) {
      unpacking = unpack_symbol(symbol.packed);
      this.unpacked.set(ticker, unpacking);
    }
    const series = await unpacking;
    if (this.wanted !== ticker) return;
    render_symbol_head(symbol);
    this.panel.show(ticker, series);
    this.returns.show(ticker, series["1d"]);
    this.heatmap.select(ticker);
    for (const row of document.querySelectorAll<HTMLElement>("#coverage tr[data-ticker]")) {
      row.classList.toggle("selected", row.dataset.ticker === ticker);
    }
    part("announcement").textContent = `Showing ${ticker}`;
  }

  private on_view(view: SymbolView): void {
    write_address(view.ticker, view.interval);
    part("chart").setAttribute("aria-label", `Price chart of ${view.ticker}, ${view.interval} bars, ${view.series.rows} rows. ` +
      "Left and right arrows move from bar to bar, plus and minus zoom.");
    render_crossovers(part("crossovers"), view, (row) => {
      this.panel.go_to(row);
      part("chart").scrollIntoView({ block: "nearest" });
    });
    this.render_open_bars();
  }

  private render_open_bars(): void {
    if ((part("bars") as HTMLDetailsElement).open && this.panel.view !== null) render_bars(part("bar-rows"), this.panel.view);
  }

  private render_operations(): void {
    const time = (iso: string): string => this.time.iso_text(iso);
    const { load_audit, quality, snapshots } = this.data;
    new RowTableView(part("quality"), "Quality results", quality, QUALITY_COLUMNS, time, "No quality checks have run on this lake.");
    new RowTableView(part("loads"), "Load audit", load_audit, LOAD_COLUMNS, time, "Nothing has been loaded into this lake.");
    new RowTableView(part("snapshots"), "Snapshots", snapshots, SNAPSHOT_COLUMNS, time, "No table of this lake has a snapshot.");
  }
}

async function run(): Promise<void> {
  try {
    await new Dashboard(read_document(document)).start();
  } catch (error) {
    const notice = part("failure");
    notice.hidden = false;
    notice.textContent = `The dashboard could not be drawn. ${error instanceof Error ? error.message : String(error)}`;
    throw error;
  }
}

void run();
