/**
 * What people asked to be kept on for longer than its schedule says: written with their own
 * credentials, beside what they exempt (rule: ledger-no-deputy). It ends by itself.
 */
import type { KeptOn } from "../sdk/automation.ts";
import { days } from "../sdk/time.ts";
import { keys, type Place } from "./keys.ts";
import type { Item, Step, Store, UnreadableItem } from "./store.ts";
import { ttlAfter } from "./ttl.ts";

type KeptPlace = Pick<Place, "account" | "region">;

export interface KeptHours extends KeptPlace, KeptOn {
  readonly at: Date;
}

/** For as long as a time off may last in which it was: what was started for it is stopped again. */
const keptBeyond = days(70);

const skOf = ({ schedule, target }: Pick<KeptOn, "schedule" | "target">): string =>
  schedule === undefined ? `target#${target}` : `schedule#${schedule}`;

/** Where nobody can read until when it is kept on, it is kept on: the key says what. */
function inDoubt({ sk, why }: UnreadableItem, place: KeptPlace): KeptHours {
  const [kind, ...name] = sk.split("#");
  const what = kind === "schedule" ? { schedule: name.join("#") } : { target: name.join("#") };
  const until = new Date("9999-12-31T00:00:00Z");
  return { ...place, ...what, until, by: "unknown", at: new Date(0), unreadable: why };
}

/** Those too that are over. */
export async function keptHoursAt(store: Store, place: KeptPlace): Promise<KeptHours[]> {
  const doubtful: KeptHours[] = [];
  const items = store.query(keys.keptHours(place), {
    unreadable: (item) => doubtful.push(inDoubt(item, place)),
  });
  const read = await Array.fromAsync(items);
  return [...read.map(({ body }) => body as KeptHours), ...doubtful];
}

/** The step that keeps it on; what stood for the same is no more. */
export const keepHoursStep = (kept: KeptHours): Step => ({ put: keptHoursItem(kept) });

const keptHoursItem = (kept: KeptHours): Item => ({
  pk: keys.keptHours(kept),
  sk: skOf(kept),
  type: "kept",
  ttl: ttlAfter(kept.until, keptBeyond),
  body: kept,
});
