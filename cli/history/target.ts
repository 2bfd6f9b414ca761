/** What was done to one resource, by whom it was taken back, and when it was exempt. */

import type { ActionRecord } from "../../ledger/actions.ts";
import { story } from "../../ledger/story.ts";
import { type TakenBack, undoneAmong } from "../../ledger/undone.ts";
import { plain } from "../../sdk/plain.ts";
import { systemClock } from "../../sdk/time.ts";
import { everyRegion } from "../../settings/every-region.ts";
import {
  changeJson,
  changesOf,
  changeText,
  exemptionJson,
  exemptionsIn,
} from "../io/exemptions.ts";
import { exit } from "../io/exit.ts";
import { callJson, json } from "../io/json.ts";
import { parseSince } from "../io/options.ts";
import { repeatOf } from "../io/repeat.ts";
import { undoText } from "../io/undo-text.ts";
import { callText, namedText, utcText } from "../io/words.ts";
import { type HistoryAsked, unitsAsked, writers } from "./asking.ts";
import { flowLines, flowShown } from "./flow-lines.ts";

export async function historyOfTarget(
  target: string,
  limit: number,
  asking: HistoryAsked,
): Promise<number> {
  const { store, account, settings, options, io } = asking;
  const actions = await actionsOn(target, limit, asking);
  const changes = await changesOf(store, account.id, target);
  if (options.json) {
    const exempt = await exemptionsIn(store, account.id, settings, target);
    io.print(
      json({
        target,
        actions: actions.map(actionJson),
        exemptions: exempt.map(exemptionJson),
        exemptionChanges: changes.map(changeJson),
      }),
    );
    return exit.done;
  }
  if (changes.length) io.print(`${changes.map((change) => changeText(change, io)).join("\n\n")}\n`);
  const undone = await undoneOn(actions, asking);
  const told = await Promise.all(actions.map((action) => textOf(action, asking, undone)));
  io.print(
    told.join("\n\n") ||
      `Nothing was done to ${plain(target)}: it is told here as the run printed it, e.g. a rule's id, not its group's.`,
  );
  return exit.done;
}

/** By the id of what was taken back. */
async function undoneOn(
  actions: readonly ActionRecord[],
  { store }: Pick<HistoryAsked, "store">,
): Promise<ReadonlyMap<string, TakenBack>> {
  const taken = actions.filter(({ undoes }) => undoes === undefined);
  const byUnit = Map.groupBy(taken, ({ unit }) => unit);
  const found = await Promise.all(
    [...byUnit].map(([unit, some]) =>
      undoneAmong(
        store,
        unit,
        some.flatMap(({ id, outcome }) =>
          outcome === "applied" ? [{ id, outcome } as const] : [],
        ),
      ),
    ),
  );
  return new Map(found.flatMap((each) => [...each]));
}

const outcomeOfRun: Readonly<Record<string, readonly ActionRecord["outcome"][]>> = {
  done: ["applied", "already"],
  begun: ["begun"],
  held: ["held"],
  failed: ["failed", "intended"],
};

function fits(action: ActionRecord, { options }: HistoryAsked, since: Date | undefined): boolean {
  const { region, outcome } = options;
  return (
    (since === undefined || action.at >= since) &&
    (region === undefined || action.region === region) &&
    (outcome === undefined || (outcomeOfRun[outcome] ?? []).includes(action.outcome))
  );
}

/** By all units and their undos, in all regions; the newest first. */
async function actionsOn(
  target: string,
  limit: number,
  asking: HistoryAsked,
): Promise<ActionRecord[]> {
  const { store, account, settings, options } = asking;
  const units = await unitsAsked(asking);
  const since = parseSince(options.since, systemClock.now());
  const places = units.flatMap((unit) =>
    everyRegion(settings).map((region) => ({
      unit,
      account: account.id,
      region,
    })),
  );
  const each = await Promise.all(
    places.flatMap((place) =>
      writers.map((writer) => Array.fromAsync(story(store, writer, { ...place, target }))),
    ),
  );
  // An action that was tried again is told of once for each attempt.
  return [...new Map(each.flat().map((action) => [action.id, action])).values()]
    .filter((action) => fits(action, asking, since))
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, limit);
}

/** A flow that is under way says how far it is. */
async function textOf(
  action: ActionRecord,
  asking: HistoryAsked,
  undone: ReadonlyMap<string, TakenBack>,
): Promise<string> {
  const text = actionText(action, asking, undone);
  const flow = action.outcome === "begun" && (await flowShown(asking.store, action));
  if (!flow) return text;
  const lines = flowLines(action, flow, repeatOf(asking.options));
  return [text, ...lines.map((line) => `    ${plain(line)}`)].join("\n");
}

export const actionJson = ({
  id,
  run,
  unit,
  region,
  at,
  because,
  call,
  outcome,
  verified,
  held,
  error,
  undoes,
  by,
}: ActionRecord): object => ({
  id,
  run,
  automation: unit,
  region,
  at: at.toISOString(),
  because,
  call: callJson(call),
  outcome,
  verified,
  held,
  error,
  undoes: undoes ?? null,
  by: by ?? null,
});

export function actionText(
  action: ActionRecord,
  { io, options }: Pick<HistoryAsked, "io" | "options">,
  undone: ReadonlyMap<string, TakenBack>,
): string {
  const { id, unit, region, at, because, call, outcome, held, error, by } = action;
  const lines = [
    `because ${because}${by ? `, by ${by}` : ""}`,
    options.verbose ? callText(call) : call.operation,
  ];
  if (held) lines.push(`held by ${held.by}: ${held.why}`);
  if (error) lines.push(`error: ${error}`);
  if (outcome === "applied") lines.push(undoText(id, undone, repeatOf(options)));
  const became = `${outcome}${action.verified ? " (verified)" : ""}`;
  const where = `${plain(unit)} in ${plain(region)}`;
  return [
    `${utcText(at)}  ${io.paint("bold", plain(namedText(action)))}  ${became}  ${where}  ${plain(id)}`,
    ...lines.map((line) => `    ${plain(line)}`),
  ].join("\n");
}
