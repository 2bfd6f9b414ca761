/** What features add to the night of `npm start`. Made by `npm run generate`. */
import oncall from "./oncall/night.ts";
import type { NightFeature } from "./testing/night/feature.ts";

export const nightFeatures: readonly NightFeature[] = [oncall];

/** What the night's settings say of them. */
export const nightSettings = { ...oncall.settings };
