// The lines drawn over the candles and in the panes below: their columns, names and colours.

export interface Overlay {
  id: string;
  label: string;
  /** One line for each column. */
  columns: readonly string[];
  /** Index into the palette's line colours. */
  colour: number;
  shown_at_first: boolean;
  dashed: boolean;
}

export const OVERLAYS: readonly Overlay[] = [
  { id: "vwap", label: "VWAP", columns: ["session_vwap"], colour: 0, shown_at_first: true, dashed: false },
  { id: "sma_20", label: "SMA 20", columns: ["sma_20"], colour: 1, shown_at_first: true, dashed: false },
  { id: "sma_50", label: "SMA 50", columns: ["sma_50"], colour: 2, shown_at_first: true, dashed: false },
  { id: "sma_200", label: "SMA 200", columns: ["sma_200"], colour: 3, shown_at_first: true, dashed: false },
  { id: "ema_12", label: "EMA 12", columns: ["ema_12"], colour: 4, shown_at_first: false, dashed: false },
  { id: "ema_26", label: "EMA 26", columns: ["ema_26"], colour: 5, shown_at_first: false, dashed: false },
  { id: "bollinger", label: "Bollinger 20", columns: ["bb_upper_20", "bb_lower_20"], colour: 4, shown_at_first: false, dashed: true },
];
