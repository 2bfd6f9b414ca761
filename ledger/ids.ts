/** Ids say what they belong to: all of a run begin with its own, and that with its unit. */

import { digest } from "../sdk/codec.ts";
import type { Place } from "./keys.ts";
import type { Start } from "./start.ts";

/** `20261121T020000`: sorts as time does. */
export const stamp = (at: Date): string => at.toISOString().replace(/[-:]|\.\d+Z$/g, "");

/** `<unit>.<time>.<hash>`: the same for each delivery of the same trigger. */
export const runId = (place: Place, start: Start): string => {
  const trigger = digest([place.account, place.region, start.key]);
  return `${place.unit}.${stamp(start.at)}.${trigger.slice(0, 8)}`;
};

/**
 * `<run>.<hash>`: the same for each attempt of the same run.
 * @param covered the proposal's digest
 */
export const actionId = (run: string, covered: string): string => `${run}.${covered.slice(0, 10)}`;

/** `<run>.plan-<hash>`: names what exactly is approved. */
export const planId = (run: string, hash: string): string => `${run}.plan-${hash.slice(0, 8)}`;

/** `<action>.undo`, or `<run>.undo` for all of it. */
export const undoId = (id: string): string => `${id}.undo`;

/** Whether an id names a taking back. */
export const isUndo = (id: string): boolean => id.endsWith(".undo");

/** What an undo took back. */
export const undoneId = (id: string): string => id.replace(/\.undo$/, "");

/** The unit that an id of a run, action or plan belongs to. */
export const unitOf = (id: string): string => id.split(".", 1)[0] ?? "";

/** The run that an action's or plan's id belongs to. */
export const runOf = (id: string): string => id.split(".").slice(0, 3).join(".");
