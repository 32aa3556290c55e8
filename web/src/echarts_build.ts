// The parts of ECharts that the page uses; nothing else enters the bundle.
import { BarChart, HeatmapChart } from "echarts/charts";
import { AriaComponent, DataZoomInsideComponent, GridComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use, type ECharts } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  AriaComponent, BarChart, DataZoomInsideComponent, GridComponent, HeatmapChart, MarkLineComponent, SVGRenderer,
  TooltipComponent, VisualMapComponent,
]);

export type { ECharts };

/** A chart that fills its element and follows its size. */
export function create_echart(element: HTMLElement): ECharts {
  const chart = init(element, null, { renderer: "svg" });
  new ResizeObserver(() => chart.resize()).observe(element);
  return chart;
}

/** The page's font by name: ECharts measures its labels with it, which "inherit" would not allow. */
export function page_font(): string {
  return getComputedStyle(document.body).fontFamily;
}
