/**
 * The endpoint and what it hands over, together, with a server that behaves like Slack and signs as
 * Slack does.
 */

import { createHmac } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { featuresAtRun } from "../../features.run.ts";
import { features } from "../../features.ts";
import type { Order } from "../../ingest/start.ts";
import { exemptionsAt } from "../../ledger/exemptions.ts";
import { keepHoursStep, keptHoursAt } from "../../ledger/kept-hours.ts";
import { keys } from "../../ledger/keys.ts";
import { type StoredPlan, storePlan } from "../../ledger/plans.ts";
import type { ActionResult, RunResult } from "../../ledger/result.ts";
import { runRecord } from "../../ledger/runs.ts";
import { onCallAnswers } from "../../messages/feature-at-run.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { after, type Clock, clockAt, days, hours, minutes, seconds } from "../../sdk/time.ts";
import { parseSettings } from "../../settings/parse.ts";
import type { TwoPersonRule } from "../../settings/two-persons.ts";
import { contextOf, keptLog } from "../../testing/context.ts";
import { memoryLedger } from "../../testing/memory/ledger.ts";
import { outside } from "../outside.ts";
import { slackApi } from "./api.ts";
import { asTerminal } from "./as-text.ts";
import type { Block } from "./blocks.ts";
import { slack } from "./channel.ts";
import { slackHandler } from "./endpoint.ts";
import type { UnitsShown } from "./exempt-until.ts";
import { type FakeSlack, startFakeSlack } from "./fake.ts";
import type { FakeMessage, Member, UrlEvent } from "./fake-workspace.ts";
import { refusals } from "./remembered.ts";
import { isResponseUrl, responder } from "./respond.ts";
import type { SignedRequest } from "./signed-request.ts";
import { refs } from "./thread.ts";
import { slackWorkHandler } from "./work.ts";
import type { IncidentAct } from "./work-parts.ts";

const at = new Date("2026-11-21T02:00:00Z");
const place = { account: "123456789012", region: "eu-central-1" };
const ann: Member = { user: "U0ANN" };
const bob: Member = { user: "U0BOB" };
const eve: Member = { user: "U0EVE" };
/** May decide, as Ann may. */
const carl: Member = { user: "U0CARL" };
const annIs = "slack:T0TEAM/U0ANN/A0APP";
const ref = "secretsmanager:nightshift/slack" as const;

const settings = parseSettings(
  {
    home: place.region,
    approvers: [annIs, "slack:T0TEAM/U0CARL/A0APP", "arn:aws:iam::123456789012:role/oncall"],
    people: {
      ann: { email: "ann@example.com", slack: "U0ANN" },
      bob: { email: "bob@example.com", slack: "U0BOB" },
    },
    onCall: {
      rotations: {
        primary: {
          people: ["ann", "bob"],
          from: "2026-11-02",
          handover: { every: "week", on: "monday", at: "09:00" },
        },
      },
    },
    channels: {
      oncall: {
        kind: "slack",
        team: "T0TEAM",
        app: "A0APP",
        channel: "C0ONCALL",
        token: ref,
        signingSecret: ref,
      },
    },
    routes: [{ channel: "oncall" }],
  },
  { features, units: [] },
);
const units = {
  "log-retention": { family: "cost", protects: false, mode: "ask" },
  "open-ingress": { family: "security", protects: true, mode: "act" },
} as const;

const action = (target: string, more: Partial<ActionResult> = {}): ActionResult => ({
  id: `log-retention.t.r1.${target}`,
  target,
  because: "it is kept for ever",
  call: { operation: "logs:PutRetentionPolicy", input: {} },
  outcome: "waiting",
  verified: null,
  held: null,
  error: null,
  undo: { operation: "logs:DeleteRetentionPolicy", input: {} },
  savesPerMonth: 2,
  ...more,
});
const planOf = (count: number, unit = "log-retention"): StoredPlan => ({
  unit,
  ...place,
  id: `${unit}.20261121T015900.r1.plan-01234567`,
  run: `${unit}.20261121T015900.r1`,
  hash: "0123456789abcdef0123456789abcdef",
  at,
  expires: after(at, days(3)),
  why: "the mode is ask",
  requester: null,
  proposals: Array.from({ length: count }, (_, index) => ({
    target: `group-${index}`,
    because: "it is kept for ever",
    call: { operation: "logs:PutRetentionPolicy", input: {} },
    undo: { operation: "logs:DeleteRetentionPolicy", input: {} },
    savesPerMonth: 2,
    held: null,
    digest: `${index}`,
  })),
});
const runOf = (plan: StoredPlan, actions: readonly ActionResult[]): RunResult => ({
  id: plan.run,
  automation: plan.unit,
  ...place,
  mode: "ask",
  at,
  outcome: "waiting",
  found: 3,
  plan: { id: plan.id, hash: plan.hash, expires: plan.expires },
  actions,
  calls: { reads: 1, writes: 0 },
});
const messageOf = (run: RunResult): Outgoing => ({
  id: `${run.id}.m`,
  at,
  ...place,
  unit: run.automation,
  kind: "run",
  severity: "warning",
  title: `${run.automation}: something waits`,
  run,
});
const incident: Outgoing = {
  id: "incident.g1.1",
  at,
  ...place,
  unit: "incidents",
  kind: "incident",
  severity: "critical",
  title: "api is in ALARM",
  news: {
    why: "opened",
    group: "g1",
    calls: ["ann"],
    incidents: ["inc.1", "inc.2"].map((id) => ({
      id,
      state: "open",
      severity: "critical",
      title: "api is in ALARM",
      openedAt: at,
      count: 1,
    })),
  },
};

const open: FakeSlack[] = [];
afterAll(() => Promise.all(open.map((one) => one.stop())));

/**
 * A team's Slack, its channel, and both functions. Handed-over orders are carried out by `work`, so
 * that a test can look in between.
 */
