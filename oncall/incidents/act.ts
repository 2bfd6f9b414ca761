/** What people do with an incident. */

import { NotPossible } from "../../sdk/errors.ts";
import { cut, plain } from "../../sdk/plain.ts";
import { after, days, inWords } from "../../sdk/time.ts";
import type { Done } from "./machine.ts";
import { place, uncounted } from "./place.ts";
import type { MachineSettings } from "./settings.ts";
import type { Entry, Group, Happening, Incident } from "./store.ts";

interface ActOf {
  /** The same act twice is one. */
  readonly id: string;
  readonly incident: string;
  /** Done at once with these too. */
  readonly others?: readonly string[] | undefined;
  /**
   * Who it is, as somebody has authenticated: an ARN, a person's key. Never what the request itself
   * claims.
   */
  readonly by: string;
}
export type Act = ActOf &
  (
    | { readonly verb: "ack" }
    | { readonly verb: "snooze"; readonly until: Date }
    | { readonly verb: "resolve"; readonly reason: string }
    | { readonly verb: "note"; readonly text: string }
  );

/** Longer is a mute: it goes into the settings, with an owner and a reason. */
export const longestSnooze = days(14);

const over = ({ id, resolvedAt }: Incident): NotPossible =>
  new NotPossible(
    `${id} is over${resolvedAt ? ` since ${resolvedAt.toISOString()}` : ""}: there is nothing to take. If it comes again, it is opened again.`,
  );

const words = (text: string, what: string): string => {
  const said = cut(plain(text.trim()), 1_000);
  if (!said) throw new NotPossible(`the ${what} is empty: whoever reads it later must know`);
  return said;
};

/** What is acted on. */
interface Acting {
  readonly group: Group;
  readonly was: Incident;
  readonly now: Date;
  /** Who it is, cut. */
  readonly by: string;
  readonly settings: MachineSettings;
  says(what: Happening, text: string): Entry[];
}

/** @throws {NotPossible} for what is over, and for what makes no sense */
export function actOn(
  group: Group,
  { act, known }: { readonly act: Act; readonly known: Incident },
  now: Date,
  settings: MachineSettings,
): Done {
  const listed = group.incidents.find(({ id }) => id === act.incident);
  const was = { ...known, ...listed };
  const by = cut(plain(act.by), 300);
  const says = (what: Happening, text: string): Entry[] => [
    { of: was.id, key: act.id, at: now, what, text, by },
  ];
  if (act.verb === "note")
    return { group, changed: [], entries: says("note", words(act.text, "note")) };
  if (was.state === "resolved") throw over(was);
  const acting: Acting = { group, was, now, by, settings, says };
  switch (act.verb) {
    case "ack":
      return acknowledged(acting);
    case "snooze":
      return snoozed(acting, act.until);
    case "resolve":
      return resolvedBy(acting, act.reason);
  }
}

function acknowledged(acting: Acting): Done {
  const { group, was, by, says } = acting;
  const unsaid = "acknowledged";
  // Pressed once more while the first press did not show: no news.
  if (was.state === unsaid && was.by === by) return { group, changed: [], entries: [] };
  return {
    ...kept(acting, { ...was, state: unsaid, by, snoozedUntil: undefined, unsaid }),
    entries: says("acknowledged", "has taken it: nobody else is called"),
  };
}

function snoozed(acting: Acting, until: Date): Done {
  const { group, was, by, now, says } = acting;
  if (Number.isNaN(until.getTime()) || until <= now)
    throw new NotPossible("a snooze must end later than now");
  if (until > after(now, longestSnooze))
    throw new NotPossible(
      `a snooze is at most ${inWords(longestSnooze)}: what is to be quiet for longer is a mute, in the settings, with an owner and a reason`,
    );
  const unsaid = "snoozed";
  const isSame = was.snoozedUntil?.getTime() === until.getTime();
  if (was.state === unsaid && was.by === by && isSame) return { group, changed: [], entries: [] };
  return {
    ...kept(acting, { ...was, state: unsaid, by, snoozedUntil: until, unsaid }),
    entries: says("snoozed", `Quiet until ${until.toISOString()}`),
  };
}

function resolvedBy(acting: Acting, reason: string): Done {
  const { was, by, now, says } = acting;
  const unsaid = "resolved";
  const entries = says("resolved", words(reason, "reason"));
  return {
    ...kept(acting, {
      ...was,
      state: unsaid,
      by,
      resolvedAt: now,
      snoozedUntil: undefined,
      unsaid,
    }),
    entries,
  };
}

/**
 * Listed until it is told. Whoever does something with it knows of it: the next look has nothing to
 * tell of it.
 */
function kept(acting: Acting, incident: Incident): Pick<Done, "group" | "changed"> {
  const { group, was, now, settings } = acting;
  const placed = place(uncounted(group, was), { ...incident, held: undefined }, settings.listed);
  const told = placed.group.told ?? { at: now, firing: [], resolved: [], more: 0 };
  const firing = [...new Set([...told.firing, incident.id])];
  return { ...placed, group: { ...placed.group, told: { ...told, firing } } };
}
