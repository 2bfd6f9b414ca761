/** The schedules that the settings name, unit by unit, and what may be kept on by which name. */
import type { schedulesNow } from "../../functions/hours/hours-of.ts";
import { serviceIdOf } from "../../functions/hours/off-hours-services/scaling-id.ts";
import { schedulesField } from "../../functions/hours/schedules.ts";
import { closest } from "../../sdk/closest.ts";
import { UsageError } from "../../sdk/errors.ts";
import { isFields } from "../../sdk/fields.ts";
import type { Session } from "../place/session.ts";
import { partOf } from "../place/settings.ts";
import { loadUnit, unitIds } from "../place/units.ts";

type Schedules = Parameters<typeof schedulesNow>[0];

/** A unit that follows schedules, and how it is set. */
export interface HoursUnit {
  readonly id: string;
  readonly mode: string;
  readonly schedules: Schedules;
}

/**
 * Those of the family `hours` that the settings enable.
 * @throws {SettingsError} for a config that is wrong
 */
export async function hoursUnits({ settings, file }: Session): Promise<HoursUnit[]> {
  const found: HoursUnit[] = [];
  for (const id of unitIds) {
    if (settings.units[id]?.enabled !== true) continue;
    const unit = await loadUnit(id);
    if (unit.family !== "hours" || unit.kind !== "automation") continue;
    const { mode, config } = partOf(unit, settings, file);
    const read = schedulesField.safeParse(isFields(config) ? config.schedules : undefined);
    if (read.success) found.push({ id, mode, schedules: read.data });
  }
  return found;
}

/** What is kept on, by whom it is followed, and where its clocks are. */
export interface NamedHours {
  readonly schedule?: string;
  readonly target?: string;
  readonly units: readonly string[];
  readonly zones: readonly string[];
  /** A schedule, or what the settings or the ledger know: not only an id of the right form. */
  readonly isCertain: boolean;
}

const zonesOf = (units: readonly HoursUnit[], name?: string): string[] =>
  units.flatMap(({ schedules }) =>
    Object.entries(schedules).flatMap(([each, { timeZone }]) =>
      name === undefined || each === name ? [timeZone] : [],
    ),
  );

/** Whose ids have a form of their own: of a group any word may be the name. */
const forms = /^(i-[0-9a-f]{8,17}|(db|cluster):[\w-]+|service:[\w-]+\/[\w-]+)$/;

/** What scales a service is printed as a target of its own, and is kept on with its service alone. */
const keptTarget = (name: string): string => serviceIdOf(name);

/**
 * @param isKnown whether the ledger knows a target of these units
 * @throws {UsageError} for what is neither a schedule nor a target
 */
export async function namedHours(
  name: string,
  units: readonly HoursUnit[],
  isKnown: (target: string) => Promise<boolean>,
): Promise<NamedHours> {
  const following = units.filter(({ schedules }) => Object.hasOwn(schedules, name));
  if (following.length) {
    const ids = following.map(({ id }) => id);
    return { schedule: name, units: ids, zones: zonesOf(following, name), isCertain: true };
  }
  const entries = units.flatMap(({ schedules }) => Object.entries(schedules));
  const target = keptTarget(name);
  const listing = entries.filter(([, { targets }]) => targets.includes(target));
  const all = units.map(({ id }) => id);
  if (listing.length) {
    const zones = listing.map(([, { timeZone }]) => timeZone);
    return { target, units: all, zones, isCertain: true };
  }
  const isCertain = await isKnown(target);
  if (isCertain || forms.test(target))
    return { target, units: all, zones: zonesOf(units), isCertain };
  throw unknownHours(name, [...new Set(entries.map(([each]) => each))]);
}

function unknownHours(name: string, names: readonly string[]): UsageError {
  const meant = closest(name, names);
  const others = names.length ? `there are ${names.join(", ")}.` : "the settings have none.";
  const hint = meant ? `did you mean ${meant}?` : others;
  return new UsageError(
    `${name} is no schedule; ${hint} Nor have units of the family hours ever changed such a target: name one as a run prints it.`,
  );
}
