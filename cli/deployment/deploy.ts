/** Deploys what the settings say, and removes what they no longer do. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { tableExists } from "../../ledger/create.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { systemClock } from "../../sdk/time.ts";
import { deploymentTag } from "../../settings/deployment.ts";
import type { MoveAtOnce } from "../../settings/feature.ts";
import { asRetired } from "../../settings/mode.ts";
import { namesOf } from "../../settings/names.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Ask } from "../io/ask.ts";
import { command } from "../io/words.ts";
import type { CallerAccount } from "../place/account.ts";
import { type Cdk, selecting } from "./cdk.ts";
import {
  type Comparison,
  compare,
  type DeployedStack,
  formerIdsKept,
  isSame,
  type LeftoverStack,
  leftoverText,
  unitsLosingUndo,
  type WantedBy,
  type WantedUnit,
} from "./compare.ts";
import { isLedgerOf } from "./ledger-tag.ts";
import { type MovesSeen, movesSeen, movesText } from "./moves.ts";
import { removeStack, type StackPlace } from "./remove.ts";
import { deployedStacks, holdsTable } from "./stacks.ts";
import { type UndoLost, undoLost, undoLostText } from "./undo-lost.ts";

export interface DeployRun {
  readonly account: CallerAccount;
  readonly settings: ParsedSettings;
  readonly units: readonly WantedUnit[];
  readonly cdk: Cdk;
  readonly ask: Ask;
  readonly say: (line: string) => void;
  /** Remove without asking, and let the CDK change permissions without asking. */
  readonly yes: boolean;
  /** Ids of units that may end although what they did can still be taken back. */
  readonly forget: readonly string[];
}

/** What became of a deployment: the JSON of `deploy`. */
export interface DeployResult {
  readonly deployed: boolean;
  readonly removed: readonly StackPlace[];
  /** No longer in the settings, and still there. */
  readonly left: readonly (StackPlace & { readonly units: readonly string[] })[];
  /** Units that keep all of it from being done: what they did can still be taken back. */
  readonly held: readonly UndoLost[];
  /** What it moves at once; `null` where that is not known. */
  readonly moves: readonly MoveAtOnce[] | null;
}

const placeOf = ({ name, region }: StackPlace): StackPlace => ({ name, region });
const leftOf = (stacks: readonly LeftoverStack[]): DeployResult["left"] =>
  stacks.map((stack) => ({ ...placeOf(stack), units: stack.units }));

/** @throws {NotPossible} where the ledger would be left behind in another region */
function checkHome({ otherHomes }: Comparison, { home }: WantedBy): void {
  if (!otherHomes.length) return;
  const there = otherHomes.join(", ");
  throw new NotPossible(
    `this deployment's home is ${there}, with its ledger, and the settings say ${home}: a home cannot be moved. Set \`home\` back to ${there}; or run \`${command} uninstall\` with it set back, then deploy here; or give this one another deployment.prefix. Nothing was changed.`,
  );
}

/** What to do where the CDK wants to ask before permissions change, and cannot. */
const unasked = `Where it wants to ask and nobody is at a terminal, \`${command} deploy --yes\` says yes. `;

/** Deploys by the CDK, or throws. */
async function cdkDeploy({ cdk, yes }: DeployRun, ...args: readonly string[]): Promise<void> {
  const approval = yes ? ["--require-approval", "never"] : [];
  const code = await cdk(["deploy", ...args, ...approval]);
  if (code !== 0)
    throw new NotPossible(
      `\`cdk deploy ${args.join(" ")}\` failed with ${code}: what it says is above. ${yes ? "" : unasked}Mend it and deploy again; nothing that the settings no longer name was removed after it.`,
    );
}

/**
 * Stacks that came to nothing are protected against deletion all the same, and the CDK, which
 * deletes them to make them anew, cannot take that off.
 */
async function clearNeverMade(
  { account, say }: DeployRun,
  { missing }: Comparison,
  stacks: readonly DeployedStack[],
): Promise<void> {
  const clients = account.clients(systemClock);
  for (const stack of stacks)
    if (stack.neverMade && missing.some((wanted) => isSame(wanted, stack)))
      await removeStack(clients, stack, say);
}

/** The table of an earlier deployment, which its stack left behind, becomes the new stack's. */
async function takeLedgerBack(deploying: DeployRun, { missing }: Comparison): Promise<void> {
  const { account, settings, say } = deploying;
  const { homeStack, table } = namesOf(settings);
  if (!missing.some(({ name }) => name === homeStack)) return;
  const { DynamoDBClient: Client } = await import("@aws-sdk/client-dynamodb");
  const client = account.clients(systemClock).get(Client, settings.home) as DynamoDBClient;
  if (!(await tableExists(client, table))) return;
  const { prefix } = settings.deployment;
  if (!(await isLedgerOf(client, table, prefix))) {
    const home = { name: homeStack, region: settings.home };
    // As deployed before stacks and tables carried the tag.
    if (await holdsTable(account.clients(systemClock), home, table)) return;
    throw new NotPossible(
      `a table ${table} is in ${settings.home} and does not carry the tag ${deploymentTag}=${prefix}: it may be another's, so no stack takes it over. Give this deployment another deployment.prefix; or, where the table is Nightshift's, tag it so and deploy again. No ledger was touched.`,
    );
  }
  say(`the ledger ${table} is there already: the stack takes it over`);
  await cdkDeploy(deploying, selecting(homeStack), "--exclusively", "--import-existing-resources");
}

