/**
 * What is not proven yet, said on the page: units whose roles the recorded tries do not use up, and
 * single grants that they do not come to. Whoever closes a gap takes it off here.
 */
import { flowFunction } from "../../settings/names.ts";
import { names } from "../../testing/deployed.ts";
import type { Unused } from "./units.ts";

/** By id, with what is open. Their roles are left out of the proofs and of the page. */
export const unprovenUnits: Readonly<Record<string, string>> = {};

/** What takes these backups back is remembered of each unit, and asked for where one runs again. */
const tellsTakenBack = ["volume-backups", "database-backups", "table-backups"];

/** Grants of proven roles that no recorded call asks for. */
export const openGrants: readonly Unused[] = [
  ...tellsTakenBack.flatMap((id) => [
    {
      role: names.role(id),
      action: "dynamodb:BatchGetItem",
      why: "what took a backup's tags back is read with all else: no recorded sweep follows an undo there",
    },
    {
      role: names.role(flowFunction(id)),
      action: "dynamodb:GetItem",
      why: "what took a backup's tags back is asked for before a write: no recorded flow follows an undo",
    },
  ]),
  {
    role: names.role(flowFunction("image-backups")),
    action: "dynamodb:GetItem",
    why: "what took a backup's tags back is asked for before a write: no recorded flow follows an undo",
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
