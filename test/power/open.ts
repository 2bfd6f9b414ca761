/**
 * What is not proven yet, said on the page: units whose roles the recorded tries do not use up, and
 * single grants that they do not come to. Whoever closes a gap takes it off here.
 */
import { names } from "../../testing/deployed.ts";
import type { Unused } from "./units.ts";

const tries = "its fixture does not come to all that its roles may do";
const ofDeleted = "what it deletes is gone, with its tags, before they are asked for";

/** By id, with what is open. Their roles are left out of the proofs and of the page. */
export const unprovenUnits: Readonly<Record<string, string>> = {
  "backup-drill": "its tags are written on snapshots, which the simulator takes for volumes",
  "copy-backups": tries,
  "database-backups": tries,
  "drill-leftovers": ofDeleted,
  "prune-copies": ofDeleted,
  "prune-database-backups": tries,
  "prune-table-backups": tries,
  "table-backups": tries,
  unprotected: "of AWS Backup it reads what the account of a second region does not have",
};

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
];