/** A function has one owner: the stack that loses a unit is deployed before the one that gets it. */
async function loseFirst(deploying: DeployRun, { moved, leftover }: Comparison): Promise<void> {
  const gone = new Set(leftover.map(({ name }) => name));
  const losing = new Set(moved.map(({ stack }) => stack).filter((stack) => !gone.has(stack)));
  if (losing.size) await cdkDeploy(deploying, ...[...losing].map(selecting), "--exclusively");
}

async function removeAll(
  { account, say }: DeployRun,
  stacks: readonly LeftoverStack[],
): Promise<void> {
  const clients = account.clients(systemClock);
  for (const stack of stacks) await removeStack(clients, stack, say);
}

function tellLeft(stacks: readonly LeftoverStack[], say: DeployRun["say"]): void {
  say("No longer in the settings, and still acting:");
  for (const stack of stacks) say(`  ${leftoverText(stack)}`);
}

/** Whether they may be removed: `--yes`, or a person's yes. */
async function mayRemove(
  { yes, ask, say }: DeployRun,
  stacks: readonly LeftoverStack[],
): Promise<boolean> {
  tellLeft(stacks, say);
  if (yes) return true;
  const answer = await ask("Remove them?");
  if (answer === undefined)
    say(`Nobody can be asked here: \`${command} deploy --yes\` removes them.`);
  return answer === true;
}

function tellHeld(held: readonly UndoLost[], say: DeployRun["say"]): void {
  say("Nothing was changed: what these units did can still be taken back, and then no more.");
  for (const lost of held) say(`  ${undoLostText(lost)}`);
  const ids = held.map(({ unit }) => unit).join(",");
  say(
    `Keep each in the settings, like ${asRetired(held[0]?.unit ?? "")}, which starts nothing; or, where one has another id now, name the old one in \`formerly\` of the new; or take back what they did (\`${command} undo ID\`); or give that up: \`${command} deploy --forget ${ids}\`.`,
  );
}

/** Whether what is moved at once may be: nobody has to agree, `--yes`, or a person's yes. */
async function mayMove({ yes, ask, say }: DeployRun, seen: MovesSeen): Promise<boolean> {
  for (const line of movesText(seen)) say(line);
  if (yes || !seen.moves?.some(({ confirm }) => confirm)) return true;
  const answer = await ask("Deploy all the same?");
  if (answer === undefined)
    say(`Nothing was changed. Nobody can be asked here: \`${command} deploy --yes\` deploys it.`);
  return answer === true;
}

/** @throws {NotPossible} when the CDK or CloudFormation failed, or the home was moved */
export async function deployAll(deploying: DeployRun): Promise<DeployResult> {
  const { account, settings, units, say, forget } = deploying;
  const { stacks } = await deployedStacks(account.clients(systemClock), settings);
  const comparison = compare(stacks, settings, units);
  checkHome(comparison, settings);
  const { leftover, moved } = comparison;
  const kept = formerIdsKept(units);
  const ending = unitsLosingUndo(comparison).filter(
    ({ unit }) => !forget.includes(unit) && !kept.has(unit),
  );
  const at = systemClock.now();
  const seen = await movesSeen(account.clients(systemClock), { settings, stacks, at });
  const moves = seen.moves ?? null;
  const held = await undoLost(account, settings, ending);
  if (held.length) {
    tellHeld(held, say);
    return { deployed: false, removed: [], left: leftOf(leftover), held, moves };
  }

  if (!(await mayMove(deploying, seen)))
    return { deployed: false, removed: [], left: leftOf(leftover), held: [], moves };

  const inTheWay = leftover.filter(({ name }) => moved.some(({ stack }) => stack === name));
  const others = leftover.filter((stack) => !inTheWay.includes(stack));
  if (inTheWay.length) {
    say("Units of these stacks go to others, which cannot be made while they are there.");
    if (!(await mayRemove(deploying, inTheWay)))
      return { deployed: false, removed: [], left: leftOf(leftover), held: [], moves };
    await removeAll(deploying, inTheWay);
  }
  try {
    await clearNeverMade(deploying, comparison, stacks);
    await takeLedgerBack(deploying, comparison);
    await loseFirst(deploying, comparison);
    await cdkDeploy(deploying, "--all");
  } catch (error) {
    if (others.length) tellLeft(others, say);
    throw error;
  }

  const removed = inTheWay.map(placeOf);
  if (!others.length) return { deployed: true, removed, left: [], held: [], moves };
  if (!(await mayRemove(deploying, others)))
    return { deployed: true, removed, left: leftOf(others), held: [], moves };
  await removeAll(deploying, others);
  return {
    deployed: true,
    removed: [...removed, ...others.map(placeOf)],
    left: [],
    held: [],
    moves,
  };
}
