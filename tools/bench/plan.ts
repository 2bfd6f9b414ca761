/**
 * Memory and time of a first plan of very many proposals, over a ledger in memory: asked, its first
 * part approved and carried out. `node --max-old-space-size=160 tools/bench/plan.ts [number]`
 */
import { decideOn } from "../../engine/run/approve.ts";
import { manyGroups } from "../../testing/many.ts";
import { mostMemory } from "./most-memory.ts";

const count = Number(process.argv[2] ?? 20_000);
const by = "arn:aws:iam::123456789012:user/ann";
const name = (at: number) => `/app/${String(at).padStart(6, "0")}/${"x".repeat(300)}`;
const many = manyGroups(
  Array.from({ length: count }, (_, at) => name(at)),
  { approvers: [by] },
);

/** Seconds of the processor that something takes: others on the machine do not count. */
async function timed<T>(act: () => Promise<T>): Promise<readonly [T, seconds: number]> {
  const began = process.cpuUsage();
  const result = await act();
  const { user, system } = process.cpuUsage(began);
  return [result, (user + system) / 1e6];
}

const [{ plan }, asked] = await timed(() => many.deliver({ kind: "sweep", key: "slot" }));
const id = plan?.id ?? "";
const decision = { plan: id, verdict: "approve" as const, by, at: many.host.clock.now() };
await decideOn(many.host.store, { approvers: [by], twoPersonRule: false }, decision);
const [done, carriedOut] = await timed(() =>
  many.deliver({ kind: "decision", key: `decision#${id}`, plan: id }),
);
const items = [...many.ledger.table.all()].map((item) => JSON.stringify(item).length);
console.log(
  JSON.stringify({
    proposals: count,
    ...{ asked, carriedOut, actions: done.actions.length },
    requests: many.ledger.sent.length,
    largestItem: Math.max(...items) / 1024,
    // In kilobytes: the most that the process has had.
    most: Math.round(mostMemory() / 1024),
  }),
);
