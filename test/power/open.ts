/**
 * What is not proven yet, said on the page: units whose roles the recorded tries do not use up, and
 * single grants that they do not come to. Whoever closes a gap takes it off here.
 */
import { names } from "../../testing/deployed.ts";
import type { Unused } from "./units.ts";

/** By id, with what is open. Their roles are left out of the proofs and of the page. */
export const unprovenUnits: Readonly<Record<string, string>> = {};

/** Grants of proven roles that no recorded call asks for. */
export const openGrants: readonly Unused[] = [
  {
    role: names.role("volume-backups"),
    action: "dynamodb:BatchGetItem",
    why: "where what took a set back is read with all else: no recorded sweep follows an undo there",
  },
  {
    role: names.role("volume-backups-flow"),
    action: "dynamodb:GetItem",
    why: "what took a set back is asked for before a write: no recorded flow follows an undo",
  },
  {
    role: names.role("watchdog"),
    action: "dynamodb:GetItem",
    why: "a run that is to go on is read by itself: every recorded one goes on by its order",
  },
  {
    role: names.role("undo"),
    action: "lambda:InvokeFunction",
    why: "it calls itself where its time is too short: every recorded undo has time enough",
  },
  {
    role: names.role("watchdog"),
    action: "lambda:InvokeFunction",
    why: "it has an undo go on whose process died: no recorded one dies",
  },
];
