import { describe, expect, onTestFinished, test } from "vitest";
import type { PersonProof } from "../../ingest/proof.ts";
import type { Order } from "../../ingest/start.ts";
import { decisionOn, refusalsOf } from "../../ledger/decisions.ts";
import { days, minutes } from "../../sdk/time.ts";
import { prepare, subjects } from "../../test/setup/delivery.ts";
import { contextOf, keptLog } from "../../testing/context.ts";
import { knownPeople } from "../../testing/signatures.ts";
import { decideHandler } from "./decide.ts";

const ann = "arn:aws:iam::123456789012:user/ann";
const oncall = "arn:aws:iam::123456789012:role/oncall";
type Signed = ReturnType<typeof approve> & { readonly proof: PersonProof };

async function asked(broken = false, twoPersonRule = false, by?: string) {
  const delivery = await prepare(subjects.retention, ["wrong-a"]);
  onTestFinished(() => delivery.close());
  const { aws } = delivery;
  const host = delivery.host({ mode: "ask" });
  const { plan } = await delivery.deliver({
    host,
    start: { ...delivery.start, ...(by !== undefined && { by }) },
  });
  const orders: [string, Order][] = [];
  const { log, lines } = keptLog();
  const { sign, identify } = knownPeople(host.clock);
  let away = broken;
  const handle = decideHandler({
    settings: { ...host.settings, approvers: [ann, oncall], twoPersonRule },
    store: delivery.store,
    clock: host.clock,
    log,
    identify,
    async invoke(unit, order) {
      if (away) throw new Error("the function is away");
      orders.push([unit, order]);
    },
  });
  const address = { deployed: host.settings, account: aws.account, to: "decide" };
  const signed = (body: object, arn: string = ann) => sign(arn, address, body);
  const send = async (body: unknown, over: object = {}, context = contextOf(aws)) => {
    const event = {
      version: "2.0",
      // Whoever invokes the function directly writes this as they like.
      requestContext: { http: { method: "POST" }, authorizer: { iam: { userArn: oncall } } },
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...over,
    };
    const { statusCode, body: text } = await handle(event, context);
    return [statusCode, JSON.parse(text ?? "null")] as const;
  };
  const ask = async (body: object, arn: string = ann) => send(await signed(body, arn));
  const mend = () => {
    away = false;
  };
  return { ...delivery, id: plan?.id ?? "", orders, lines, ask, send, signed, mend, address, sign };
}
const approve = (plan: string) => ({ plan, verdict: "approve" });
const deny = (plan: string) => ({ plan, verdict: "deny" });

test("an approval is recorded with who has signed it, and handed to the unit's own function", async () => {
  const { ask, id, orders, aws } = await asked();
  expect(await ask(approve(id))).toEqual([
    200,
    { plan: id, verdict: "approve", by: ann, at: expect.any(String) },
  ]);
  expect(orders).toEqual([["test-retention", { kind: "decision", plan: id, region: aws.region }]]);
});
test("a session of a role that may, may", async () => {
  const { ask, id } = await asked();
  expect((await ask(approve(id), "arn:aws:sts::123456789012:assumed-role/oncall/ann"))[0]).toBe(
    200,
  );
});
test("a body in base64 is read", async () => {
  const { send, signed, id } = await asked();
  const body = Buffer.from(JSON.stringify(await signed(approve(id)))).toString("base64");
  expect((await send(body, { isBase64Encoded: true }))[0]).toBe(200);
});
test("a denial is told and hands nothing over", async () => {
  const { ask, id, orders, store } = await asked();
  for (let times = 0; times < 2; times += 1) expect((await ask(deny(id)))[0]).toBe(200);
  expect(orders).toEqual([]);
  expect(
    (await Array.fromAsync(store.query("decision#outbox"))).map(
      ({ body }) => (body as { id: string }).id,
    ),
  ).toEqual([`${id}.denied`]);
});
test("the same decision again is answered the same and handed over again: the first hand-over may have failed", async () => {
  const { ask, id, orders, mend } = await asked(true);
  await expect(ask(approve(id))).rejects.toThrow("the function is away");
  mend();
  expect((await ask(approve(id)))[0]).toBe(200);
  expect(orders).toHaveLength(1);
});

