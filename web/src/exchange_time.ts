// Exchange-local time. Data are UTC; everything a reader sees is the exchange's wall clock.

export class ExchangeTime {
  private readonly parts: Intl.DateTimeFormat;
  private readonly offsets = new Map<number, number>();

  constructor(readonly zone: string) {
    this.parts = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
      hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
  }

  /** Seconds to add to UTC for the wall clock at an instant; zones change only on whole hours. */
  offset(ts: number): number {
    const hour = Math.floor(ts / 3600);
    let offset = this.offsets.get(hour);
    if (offset === undefined) {
      const field: Record<string, number> = {};
      for (const part of this.parts.formatToParts(new Date(hour * 3_600_000))) field[part.type] = Number(part.value);
      const wall = Date.UTC(field.year ?? 0, (field.month ?? 1) - 1, field.day, field.hour, field.minute, field.second);
      offset = wall / 1000 - hour * 3600;
      this.offsets.set(hour, offset);
    }
    return offset;
  }

  /** The instant's wall clock, written as if it were UTC: what the time scale draws. */
  wall(ts: number): number {
    return ts + this.offset(ts);
  }

  /** "2019-02-15 09:30" */
  minute_text(ts: number): string {
    return new Date(this.wall(ts) * 1000).toISOString().slice(0, 16).replace("T", " ");
  }

  /** Wall-clock text of an ISO instant, or the text itself where it is not one. */
  iso_text(text: string): string {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? text : this.minute_text(ms / 1000);
  }
}

/** "2019-02-15" of a daily bar, whose ts is 00:00 UTC of its session date. */
export function session_date_text(ts: number): string {
  return new Date(ts * 1000).toISOString().slice(0, 10);
}
