import { describe, expect, onTestFinished, test } from "vitest";
import type { Order } from "../../ingest/start.ts";
import { refusalsOf } from "../../ledger/decisions.ts";
import { days, minutes } from "../../sdk/time.ts";
import { prepare, subjects } from "../../test/setup/delivery.ts";
import { keptLog } from "../../testing/context.ts";
import { decideHandler } from "./decide.ts";

const ann = "arn:aws:iam::123456789012:user/ann";
const oncall = "arn:aws:iam::123456789012:role/oncall";

async function asked(broken = false, twoPersonRule = false, by?: string) {
  const delivery = await prepare(subjects.retention, ["wrong-a"]);
  onTestFinished(() => delivery.close());
  const host = delivery.host({ mode: "ask" });
  const { plan } = await delivery.deliver({
    host,
    start: { ...delivery.start, ...(by !== undefined && { by }) },
  });
  const orders: [string, Order][] = [];
  const { log, lines } = keptLog();
  let away = broken;
  const handle = decideHandler({
    settings: { approvers: [ann, oncall], twoPersonRule },
    store: delivery.store,
    clock: host.clock,
    log,
    async invoke(unit, order) {
      if (away) throw new Error("the function is away");
      orders.push([unit, order]);
    },
  });
  const ask = async (body: unknown, userArn: string | undefined = ann, over: object = {}) => {
    const iam =
      userArn === undefined ? {} : { authorizer: { iam: { userArn, accountId: "123456789012" } } };
    const { statusCode, body: text } = await handle({
      version: "2.0",
      requestContext: { http: { method: "POST" }, ...iam },
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...over,
    });
    return [statusCode, JSON.parse(text ?? "null")] as const;
  };
  return { ...delivery, id: plan?.id ?? "", orders, lines, ask, mend: () => (away = false) };
}
const approve = (plan: string) => ({ plan, verdict: "approve" });
const deny = (plan: string) => ({ plan, verdict: "deny" });

test("an approval is recorded with who IAM says it is, and handed to the unit's own function", async () => {
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
  const { ask, id } = await asked();
  expect(
    (
      await ask(Buffer.from(JSON.stringify(approve(id))).toString("base64"), ann, {
        isBase64Encoded: true,
      })
    )[0],
  ).toBe(200);
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
  test.each<[string, object]>([
    ["without any context", { requestContext: undefined }],
    ["without an identity, as ministack's own URL sends it", { requestContext: { http: {} } }],
    [
      "with an identity of another kind",
      { requestContext: { authorizer: { jwt: { claims: { sub: ann } } } } },
    ],
    ["with an empty identity", { requestContext: { authorizer: { iam: { userArn: "" } } } }],
    [
      "with an identity in the body or a header alone",
      { requestContext: {}, headers: { "x-user-arn": ann } },
    ],
  ])("%s", async (_, over) => {
    const { ask, id, orders } = await asked();
    const [status, answer] = await ask({ ...approve(id), by: ann }, ann, over);
    expect([status, answer.error, orders]).toEqual([
      403,
      "no identity: sign the request with IAM credentials",
      [],
    ]);
  });
  test.each<[string, unknown]>([
    ["what is not JSON", "approve it"],
    ["another verdict", { plan: "x", verdict: "maybe" }],
    ["no plan", { verdict: "approve" }],
    ["a plan's name that is too long", { plan: "x".repeat(301), verdict: "approve" }],
    ["nothing", ""],
  ])("%s", async (_, body) => expect((await (await asked()).ask(body))[0]).toBe(400));
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