describe("is refused", () => {
  test("in whose name a made-up request context says, where nobody has signed it", async () => {
    const { send, id, orders, store } = await asked();
    const [status, answer] = await send({ ...approve(id), by: ann });
    expect([status, answer.error, orders]).toEqual([
      403,
      expect.stringContaining("give it with the command line, which signs it"),
      [],
    ]);
    expect(await decisionOn(store, id)).toBeUndefined();
  });
  test("in another's name: it counts for who has signed it, whatever else is said of them", async () => {
    const { send, signed, id } = await asked();
    const eve = "arn:aws:iam::123456789012:user/eve";
    const [status, answer] = await send(await signed({ ...approve(id), by: ann }, eve));
    expect([status, answer.error]).toEqual([409, expect.stringContaining(`${eve} may not decide`)]);
  });
  test.each<[string, (body: Signed) => object]>([
    ["another plan", (body) => ({ ...body, plan: `${body.plan}x` })],
    ["another verdict", (body) => ({ ...body, verdict: "approve" })],
    ["a field more", (body) => ({ ...body, by: oncall })],
    ["a hash", (body) => ({ ...body, hash: "0".repeat(64) })],
    ["another nonce", (body) => ({ ...body, proof: { ...body.proof, nonce: "n".repeat(36) } })],
  ])("with %s than was signed", async (_, tampered) => {
    const { send, signed, id, orders, store } = await asked();
    const [status, answer] = await send(tampered((await signed(deny(id))) as Signed));
    expect([status, answer.error]).toEqual([
      403,
      expect.stringContaining("it was signed for another order"),
    ]);
    expect([orders, await decisionOn(store, id)]).toEqual([[], undefined]);
  });
  test("the same signature again", async () => {
    const { send, signed, id, orders } = await asked();
    const body = await signed(approve(id));
    expect((await send(body))[0]).toBe(200);
    expect(await send(body)).toEqual([
      403,
      { error: expect.stringContaining("with the same signature, and counts once") },
    ]);
    expect(orders).toHaveLength(1);
  });
  test("an order that was signed for another function", async () => {
    const { send, sign, address, id } = await asked();
    const [status] = await send(await sign(ann, { ...address, to: "undo" }, approve(id)));
    expect(status).toBe(403);
  });
  test("a plan that is another than the one that was shown", async () => {
    const { ask, id } = await asked();
    expect(await ask({ ...approve(id), hash: "0".repeat(64) })).toEqual([
      409,
      { error: expect.stringContaining("is another plan than the one that was shown") },
    ]);
  });
  test.each<[string, unknown]>([
    ["what is not JSON", "approve it"],
    ["another verdict", { plan: "x", verdict: "maybe" }],
    ["no plan", { verdict: "approve" }],
    ["a plan's name that is too long", { plan: "x".repeat(301), verdict: "approve" }],
    ["nothing", ""],
  ])("%s", async (_, body) => expect((await (await asked()).send(body))[0]).toBe(400));
  test("whom the settings do not name, and says who may", async () => {
    const { ask, id, orders } = await asked();
    const [status, answer] = await ask(approve(id), "arn:aws:iam::123456789012:user/eve");
    expect([status, answer.error, orders]).toEqual([
      409,
      expect.stringContaining(`the settings name ${ann}`),
      [],
    ]);
  });
  test("who asked for the run, where the settings want two persons, and the refusal is kept", async () => {
    const { ask, id, orders, store } = await asked(false, true, ann);
    expect(await ask(approve(id))).toEqual([
      409,
      { error: expect.stringContaining(`${ann} asked for it`) },
    ]);
    expect((await refusalsOf(store, id)).map(({ by, verdict }) => [by, verdict])).toEqual([
      [ann, "approve"],
    ]);
    expect(orders).toEqual([]);
    expect((await ask(approve(id), oncall))[0]).toBe(200);
  });
  test("an unknown plan", async () => {
    const { ask } = await asked();
    expect(await ask(approve("test-retention.a.b.plan-c"))).toEqual([
      409,
      { error: expect.stringContaining("there is no plan test-retention.a.b.plan-c") },
    ]);
  });
  test("a second opinion", async () => {
    const { ask, id, orders } = await asked();
    await ask(approve(id));
    expect(await ask(deny(id))).toEqual([
      409,
      { error: expect.stringContaining(`was already decided on: approve by ${ann}`) },
    ]);
    expect((await ask(approve(id), "arn:aws:sts::123456789012:assumed-role/oncall/bob"))[0]).toBe(
      409,
    );
    expect(orders).toHaveLength(1);
  });
  test("a plan that has expired", async () => {
    const { ask, id, later } = await asked();
    await later(days(3));
    await later(minutes(1));
    expect(await ask(approve(id))).toEqual([409, { error: expect.stringContaining("expired at") }]);
  });
});
