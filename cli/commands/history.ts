/** `history [ID] [--target X]`: what was done, from the ledger alone. */

import { type ActionRecord, actionsOf } from "../../ledger/actions.ts";
import {
  type Decision,
  type DecisionRefusal,
  decisionOn,
  refusalsOf,
} from "../../ledger/decisions.ts";
import { runOf, unitOf } from "../../ledger/ids.ts";
import type { Writer } from "../../ledger/keys.ts";
import { planById, type StoredPlan } from "../../ledger/plans.ts";
import type { RunResult } from "../../ledger/result.ts";
import { type RunLine, runById, runsOf } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";
import { story } from "../../ledger/story.ts";
import { unitsKnown } from "../../ledger/units-known.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import { systemClock } from "../../sdk/time.ts";
import { idsOf } from "../../settings/former-ids.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import {
  changeJson,
  changesOf,
  changeText,
  exemptionJson,
  exemptionsIn,
  exemptionTable,
} from "../io/exemptions.ts";
import { exit } from "../io/exit.ts";
import { type Io, table } from "../io/io.ts";
import { backJson, callJson, json, runJson } from "../io/json.ts";
import { type Common, parseLimit } from "../io/options.ts";
import { repeatOf } from "../io/repeat.ts";
import { planText, runText } from "../io/show.ts";
import { callText, command, quoted, utcText } from "../io/words.ts";
import { type CallerAccount, connect } from "../place/account.ts";
import { ledgerIn } from "../place/ledger.ts";
import { openSession } from "../place/session.ts";
import { unitIds } from "../place/units.ts";

interface HistoryOptions extends Common {
  readonly target?: string;
  readonly limit?: string;
}

/** What is asked for, and where it is looked up and shown. */
interface Asking {
  readonly store: Store;
  readonly account: CallerAccount;
  readonly settings: ParsedSettings;
  readonly options: HistoryOptions;
  readonly io: Io;
}

const writers: readonly Writer[] = ["unit", "undo"];
const kinds = { unit: "run", undo: "undo" } as const;

export async function history(
  id: string | undefined,
  options: HistoryOptions,
  io: Io,
): Promise<number> {
  if (id !== undefined && options.target !== undefined)
    throw new UsageError("give either an id or --target, not both");
  const limit = parseLimit(options.limit, 20);
  const { around, settings } = await openSession(options);
  const account = await connect(around, settings.home, io);
  const asking = { store: ledgerIn(account, settings), account, settings, options, io };
  if (id !== undefined) return ofId(id, asking);
  if (options.target !== undefined) return ofTarget(options.target, limit, asking);
  return ofAll(limit, asking);
}

/** The last runs of all units, and what is exempt. */
async function ofAll(limit: number, asking: Asking): Promise<number> {
  const { store, account, settings, options, io } = asking;
  const lines = await newest(limit, asking);
  const exempt = await exemptionsIn(store, account.id, settings);
  if (options.json) {
    io.print(json({ runs: lines.map(lineJson), exemptions: exempt.map(exemptionJson) }));
    return exit.done;
  }
  if (lines.length) {
    io.print(await lineTable(lines, io));
    io.say(
      `\`${command} history ID\` shows all of one; \`--target X\` what was done to one resource.`,
    );
  } else io.print("Nothing was done yet.");
  if (exempt.length) io.print(`\n${await exemptionTable(exempt, io, systemClock.now())}`);
  return exit.done;
}

/** A run in one line, and whose. */
interface UnitLine extends RunLine {
  readonly unit: string;
  readonly kind: (typeof kinds)[Writer & keyof typeof kinds];
}

const lineJson = ({ unit, kind, run, at, ...rest }: UnitLine): object => ({
  id: run,
  automation: unit,
  kind,
  at: at.toISOString(),
  ...rest,
});

const lineTable = (lines: readonly UnitLine[], io: Io): Promise<string> =>
  table(
    io,
    ["when (UTC)", "what", "region", "mode", "outcome", "id"],
    lines.map((line) => [when(line.at), line.kind, line.region, line.mode, came(line), line.run]),
  );

/** In a table whose heading names the zone. */
const when = (at: Date): string => utcText(at).replace(" UTC", "");
const came = (line: RunLine): string => {
  const { outcome, died, found, applied, held, waiting, failed } = line;
  const parts = [
    [found, "found"],
    [applied, "changed"],
    [held, "held"],
    [waiting, "waiting"],
    [failed, "failed"],
  ] as const;
  return `${died ? "died" : outcome}: ${parts.flatMap(([number, what]) => (number || what === "found" ? [`${number} ${what}`] : [])).join(", ")}`;
};

/** Those of the project, by all of their ids, and those that are gone and have left their runs. */
async function unitsEver({ store, settings }: Asking): Promise<readonly string[]> {
  const ids = unitIds.flatMap((id) => idsOf(id, settings.units[id] ?? {}));
  return [...new Set([...ids, ...(await unitsKnown(store))])];
}

async function newest(limit: number, asking: Asking): Promise<UnitLine[]> {
  const { store } = asking;
  const units = await unitsEver(asking);
  const each = await Promise.all(
    units.flatMap((unit) =>
      writers.map(async (writer) =>
        (await Array.fromAsync(runsOf(store, writer, unit, limit))).map((line: RunLine) => ({
          ...line,
          unit,
          kind: kinds[writer],
        })),
      ),
    ),
  );
  return each
    .flat()
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, limit);
}

