/** What people do with an incident. */

import type { IncidentNews } from "../../messages/incident-news.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { cut, plain } from "../../sdk/plain.ts";
import { after, days, inWords } from "../../sdk/time.ts";
import { shownIncident } from "./grouping.ts";
import type { Done } from "./machine.ts";
import { counted, place, withoutIncident } from "./place.ts";
import type { MachineSettings } from "./settings.ts";
import type { Entry, Group, Happening, Incident } from "./store.ts";

interface ActOf {
  /** The same act twice is one. */
  readonly id: string;
  readonly incident: string;
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

/** @throws {NotPossible} for what is over, and for what makes no sense */
export function actOn(
  group: Group,
  { act, known }: { readonly act: Act; readonly known: Incident },
  now: Date,
  settings: MachineSettings,
): Done {
  const was = group.incidents.find(({ id }) => id === act.incident) ?? known;
  const by = cut(plain(act.by), 300);
  const says = (what: Happening, text: string): Entry[] => [
    { of: was.id, key: act.id, at: now, what, text, by },
  ];
  if (act.verb === "note")
    return { group, news: [], changed: [], entries: says("note", words(act.text, "note")) };
  if (was.state === "resolved") throw over(was);

  const others = group.incidents.filter(
    ({ id, state }) => id !== was.id && state !== "resolved",
  ).length;
  const counting =
    Object.values(group.more.open).reduce((sum, count) => sum + count, 0) - (was.listed ? 0 : 1);
  const open = others + Math.max(0, counting);
  const tells = (why: IncidentNews["why"], incident: Incident): IncidentNews[] => [
    {
      why,
      group: group.id,
      incidents: [shownIncident(incident)],
      calls: [],
      ...(open > 0 && { open }),
    },
  ];
  const listed = (incident: Incident) => {
    const from = was.listed ? group : { ...group, more: counted(group.more, was, -1) };
    const placed = place(from, incident, settings.listed, true);
    // Whoever does something with it knows of it: the next look has nothing to tell of it.
    const told = placed.group.told ?? { at: now, firing: [], resolved: [], more: 0 };
    return {
      ...placed,
      group: {
        ...placed.group,
        told: { ...told, firing: [...new Set([...told.firing, incident.id])] },
      },
    };
  };
  switch (act.verb) {
    case "ack": {
      const taken: Incident = { ...was, state: "acknowledged", by, snoozedUntil: undefined };
      return {
        ...listed(taken),
        news: tells("acknowledged", taken),
        entries: says("acknowledged", "has taken it: nobody else is called"),
      };
    }
    case "snooze": {
      if (Number.isNaN(act.until.getTime()) || act.until <= now)
        throw new NotPossible("a snooze must end later than now");
      if (act.until > after(now, longestSnooze))
        throw new NotPossible(
          `a snooze is at most ${inWords(longestSnooze)}: what is to be quiet for longer is a mute, in the settings, with an owner and a reason`,
        );
      const snoozed: Incident = { ...was, state: "snoozed", by, snoozedUntil: act.until };
      return {
        ...listed(snoozed),
        news: tells("snoozed", snoozed),
        entries: says("snoozed", `Quiet until ${act.until.toISOString()}`),
      };
    }
    case "resolve": {
      const done: Incident = {
        ...was,
        state: "resolved",
        by,
        resolvedAt: now,
        snoozedUntil: undefined,
        listed: false,
      };
      const left = was.listed
        ? withoutIncident(group, was.id)
        : { ...group, more: counted(group.more, was, -1) };
      return {
        group: left,
        changed: [done],
        news: tells("resolved", done),
        entries: says("resolved", words(act.reason, "reason")),
      };
    }
  }
}
