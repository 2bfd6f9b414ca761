/** Asks the guards about each proposal; what is held says by which guard and why. */

import { changersOf } from "../../ledger/changers.ts";
import { exemptionsAt } from "../../ledger/exemptions.ts";
import { flowsUnderWay } from "../../ledger/flows.ts";
import { holdsAt } from "../../ledger/holds.ts";
import { ownersWord } from "../../ledger/kept.ts";
import type { Held } from "../../ledger/result.ts";
import { setbackOf } from "../../ledger/setbacks.ts";
import type { Start } from "../../ledger/start.ts";
import { lastChange } from "../../ledger/story.ts";
import { type StandingTag, type TagTime, tagTime } from "../../ledger/tag-times.ts";
import { chunks } from "../../sdk/chunks.ts";
import { digest } from "../../sdk/codec.ts";
import { concurrently } from "../../sdk/concurrently.ts";
import { isFlow } from "../../sdk/flow.ts";
import { idsOf } from "../../settings/former-ids.ts";
import { ourRoles } from "../../settings/our-roles.ts";
import { askAhead, askedOnce, type GuardContext } from "../guards/guard.ts";
import { heldBy } from "../guards/order.ts";
import type { Attempt } from "./attempt.ts";
import type { RunGuards } from "./fresh-guards.ts";
import type { PlannedChange } from "./planned-change.ts";

const concurrency = 8;

/** What the guards of a run are told of it. */
export interface Asking {
  readonly start: Start;
  readonly now: Date;
  /** Takes what a person must hear of although it holds nothing. */
  note(text: string): void;
  /** `false`: nothing is remembered; a plan is only looked at. */
  readonly record?: boolean;
}

export function guardContext(
  {
    place,
    host,
    unit,
    involved = [],
  }: Pick<Attempt, "place" | "host" | "unit"> & Partial<Pick<Attempt, "involved">>,
  { start, now, note, record = true }: Asking,
): GuardContext {
  const { settings, store } = host;
  const ids = idsOf(place.unit, settings);
  const hasFlows = unit.writes.some(isFlow);
  return {
    place,
    start,
    involved,
    now,
    note,
    settings,
    ours: ourRoles(settings, host.account, settings.all),
    killSwitch: host.killSwitch,
    holds: async () =>
      (await Promise.all(ids.map((unit) => holdsAt(store, { ...place, unit })))).flat(),
    flows: async () =>
      hasFlows ? Array.fromAsync(flowsUnderWay(store, place.unit, { unreadable: "refuse" })) : [],
    ...(hasFlows && { setback: (target: string) => setbackOf(store, place, target) }),
    ...(unit.grace && { kept: (target: string) => ownersWord(store, place, target) }),
    exemptions: () => exemptionsAt(store, place),
    tagTime: onceEach((tag) => tagTime(store, place, tag, { now, record })),
    async lastChange(target, unit) {
      const asked = unit === undefined ? ids : [unit];
      const changes = await Promise.all(
        asked.map((id) => lastChange(store, { ...place, unit: id, target })),
      );
      return changes
        .filter((change) => change !== undefined)
        .sort((a, b) => b.at.getTime() - a.at.getTime())[0];
    },
    changers: (target) => changersOf(store, { ...place, target }),
  };
}

/** A group may have hundreds of rules: its tag is looked up once. */
function onceEach(ask: (tag: StandingTag) => Promise<TagTime>) {
  const asked = new Map<string, Promise<TagTime>>();
  return (tag: StandingTag): Promise<TagTime> => {
    const key = digest([tag.target, tag.value]);
    const answer = asked.get(key) ?? ask(tag);
    asked.set(key, answer);
    return answer;
  };
}

/** So many are asked about at once: what the ledger knows of them is a few requests. */
const together = 400;

/** @returns what holds each proposal that is held, by its digest */
export async function heldByGuards(
  changes: readonly PlannedChange[],
  { anew, known }: RunGuards,
): Promise<Map<string, Held>> {
  const held = new Map<string, Held>();
  for (const some of chunks(changes, together)) {
    // Of very many it would be too much to remember what each of them was answered.
    const { lastChange, changers } = anew;
    const asked = changes.length > together ? askedOnce({ ...known, lastChange, changers }) : known;
    const ask = async (change: PlannedChange) => {
      const why = await heldBy(change, asked);
      if (why) held.set(change.digest, why);
    };
    await askAhead(
      asked,
      some.map(({ target }) => target),
    );
    await concurrently(some, ask, { concurrency });
  }
  return held;
}
