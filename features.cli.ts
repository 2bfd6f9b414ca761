/** The verbs that features add to the command line. Made by `npm run generate`. */
import type { FeatureVerbs } from "./cli/io/verbs.ts";
import oncall from "./oncall/cli.ts";

export const featureVerbs: readonly FeatureVerbs[] = [oncall];
