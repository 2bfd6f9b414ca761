/** Ends a deployment: its stacks, and, where that is asked for, its ledger. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { tableExists } from "../../ledger/create.ts";
import { count } from "../../sdk/counted.ts";
import { UsageError } from "../../sdk/errors.ts";
import { systemClock } from "../../sdk/time.ts";
import { namesOf } from "../../settings/names.ts";
import type { Ask } from "../io/ask.ts";
import { command } from "../io/words.ts";
import type { CallerAccount } from "../place/account.ts";
import { compare, type DeployedStack, unitsLosingUndo, type WantedBy } from "./compare.ts";
import { deleteLedger, exportLedger } from "./ledger-export.ts";
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

async function announce(
  { account, settings, say, exportTo }: Uninstalling,
  stacks: readonly DeployedStack[],
): Promise<void> {
  const { table } = namesOf(settings);
  say(`All of ${settings.deployment.prefix} in this account:`);
  for (const { name, region } of stacks) say(`  ${name} in ${region}`);
  const ledger = exportTo === undefined ? "is kept" : `goes to ${exportTo}, and is deleted then`;
  say(`  the table ${table} in ${settings.home} ${ledger}`);
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
  const { DynamoDBClient: Client } = await import("@aws-sdk/client-dynamodb");
  const client = account.clients(systemClock).get(Client, settings.home) as DynamoDBClient;
  const { table } = namesOf(settings);
  if (!(await tableExists(client, table))) return { ledger: "none", exported: null };
  if (exportTo === undefined) {
    say(`the table ${table} is kept: a later deployment takes it over (docs/uninstall.md)`);
    return { ledger: "kept", exported: null };
  }
  const exported = await exportLedger(client, table, resolve(exportTo));
  say(`${count(exported, "item")} of the ledger in ${exportTo}`);
  await deleteLedger(client, table, settings.deployment.prefix);
  say(`the table ${table} is deleted`);
  return { ledger: "exported", exported };
}

/**
 * Removes the stacks that carry the deployment's own tag, and nothing else.
 * @throws {UsageError} where the file for the ledger is there already, before anything is removed
 */
export async function uninstallAll(uninstalling: Uninstalling): Promise<UninstallResult> {
  const { account, settings, say, exportTo } = uninstalling;
  if (exportTo !== undefined && existsSync(resolve(exportTo)))
    throw new UsageError(`${exportTo} is there already: name a new file, nothing is overwritten`);
  const clients = account.clients(systemClock);
  const { stacks: found, notSeen } = await deployedStacks(clients, settings);
  const stacks = inOrder(found, settings);
  if (notSeen.length) say(`not looked at, for that is denied: ${notSeen.join(", ")}`);
  await announce(uninstalling, stacks);
  if (!(await mayUninstall(uninstalling)))
    return { removed: [], left: stacks.map(placeOf), ledger: "kept", exported: null };
  for (const stack of stacks) await removeStack(clients, stack, say);
  return { removed: stacks.map(placeOf), left: [], ...(await endLedger(uninstalling)) };
}
