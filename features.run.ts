/** What features do within functions that are not their own. Made by `npm run generate`. */
import type { FeaturesAtRun } from "./messages/feature-at-run.ts";

export const featuresAtRun: FeaturesAtRun = [() => import("./oncall/run.ts")];
