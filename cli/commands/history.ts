/** `history [ID] [--target X]`: what was done, from the ledger alone. */

import { type ActionRecord, actionsOf } from "../../ledger/actions.ts";
import { decisionOn, refusalsOf } from "../../ledger/decisions.ts";
import { runOf, unitOf } from "../../ledger/ids.ts";
import type { Writer } from "../../ledger/keys.ts";
import { planById, type StoredPlan } from "../../ledger/plans.ts";
import { type RunLine, runById, runsOf } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";
import { story } from "../../ledger/story.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import { systemClock } from "../../sdk/time.ts";
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
  const store = ledgerIn(account, settings);
  if (id !== undefined) return one(id, store, settings, options, io);
  if (options.target !== undefined)
    return ofTarget(options.target, limit, store, account, settings, options, io);

  const lines = await newest(store, limit);
  const exempt = await exemptionsIn(store, account.id, settings);
  if (options.json)
    io.print(
      json({
        runs: lines.map(({ unit, kind, run, at, ...rest }) => ({
          id: run,
          automation: unit,
          kind,
          at: at.toISOString(),
          ...rest,
        })),
        exemptions: exempt.map(exemptionJson),
      }),
    );
  else if (!lines.length) io.print("Nothing was done yet.");
  else {
    io.print(
      await table(
        io,
        ["when (UTC)", "what", "region", "mode", "outcome", "id"],
        lines.map((line) => [
          when(line.at),
          line.kind,
          line.region,
          line.mode,
          came(line),
          line.run,
        ]),
      ),
    );
    io.say(
      `\`${command} history ID\` shows all of one; \`--target X\` what was done to one resource.`,
    );
  }
  if (!options.json && exempt.length)
    io.print(`\n${await exemptionTable(exempt, io, systemClock.now())}`);
  return exit.done;
}

/** In a table whose heading names the zone. */
const when = (at: Date): string => utcText(at).replace(" UTC", "");
const came = ({ outcome, found, applied, held, waiting, failed }: RunLine): string => {
  const parts = [
    [found, "found"],
    [applied, "changed"],
    [held, "held"],
    [waiting, "waiting"],
    [failed, "failed"],
  ] as const;
  return `${outcome}: ${parts.flatMap(([number, what]) => (number || what === "found" ? [`${number} ${what}`] : [])).join(", ")}`;
};

