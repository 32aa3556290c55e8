// Decodes a symbol's packed columns into typed arrays.
import type { CodeColumn, Interval, PackedColumn, PackedSeries } from "./contract.js";

/** One symbol at one interval. Absent numbers are NaN; all columns have `rows` values. */
export interface Series {
  rows: number;
  /** Start of each bar, seconds since 1970 UTC; a daily bar has 00:00 UTC of its session date. */
  ts: Float64Array;
  numbers: ReadonlyMap<string, Float64Array>;
  fill: readonly string[];
}

export type SymbolSeries = Partial<Record<Interval, Series>>;

function is_codes(column: PackedColumn): column is CodeColumn {
  return "codes" in column;
}

export function decode_numbers(scale: number, delta: readonly (number | null)[]): Float64Array {
  const unit = 10 ** scale;
  const values = new Float64Array(delta.length);
  let sum = 0;
  delta.forEach((step, row) => {
    if (step === null) {
      values[row] = NaN;
    } else {
      sum += step;
      values[row] = sum / unit;
    }
  });
  return values;
}

export function decode_series(packed: PackedSeries): Series {
  const numbers = new Map<string, Float64Array>();
  let fill: string[] = [];
  for (const [name, column] of Object.entries(packed.columns)) {
    if (is_codes(column)) {
      fill = column.index.map((code) => column.codes[code] ?? "");
    } else {
      numbers.set(name, decode_numbers(column.scale, column.delta));
    }
  }
  return { rows: packed.rows, ts: numbers.get("ts") ?? new Float64Array(0), numbers, fill };
}

async function gunzip_text(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

export async function unpack_symbol(base64: string): Promise<SymbolSeries> {
  const packed = JSON.parse(await gunzip_text(base64)) as Partial<Record<Interval, PackedSeries>>;
  const series: SymbolSeries = {};
  for (const [interval, part] of Object.entries(packed) as [Interval, PackedSeries][]) {
    series[interval] = decode_series(part);
  }
  return series;
}
