// Which columns of the operations tables the page shows, and how.
import type { ColumnView } from "./row_table.js";

export const QUALITY_COLUMNS: readonly ColumnView[] = [
  { name: "table_name", label: "Table", kind: "text" },
  { name: "rule", label: "Rule", kind: "text" },
  { name: "severity", label: "Severity", kind: "text" },
  { name: "status", label: "Outcome", kind: "status" },
  { name: "checked", label: "Checked", kind: "number" },
  { name: "failed", label: "Failed", kind: "number" },
  { name: "finding", label: "Finding", kind: "prose" },
  { name: "checked_at", label: "When", kind: "time" },
];

export const LOAD_COLUMNS: readonly ColumnView[] = [
  { name: "load_id", label: "Load", kind: "code" },
  { name: "status", label: "Status", kind: "status" },
  { name: "source", label: "Source", kind: "text" },
  { name: "dataset", label: "Dataset", kind: "text" },
  { name: "ticker", label: "Ticker", kind: "text" },
  { name: "interval", label: "Interval", kind: "text" },
  { name: "range_start", label: "From", kind: "time" },
  { name: "range_end", label: "To", kind: "time" },
  { name: "rows_fetched", label: "Fetched", kind: "number" },
  { name: "rows_inserted", label: "Inserted", kind: "number" },
  { name: "rows_updated", label: "Updated", kind: "number" },
  { name: "rows_unchanged", label: "Unchanged", kind: "number" },
  { name: "duplicates_removed", label: "Duplicates", kind: "number" },
  { name: "rows_quarantined", label: "Quarantined", kind: "number" },
  { name: "bytes", label: "Bytes", kind: "number" },
  { name: "finished_at", label: "Finished", kind: "time" },
  { name: "error", label: "Error", kind: "prose" },
];

export const SNAPSHOT_COLUMNS: readonly ColumnView[] = [
  { name: "table_name", label: "Table", kind: "text" },
  { name: "snapshot_id", label: "Snapshot", kind: "text" },
  { name: "operation", label: "Operation", kind: "text" },
  { name: "committed_at", label: "Committed", kind: "time" },
  { name: "total_rows", label: "Rows", kind: "number" },
  { name: "total_files", label: "Files", kind: "number" },
  { name: "total_bytes", label: "Bytes", kind: "number" },
];
