/** Whether what we changed is still as we left it. */

import { othersThatChanged } from "../../engine/guards/others.ts";
import { workplaceOf } from "../../engine/run/attempt.ts";
import { look } from "../../engine/run/find.ts";
import { createHost } from "../../engine/run/host.ts";
import { difference } from "../../engine/run/way-back.ts";
import type { ActionRecord } from "../../ledger/actions.ts";
import type { KeptLedger } from "../../ledger/audit.ts";
import { changersOf } from "../../ledger/changers.ts";
import type { Store } from "../../ledger/store.ts";
import { lastChange } from "../../ledger/story.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { same } from "../../sdk/codec.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { after, before, days, hours, systemClock } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Io } from "../io/io.ts";
import { command, quoted } from "../io/words.ts";
import type { CallerAccount } from "../place/account.ts";
import { ledgerIn } from "../place/ledger.ts";
import { logTo } from "../place/log.ts";
import { partOf } from "../place/settings.ts";
import { loadUnit, unitIds } from "../place/units.ts";
import type { Discrepancy } from "./finding.ts";

/** Of what was changed longer ago, others may make what they want. */
const lastsFor = days(30);

/**
 * The last change of each target by a unit or its undo, where nobody else of ours has changed it
 * since.
 */
export async function newest(
  unit: string,
  actions: readonly KeptLedger[],
  store: Store,
  now: Date,
): Promise<KeptLedger[]> {
  const since = before(now, lastsFor);
  const applied = actions.filter(
    ({ action: { outcome, verified, at } }) =>
      outcome === "applied" && verified === true && at > since,
  );
  const last = [
    ...Map.groupBy(applied, ({ action: { region, target } }) => `${region} ${target}`).values(),
  ].map(
    (same) =>
      same.toSorted((a, b) => b.action.at.getTime() - a.action.at.getTime())[0] as KeptLedger,
  );
  const own = await concurrently(
    last,
    async (one) => {
      const { at } = one.action;
      const changed = othersThatChanged(unitIds, await changersOf(store, one.action));
      const others = await Promise.all(
        changed
          .filter((other) => other !== unit)
          .map((other) => lastChange(store, { ...one.action, unit: other })),
      );
      return others.some((change) => change && change.at > at) ? [] : [one];
    },
    { concurrency: 8 },
  );
  return own.flat();
}

/** The account that is verified, and by which settings. */
export interface Verified {
  readonly account: CallerAccount;
  readonly settings: ParsedSettings;
  /** The settings file. */
  readonly file: string;
  readonly io: Io;
}

/** What is not any more as we left it. */
export async function drifted(
  unit: string,
  left: readonly KeptLedger[],
  { account, settings, file, io }: Verified,
): Promise<Discrepancy[]> {
  if (!left.length) return [];
  const automation = (await loadUnit(unit)) as AnyAutomation;
  const clock = systemClock;
  const clients = account.clients(clock);
  const host = createHost({
    account: account.id,
    settings: partOf(automation, settings, file),
    clock,
    clients,
    store: ledgerIn(account, settings),
    log: logTo(io),
    deadline: after(clock.now(), hours(1)),
  });
  const findings: Discrepancy[] = [];
  for (const [region, kept] of Map.groupBy(left, ({ action }) => action.region))
    try {
      const asked = new Set(
        kept.flatMap(({ writer, action: { target, within } }) => [
          target,
          ...(writer === "undo" && within ? [within] : []),
        ]),
      );
      const { states } = await look(workplaceOf(automation, region, host), [...asked]);
      for (const { writer, action } of kept)
        if (!asLeft(writer, action, states))
          findings.push(drift(unit, action, states.get(action.target)?.state));
    } catch (error) {
      findings.push({
        kind: "unreadable",
        unit,
        region,
        what: `what ${unit} changed`,
        why: inOneLine(error),
        remedy: `you need what it may read: \`${command} policy ${unit}\``,
      });
    }
  return findings;
}

function asLeft(
  writer: KeptLedger["writer"],
  { target, within, after: then }: ActionRecord,
  states: Awaited<ReturnType<typeof look>>["states"],
): boolean {
  if (same(states.get(target)?.state, then)) return true;
  // What an undo brings back may have a new id.
  return (
    writer === "undo" &&
    within !== null &&
    [...states.values()].some((one) => one.within === within && same(one.state, then))
  );
}

const drift = (
  unit: string,
  { id, region, target, at, after: then }: ActionRecord,
  now: unknown,
): Discrepancy => ({
  kind: "drift",
  unit,
  region,
  what: target,
  why: `since ${id} at ${at.toISOString()}: ${difference(then, now)}`,
  remedy: `somebody else changed it: \`${command} history --target ${quoted(target)}\` tells what we did; \`${command} plan ${unit}\` what would be done now`,
});
