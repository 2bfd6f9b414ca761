/** Ends a deployment: its stacks, and, where that is asked for, its ledger. */
import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { tableExists } from "../../ledger/create.ts";
import { count } from "../../sdk/counted.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { systemClock } from "../../sdk/time.ts";
import { deploymentTag } from "../../settings/deployment.ts";
import { namesOf } from "../../settings/names.ts";
import type { Ask } from "../io/ask.ts";
import { command } from "../io/words.ts";
import type { CallerAccount } from "../place/account.ts";
import { compare, type DeployedStack, unitsLosingUndo, type WantedBy } from "./compare.ts";
import { deleteLedger, exportLedger } from "./ledger-export.ts";
import { isLedgerOf } from "./ledger-tag.ts";
import { removeStack, type StackPlace } from "./remove.ts";
import { deployedStacks } from "./stacks.ts";
import { undoLost, undoLostText } from "./undo-lost.ts";

export interface Uninstalling {
  readonly account: CallerAccount;
  readonly settings: WantedBy;
  readonly ask: Ask;
  readonly say: (line: string) => void;
  /** Without asking. */
  readonly yes: boolean;
  /** Where the ledger goes before its table is deleted; absent: the table is kept. */
  readonly exportTo?: string | undefined;
}

/** What became of it: the JSON of `uninstall`. */
export interface UninstallResult {
  readonly removed: readonly StackPlace[];
  /** Still there: nobody said yes. */
  readonly left: readonly StackPlace[];
  /** `none`: there was no table. */
  readonly ledger: "kept" | "exported" | "none";
  /** How many items the file holds; `null` without a file. */
  readonly exported: number | null;
}

const placeOf = ({ name, region }: StackPlace): StackPlace => ({ name, region });

/** The home stack last: what the others send goes through it. */
function inOrder(stacks: readonly DeployedStack[], settings: WantedBy): readonly DeployedStack[] {
  const { homeStack } = namesOf(settings);
  const [homes, others] = [
    stacks.filter(({ name }) => name === homeStack),
    stacks.filter(({ name }) => name !== homeStack),
  ];
  return [...others, ...homes];
}

async function ledgerClient({
  account,
  settings,
}: Pick<Uninstalling, "account" | "settings">): Promise<DynamoDBClient> {
  const { DynamoDBClient: Client } = await import("@aws-sdk/client-dynamodb");
  return account.clients(systemClock).get(Client, settings.home) as DynamoDBClient;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whatever could keep the ledger from being exported and deleted, while nothing is removed yet. */
async function checkExport(uninstalling: Uninstalling, exportTo: string): Promise<void> {
  const file = resolve(exportTo);
  if (existsSync(file))
    throw new UsageError(`${exportTo} is there already: name a new file, nothing is overwritten`);
  if (!isWritable(dirname(file)))
    throw new UsageError(
      `${exportTo} cannot be written: ${dirname(file)} is missing, or not yours to write in. Nothing was removed`,
    );
  const client = await ledgerClient(uninstalling);
  const { settings } = uninstalling;
  const { table } = namesOf(settings);
  const { prefix } = settings.deployment;
  if (!(await tableExists(client, table)) || (await isLedgerOf(client, table, prefix))) return;
  throw new NotPossible(
    `the table ${table} does not carry the tag ${deploymentTag}=${prefix}: it may be another's, so it is not deleted, and nothing was removed. Where it is Nightshift's, tag it so; or uninstall without --export, which leaves it`,
  );
}

/** @throws {NotPossible} where the ledger lies elsewhere than the settings say: it would be overlooked */
function checkHome(stacks: readonly DeployedStack[], { home, deployment }: WantedBy): void {
  const { homeStack } = namesOf({ deployment });
  const elsewhere = stacks
    .filter(({ name, region }) => name === homeStack && region !== home)
    .map(({ region }) => region);
  if (!elsewhere.length) return;
  const there = elsewhere.join(", ");
  throw new NotPossible(
    `this deployment's home is ${there}, with its ledger, and the settings say ${home}: set \`home\` to ${there}, then uninstall. Nothing was removed.`,
  );
}

async function announce(
  { account, settings, say, exportTo }: Uninstalling,
  stacks: readonly DeployedStack[],
  hasLedger: boolean,
): Promise<void> {
  const { table } = namesOf(settings);
  say(`All of ${settings.deployment.prefix} in this account:`);
  for (const { name, region } of stacks) say(`  ${name} in ${region}`);
  const ledger = exportTo === undefined ? "is kept" : `goes to ${exportTo}, and is deleted then`;
  if (hasLedger) say(`  the table ${table} in ${settings.home} ${ledger}`);
  const losing = unitsLosingUndo(compare(stacks, { ...settings, regions: [] }, []));
  const lost = await undoLost(account, settings, losing);
  if (!lost.length) return;
  say("These did what can still be taken back; without the functions that takes a new deployment:");
  for (const each of lost) say(`  ${undoLostText(each)}`);
}

async function mayUninstall({ yes, ask, say }: Uninstalling): Promise<boolean> {
  if (yes) return true;
  const answer = await ask("Remove all of it?");
  if (answer === undefined)
    say(`Nobody can be asked here: \`${command} uninstall --yes\` removes it.`);
  return answer === true;
}

/** After the stacks are gone, for until then the functions write. */
async function endLedger({
  account,
  settings,
  say,
  exportTo,
}: Uninstalling): Promise<Pick<UninstallResult, "ledger" | "exported">> {
  const client = await ledgerClient({ account, settings });
  const { table } = namesOf(settings);
  if (!(await tableExists(client, table))) return { ledger: "none", exported: null };
  if (exportTo === undefined) {
    say(`the table ${table} is kept: a later deployment takes it over (docs/uninstall.md)`);
    return { ledger: "kept", exported: null };
  }
  const exported = await exportLedger(client, table, resolve(exportTo));
  say(`${count(exported, "item")} of the ledger in ${exportTo}`);
  await deleteLedger(client, table);
  say(`the table ${table} is deleted`);
  return { ledger: "exported", exported };
}

/**
 * Removes the stacks that carry the deployment's own tag, and nothing else.
 * @throws {UsageError} where the file for the ledger cannot be made, and
 * {NotPossible} where the table is not known as ours, or lies in another home: all before anything is removed
 */
export async function uninstallAll(uninstalling: Uninstalling): Promise<UninstallResult> {
  const { account, settings, say, exportTo } = uninstalling;
  const clients = account.clients(systemClock);
  const { stacks: found, notSeen } = await deployedStacks(clients, settings);
  checkHome(found, settings);
  const stacks = inOrder(found, settings);
  if (exportTo !== undefined) await checkExport(uninstalling, exportTo);
  if (notSeen.length) say(`not looked at, for that is denied: ${notSeen.join(", ")}`);
  const hasLedger = await tableExists(await ledgerClient(uninstalling), namesOf(settings).table);
  if (!stacks.length && !(hasLedger && exportTo !== undefined)) {
    say(`no stack of ${settings.deployment.prefix} is in this account: there is nothing to remove`);
    return { removed: [], left: [], ledger: hasLedger ? "kept" : "none", exported: null };
  }
  await announce(uninstalling, stacks, hasLedger);
  if (!(await mayUninstall(uninstalling)))
    return {
      removed: [],
      left: stacks.map(placeOf),
      ledger: hasLedger ? "kept" : "none",
      exported: null,
    };
  for (const stack of stacks) await removeStack(clients, stack, say);
  return { removed: stacks.map(placeOf), left: [], ...(await endLedger(uninstalling)) };
}
