/** One automation in an account in memory, for tests that say step by step what happens. */

import { createHost, type Host } from "../../engine/run/host.ts";
import { run } from "../../engine/run/run.ts";
import { features } from "../../features.ts";
import type { RunResult } from "../../ledger/result.ts";
import type { Start } from "../../ledger/start.ts";
import { noLog } from "../../sdk/log.ts";
import { after, minutes } from "../../sdk/time.ts";
import { parseSettings } from "../../settings/parse.ts";
import { settingsOf, type UnitSettings } from "../../settings/settings.ts";
import { subjectOf, targetsOf } from "./subjects.ts";
import { account, clients, clock, type Planned, region, store, World } from "./world.ts";

interface Delivered {
  readonly faults?: readonly Planned[];
  readonly settings?: Partial<UnitSettings>;
  /** The same host, in which something happens at a certain moment. */
  readonly in?: (host: Host) => Host;
}

export function stage(name: string, count: number, settings: Partial<UnitSettings> = {}) {
  const [subject, targets] = [subjectOf(name), targetsOf(name, count)];
  const world = new World(1, subject.unit.id);
  for (const target of targets) subject.seed(world.aws, target);
  const base = {
    ...settingsOf(
      parseSettings({ home: region }, { features, units: [subject.unit.id] }),
      subject.unit,
      [subject.unit.id],
    ),
    mode: "act" as const,
  };
  return {
    world,
    subject,
    targets,
    place: { unit: subject.unit.id, account, region },
    start: (kind: Start["kind"], key: string, given: Partial<Start> = {}): Start => ({
      kind,
      key,
      region,
      at: new Date(world.now),
      ...given,
    }),
    host: (given: Partial<UnitSettings> = {}): Host =>
      createHost({
        account,
        settings: { ...base, ...settings, ...given },
        clock,
        clients,
        store,
        log: noLog,
        deadline: after(clock.now(), minutes(15)),
      }),
    /** What a person or another function does. */
    as: <T>(who: string, act: () => Promise<T>): Promise<T | undefined> =>
      world.process(who, [], act),
    /** @returns `undefined` when the process was killed */
    deliver(
      start: Start,
      { faults = [], settings: given = {}, in: within = (host) => host }: Delivered = {},
    ): Promise<RunResult | undefined> {
      return world.process(start.key, faults, () =>
        run(subject.unit, start, within(this.host(given))),
      );
    },
    /** At which of a process's calls the first change is made. */
    async firstChange(start: Start): Promise<number> {
      const apart = stage(name, count, settings);
      let at = -1;
      apart.world.onEffect = ({ process }) => {
        if (at < 0) at = process.calls - 1;
      };
      await apart.deliver(start);
      return at;
    },
    wait(span: { readonly seconds: number }): void {
      world.now += span.seconds * 1000;
    },
  };
}
