/**
 * What backups of tables are called. DynamoDB gives them no tags, so their names say whose they are
 * and of which slot; anybody may give a backup such a name, so the ledger must say it too.
 */
import { wallOfSlot } from "../slot.ts";

const prefix = "nightshift_";

/** A token follows it, by which the making is found again. */
export const backupName = (slot: string): string => `${prefix}${slot}`;

const isOurs = /^nightshift_([^_]+)_[^_]+$/;

/** @returns the slot that a backup was made in; nothing where its name is not one of ours */
export function slotInName(name: string | undefined): string | undefined {
  const slot = isOurs.exec(name ?? "")?.[1];
  return slot !== undefined && wallOfSlot(slot) !== undefined ? slot : undefined;
}