interface OfficeGiven {
  readonly broken?: readonly string[];
  readonly twoPersonRule?: TwoPersonRule;
  readonly units?: UnitsShown;
}
async function office(given: OfficeGiven = {}) {
  const deployedUnits: UnitsShown = given.units ?? units;
  const deployed = { ...settings, twoPersonRule: given.twoPersonRule ?? false };
  let moved = 0;
  const clock: Clock = { ...clockAt(at), now: () => new Date(at.getTime() + moved) };
  const fake = await startFakeSlack({ now: () => clock.now() });
  open.push(fake);
  const { store, table, before } = (() => {
    const ledger = memoryLedger(clock);
    return {
      ...ledger,
      before: (hook: (operation: string) => void) => Object.assign(ledger, { before: hook }),
    };
  })();
  const { log, lines } = keptLog();
  const broken = new Set(given.broken);
  const orders: SignedRequest[] = [];
  const done: { to: string; what: unknown }[] = [];
  const api = async () => slackApi({ token: fake.token, url: fake.api });
  const respond = responder(outside({ loopback: true }), fake.isResponse);
  const over = new Set<string>();
  const handed = (to: string) => async (what: unknown) => {
    if (broken.has(to)) throw new Error(`${to} is away`);
    const { incident: id, others = [] } = what as Partial<IncidentAct>;
    const all = id === undefined ? [] : [id, ...others];
    if (all.length && all.every((one) => over.has(one)))
      throw new NotPossible(all.map((one) => `${one} is over`).join("; "));
    done.push({ to, what });
  };
  const app = { team: fake.team, app: fake.app, api };
  const signingSecret = async (): Promise<string> => {
    if (broken.has("secret")) throw new Error("the vault is away");
    return fake.signingSecret;
  };
  const apps = [{ ...app, signingSecret }];
  const endpoint = slackHandler({
    apps,
    settings: deployed,
    units: deployedUnits,
    store,
    clock,
    log,
    respond,
    async work(order) {
      if (broken.has("work")) throw new Error("the function is away");
      orders.push(JSON.parse(JSON.stringify(order)) as SignedRequest);
    },
  });
  const worker = slackWorkHandler({
    apps,
    settings: deployed,
    units: deployedUnits,
    store,
    clock,
    log,
    api,
    respond,
    invoke: async (unit: string, order: Order) => handed(unit)(order),
    undo: handed("undo"),
    incident: async (act: IncidentAct) => handed("incidents")(act),
    asked: {
      killSwitch: async () => "run",
      onCall: () => onCallAnswers(featuresAtRun, settings, store),
    },
  });
  const channel = slack(
    { name: "oncall", channel: fake.channel, api, refs: refs(store, "oncall", clock), log },
    { timeZone: "UTC", byHours: (unit) => deployedUnits[unit]?.family === "hours" },
  );
  const send = async (event: UrlEvent) => {
    const { statusCode, body = "" } = await endpoint(event);
    return [statusCode, body.startsWith("{") ? JSON.parse(body) : body] as const;
  };
  const work = async () => {
    for (const order of orders.splice(0)) await worker(order, contextOf(place));
  };
  return {
    fake,
    store,
    table,
    before,
    lines,
    orders,
    done,
    send,
    work,
    mend: () => broken.clear(),
    ends: (id: string) => over.add(id),
    /** Invokes the function that carries out, past the endpoint. */
    worker: (payload: unknown, awsRequestId = "request") =>
      worker(payload, { ...contextOf(place), awsRequestId }),
    /** Sends, and carries out what was handed over. */
    async ask(event: UrlEvent) {
      const answer = await send(event);
      await work();
      return answer;
    },
    tell: (message: Outgoing) => channel.send(message),
    later: (span: { readonly seconds: number }) => {
      moved += span.seconds * 1000;
    },
    first: () => fake.messages[0] as FakeMessage,
    whispered: () => fake.whispers.at(-1)?.text ?? "",
  };
}
type Office = Awaited<ReturnType<typeof office>>;

/** With a plan that waits in the channel. */
async function asked(count = 2, unit = "log-retention", given: Parameters<typeof office>[0] = {}) {
  const made = await office(given);
  const plan = planOf(count, unit);
  const run = runOf(
    plan,
    plan.proposals.slice(0, 120).map(({ target }) => action(target)),
  );
  await storePlan(made.store, plan);
  await made.store.transact(runRecord("unit", run));
  await made.tell(messageOf(run));
  return { ...made, plan, run };
}
const text = ({ blocks }: { readonly blocks: readonly object[] }): string =>
  asTerminal({ blocks: blocks as Block[] });
const pressable = ({ blocks }: FakeMessage) =>
  blocks.flatMap(({ type, elements = [] }) =>
    type === "actions" ? elements.map(({ action_id }) => action_id) : [],
  );
const decisions = async ({
  store,
  plan,
}: Pick<Awaited<ReturnType<typeof asked>>, "store" | "plan">) =>
  (await store.get(keys.decision(plan.id)))?.body;

/** What the endpoint would hand over of a request. */
const handed = ({ headers, body }: UrlEvent): SignedRequest => ({
  kind: "signed",
  timestamp: headers["x-slack-request-timestamp"] ?? "",
  signature: headers["x-slack-signature"] ?? "",
  body,
});
const payloadOf = ({ body }: UrlEvent) =>
  JSON.parse(
    new URLSearchParams(Buffer.from(body, "base64").toString()).get("payload") ?? "{}",
  ) as { readonly actions: readonly object[] };
/** The body of a press, with another value in its button. */
function withValue(press: UrlEvent, value: string): string {
  const payload = payloadOf(press);
  const actions = payload.actions.map((button) => ({ ...button, value }));
  return new URLSearchParams({ payload: JSON.stringify({ ...payload, actions }) }).toString();
}

