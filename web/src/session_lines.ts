// A faint line where each session begins, since the time scale leaves out the hours between.
import type { IChartApi, ISeriesPrimitive, IPrimitivePaneRenderer, IPrimitivePaneView, SeriesAttachedParameter, Time } from "lightweight-charts";

type DrawTarget = Parameters<IPrimitivePaneRenderer["draw"]>[0];

export class SessionLines implements ISeriesPrimitive<Time> {
  private chart: IChartApi | null = null;
  private request_update: (() => void) | null = null;
  private times: readonly Time[] = [];
  private colour = "transparent";
  private readonly view: IPrimitivePaneView = {
    zOrder: () => "bottom",
    renderer: () => ({ draw: (target) => this.draw(target) }),
  };

  attached(parameters: SeriesAttachedParameter<Time>): void {
    this.chart = parameters.chart as IChartApi;
    this.request_update = parameters.requestUpdate;
  }

  detached(): void {
    this.chart = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [this.view];
  }

  show(times: readonly Time[], colour: string): void {
    this.times = times;
    this.colour = colour;
    this.request_update?.();
  }

  private draw(target: DrawTarget): void {
    const scale = this.chart?.timeScale();
    if (scale === undefined) return;
    target.useBitmapCoordinateSpace(({ context, bitmapSize, horizontalPixelRatio }) => {
      context.strokeStyle = this.colour;
      context.lineWidth = Math.max(1, Math.floor(horizontalPixelRatio));
      context.setLineDash([4 * horizontalPixelRatio, 4 * horizontalPixelRatio]);
      context.beginPath();
      for (const time of this.times) {
        const x = scale.timeToCoordinate(time);
        if (x === null) continue;
        const at = Math.round(x * horizontalPixelRatio) + 0.5;
        context.moveTo(at, 0);
        context.lineTo(at, bitmapSize.height);
      }
      context.stroke();
    });
  }
}
