/** On-call in the night of `npm start`: who is on, and incidents kept in this process. */

import { minutes } from "../sdk/time.ts";
import type { NightFeature, NightHost, NightIncident } from "../testing/night/feature.ts";
import { identifyNobody } from "../testing/signatures.ts";
import { incidentsHandler } from "./incidents/function.ts";
import { createIncidents, type IncidentsHost } from "./incidents/service.ts";
import { shownIncident } from "./incidents/shown.ts";
import { closedIncidents, type Head, openIncidents, timelineOf } from "./incidents/store.ts";
import { queuedTimers } from "./incidents/timers.ts";
import { nameOf } from "./rota/name-of.ts";
import { whoIsOn } from "./rota/who-is-on.ts";

const rotation = "primary";
/** More than a night has. */
const most = 100;

const settings: NightFeature["settings"] = {
  onCall: {
    rotations: {
      [rotation]: {
        people: ["ann", "ben"],
        from: "2026-11-02",
        handover: { every: "week", on: "monday", at: "09:00" },
      },
    },
    escalations: [
      { match: { severity: ["critical"] }, steps: [{ after: minutes(10), call: [rotation] }] },
    ],
  },
};

async function watchedOf(
  head: Head,
  { store, settings: { people } }: Pick<NightHost, "store" | "settings">,
): Promise<NightIncident> {
  const called = nameOf(people);
  const timeline = await timelineOf(store, head);
  return {
    ...shownIncident(head),
    unit: head.labels.unit,
    by: head.by && called(head.by),
    timeline: timeline.map(({ at, what, text, by }) => ({ at, what, text, by: by && called(by) })),
  };
}

const oldestFirst = (a: NightIncident, b: NightIncident): number =>
  a.openedAt.getTime() - b.openedAt.getTime() || (a.id < b.id ? -1 : 1);

const incidents: NightFeature["incidents"] = (host) => {
  const { settings: parsed, families, store, clock, log, metrics } = host;
  const { people, onCall = { rotations: {} } } = parsed;
  const timers = queuedTimers();
  const keeping: IncidentsHost = {
    onCall,
    families,
    whoIsOn: whoIsOn(parsed),
    nameOf: nameOf(people),
    telling: parsed,
    store,
    timers,
    clock,
    log,
    metrics,
  };
  const kept = createIncidents(keeping);
  const keep = incidentsHandler({ ...keeping, settings: parsed, identify: identifyNobody });
  const personOn = (at: Date): string => whoIsOn(parsed)(rotation, at)[0] ?? "";
  return {
    // People act on incidents through the command line alone, which keeps them itself.
    answer: (payload) => keep(payload, { account: "", invocation: "night" }),
    nextTimer: timers.next,
    async wake(now) {
      for (const group of timers.due(now)) await kept.wake(group);
    },
    overdue: async () => void (await kept.overdue()),
    async acknowledge(title, at) {
      const { heads } = await openIncidents(store, most);
      const incident = heads.find((head) => head.title.startsWith(title))?.id ?? title;
      await kept.act({ verb: "ack", id: "night", incident, by: personOn(at) });
    },
    personOn: (at) => people[personOn(at)]?.name ?? personOn(at),
    async all() {
      const { heads } = await openIncidents(store, most);
      const all = [...heads, ...(await closedIncidents(store, most))];
      const watched = await Promise.all(all.map((head) => watchedOf(head, host)));
      return watched.toSorted(oldestFirst);
    },
  };
};

/** The same people, who are not to be woken for what can wait. */
const week: NightFeature["week"] = {
  onCall: {
    ...settings.onCall,
    rotations: settings.onCall?.rotations ?? {},
    quietHours: { from: "22:00", until: "07:00" },
  },
};

const night: NightFeature = { settings, week, incidents };

export default night;