async function ofTarget(target: string, limit: number, asking: Asking): Promise<number> {
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
  const told = actions.map((action) =>
    actionText(action, asking, actions.find(({ undoes }) => undoes === action.id)?.id),
  );
  io.print(
    told.join("\n\n") ||
      `Nothing was done to ${plain(target)}: it is told here as the run printed it, e.g. a rule's id, not its group's.`,
  );
  return exit.done;
}

/** By all units and their undos, in all regions; the newest first. */
async function actionsOn(target: string, limit: number, asking: Asking): Promise<ActionRecord[]> {
  const { store, account, settings } = asking;
  const units = await unitsEver(asking);
  const places = units.flatMap((unit) =>
    [...new Set([...settings.regions, settings.home])].map((region) => ({
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
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, limit);
}

const actionJson = ({
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

function actionText(
  action: ActionRecord,
  { io, options }: Pick<Asking, "io" | "options">,
  takenBack?: string,
): string {
  const { id, unit, region, at, target, because, call, outcome, held, error, undoes, by } = action;
  const lines = [`because ${because}${by ? `, by ${by}` : ""}`, callText(call)];
  if (held) lines.push(`held by ${held.by}: ${held.why}`);
  if (error) lines.push(`error: ${error}`);
  if (takenBack !== undefined) lines.push(`taken back by ${takenBack}`);
  else if (outcome === "applied") {
    const why = undoes ? "to let it be done again" : "to take it back";
    lines.push(`${why}: ${command} undo ${quoted(id)}${repeatOf(options).undo}`);
  }
  const became = `${outcome}${action.verified ? " (verified)" : ""}`;
  const where = `${plain(unit)} in ${plain(region)}`;
  return [
    `${utcText(at)}  ${io.paint("bold", plain(target))}  ${became}  ${where}  ${plain(id)}`,
    ...lines.map((line) => `    ${plain(line)}`),
  ].join("\n");
}

/** A run, an undo, an action or a plan, by its id. */
async function ofId(id: string, asking: Asking): Promise<number> {
  const { store, options, io } = asking;
  const unit = unitOf(id);
  for (const writer of writers) {
    const run = await runById(store, writer, unit, id);
    if (run) return ofRun(run, asking);
  }
  const plan = await planById(store, id);
  if (plan) return ofPlan(plan, asking);
  for (const writer of writers) {
    const actions = await actionsOf(store, writer, unit, runOf(id));
    const action = actions.find((record) => record.id === id);
    if (!action) continue;
    const document = { action: { target: action.target, ...actionJson(action) } };
    io.print(options.json ? json(document) : actionText(action, asking));
    return exit.done;
  }
  throw new NotPossible(
    `there is no run, action or plan ${id}; \`${command} history\` lists the last runs`,
  );
}

function ofRun(run: RunResult, { options, settings, io }: Asking): number {
  const showing = { io, repeat: repeatOf(options), timeZone: settings.timeZone };
  io.print(options.json ? json({ run: runJson(run) }) : runText(run, showing, run.at));
  return exit.done;
}

async function ofPlan(stored: StoredPlan, { store, options, io }: Asking): Promise<number> {
  const decision = await decisionOn(store, stored.id);
  const refusals = await refusalsOf(store, stored.id);
  if (options.json) io.print(json({ plan: storedPlanJson(stored, decision, refusals) }));
  else {
    const { unit: automation, proposals, ...plan } = stored;
    const text = planText(
      { ...plan, automation, found: proposals.length, proposals },
      io,
      "ask",
      undefined,
    );
    const state = decision ? decidedText(decision) : undecidedText(stored, options);
    const told = [
      state,
      ...(plan.requester === null ? [] : [`Asked for by ${plan.requester}.`]),
      ...refusals.map(({ verdict, at, why }) => `Refused to ${verdict} it, ${utcText(at)}: ${why}`),
    ].flatMap((paragraph) => paragraph.split("\n").map(plain));
    io.print(`${text}\n\n${told.join("\n")}`);
  }
  return exit.done;
}

const decidedText = ({ verdict, by, at }: Decision): string =>
  `${verdict === "approve" ? "Approved" : "Denied"} by ${by} at ${utcText(at)}.`;

function undecidedText({ id, expires, why }: StoredPlan, options: HistoryOptions): string {
  const rest = `${quoted(id)}${repeatOf(options).decide}`;
  return [
    `It waits for a decision until ${utcText(expires)}, because ${why}:`,
    `    ${command} approve ${rest}`,
    `    ${command} deny ${rest}`,
  ].join("\n");
}

function storedPlanJson(
  stored: StoredPlan,
  decision: Decision | undefined,
  refusals: readonly DecisionRefusal[],
): object {
  const { id, run, unit, account, region, hash, at, expires, why, requester, proposals } = stored;
  return {
    id,
    run,
    automation: unit,
    account,
    region,
    hash,
    at: at.toISOString(),
    expires: expires.toISOString(),
    why,
    requester,
    decision: decision
      ? { verdict: decision.verdict, by: decision.by, at: decision.at.toISOString() }
      : null,
    refused: refusals.map((refusal) => ({
      verdict: refusal.verdict,
      by: refusal.by,
      at: refusal.at.toISOString(),
      why: refusal.why,
    })),
    proposals: proposals.map(({ target, because, call, undo, savesPerMonth }) => ({
      target,
      because,
      call: callJson(call),
      undo: backJson(undo),
      savesPerMonth,
    })),
  };
}
