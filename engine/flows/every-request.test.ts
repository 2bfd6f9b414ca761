// @module-tag proof
/** A flow is carried while any one of its requests goes wrong, in every way, through both ports. */
import { describe, expect, test } from "vitest";
import { durableRunner } from "../../test/setup/durable-runner.ts";
import { type Fate, FlowWorld, fates, memoryPorts } from "../../test/setup/flows-in-memory.ts";
import { reapingIn } from "../../test/setup/reaping.ts";

durableRunner();

/** `npm run prove` tries each of them in each way through both. */
const every = (port: keyof typeof memoryPorts, fate: Fate): number => {
  if (process.env.FC_RUNS) return 1;
  if (port === "durable") return 9;
  return fate === "dies after it" || fate === "denied" ? 1 : 5;
};

async function carried(port: keyof typeof memoryPorts, mishap?: { at: number; fate: Fate }) {
  const world = new FlowWorld(reapingIn({ pending: 1 }));
  world.aws.volumes.set("vol-1", "wrong").set("vol-2", "right");
  const run = await world.deliver();
  const first = world.process(mishap);
  const processes = [first];
  const by = memoryPorts[port](world, () => processes.pop() ?? world.process());
  await world.flows.carryAll(by);
  return { end: await world.end(run.id), requests: first.requests() };
}
type End = Awaited<ReturnType<typeof carried>>["end"];

/** Done wholly and once, or not at all and said so. */
function wrongIn({ outcomes, why, left, told, volumes, snapshots, effects }: End): string[] {
  const wrong = [...left];
  const count = (effect: string) => effects.filter((one) => one === effect).length;
  if (told.length !== 2 || told[0] !== "1 begun") wrong.push(`told: ${told.join("; ")}`);
  if (count("DeleteVolume vol-1") > 1) wrong.push("deleted twice");
  if (effects.some((effect) => effect.includes("vol-2"))) wrong.push("the right one was changed");
  if (outcomes[0] === "applied") {
    if (volumes.join() !== "right") wrong.push(`applied, and there are ${volumes}`);
    if (snapshots.join() !== "vol-1") wrong.push(`applied, and snapshots of ${snapshots}`);
    if (count("CreateSnapshot vol-1") !== 1) wrong.push("not made once");
    return wrong;
  }
  if (!volumes.includes("wrong") && snapshots.length !== 1) wrong.push("gone without a snapshot");
  const named = /Left: ec2:CreateSnapshot/.test(why[0] ?? "");
  if (snapshots.length > 0 && !named) wrong.push(`left a snapshot without a word: ${why[0]}`);
  if (!/^(failed|held)$/.test(outcomes[0] ?? "")) wrong.push(`it is ${outcomes[0]}`);
  return wrong;
}

/** What passes by itself must not end it. */
const passes = new Set<Fate>(["dies before it", "dies after it", "throttled"]);

describe.each(["ledger", "durable"] as const)("carried by %s", { timeout: 600_000 }, (port) => {
  const tried = fates.map((fate) => ({ fate, stride: every(port, fate) }));
  test.each(tried)("each of its requests in steps of $stride: $fate", async ({ fate, stride }) => {
    const { requests } = await carried(port);
    expect(requests).toBeGreaterThan(20);
    const wrong: string[] = [];
    for (let at = 0; at < requests; at += stride) {
      const { end } = await carried(port, { at, fate });
      const found = wrongIn(end);
      if (passes.has(fate) && end.outcomes[0] !== "applied")
        found.push(`${end.outcomes}: ${end.why}`);
      if (found.length) wrong.push(`at request ${at}: ${found.join(", ")}`);
    }
    expect(wrong).toEqual([]);
  });
});
