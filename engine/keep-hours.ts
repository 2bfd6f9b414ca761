/** What a person asked to be kept on for longer is written and told, all or nothing. */
import { type KeptHours, keepHoursStep, keptHoursAt } from "../ledger/kept-hours.ts";
import type { Store } from "../ledger/store.ts";
import { post } from "../messages/outbox.ts";
import type { Outgoing } from "../messages/outgoing.ts";
import type { KeptOn } from "../sdk/automation.ts";
import { digest } from "../sdk/codec.ts";

/** A person's word about one schedule, or about targets. */
export interface KeptHoursChange {
  /** One for each region of a schedule or target, or for each of several targets in one. */
  readonly kept: readonly KeptHours[];
  readonly units: readonly FollowingUnit[];
}

/** A unit that goes by it, and what it may do. */
export interface FollowingUnit {
  readonly id: string;
  readonly mode: string;
}

const inMode = (units: readonly FollowingUnit[], mode: string): string =>
  units.flatMap((unit) => (unit.mode === mode ? unit.id : [])).join(", ");

/** What comes of it, as each may act. */
function whatComes(units: readonly FollowingUnit[]): string {
  const [acting, asking] = [inMode(units, "act"), inMode(units, "ask")];
  return [
    `nothing of it is stopped until then by ${idsOf(units)}; after it the schedule holds again`,
    ...(acting
      ? [`what ${acting} stopped of it is started again within a quarter of an hour`]
      : []),
    ...(asking ? [`what ${asking} would start again waits for an approval`] : []),
  ].join("; ");
}

const idsOf = (units: readonly FollowingUnit[]): string => units.map(({ id }) => id).join(", ");

const mostNamed = 5;

const nameOf = ({ schedule, target }: KeptOn): string =>
  schedule === undefined ? `${target}` : `the schedule ${schedule}`;

/** All of it, until it gets long. */
function namesOf(kept: readonly KeptOn[]): string {
  const names = [...new Set(kept.map(nameOf))];
  const rest = names.length - mostNamed;
  const shown = names.slice(0, mostNamed).join(", ");
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

/** What a command takes, which names one at a time. */
function offName(kept: readonly KeptOn[]): string {
  const [name, ...others] = new Set(kept.map(({ schedule, target }) => `${schedule ?? target}`));
  return others.length > 0 ? "TARGET" : `${name}`;
}

const areOrIs = (kept: readonly KeptOn[]): string =>
  new Set(kept.map(nameOf)).size > 1 ? "are" : "is";

const minuteUtc = (at: Date): string => at.toISOString().slice(0, 16).replace("T", " ");

/** Whose word counts no longer: they may be at work by it. */
function factsBefore([before]: readonly KeptHours[]): Record<string, string> {
  if (!before) return {};
  const { by, until, unreadable } = before;
  return { "until now": unreadable ?? `kept on until ${minuteUtc(until)} UTC by ${by}` };
}

/**
 * Keeps it on until then; whatever stood for the same is replaced, and so gets another end.
 * @returns what is replaced; empty where nothing stood
 */
export async function keepHours(
  store: Store,
  { kept, units }: KeptHoursChange,
): Promise<readonly KeptHours[]> {
  const [first] = kept;
  if (!first) return [];
  const replaced = (await standing(store, kept)).flat();
  const told: Pick<Outgoing, "title" | "facts"> = {
    title: `${namesOf(kept)} ${areOrIs(kept)} kept on until ${minuteUtc(first.until)} UTC`,
    facts: {
      by: first.by,
      ...factsBefore(replaced),
      "so what": whatComes(units),
      "what now": `if that is not right: \`npx nightshift hours off ${offName(kept)}\``,
    },
  };
  await carry(store, { kept, units }, told);
  return replaced;
}

/**
 * Ends at once what keeps it on: what was started for it is stopped by the next look.
 * @returns what stood; empty where nothing did
 */
export async function endKeptHours(
  store: Store,
  change: KeptHoursChange,
): Promise<readonly KeptHours[]> {
  const each = await standing(store, change.kept);
  const stood = each.flat();
  const kept = change.kept.filter((_, nth) => each[nth]?.length);
  const [first] = kept;
  if (!first) return [];
  const told = {
    title: `${namesOf(kept)} ${areOrIs(kept)} no longer kept on`,
    facts: {
      by: first.by,
      ...factsBefore(stood),
      "so what":
        "it goes by its schedule again from the next look on, a quarter of an hour at most",
    },
  };
  await carry(store, { ...change, kept }, told);
  return stood;
}

/** Of each what keeps the same on, and is not over. A region is read once. */
async function standing(store: Store, kept: readonly KeptHours[]): Promise<KeptHours[][]> {
  const reads = new Map<string, Promise<KeptHours[]>>();
  const readAt = (place: KeptHours): Promise<KeptHours[]> => {
    const name = `${place.account} ${place.region}`;
    const read = reads.get(name) ?? keptHoursAt(store, place);
    reads.set(name, read);
    return read;
  };
  return Promise.all(
    kept.map(async (asked) =>
      (await readAt(asked)).filter(
        ({ schedule, target, until }) =>
          schedule === asked.schedule && target === asked.target && until > asked.at,
      ),
    ),
  );
}

async function carry(
  store: Store,
  { kept, units }: KeptHoursChange,
  told: Pick<Outgoing, "title" | "facts">,
): Promise<void> {
  const [first] = kept;
  if (!first) return;
  const { account, region, at } = first;
  await store.transact([
    ...kept.map(keepHoursStep),
    post("exempt", {
      ...told,
      id: `hours.${digest([kept, told.title]).slice(0, 16)}`,
      at,
      account,
      region,
      unit: idsOf(units),
      kind: "exemption",
      severity: "info",
    }),
  ]);
}
