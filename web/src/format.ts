// Numbers as a reader sees them.

const absent = "–";
const integer = new Intl.NumberFormat("en-US");
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

export function decimals_for_price(price: number): number {
  return Math.abs(price) >= 1 ? 2 : 4;
}

export function price_text(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return absent;
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals_for_price(value), maximumFractionDigits: 4 });
}

/** A computed level, such as an average, to the digits a price of its size has. */
export function level_text(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return absent;
  const digits = decimals_for_price(value);
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function number_text(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return absent;
  return value.toFixed(decimals).replace(/^-/, "−");
}

export function integer_text(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? absent : integer.format(value);
}

export function compact_text(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? absent : compact.format(value);
}

/** A fraction as a signed percentage: 0.0123 is "+1.23%". */
export function percent_text(fraction: number | null | undefined, decimals = 2): string {
  if (fraction === null || fraction === undefined || Number.isNaN(fraction)) return absent;
  const sign = fraction > 0 ? "+" : fraction < 0 ? "−" : "";
  return `${sign}${Math.abs(fraction * 100).toFixed(decimals)}%`;
}

/** Direction of a change: also told by a sign in the text, never by colour alone. */
export function direction(change: number | null | undefined): "up" | "down" | "flat" {
  if (change === null || change === undefined || Number.isNaN(change) || change === 0) return "flat";
  return change > 0 ? "up" : "down";
}
