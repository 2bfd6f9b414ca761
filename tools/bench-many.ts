/**
 * Memory and time of a first plan of very many proposals, over a ledger in memory: asked, its first
 * part approved and carried out. `node tools/bench-many.ts [number]`; a function has 512 MB, and
 * the heap is limited to what Node takes of that: `node --max-old-space-size=400`.
 */
import { decideOn } from "../engine/run/approve.ts";
import { manyGroups } from "../testing/many.ts";

const count = Number(process.argv[2] ?? 20_000);
const by = "arn:aws:iam::123456789012:user/ann";
const name = (at: number) => `/app/${String(at).padStart(6, "0")}/${"x".repeat(300)}`;
const many = manyGroups(
  Array.from({ length: count }, (_, at) => name(at)),
  { approvers: [by] },
);

async function measured<T>(what: string, act: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const sent = many.ledger.sent.length;
  const result = await act();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const requests = many.ledger.sent.length - sent;
  // In kilobytes: the most that the process has had.
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`${what}: ${seconds} s, ${requests} requests to the ledger, ${megabytes} MB at most`);
  return result;
}

const asked = await measured(`${count} proposals asked`, () =>
  many.deliver({ kind: "sweep", key: "slot" }),
);
const plan = asked.plan?.id ?? "";
await decideOn(
  many.host.store,
  { approvers: [by], twoPersonRule: false },
  { plan, verdict: "approve", by, at: many.host.clock.now() },
);
await measured(`${asked.plan?.part?.changes ?? count} of them carried out`, () =>
  many.deliver({ kind: "decision", key: `decision#${plan}`, plan }),
);
