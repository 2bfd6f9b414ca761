/**
 * `verify`: compares ledger and account, and names whatever one of them does not explain of the
 * other.
 */

import { audit, type LedgerAudit } from "../../ledger/audit.ts";
import type { Store } from "../../ledger/store.ts";
import { outboxWriters, untold } from "../../messages/outbox.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { count } from "../../sdk/counted.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import { before, days, minutes, systemClock } from "../../sdk/time.ts";
import { namesOf } from "../../settings/names.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { readLines, type TrailRecord, trailRecords } from "../io/lines.ts";
import { type Common, onLoopbackOnly } from "../io/options.ts";
import { command } from "../io/words.ts";
import { type CallerAccount, connect } from "../place/account.ts";
import { ledgerIn } from "../place/ledger.ts";
import { openSession } from "../place/session.ts";
import { unitIds } from "../place/units.ts";
import { drifted, newest } from "../verify/drift.ts";
import { type Discrepancy, findingWords } from "../verify/finding.ts";
import { callsOfFlows } from "../verify/flow-calls.ts";
import { flowsLost } from "../verify/flows.ts";
import { lookUp } from "../verify/trail.ts";
import { rolesOf, unexplained } from "../verify/unexplained.ts";

/** What is younger is still on its way. */
const onItsWay = minutes(10);
/** How far back CloudTrail is asked: it answers two requests a second. */
const lookBack = days(1);
/** Where services without regions are recorded. */
const global = "us-east-1";

export async function verifyCommand(
  options: Common & { readonly trail?: string },
  io: Io,
): Promise<number> {
  const given =
    options.trail === undefined ? undefined : readLines(options.trail).flatMap(trailRecords);
  const { around, settings, file } = await openSession(options);
  const account = await connect(around, settings.home, io);
  onLoopbackOnly("verify", account.loopback, { settings: options.settings });
  const store = ledgerIn(account, settings);
  const now = systemClock.now();
  const regions = [...new Set([settings.home, ...settings.regions])];

  const audited = await concurrently(
    unitIds,
    async (unit) => ({
      unit,
      ...(await audit(
        store,
        unit,
        regions.map((region) => ({ unit, account: account.id, region })),
      )),
    }),
    { concurrency: 4 },
  );
  const findings: Discrepancy[] = audited.flatMap((one) => ofLedger(one.unit, one, now));
  let targets = 0;
  for (const { unit, actions } of audited) {
    const left = await newest(unit, actions, store, now);
    targets += left.length;
    findings.push(...(await drifted(unit, left, { account, settings, file, io })));
    findings.push(...(await flowsLost(store, unit, actions, now)));
  }
  findings.push(...(await forgotten(store, settings, account, now)));

  let trail: readonly TrailRecord[] | undefined = given;
  if (!trail && !account.loopback)
    try {
      const everywhere = [...new Set([...regions, global])];
      trail = await io.during("asking CloudTrail, which answers two requests a second", () =>
        lookUp(account, everywhere, before(now, lookBack)),
      );
    } catch (error) {
      findings.push({
        kind: "unreadable",
        unit: null,
        region: settings.home,
        what: "CloudTrail",
        why: inOneLine(error),
        remedy: "you need cloudtrail:LookupEvents, or give a file with --trail",
      });
    }
  const actions = audited.flatMap((one) => one.actions.map(({ action }) => action));
  if (trail) {
    const explaining = [...actions, ...(await callsOfFlows(store, actions))];
    findings.push(...unexplained(trail, explaining, rolesOf(settings, account.id, unitIds)));
  }

  const looked = {
    runs: audited.reduce((sum, { runs }) => sum + runs, 0),
    actions: actions.length,
    targets,
    trail: trail?.length ?? null,
  };
  if (options.json) io.print(json({ findings, looked }));
  else
    io.print(
      findings.length
        ? findings.map((one) => text(one, io)).join("\n\n")
        : "Ledger and account tell the same story.",
    );
  const records =
    looked.trail === null
      ? "no trail: give one with --trail FILE.jsonl"
      : count(looked.trail, "CloudTrail record");
  const things = [
    count(looked.runs, "run"),
    count(looked.actions, "action"),
    count(targets, "target"),
  ];
  io.say(`looked at ${things.join(", ")} and ${records}`);
  return findings.length ? exit.failed : exit.done;
}

