import type { TimeSeries } from "../../sdk/message.ts";

/** The points that can be drawn, in order of time: what is no number or has no time is left out. */
export const drawnPoints = ({ points }: Pick<TimeSeries, "points">): TimeSeries["points"] =>
  points
    .filter(([at, value]) => Number.isFinite(value) && !Number.isNaN(at.getTime()))
    .toSorted(([a], [b]) => a.getTime() - b.getTime());