describe("the door", () => {
  let it: Office;
  beforeEach(async () => {
    it = await office();
  });
  const refusedBy = async (event: UrlEvent, status = 401) => {
    const [code] = await it.send(event);
    expect([code, it.orders, it.fake.calls]).toEqual([status, [], []]);
  };

  test.each<[string, (event: UrlEvent) => UrlEvent]>([
    [
      "without a signature",
      (event) => ({ ...event, headers: { ...event.headers, "x-slack-signature": "" } }),
    ],
    ["without any header", (event) => ({ ...event, headers: {} })],
    [
      "with a body that was changed",
      (event) => ({
        ...event,
        body: Buffer.from(`${Buffer.from(event.body, "base64")}&text=history`).toString("base64"),
      }),
    ],
    [
      "with another time stamp",
      (event) => ({
        ...event,
        headers: {
          ...event.headers,
          "x-slack-request-timestamp": String(Math.floor(at.getTime() / 1000) - 1),
        },
      }),
    ],
    [
      "with a body that is said not to be in base64",
      (event) => ({ ...event, isBase64Encoded: false }),
    ],
    [
      "signed with another secret",
      (event) => ({
        ...event,
        headers: {
          ...event.headers,
          "x-slack-signature": `v0=${createHmac("sha256", "guess")
            .update(
              `v0:${event.headers["x-slack-request-timestamp"]}:${Buffer.from(event.body, "base64")}`,
            )
            .digest("hex")}`,
        },
      }),
    ],
  ])("a request %s is refused, and nothing of it is read", async (_, changed) =>
    refusedBy(changed(it.fake.command("status"))),
  );

  test("a request that is older than five minutes is refused", async () => {
    const event = it.fake.command("status");
    it.later(seconds(301));
    await refusedBy(event);
  });
  test("a request that is sent again is refused, however soon", async () => {
    const event = it.fake.command("status");
    expect((await it.send(event))[0]).toBe(200);
    it.orders.splice(0);
    it.later(seconds(1));
    expect((await it.send(event))[0]).toBe(401);
    expect(it.orders).toEqual([]);
    expect(it.lines.at(-1)).toMatchObject({ level: "warn", fields: { verdict: "replayed" } });
  });
  test("of a hundred copies at the same moment one is taken", async () => {
    const event = it.fake.command("status");
    const codes = await Promise.all(
      Array.from({ length: 100 }, async () => (await it.send(event))[0]),
    );
    expect([codes.filter((code) => code === 200).length, it.orders.length]).toEqual([1, 1]);
  });
  test("what is remembered of a request outlives its signature, and is forgotten then", async () => {
    await it.send(it.fake.command("status"));
    const seen = [...it.table.all()].filter((item) => item.pk?.S?.startsWith("slack#seen#"));
    expect(seen).toHaveLength(1);
    expect(Number(seen[0]?.ttl?.N) - at.getTime() / 1000).toBe(600);
  });
  test("where nothing can be remembered nothing is taken", async () => {
    it.before(() => {
      throw new Error("the ledger is away");
    });
    await expect(it.send(it.fake.command("status"))).rejects.toThrow();
    expect(it.orders).toEqual([]);
  });
  test("more than half a megabyte is not even looked at", async () =>
    refusedBy(it.fake.signed("x".repeat(500_001)), 413));
  test("a signed request of another app or another workspace is nobody's whom we know", async () => {
    const form = (more: object) =>
      it.fake.signed(
        new URLSearchParams({
          team_id: it.fake.team,
          channel_id: it.fake.channel,
          user_id: "U0ANN",
          command: "/nightshift",
          text: "status",
          api_app_id: it.fake.app,
          response_url: "https://hooks.slack.com/x",
          ...more,
        }).toString(),
      );
    for (const more of [{ api_app_id: "A0OTHER" }, { team_id: "T0OTHER" }])
      expect(await it.send(form(more))).toMatchObject([
        200,
        { response_type: "ephemeral", text: expect.stringContaining("nothing is shown here") },
      ]);
    expect(it.orders).toEqual([]);
  });
  test("whoever has one app's secret does not speak for another app", async () => {
    const made = await asked();
    const other = slackHandler({
      apps: [
        {
          team: "T0TEAM",
          app: "A0APP",
          signingSecret: async () => "secret of the first",
          api: async () => expect.fail("it was asked"),
        },
        {
          team: "T0TEAM",
          app: "A0OTHER",
          signingSecret: async () => made.fake.signingSecret,
          api: async () => expect.fail("it was asked"),
        },
      ],
      settings,
      units,
      store: made.store,
      clock: clockAt(at),
      log: keptLog().log,
      respond: async () => {},
      work: async () => expect.fail("it was handed over"),
    });
    // It names A0APP, whose approver Ann is, and is signed with the other's secret.
    for (const button of ["approve", "targets", "exempt"])
      expect((await other(made.fake.press(made.first(), button))).statusCode).toBe(200);
    expect((await refusals(made.store, 9)).map(({ act }) => act).sort()).toEqual([
      "approve",
      "exempt",
      "targets",
    ]);
  });
  test("Slack's own check of the address is answered", async () => {
    expect(
      await it.send(
        it.fake.signed(
          JSON.stringify({ type: "url_verification", challenge: "abc" }),
          "application/json",
        ),
      ),
    ).toEqual([200, { challenge: "abc" }]);
    expect((await it.send(it.fake.signed("ssl_check=1")))[0]).toBe(200);
  });
  test.each([
    "payload=%7B",
    "payload=null",
    "payload={}",
    "",
    "command=/nightshift",
    `payload=${JSON.stringify({ type: "block_actions", actions: [] })}`,
  ])("signed nonsense (%s) is answered, and leads to nothing", async (body) => {
    expect((await it.send(it.fake.signed(body)))[0]).toBeLessThan(500);
    expect(it.orders).toEqual([]);
  });
  test("headers are found however they are written", async () => {
    const event = it.fake.command("status");
    const headers = Object.fromEntries(
      Object.entries(event.headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect((await it.send({ ...event, headers }))[0]).toBe(200);
  });
});

describe("a plan", () => {
  test("is approved with one tap: recorded with the member's whole identity, handed to the unit, and shown", async () => {
    const it = await asked();
    expect(await it.ask(it.fake.press(it.first(), "approve"))).toEqual([200, ""]);
    expect(await decisions(it)).toEqual({
      plan: it.plan.id,
      hash: it.plan.hash,
      verdict: "approve",
      by: annIs,
      at,
    });
    expect(it.done).toEqual([
      { to: "log-retention", what: { kind: "decision", plan: it.plan.id, region: place.region } },
    ]);
    expect(text(it.first())).toContain(
      "✅ Approved by @U0ANN, 2026-11-21 02:00 UTC. It is being carried out.",
    );
    expect(pressable(it.first())).toEqual(["targets", "exempt"]);
  });
  test("is denied with one tap, and nothing is handed over", async () => {
    const it = await asked();
    await it.ask(it.fake.press(it.first(), "deny"));
    expect(await decisions(it)).toMatchObject({ verdict: "deny", by: annIs });
    expect(it.done).toEqual([]);
    expect(text(it.first())).toContain("❌ Denied by @U0ANN");
  });
  test.each([bob, eve, { user: "U0ANN", team: "T0OTHER" }])(
    "is not decided on by %o: that is refused, recorded, and said to them alone",
    async (who) => {
      const it = await asked();
      await it.ask(it.fake.press(it.first(), "approve", who));
      expect([await decisions(it), it.done, it.first().edited]).toEqual([undefined, [], 0]);
      expect(await refusals(it.store, 5)).toMatchObject([
        { by: `slack:${who.team ?? "T0TEAM"}/${who.user}/A0APP`, act: "approve", on: it.plan.id },
      ]);
      expect(it.whispered()).toContain(
        "Only the approvers whom Nightshift's settings name may do that",
      );
    },
  );
  test("is decided on once: the second learns who was first", async () => {
    const it = await asked();
    const [approve, deny] = [
      it.fake.press(it.first(), "approve"),
      it.fake.press(it.first(), "deny"),
    ];
    await it.ask(approve);
    await it.ask(deny);
    expect(await decisions(it)).toMatchObject({ verdict: "approve" });
    expect(it.whispered()).toContain(`was already decided on: approve by ${annIs}`);
    expect(it.done).toHaveLength(1);
  });
  test("that is another one than the message showed is not decided on", async () => {
    const it = await asked();
    const approve = it.fake.press(it.first(), "approve");
    await storePlan(it.store, { ...it.plan, hash: "f".repeat(32) });
    await it.ask(approve);
    expect([await decisions(it), it.done]).toEqual([undefined, []]);
    expect(it.whispered()).toContain("another plan than the message shows");
  });
  test("that has expired is not decided on, and what to do is said", async () => {
    const it = await asked();
    it.later(days(4));
    await it.ask(it.fake.press(it.first(), "approve"));
    expect(await decisions(it)).toBeUndefined();
    expect(it.whispered()).toMatch(/expired at .*run log-retention again/);
  });
  test("that could not be handed over is handed over when the order comes again, and once more does nothing", async () => {
    const it = await asked(2, "log-retention", { broken: ["log-retention"] });
    await it.send(it.fake.press(it.first(), "approve"));
    const [order] = it.orders;
    await expect(it.worker(order)).rejects.toThrow("log-retention is away");
    expect(it.whispered()).toContain("That failed on our side. It is tried again");
    it.mend();
    await it.worker(order);
    expect(it.done).toHaveLength(1);
    const edited = it.first().edited;
    await it.worker(order);
    expect([it.done.length, it.first().edited]).toEqual([1, edited]);
  });
  test("is decided on though its message cannot be changed", async () => {
    const it = await asked();
    it.fake.refuse("chat.update", "cant_update_message");
    await it.ask(it.fake.press(it.first(), "approve"));
    expect(it.done).toHaveLength(1);
  });
  test("whose press could not be handed over says so, and nothing is decided", async () => {
    const it = await asked(2, "log-retention", { broken: ["work"] });
    expect((await it.ask(it.fake.press(it.first(), "approve")))[0]).toBe(200);
    expect(await decisions(it)).toBeUndefined();
    expect(it.whispered()).toContain("That did not work, and nothing was changed");
  });
  test.each(["", "{}", "null", '{"plan":"x"}', '{"plan":"log-retention.x","hash":"zz"}'])(
    "a button that carries %j decides nothing",
    async (value) => {
      const it = await asked();
      const button = it.fake.press(it.first(), "approve");
      await it.worker(handed(it.fake.signed(withValue(button, value))));
      expect([await decisions(it), it.done]).toEqual([undefined, []]);
      expect(it.whispered()).toContain("carries nothing that can be decided on");
    },
  );
});

describe("a long plan", () => {
  test("is shown whole in a dialog, page by page, worst first", async () => {
    const it = await asked(100);
    await it.ask(it.fake.press(it.first(), "targets"));
    expect(text(it.fake.views[0] ?? { blocks: [] })).toContain("Page 1 of 3");
    await it.ask(it.fake.press(it.fake.views[0] as never, "page.on"));
    await it.ask(it.fake.press(it.fake.views[0] as never, "page.on"));
    expect(text(it.fake.views[0] ?? { blocks: [] })).toContain("Page 3 of 3");
    expect(it.orders).toEqual([]);
  });
  test("opens while Slack still waits, or says that it is too late", async () => {
    const it = await asked(100);
    const press = it.fake.press(it.first(), "targets");
    it.later(seconds(4));
    await it.ask(press);
    expect([it.fake.views, it.whispered()]).toEqual([
      [],
      "Slack waited too long for the dialog. Nothing was changed: press it again.",
    ]);
  });
  test("that is another one by now is not shown in its place", async () => {
    const it = await asked(100);
    const press = it.fake.press(it.first(), "targets");
    await storePlan(it.store, { ...it.plan, hash: "f".repeat(32) });
    await it.ask(press);
    expect([it.fake.views, it.whispered()]).toEqual([
      [],
      expect.stringContaining("another one than the message shows"),
    ]);
  });
});

describe("undo", () => {
  test("is handed to the undo function with who asked for it, and shown", async () => {
    const it = await office();
    const run = {
      ...runOf(planOf(1), [action("a", { outcome: "applied", verified: true })]),
      plan: null,
    };
    await it.store.transact(runRecord("unit", run));
    await it.tell(messageOf(run));
    await it.ask(it.fake.press(it.first(), "undo"));
    expect(it.done).toEqual([
      { to: "undo", what: { id: run.id, by: annIs, key: expect.stringMatching(/^[0-9a-f]{32}$/) } },
    ]);
    expect(text(it.first())).toContain("↩️ @U0ANN takes it back");
    expect(pressable(it.first())).toEqual(["exempt"]);
  });
  test("is not done for whom the settings do not name", async () => {
    const it = await office();
    const run = { ...runOf(planOf(1), [action("a", { outcome: "applied" })]), plan: null };
    await it.store.transact(runRecord("unit", run));
    await it.tell(messageOf(run));
    for (const who of [bob, eve]) await it.ask(it.fake.press(it.first(), "undo", who));
    expect(it.done).toEqual([]);
    expect(await refusals(it.store, 5)).toHaveLength(2);
  });
});

describe("what a schedule stops", () => {
  const byHours = {
    "off-hours-instances": { family: "hours", protects: false, mode: "act" },
  } as const;
  /** A run that stopped these, as it is told. */
  const stopped = async (targets: readonly string[], given?: Parameters<typeof office>[0]) => {
    const it = await office({ ...given, units: byHours });
    const plan = planOf(1, "off-hours-instances");
    const actions = targets.map((target) => action(target, { outcome: "applied" }));
    const run: RunResult = { ...runOf(plan, actions), plan: null };
    await it.store.transact(runRecord("unit", run));
    await it.tell(messageOf(run));
    return { ...it, run };
  };
  const keptIn = async ({ store }: Office) =>
    (await keptHoursAt(store, place)).map(({ target, until, by }) => [target, until, by]);
  const inHours = (count: number): Date => after(at, hours(count));

  test("is kept on with one tap, and looked at by its unit at once", async () => {
    const it = await stopped(["i-1", "i-2"]);
    expect(pressable(it.first())).toEqual(["undo", "keep.4", "keep.12", "exempt"]);
    await it.ask(it.fake.press(it.first(), "keep.4"));
    expect(await keptIn(it)).toEqual([
      ["i-1", inHours(4), annIs],
      ["i-2", inHours(4), annIs],
    ]);
    expect(it.done).toEqual([
      {
        to: "off-hours-instances",
        what: {
          kind: "manual",
          region: place.region,
          key: expect.stringMatching(/^slack\.[0-9a-f]{32}$/),
        },
      },
    ]);
    expect(text(it.first())).toContain("🕓 @U0ANN keeps 2 targets on until 2026-11-21 06:00 UTC");
    expect(pressable(it.first())).toEqual(["undo", "exempt"]);
    const told = await Array.fromAsync(it.store.query(keys.outbox("exempt")));
    expect(told.map(({ body }) => (body as Outgoing).title)).toEqual([
      "i-1, i-2 are kept on until 2026-11-21 06:00 UTC",
    ]);
  });
  test("that is kept on for longer already ends no earlier", async () => {
    const it = await stopped(["i-1", "i-2"]);
    const long = { ...place, target: "i-1", until: inHours(10), by: "ann", at };
    await it.store.transact([keepHoursStep(long)]);
    await it.ask(it.fake.press(it.first(), "keep.4"));
    expect(await keptIn(it)).toEqual([
      ["i-1", inHours(10), "ann"],
      ["i-2", inHours(4), annIs],
    ]);
  });
  test("is kept on by nobody whom the settings do not name", async () => {
    const it = await stopped(["i-1"]);
    for (const who of [bob, eve]) await it.ask(it.fake.press(it.first(), "keep.12", who));
    expect([await keptIn(it), it.done]).toEqual([[], []]);
    expect(await refusals(it.store, 5)).toHaveLength(2);
  });
  test("in more targets than a press may keep on is left, and said to be", async () => {
    const it = await stopped(Array.from({ length: 91 }, (_, nth) => `i-${nth}`));
    await it.ask(it.fake.press(it.first(), "keep.4"));
    expect([await keptIn(it), it.done]).toEqual([[], []]);
    expect(it.whispered()).toContain("npx nightshift hours on SCHEDULE --until 4h");
  });
  test("is no run of another unit, whatever the button says", async () => {
    const it = await office();
    const run = { ...runOf(planOf(1), [action("a", { outcome: "applied" })]), plan: null };
    await it.store.transact(runRecord("unit", run));
    await it.tell(messageOf(run));
    expect(pressable(it.first())).toEqual(["undo", "exempt"]);
    const undo = payloadOf(it.fake.press(it.first(), "undo"));
    const value = JSON.stringify({ run: run.id, hours: 4 });
    const actions = undo.actions.map((button) => ({ ...button, action_id: "keep.4", value }));
    const body = new URLSearchParams({ payload: JSON.stringify({ ...undo, actions }) });
    await it.ask(it.fake.signed(body.toString()));
    expect([await keptIn(it), it.done]).toEqual([[], []]);
    expect(it.whispered()).toContain("log-retention goes by no schedule of hours");
  });
});

describe("an incident", () => {
  const shown = async (given?: Parameters<typeof office>[0]) => {
    const it = await office(given);
    await it.tell(incident);
    return it;
  };
  test("is taken with one tap by whom the settings name as a person, whole", async () => {
    const it = await shown();
    await it.ask(it.fake.press(it.first(), "acknowledge", bob));
    expect(
      it.done.map(({ to, what }) => [
        to,
        (what as IncidentAct).incident,
        (what as IncidentAct).others,
        (what as IncidentAct).verb,
        (what as IncidentAct).by,
      ]),
    ).toEqual([["incidents", "inc.1", ["inc.2"], "ack", "slack:T0TEAM/U0BOB/A0APP"]]);
    expect(text(it.first())).toContain("👀 @U0BOB has taken it");
  });
  test("is snoozed for as long as the button says", async () => {
    const it = await shown();
    await it.ask(it.fake.press(it.first(), "snooze.8", bob));
    expect(it.done[0]?.what).toMatchObject({ verb: "snooze", until: after(at, minutes(480)) });
    expect(text(it.first())).toContain("💤 @U0BOB has snoozed it until 2026-11-21 10:00 UTC");
  });
  test("that is over meanwhile is left, and the others are taken; of none that is left that is said", async () => {
    const it = await shown();
    it.ends("inc.1");
    await it.ask(it.fake.press(it.first(), "snooze.1", bob));
    expect(it.done).toHaveLength(1);
    it.ends("inc.2");
    await it.ask(it.fake.press(it.first(), "acknowledge", bob));
    expect(it.done).toHaveLength(1);
    expect([it.whispered(), text(it.first())]).toEqual([
      "That is not possible: inc.1 is over; inc.2 is over.",
      expect.stringContaining("│ inc.1 is over; inc.2 is over"),
    ]);
  });
  test("is not taken by anybody else", async () => {
    const it = await shown();
    await it.ask(it.fake.press(it.first(), "acknowledge", eve));
    expect(it.done).toEqual([]);
    expect(await refusals(it.store, 5)).toMatchObject([{ act: "acknowledge", on: "g1" }]);
    expect(it.whispered()).toContain("slack:T0TEAM/U0EVE/A0APP");
  });
  test("is not taken by a guest who has another's member id", async () => {
    const it = await shown();
    const guest = { ...bob, team: "T0OTHER" };
    await it.worker(handed(it.fake.press(it.first(), "acknowledge", guest)));
    await it.send(it.fake.press(it.first(), "acknowledge", guest));
    expect([it.done, it.orders, (await refusals(it.store, 5)).length]).toEqual([[], [], 1]);
  });
  test("that could not be handed over is, when the order comes again", async () => {
    const it = await shown({ broken: ["incidents"] });
    await it.send(it.fake.press(it.first(), "acknowledge", bob));
    await expect(it.worker(it.orders[0])).rejects.toThrow("incidents is away");
    it.mend();
    await it.worker(it.orders[0]);
    expect(it.done).toHaveLength(1);
  });
  test("is over when whoever may take it says so, and not when anybody else does", async () => {
    const it = await shown();
    await it.ask(it.fake.press(it.first(), "resolve", eve));
    expect(it.done).toEqual([]);
    expect(await refusals(it.store, 5)).toMatchObject([{ act: "resolve", on: "g1" }]);
    await it.ask(it.fake.press(it.first(), "resolve", bob));
    expect(it.done.map(({ what }) => what)).toMatchObject([
      { verb: "resolve", incident: "inc.1", others: ["inc.2"], by: "slack:T0TEAM/U0BOB/A0APP" },
    ]);
    expect(text(it.first())).toContain("✅ @U0BOB says that it is over");
  });
});

describe("leaving something alone", () => {
  const form = async (unit = "log-retention", who = ann) => {
    const it = await asked(3, unit);
    await it.ask(it.fake.press(it.first(), "exempt", who));
    return { ...it, view: it.fake.views[0] };
  };
  const filled = {
    target: { option: "1" },
    until: { date: "2026-12-01" },
    reason: { text: "kept for the auditors" },
  };

  test("is asked for in a form, and done for that automation alone, there alone, with an end, an owner and a reason; everybody is told", async () => {
    const it = await form();
    expect(text(it.view ?? { blocks: [] })).toContain("Until (the last day, at most 2027-02-19)");
    expect(await it.ask(it.fake.submit(it.view as never, filled))).toEqual([200, ""]);
    expect(await exemptionsAt(it.store, place)).toEqual([
      {
        ...place,
        target: "group-1",
        until: "2026-12-01",
        owner: "ann@example.com",
        reason: "kept for the auditors",
        from: ["log-retention"],
        by: annIs,
        at,
      },
    ]);
    expect(
      (await Array.fromAsync(it.store.query("exempt#outbox"))).map(
        ({ body }) => (body as Outgoing).title,
      ),
    ).toEqual(["group-1 is exempt from log-retention until 2026-12-01"]);
    expect(it.whispered()).toContain("Everybody is told");
  });
  test("is for somebody else than whoever caused the run, where the settings want two persons", async () => {
    for (const [involved, exempt] of [
      [annIs, 0],
      ["arn:aws:iam::123456789012:user/carl", 0],
      ["slack:T0TEAM/U0BOB/A0APP", 1],
    ] as const) {
      const it = await asked(3, "log-retention", { twoPersonRule: { exempt: true } });
      await it.store.transact(runRecord("unit", { ...it.run, involved: [involved] }));
      await it.ask(it.fake.press(it.first(), "exempt", ann));
      await it.ask(it.fake.submit(it.fake.views[0] as never, filled));
      expect(await exemptionsAt(it.store, place)).toHaveLength(exempt);
      expect(it.whispered().includes("wants somebody else to exempt")).toBe(exempt === 0);
    }
  });
  test("is for approvers: nobody else sees the form", async () => {
    const it = await form("log-retention", bob);
    expect([it.view, await refusals(it.store, 5)]).toMatchObject([
      undefined,
      [{ act: "exempt", by: "slack:T0TEAM/U0BOB/A0APP" }],
    ]);
  });
  test.each<[string, object, string, string]>([
    ["a day that is over", { until: { date: "2026-11-20" } }, "until", "Give a day from today"],
    [
      "a day that is too far away",
      { until: { date: "2027-11-20" } },
      "until",
      "Give a day from today",
    ],
    ["no day", { until: {} }, "until", "Give a day from today"],
    ["no reason", { reason: { text: "  " } }, "reason", "must know"],
    ["no target", { target: {} }, "target", "Choose a target"],
  ])("with %s is sent back with what is wrong", async (_, wrong, input, says) => {
    const it = await form();
    expect(await it.ask(it.fake.submit(it.view as never, { ...filled, ...wrong }))).toEqual([
      200,
      { response_action: "errors", errors: { [input]: expect.stringContaining(says) } },
    ]);
    expect(await exemptionsAt(it.store, place)).toEqual([]);
  });
  test("from a security automation ends as soon as a tag would have to", async () => {
    const it = await form("open-ingress");
    expect(
      await it.ask(it.fake.submit(it.view as never, { ...filled, until: { date: "2026-12-06" } })),
    ).toMatchObject([200, { errors: { until: "Give a day from today to 2026-12-05" } }]);
    await it.ask(it.fake.submit(it.view as never, { ...filled, until: { date: "2026-12-05" } }));
    expect(await exemptionsAt(it.store, place)).toHaveLength(1);
  });
  test("a form is sent in once, by whom it was opened for, about what it was opened for", async () => {
    const it = await form();
    const nobody = async () => expect(await exemptionsAt(it.store, place)).toEqual([]);
    // Signed, but Slack has opened no such form.
    await it.ask(
      it.fake.submit({ ...(it.view as never as object), id: "V0FORGED" } as never, filled),
    );
    await nobody();
    await it.ask(it.fake.submit(it.view as never, filled, bob));
    await nobody();
    await it.ask(
      it.fake.submit(
        {
          ...(it.view as never as { private_metadata: string }),
          private_metadata: JSON.stringify({ run: "open-ingress.x.y" }),
        } as never,
        filled,
      ),
    );
    await nobody();
    // That one used the form up.
    expect(await it.ask(it.fake.submit(it.view as never, filled))).toMatchObject([
      200,
      { errors: { target: expect.stringContaining("sent in before") } },
    ]);
    await nobody();
  });
  test("a form that was opened about one run exempts nothing of another that there is", async () => {
    const it = await form();
    const other = { ...it.run, id: "log-retention.20261121T015900.r2" };
    await it.store.transact(runRecord("unit", other));
    const view = {
      ...(it.view as never as object),
      private_metadata: JSON.stringify({ run: other.id }),
    } as never;
    expect(await it.ask(it.fake.submit(view, filled))).toMatchObject([
      200,
      { errors: { target: expect.stringContaining("was not opened for you") } },
    ]);
    expect([it.orders, await exemptionsAt(it.store, place)]).toEqual([[], []]);
  });
  test("a form that was opened for one approver is not sent in by another", async () => {
    const it = await form();
    expect(await it.ask(it.fake.submit(it.view as never, filled, carl))).toMatchObject([
      200,
      { errors: { target: expect.stringContaining("was not opened for you") } },
    ]);
    expect([it.orders, await exemptionsAt(it.store, place)]).toEqual([[], []]);
  });
  test("of a target that the run was not about is not possible", async () => {
    const it = await form();
    await it.ask(it.fake.submit(it.view as never, { ...filled, target: { option: "99" } }));
    expect([await exemptionsAt(it.store, place), it.whispered()]).toEqual([
      [],
      expect.stringContaining("no such target"),
    ]);
  });
});

describe("/nightshift", () => {
  const answerTo = async (it: Office, command: string, who: Member = ann, where?: string) => {
    const before = it.fake.whispers.length;
    await it.ask(it.fake.command(command, who, where));
    expect(it.fake.whispers).toHaveLength(before + 1);
    return text(it.fake.whispers.at(-1) ?? { blocks: [] });
  };
  test("answers: status, list, plan, history, oncall, and what there is", async () => {
    const it = await asked();
    expect(await answerTo(it, "status")).toContain("Waiting for a decision (1)");
    expect(await answerTo(it, "list")).toContain("• log-retention ask");
    expect(await answerTo(it, "plan")).toContain("1 plan waits for a decision");
    expect(await answerTo(it, "history")).toContain(`${it.run.id} (run, eu-central-1): waiting`);
    expect(await answerTo(it, "history group-0")).toContain("Nothing was done to it");
    expect(await answerTo(it, "oncall")).toContain(
      "primary: @U0ANN until 2026-11-23 09:00 UTC, then @U0BOB",
    );
    expect(await answerTo(it, "")).toContain("What Nightshift answers here");
    expect(await answerTo(it, "drop tables")).toContain('There is no "drop"');
  });
  test("shows a plan with its buttons to who may press them, and without to who may not", async () => {
    const it = await asked();
    expect(await answerTo(it, `plan ${it.plan.id}`)).toContain(
      "[ Approve 2 ]  [ Deny ]  [ All targets ]",
    );
    expect(await answerTo(it, `plan ${it.plan.id}`, bob)).toContain("│ [ All targets ]");
    expect(await answerTo(it, "plan log-retention.a.b.plan-c")).toContain("There is no such plan");
  });
  test("a plan that it shows is approved there, and what was whispered says so", async () => {
    const it = await asked();
    await answerTo(it, `plan ${it.plan.id}`);
    await it.ask(it.fake.press(it.fake.whispers.at(-1) as never, "approve"));
    expect(await decisions(it)).toMatchObject({ verdict: "approve", by: annIs });
    expect(it.fake.whispers.at(-1)).toMatchObject({ replaces: true });
  });
  test("whoever is not named sees nothing outside of the channel, and no more than stands there within it", async () => {
    const it = await asked();
    expect(await it.ask(it.fake.command("history", eve, "C0RANDOM"))).toMatchObject([
      200,
      { response_type: "ephemeral", text: expect.stringContaining("You are not among them") },
    ]);
    expect(it.fake.whispers).toEqual([]);
    expect(await refusals(it.store, 5)).toMatchObject([{ act: "command", on: "history" }]);
    expect(await answerTo(it, "status", eve)).toContain("How Nightshift stands");
    expect(await answerTo(it, "status", bob, "C0RANDOM")).toContain("How Nightshift stands");
  });
  test("that fails says so", async () => {
    const it = await office({ broken: ["work"] });
    expect(await it.send(it.fake.command("status"))).toMatchObject([
      200,
      {
        response_type: "ephemeral",
        text: expect.stringContaining("That did not work, and nothing was changed"),
      },
    ]);
  });
});

test.each([
  "https://hooks.slack.com.evil.example/x",
  "http://hooks.slack.com/x",
  "https://evil.example/?https://hooks.slack.com/",
  "https://a@hooks.slack.com/x",
  "https://hooks.slack.com:8443/x",
  "https://evilslack.com/actions/T0/1/x",
  "https://hooks.evilslack.com/actions/T0/1/x",
  "https://evil.hooks.slack.com/actions/T0/1/x",
  "https://hooks.slack.com./actions/T0/1/x",
  "https://hooks.slack.com%2eevil.example/x",
  "https://hooks.slack.com\\@evil.example/x",
  "https://slack.com/x",
  "https://\u0445ooks.slack.com/x",
  "file:///etc/passwd",
  "hooks.slack.com",
  "",
])("nothing is answered to %j", async (url) => {
  expect(isResponseUrl(url)).toBe(false);
  await expect(
    responder({ post: async () => expect.fail("it was sent") })(url, { text: "x", blocks: [] }),
  ).rejects.toThrow("not Slack's");
});

describe("invoked past the endpoint", () => {
  const forged = {
    kind: "press",
    act: "approve",
    person: { team: "T0TEAM", user: "U0ANN", app: "A0APP" },
    key: "k",
    shown: { whispered: true, message: null },
  };
  /** Nothing decided, undone, exempted, told or remembered. */
  const untouched = async (it: Awaited<ReturnType<typeof asked>>, before: number) => {
    expect([await decisions(it), it.done, it.fake.whispers, it.first().edited]).toEqual([
      undefined,
      [],
      [],
      0,
    ]);
    expect(await exemptionsAt(it.store, place)).toEqual([]);
    expect([...it.table.all()]).toHaveLength(before);
  };

  test.each<[string, (it: Awaited<ReturnType<typeof asked>>) => unknown]>([
    ["nothing", () => undefined],
    ["an object", () => ({})],
    [
      "an approval that was read from no request",
      ({ plan }) => ({ ...forged, value: JSON.stringify({ plan: plan.id, hash: plan.hash }) }),
    ],
    ["an undo", ({ run }) => ({ ...forged, act: "undo", value: JSON.stringify({ run: run.id }) })],
    [
      "an exemption",
      ({ run }) => ({
        ...forged,
        kind: "exempt",
        run: run.id,
        target: 0,
        until: "2026-11-30",
        reason: "x",
      }),
    ],
    [
      "what the Function URL gives the endpoint",
      ({ fake, first }) => fake.press(first(), "approve"),
    ],
    [
      "a request with an empty signature",
      ({ fake, first }) => ({ ...handed(fake.press(first(), "approve")), signature: "" }),
    ],
    [
      "a request that is signed with a guess",
      ({ fake, first }) => ({
        ...handed(fake.press(first(), "approve")),
        signature: `v0=${createHmac("sha256", "guess").update("x").digest("hex")}`,
      }),
    ],
    [
      "a request whose body was changed",
      ({ fake, first }) => ({
        ...handed(fake.press(first(), "approve")),
        body: fake.press(first(), "deny").body,
      }),
    ],
    [
      "a request of Bob's whose member was changed to Ann",
      ({ fake, first }) => {
        const press = handed(fake.press(first(), "approve", bob));
        const body = Buffer.from(press.body, "base64").toString().replaceAll("U0BOB", "U0ANN");
        return { ...press, body: Buffer.from(body).toString("base64") };
      },
    ],
    [
      "a signed request with a field of the forger's beside it",
      ({ fake, first }) => ({
        ...handed(fake.press(first(), "approve", eve)),
        person: { team: "T0TEAM", user: "U0ANN", app: "A0APP" },
      }),
    ],
    [
      "a signed request whose time was moved",
      ({ fake, first }) => ({
        ...handed(fake.press(first(), "approve")),
        timestamp: String(Math.floor(at.getTime() / 1000) + 1),
      }),
    ],
  ])("with %s it does nothing", async (_, payload) => {
    const it = await asked();
    const before = [...it.table.all()].length;
    await expect(it.worker(payload(it))).rejects.toThrow(/not understood|not signed by Slack/);
    await untouched(it, before);
  });
  test("with a request of a day ago it does nothing, and nobody is told", async () => {
    const it = await asked();
    const before = [...it.table.all()].length;
    const press = handed(it.fake.press(it.first(), "approve"));
    it.later(days(1));
    await expect(it.worker(press)).rejects.toThrow("not signed by Slack (stale)");
    await untouched(it, before);
  });
  test("with what another app's secret signed it does nothing", async () => {
    const it = await asked();
    const press = it.fake.press(it.first(), "approve");
    const other = JSON.stringify(payloadOf(press)).replaceAll("A0APP", "A0OTHER");
    const body = new URLSearchParams({ payload: other }).toString();
    await it.worker(handed(it.fake.signed(body)));
    expect([await decisions(it), it.done]).toEqual([undefined, []]);
  });
  test("who asks is who Slack says, not who the endpoint took it for", async () => {
    const it = await asked();
    await it.worker(handed(it.fake.press(it.first(), "approve", bob)));
    expect([await decisions(it), it.done]).toEqual([undefined, []]);
    expect(await refusals(it.store, 5)).toMatchObject([{ by: "slack:T0TEAM/U0BOB/A0APP" }]);
  });
  test.each(["targets", "exempt"])("with a press of %s it does nothing", async (button) => {
    const it = await asked();
    await it.worker(handed(it.fake.press(it.first(), button)));
    expect([it.done, it.fake.views, it.fake.whispers]).toEqual([[], [], []]);
  });
  test.each<[string, object]>([
    ["a day that is none", { until: { date: "2026-12-0z" } }],
    ["a day that is too far away", { until: { date: "2027-11-20" } }],
    ["no reason", { reason: { text: " " } }],
    ["a target that the run was not about", { target: { option: "99" } }],
  ])("a form with %s exempts nothing, though no endpoint has looked at it", async (_, wrong) => {
    const it = await asked(3);
    await it.ask(it.fake.press(it.first(), "exempt"));
    const filled = {
      target: { option: "1" },
      until: { date: "2026-12-01" },
      reason: { text: "kept" },
      ...wrong,
    };
    await it.worker(handed(it.fake.submit(it.fake.views[0] as never, filled)));
    expect(await exemptionsAt(it.store, place)).toEqual([]);
    expect(it.whispered()).toContain("not possible");
  });
  test("a form that was opened for somebody else exempts nothing", async () => {
    const it = await asked(3);
    await it.ask(it.fake.press(it.first(), "exempt"));
    const [view] = it.fake.views;
    const filled = {
      target: { option: "1" },
      until: { date: "2026-12-01" },
      reason: { text: "kept" },
    };
    const forms = [
      it.fake.submit(view as never, filled, bob),
      it.fake.submit(view as never, filled, carl),
      it.fake.submit({ ...(view as never as object), id: "V0FORGED" } as never, filled),
    ];
    for (const form of forms) await it.worker(handed(form));
    expect(await exemptionsAt(it.store, place)).toEqual([]);
  });
});

describe("a signature", () => {
  test("is claimed once: what another invocation brings again is left alone, done or not", async () => {
    const it = await asked(2, "log-retention", { broken: ["log-retention"] });
    const press = handed(it.fake.press(it.first(), "approve"));
    await expect(it.worker(press, "first")).rejects.toThrow("log-retention is away");
    it.mend();
    await it.worker(press, "second");
    expect(it.done).toEqual([]);
    // Lambda's own retry has the request id of the first.
    await it.worker(press, "first");
    expect(it.done).toHaveLength(1);
    const { edited } = it.first();
    for (const again of ["first", "second"]) await it.worker(press, again);
    expect([it.done.length, it.first().edited]).toEqual([1, edited]);
  });
  test("that is brought a hundred times at once leads to one effect", async () => {
    const it = await asked();
    const press = handed(it.fake.press(it.first(), "approve"));
    await Promise.all(Array.from({ length: 100 }, (_, nth) => it.worker(press, `request ${nth}`)));
    expect([it.done.length, it.first().edited]).toEqual([1, 1]);
  });
  test("that is over five minutes old is not acted on: whoever pressed is told once to press again", async () => {
    const it = await asked();
    const press = handed(it.fake.press(it.first(), "approve"));
    it.later(seconds(301));
    for (const request of ["first", "first", "second"]) await it.worker(press, request);
    expect([await decisions(it), it.done, it.fake.whispers.length]).toEqual([undefined, [], 1]);
    expect(it.whispered()).toContain("Press it again");
  });
  test("is not judged without the secret: the request comes again", async () => {
    const it = await asked(2, "log-retention", { broken: ["secret"] });
    const press = handed(it.fake.press(it.first(), "approve"));
    await expect(it.worker(press)).rejects.toThrow("no signing secret can be read");
    it.mend();
    await it.worker(press);
    expect(it.done).toHaveLength(1);
  });
  test("whose claim cannot be written leads to nothing", async () => {
    const it = await asked();
    const press = handed(it.fake.press(it.first(), "approve"));
    it.before(() => {
      throw new Error("the ledger is away");
    });
    await expect(it.worker(press)).rejects.toThrow();
    expect(it.done).toEqual([]);
  });
});