const text = ({ kind, unit, region, what, why, remedy }: Discrepancy, io: Io): string =>
  [
    `${io.paint("red", plain(findingWords[kind]))}: ${io.paint("bold", plain(what))}  ${unit ? `${plain(unit)} in ` : ""}${plain(region)}`,
    `    ${plain(why)}`,
    `    what now: ${plain(remedy)}`,
  ].join("\n");

/** What the ledger itself leaves open. */
function ofLedger(
  unit: string,
  { actions, locks, lost, open }: LedgerAudit,
  now: Date,
): Discrepancy[] {
  const held = new Set(
    locks.flatMap(({ holder, lease = 0 }) =>
      lease >= now.getTime() ? [holder?.split("#")[0]] : [],
    ),
  );
  const again = `the watchdog takes its run up within a quarter of an hour; if it stays so, look at the target, and at \`${command} redrive --dry\``;
  return [
    ...actions.flatMap(
      ({ action: { id, region, target, call, at, outcome, verified } }): Discrepancy[] => {
        if (outcome === "intended" && !held.has(id))
          return [
            {
              kind: "no-outcome",
              unit,
              region,
              what: id,
              why: `${call.operation} on ${target} was begun at ${at.toISOString()} and has no outcome`,
              remedy: again,
            },
          ];
        if (outcome === "applied" && verified === null)
          return [
            {
              kind: "unseen",
              unit,
              region,
              what: id,
              why: `${call.operation} on ${target} was sent at ${at.toISOString()} and what became of it was not seen`,
              remedy: `look at ${target}, then \`${command} plan ${unit}\``,
            },
          ];
        return [];
      },
    ),
    ...lost.map(
      ({ run, region }): Discrepancy => ({
        kind: "no-record",
        unit,
        region,
        what: run,
        why: "it is listed as finished, and what it did is not there",
        remedy: "something removed it: see who may write the table, and its point-in-time recovery",
      }),
    ),
    ...open
      .filter(({ lease }) => lease < now.getTime())
      .map(
        ({ run, region, attempt }): Discrepancy => ({
          kind: "unfinished",
          unit,
          region,
          what: run,
          why: `${count(attempt, "attempt")} failed or died`,
          remedy: again,
        }),
      ),
    ...locks
      .filter(({ lease = 0 }) => lease < now.getTime())
      .map(
        ({ sk, region, holder = "", lease = 0 }): Discrepancy => ({
          kind: "lock",
          unit,
          region,
          what: sk,
          why: `${holder} took it and its lease ended at ${new Date(lease).toISOString()}`,
          remedy: "it holds nothing any more; the next run that changes the target takes it over",
        }),
      ),
  ];
}

async function forgotten(
  store: Store,
  settings: ParsedSettings,
  { id }: CallerAccount,
  now: Date,
): Promise<Discrepancy[]> {
  const each = await concurrently(
    outboxWriters(unitIds),
    (writer) => Array.fromAsync(untold(store, writer, new Date(0), before(now, onItsWay))),
    { concurrency: 8 },
  );
  return each
    .flat()
    .flatMap(({ message: { id: message, at, title, unit, region, account } }): Discrepancy[] =>
      account === id
        ? [
            {
              kind: "untold",
              unit,
              region,
              what: message,
              why: `"${title}" waits since ${at.toISOString()}`,
              remedy: `see the log of ${namesOf(settings).function("tell")}; the watchdog hands it over again for a week`,
            },
          ]
        : [],
    );
}
