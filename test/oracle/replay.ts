/**
 * The recordings' inputs through the pure machine: several groups, the incidents that inhibit
 * others, a timer each.
 */

import { incidentId } from "../../messages/incident-id.ts";
import type { IncidentShown } from "../../messages/incident-news.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { groupOf } from "../../oncall/incidents/grouping.ts";
import { isSource } from "../../oncall/incidents/inhibit.ts";
import { aboutMessage, type Input, step } from "../../oncall/incidents/machine.ts";
import { type MachineSettings, machineSettings } from "../../oncall/incidents/settings.ts";
import type { Group, Incident, IncidentSource } from "../../oncall/incidents/store.ts";
import { after, before, seconds } from "../../sdk/time.ts";
import {
  groupShown,
  labelsShown,
  maintenance,
  type Notified,
  type Scenario,
  type Shown,
  type Ticks,
} from "./scenario.ts";

const start = new Date("2026-11-21T02:00:00Z");

export function settingsOf(
  { by, wait, interval, repeat, inhibit = [] }: Scenario,
  secondsPerTick: number,
): MachineSettings {
  const span = (ticks: Ticks) => seconds(ticks * secondsPerTick);
  const settings = machineSettings(
    {
      rotations: {},
      group: { by, wait: span(wait), interval: span(interval), repeat: span(repeat) },
      inhibit,
    },
    () => [],
  );
  return { ...settings, forget: span(maintenance) };
}

/**
 * A look that notifies: as Alertmanager would, all that is open in the group and what is over; and
 * what is told of it, which is what is new.
 */
export interface Looked extends Notified {
  readonly told: readonly IncidentShown[];
}

/** @returns the looks that notify, at which tick */
export function replay(
  scenario: Scenario,
  secondsPerTick: number,
  settings = settingsOf(scenario, secondsPerTick),
): Looked[] {
  const time = (ticks: Ticks) => after(start, seconds(ticks * secondsPerTick));
  const tickOf = (at: Date): Ticks => (at.getTime() - start.getTime()) / 1000 / secondsPerTick;
  const message = (shown: Shown, index: number): Outgoing => {
    const { key, account, region, unit, severity } = labelsShown(shown);
    const at = before(time(shown.at), seconds((shown.began ?? 0) * secondsPerTick));
    const closing = shown.over ? { closes: true, confirmed: true } : {};
    return {
      id: `m${index}`,
      at,
      account,
      region,
      unit,
      kind: "signal",
      title: key,
      severity,
      key,
      ...closing,
    };
  };

  const groups = new Map<string, Group>();
  const known = new Map<string, Incident>();
  const notified: Looked[] = [];
  const sources = (): IncidentSource[] =>
    [...known.values()].flatMap(({ id, labels, state }) =>
      state !== "resolved" && isSource({ labels }, settings.inhibit) ? [{ id, labels }] : [],
    );
  const advance = (group: Group, input: Input, now: Date): void => {
    const { state, tell, changed, saw } = step(group, input, { now, settings, sources: sources() });
    groups.set(state.id, state);
    for (const one of changed) known.set(one.id, one);
    if (!saw) return;
    const titles = (some: readonly Incident[]) => some.map(({ title }) => title).sort();
    const [firing, resolved] = [titles(saw.firing), titles(saw.resolved)];
    const told = tell.flatMap(({ news }) => news.incidents);
    notified.push({ at: tickOf(now), group: groupShown(state.labels), firing, resolved, told });
  };
  /** Wakes every group whose time comes before. */
  const wake = (until: Date): void => {
    for (;;) {
      const [next] = [...groups.values()]
        .filter(({ next: at }) => at && at < until)
        .sort((a, b) => Number(a.next) - Number(b.next));
      if (!next?.next) return;
      advance(next, { kind: "tick" }, next.next);
    }
  };
  for (const [index, shown] of [...scenario.inputs].sort((a, b) => a.at - b.at).entries()) {
    const now = time(shown.at);
    wake(now);
    const sent = message(shown, index);
    const is = known.get(incidentId(sent));
    const first = groupOf(aboutMessage(sent, "signals"), settings, now);
    const group = groups.get(is?.group ?? first.id) ?? first;
    advance(group, { kind: "signal", message: sent, family: "signals", known: is }, now);
  }
  wake(time(scenario.until + 0.5));
  return notified.sort((a, b) => a.at - b.at || (a.group < b.group ? -1 : 1));
}
