/**
 * The features that are there. Made by `npm run generate` from their folders: lib, the command line
 * and the bundle step know features from here alone.
 */
import channels from "./channels/feature.ts";
import oncall from "./oncall/feature.ts";
import type { Feature } from "./settings/feature.ts";

export const features: readonly Feature[] = [channels, oncall];
