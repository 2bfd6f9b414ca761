/** A chart as a picture. */
import type { Chart } from "../../sdk/message.ts";
import { barsPng } from "./bars-png.ts";
import { seriesPng } from "./series-png.ts";

/**
 * @param timeZone IANA name, for the dates of a time series
 * @returns nothing where there is nothing to draw
 */
export const chartPng = (chart: Chart, timeZone: string): Uint8Array | undefined =>
  chart.bars ? barsPng(chart) : seriesPng(chart, timeZone);
