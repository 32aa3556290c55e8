// The document that the page carries in <script id="goldtape-data">, as README.md describes it.

export type Cell = string | number | boolean | null;

/** A small table by rows: ops and catalog tables. */
export interface RowTable {
  columns: string[];
  rows: Cell[][];
}

/** Numbers as integers of 10^-scale, each the difference to the number before it; null where absent. */
export interface DeltaColumn {
  scale: number;
  delta: (number | null)[];
}

/** Words as indexes into `codes`. */
export interface CodeColumn {
  codes: string[];
  index: number[];
}

export type PackedColumn = DeltaColumn | CodeColumn;

export interface PackedSeries {
  rows: number;
  columns: Record<string, PackedColumn>;
}

export const INTERVALS = ["1m", "5m", "15m", "1d"] as const;
export type Interval = (typeof INTERVALS)[number];

export interface SymbolEntry {
  ticker: string;
  security_id: number;
  name: string | null;
  exchange: string | null;
  /** Rows of each interval in `packed`; an absent interval has none. */
  intervals: Partial<Record<Interval, number>>;
  last_close: number | null;
  previous_close: number | null;
  session: string | null;
  session_high: number | null;
  session_low: number | null;
  session_volume: number | null;
  spark: number[];
  /** base64(gzip(JSON of Record<Interval, PackedSeries>)). */
  packed: string;
}

export interface VolatilityByHour {
  ticker: string[];
  hour: number[];
  volatility: (number | null)[];
  observations: number[];
}

export interface CoverageRow {
  ticker: string;
  traded: number[];
  filled: number[];
  /** Minutes without a price. */
  missing: number[];
  /** Minutes that many liquid symbols lack at once: the vendor lost them. */
  holes: number[];
  state: string[];
}

export interface DashboardDocument {
  format: "goldtape-dashboard";
  version: 1;
  lake: { name: string; generated_at: string; program: string };
  time_zone: string;
  scope: { symbols_total: number; symbols_shown: number; minute_sessions: number; first_symbol: string | null };
  symbols: SymbolEntry[];
  volatility_by_hour: VolatilityByHour;
  coverage: { sessions: string[]; rows: CoverageRow[] };
  snapshots: RowTable;
  load_audit: RowTable;
  quality: RowTable;
}

/** Reads and checks the embedded document. Throws an Error with a sentence for the reader. */
export function read_document(root: Document): DashboardDocument {
  const holder = root.getElementById("goldtape-data");
  if (holder === null) throw new Error("The page holds no data: it was not written by goldtape.");
  const parsed = JSON.parse(holder.textContent) as Partial<DashboardDocument>;
  if (parsed.format !== "goldtape-dashboard" || parsed.version !== 1) {
    throw new Error("The page's data are of a format that this page does not read.");
  }
  return parsed as DashboardDocument;
}