async function newest(store: Store, limit: number) {
  const each = await Promise.all(
    unitIds.flatMap((unit) =>
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

async function ofTarget(
  target: string,
  limit: number,
  store: Store,
  account: CallerAccount,
  settings: ParsedSettings,
  options: HistoryOptions,
  io: Io,
): Promise<number> {
  const { regions, home } = settings;
  const places = unitIds.flatMap((unit) =>
    [...new Set([...regions, home])].map((region) => ({ unit, account: account.id, region })),
  );
  const each = await Promise.all(
    places.flatMap((place) =>
      writers.map((writer) => Array.fromAsync(story(store, writer, { ...place, target }))),
    ),
  );
  // An action that was tried again is told of once for each attempt.
  const actions = [...new Map(each.flat().map((action) => [action.id, action])).values()]
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, limit);
  const changes = await changesOf(store, account.id, target);
  if (options.json)
    io.print(
      json({
        target,
        actions: actions.map(actionJson),
        exemptions: (await exemptionsIn(store, account.id, settings, target)).map(exemptionJson),
        exemptionChanges: changes.map(changeJson),
      }),
    );
  else {
    if (changes.length)
      io.print(`${changes.map((change) => changeText(change, io)).join("\n\n")}\n`);
    io.print(
      actions.length
        ? actions
            .map((action) =>
              actionText(
                action,
                io,
                repeatOf(options).undo,
                actions.find(({ undoes }) => undoes === action.id)?.id,
              ),
            )
            .join("\n\n")
        : `Nothing was done to ${plain(target)}: it is told here as the run printed it, e.g. a rule's id, not its group's.`,
    );
  }
  return exit.done;
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
  {
    id,
    unit,
    region,
    at,
    target,
    because,
    call,
    outcome,
    verified,
    held,
    error,
    undoes,
    by,
  }: ActionRecord,
  io: Io,
  repeat: string,
  takenBack?: string,
): string {
  const lines = [
    `because ${because}${by ? `, by ${by}` : ""}`,
    callText(call),
    held && `held by ${held.by}: ${held.why}`,
    error && `error: ${error}`,
    takenBack !== undefined && `taken back by ${takenBack}`,
    outcome === "applied" &&
      takenBack === undefined &&
      `${undoes ? "to let it be done again" : "to take it back"}: ${command} undo ${quoted(id)}${repeat}`,
  ].filter((line): line is string => Boolean(line));
  return [
    `${utcText(at)}  ${io.paint("bold", plain(target))}  ${outcome}${verified ? " (verified)" : ""}  ${plain(unit)} in ${plain(region)}  ${plain(id)}`,
    ...lines.map((line) => `    ${plain(line)}`),
  ].join("\n");
}

/** A run, an undo, an action or a plan, by its id. */
async function one(
  id: string,
  store: Store,
  settings: ParsedSettings,
  options: HistoryOptions,
  io: Io,
): Promise<number> {
  const unit = unitOf(id);
  for (const writer of writers) {
    const run = await runById(store, writer, unit, id);
    if (!run) continue;
    io.print(
      options.json
        ? json({ run: runJson(run) })
        : runText(run, io, repeatOf(options), settings.timeZone, run.at),
    );
    return exit.done;
  }
  const plan = await planById(store, id);
  if (plan) return ofPlan(plan, store, options, io);
  for (const writer of writers) {
    const action = (await actionsOf(store, writer, unit, runOf(id))).find(
      (record) => record.id === id,
    );
    if (!action) continue;
    io.print(
      options.json
        ? json({ action: { target: action.target, ...actionJson(action) } })
        : actionText(action, io, repeatOf(options).undo),
    );
    return exit.done;
  }
  throw new NotPossible(
    `there is no run, action or plan ${id}; \`${command} history\` lists the last runs`,
  );
}

async function ofPlan(
  { unit: automation, proposals, ...plan }: StoredPlan,
  store: Store,
  options: HistoryOptions,
  io: Io,
): Promise<number> {
  const [decision, refusals] = [await decisionOn(store, plan.id), await refusalsOf(store, plan.id)];
  if (options.json) {
    const { id, run, hash, at, expires, why, account, region, requester } = plan;
    const shown = proposals.map(({ target, because, call, undo, savesPerMonth }) => ({
      target,
      because,
      call: callJson(call),
      undo: backJson(undo),
      savesPerMonth,
    }));
    const decided = decision && {
      verdict: decision.verdict,
      by: decision.by,
      at: decision.at.toISOString(),
    };
    io.print(
      json({
        plan: {
          id,
          run,
          automation,
          account,
          region,
          hash,
          at: at.toISOString(),
          expires: expires.toISOString(),
          why,
          requester,
          decision: decided ?? null,
          refused: refusals.map(({ verdict, by, at: when, why: because }) => ({
            verdict,
            by,
            at: when.toISOString(),
            why: because,
          })),
          proposals: shown,
        },
      }),
    );
    return exit.done;
  }
  const state = decision
    ? `${decision.verdict === "approve" ? "Approved" : "Denied"} by ${decision.by} at ${utcText(decision.at)}.`
    : `It waits for a decision until ${utcText(plan.expires)}, because ${plan.why}:\n    ${command} approve ${quoted(plan.id)}${repeatOf(options).decide}\n    ${command} deny ${quoted(plan.id)}${repeatOf(options).decide}`;
  const told = [
    state,
    ...(plan.requester === null ? [] : [`Asked for by ${plan.requester}.`]),
    ...refusals.map(({ verdict, at, why }) => `Refused to ${verdict} it, ${utcText(at)}: ${why}`),
  ].flatMap((text) => text.split("\n").map(plain));
  io.print(
    `${planText({ ...plan, automation, found: proposals.length, proposals }, io, "ask", undefined)}\n\n${told.join("\n")}`,
  );
  return exit.done;
}
