/** Scenarios that nobody thought of, the same each time. */
import type { Inhibition } from "../../oncall/settings/on-call.ts";
import type { Scenario, Shown } from "./scenario.ts";

/** Mulberry32. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** They end before Alertmanager removes empty groups, which it does by a clock of its own. */
const [wait, interval, until] = [2, 4, 27];
const inhibit: readonly Inhibition[] = [
  { source: { severity: ["critical"] }, target: { severity: ["warning"] }, equal: ["region"] },
];
const regions = ["eu-central-1", "us-east-1"] as const;

function scenario(seed: number): Scenario {
  const below = numbers(seed);
  const inputs: Shown[] = [];
  /** When each group is looked at, as a remainder of the interval. */
  const phases = new Map<string, number>();
  const open = new Set<string>();
  for (let at = 0; at < until - 6; at += 1 + below(2)) {
    if ([...phases.values()].includes(at % interval)) continue;
    const region = regions[below(2)] ?? "eu-central-1";
    const critical = below(3) === 0;
    const key = `${critical ? "outage" : `k${below(3)}`}-${region}`;
    const over = open.has(key) && below(2) === 0;
    if (over) open.delete(key);
    else open.add(key);
    if (!phases.has(region)) phases.set(region, (at + wait) % interval);
    inputs.push({
      at,
      key,
      region,
      severity: critical ? "critical" : "warning",
      ...(over && { over: true }),
    });
  }
  return {
    name: `random ${seed}`,
    by: ["region"],
    wait,
    interval,
    repeat: 10,
    inhibit: seed % 2 ? inhibit : [],
    inputs,
    until,
  };
}

export const randomScenarios: readonly Scenario[] = Array.from({ length: 12 }, (_, at) =>
  scenario(at + 1),
);
