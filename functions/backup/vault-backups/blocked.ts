/** What AWS Backup would refuse in this region, by its settings and its vault: known before it is asked. */
import type { BackupVaultListMember } from "@aws-sdk/client-backup";
import { describeRegionSettings, listBackupVaults } from "../../../aws/backup/inventory.ts";
import type { Reader } from "../../../sdk/unit.ts";
import { type BackedUpKind, vaultKinds } from "./kinds.ts";

export const vaultPlaceReads = [listBackupVaults, describeRegionSettings] as const;

/** What the region's vault and settings say. */
export interface VaultPlace {
  readonly region: string;
  readonly name: string;
  /** Nothing where there is none of that name. */
  readonly vault: BackupVaultListMember | undefined;
  /** By AWS Backup's name of a kind; what is not among them is not off. */
  readonly optIn: Readonly<Record<string, boolean>>;
  /** Whether AWS Backup manages points of that kind itself. */
  readonly managed: Readonly<Record<string, boolean>>;
}

export async function vaultPlace(
  read: Reader<typeof vaultPlaceReads>,
  region: string,
  name: string,
): Promise<VaultPlace> {
  const vaults = await Array.fromAsync(read(listBackupVaults({})));
  const settings = await read(describeRegionSettings({}));
  return {
    region,
    name,
    vault: vaults.find(({ BackupVaultName }) => BackupVaultName === name),
    optIn: settings.ResourceTypeOptInPreference ?? {},
    managed: settings.ResourceTypeManagementPreference ?? {},
  };
}

function spanOf({ MinRetentionDays: least, MaxRetentionDays: most }: BackupVaultListMember) {
  if (least !== undefined && most !== undefined) return `${least} to ${most} days`;
  return least === undefined ? `${most} days at most` : `${least} days at least`;
}

/** What every account has, and what AWS Backup may begin a backup in. */
const ordinary = "BACKUP_VAULT";

function lockedOut(vault: BackupVaultListMember, keepDays: number): string | undefined {
  const { Locked, MinRetentionDays: least = 0, MaxRetentionDays: most } = vault;
  if (!Locked || (keepDays >= least && keepDays <= (most ?? keepDays))) return undefined;
  return `the lock of the vault ${vault.BackupVaultName}, which takes only what is kept for ${spanOf(vault)}: \`keepDays\` says ${keepDays}`;
}

/** @returns why a resource cannot be backed up here, as it reads in "left alone on account of …" */
export function blockedHere(
  { region, name, vault, optIn }: VaultPlace,
  kind: BackedUpKind,
  keepDays: number,
): string | undefined {
  if (!vault)
    return `the vault ${name}, which ${region} does not have: create it there, or name another as \`vault\``;
  if ((vault.VaultType ?? ordinary) !== ordinary)
    return `the vault ${name}, which is ${vault.VaultType}: copies alone go there. Name an ordinary one as \`vault\`, and that one in \`to\` of \`vault-copies\``;
  const { optIn: word } = vaultKinds[kind];
  if (optIn[word] === false)
    return `the settings of AWS Backup in ${region}, where ${word} is off: opt in to it there`;
  return lockedOut(vault, keepDays);
}

/** @returns why its points cannot be copied, as it reads in "left alone on account of …" */
export const notCopied = (
  { region, managed }: VaultPlace,
  kind: BackedUpKind,
): string | undefined =>
  kind === "dynamodb" && managed[vaultKinds[kind].optIn] !== true
    ? `AWS Backup's advanced features for DynamoDB, which are off in ${region}: without them a point leaves neither region nor account`
    : undefined;
