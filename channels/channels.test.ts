import { randomBytes } from "node:crypto";
import { CreateEmailIdentityCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import * as fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../ledger/store.ts";
import type { Outgoing } from "../messages/outgoing.ts";
import { asHtml } from "../messages/render/html.ts";
import type { Log } from "../sdk/log.ts";
import { type Clock, clockAt, minutes, type Span, seconds } from "../sdk/time.ts";
import { type SecretRef, secretPlace } from "../settings/secret-ref.ts";
import { action, anyMessage, incident, messages, news, run } from "../test/messages.ts";
import { embedded } from "../test/setup/aws.ts";
import { plainStore } from "../test/setup/plain-store.ts";
import type { Channel } from "./channel.ts";
import { type ChannelPorts, channelsOf } from "./channels.ts";
import type { ChannelSetting } from "./declared.ts";
import { email, mail } from "./email/email.ts";
import { reachedIn } from "./email/reached.ts";
import type { Fake, Misdeed } from "./fake-server.ts";
import { outside } from "./outside.ts";
import { type FakePagerDuty, startPagerDuty } from "./pagerduty/fake.ts";
import { dedupKey, events } from "./pagerduty/pagerduty.ts";
import { secrets } from "./secrets.ts";
import { type FakeSlackWebhook, startSlackWebhook } from "./slack-webhook/fake.ts";
import { webhookText } from "./slack-webhook/slack-webhook.ts";
import { type FakeTeams, startTeams } from "./teams/fake.ts";
import { card } from "./teams/teams.ts";
import { TakenInPart, Undelivered } from "./undelivered.ts";
import { type FakeReceiver, type Received, startReceiver } from "./webhook/fake.ts";
import { payload } from "./webhook/webhook.ts";

const options = { timeZone: "Europe/Berlin" };
const routingKey = randomBytes(16).toString("hex");
const signing = `whsec_${randomBytes(32).toString("base64")}`;

let pagerduty: FakePagerDuty;
let teams: FakeTeams;
let slack: FakeSlackWebhook;
let receiver: FakeReceiver;
let clock: Clock;
let vault: Record<string, string>;
let logged: string[];
const log: Log = {
  info: (said, fields) => void logged.push(`${said} ${JSON.stringify(fields)}`),
  warn: (said, fields) => void logged.push(`${said} ${JSON.stringify(fields)}`),
  error: (said, fields) => void logged.push(`${said} ${JSON.stringify(fields)}`),
};

beforeAll(async () => {
  [pagerduty, teams, slack] = await Promise.all([
    startPagerDuty(routingKey),
    startTeams(),
    startSlackWebhook(),
  ]);
  receiver = await startReceiver(Buffer.from(signing.slice("whsec_".length), "base64"), () =>
    clock.now(),
  );
});
afterAll(() => Promise.all([pagerduty, teams, slack, receiver].map(({ stop }) => stop())));
beforeEach(() => {
  clock = clockAt(new Date("2026-11-21T02:08:00Z"));
  vault = {
    routing: routingKey,
    teams: teams.webhook,
    slack: slack.webhook,
    receiver: receiver.webhook,
    signing,
  };
  logged = [];
  for (const fake of [pagerduty, teams, slack, receiver]) fake.mend();
});

const ref = (name: string): SecretRef => `secretsmanager:${name}`;
const settings = {
  pager: { kind: "pagerduty", routingKey: ref("routing") },
  "team-room": { kind: "teams", url: ref("teams") },
  chat: { kind: "slack-webhook", url: ref("slack") },
  ours: { kind: "webhook", url: ref("receiver"), secret: ref("signing") },
} as const satisfies Readonly<Record<string, ChannelSetting>>;
type Name = keyof typeof settings;
const names = Object.keys(settings) as Name[];
const fakeOf = (name: Name): Fake =>
  ({ pager: pagerduty, "team-room": teams, chat: slack, ours: receiver })[name];

/** @param timeout short only where no answer will come: a machine that is busy answers late */
const ports = (timeout = seconds(10)): ChannelPorts => ({
  secrets: secrets(async (place) => vault[place.name], clock),
  outside: outside({ loopback: true, timeout }),
  clock,
  log,
  text: options,
  people: {},
  store: undefined as never,
  clients: undefined as never,
  home: "eu-central-1",
  urls: { pagerduty: pagerduty.url },
});
async function channel(name: Name, timeout?: Span): Promise<Channel> {
  const [made] = await channelsOf(settings, ports(timeout), [name]);
  if (!made) throw new Error(`there is no ${name}`);
  return made;
}
const failureOf = async (sending: Promise<void>): Promise<Undelivered> => {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Undelivered)) throw new Error(`it was not refused: ${String(error)}`);
  return error;
};

describe.each(names)("through %s", (name) => {
  test.each(Object.entries(messages))("%s is taken", async (_, message) => {
    const before = fakeOf(name).asked();
    await (await channel(name)).send(message);
    expect(fakeOf(name).asked()).toBeGreaterThan(before);
  });

  test("whatever stands in a message, it is taken: limits are kept by construction", async () => {
    const one = await channel(name);
    await fc.assert(
      fc.asyncProperty(anyMessage, (message) => one.send(message)),
      { numRuns: 40 },
    );
  });

  test.each([
    ["throttled", { again: true, after: seconds(30), status: 429 }],
    ["busy", { again: true, status: 503 }],
    ["broken", { again: true, status: 500 }],
    ["reset", { again: true }],
    ["lost", { again: true }],
    ["silent", { again: true }],
    ["moved", { again: false, status: 302 }],
    ["revoked", { again: false }],
  ] satisfies readonly (readonly [Misdeed, object])[])(
    "%s is told as what it is",
    async (how, verdict) => {
      fakeOf(name).fail(how);
      const one = await channel(name, how === "silent" ? seconds(0.1) : undefined);
      expect(await failureOf(one.send(messages["a bare signal"]))).toMatchObject(verdict);
    },
  );

  test("an answer that is huge counts by its status", async () => {
    fakeOf(name).fail("huge", 1);
    await (await channel(name)).send({ ...messages["a bare signal"], id: "alarm.huge" });
  });

  test("no error and no log line holds a secret, whatever goes wrong", async () => {
    const known = Object.values(vault).flatMap((value) => [
      value,
      ...(URL.canParse(value)
        ? [new URL(value).pathname, new URL(value).search.slice(1), new URL(value).host]
        : []),
    ]);
    for (const how of [
      "throttled",
      "busy",
      "broken",
      "reset",
      "silent",
      "moved",
      "revoked",
    ] as const) {
      fakeOf(name).fail(how);
      const one = await channel(name, how === "silent" ? seconds(0.1) : undefined);
      const error = await failureOf(one.send(messages["a bare signal"]));
      const all = [
        error.message,
        error.stack,
        JSON.stringify(error),
        String(error.cause),
        ...logged,
      ].join("\n");
      for (const secret of known) if (secret.length > 1) expect(all).not.toContain(secret);
    }
  });

  test("a secret that was replaced is read again when the old one is refused, and the message goes out once", async () => {
    const right = { ...vault };
    const wrong: typeof vault = {
      routing: "0".repeat(32),
      teams: teams.webhook.replace(/sig=.*/, "sig=old"),
      slack: `${slack.url}/services/T0/B0/old`,
      receiver: receiver.webhook,
      signing: `whsec_${randomBytes(32).toString("base64")}`,
    };
    vault = { ...wrong };
    const one = await channel(name);
    const old = await failureOf(one.send(messages["a bare signal"]));
    expect(old.again).toBe(false);
    vault = right;
    await clock.sleep(minutes(2));
    const before = fakeOf(name).asked();
    await one.send(messages["a bare signal"]);
    expect(fakeOf(name).asked() - before).toBe(2);
  });

  test("a secret that is not there names its place and what to do", async () => {
    vault = {};
    const error = await failureOf((await channel(name)).send(messages["a bare signal"]));
    expect(error.message).toMatch(/its secret secretsmanager:\w+ is not there or empty/);
    expect(error.again).toBe(false);
  });
});

describe("PagerDuty", () => {
  const alertOf = (message: Outgoing) => pagerduty.alerts.get(dedupKey(message));

  test("one alert goes the way of its group: opened, taken, over; told again it wakes nobody twice", async () => {
    const one = await channel("pager");
    const group = { group: "storage/1" };
    const opened = news("opened", [incident("disk")], group);
    await one.send(opened);
    await one.send(opened);
    await one.send(news("repeat", [incident("disk", { count: 9 })], group));
    expect(alertOf(opened)).toMatchObject({
      state: "triggered",
      triggers: 3,
      severity: "critical",
    });
    expect(pagerduty.opened.filter((key) => key === dedupKey(opened))).toHaveLength(1);
    await one.send(
      news("acknowledged", [incident("disk", { state: "acknowledged", by: "ann" })], group),
    );
    expect(alertOf(opened)?.state).toBe("acknowledged");
    await one.send(news("resolved", [incident("disk", { state: "resolved" })], group));
    expect(alertOf(opened)?.state).toBe("resolved");
  });

  test("what is over only in part stays open", async () => {
    const one = await channel("pager");
    const group = { group: "storage/2" };
    const opened = news("opened", [incident("a"), incident("b")], group);
    await one.send(opened);
    await one.send(news("resolved", [incident("a", { state: "resolved" }), incident("b")], group));
    await one.send(news("changed", [incident("a", { state: "resolved" })], { ...group, more: 1 }));
    await one.send(
      news("resolved", [incident("a", { state: "resolved", by: "ann" })], { ...group, open: 1 }),
    );
    await one.send(
      news("acknowledged", [incident("a", { state: "acknowledged", by: "ann" })], {
        ...group,
        open: 1,
      }),
    );
    expect(alertOf(opened)?.state).toBe("triggered");
  });

  test("a signal without incidents goes by its key, and what is read to be over resolves it", async () => {
    const one = await channel("pager");
    const opened = { ...messages["a bare signal"], key: "alarm/x" };
    await one.send(opened);
    await one.send({ ...opened, id: "alarm.said", closes: true, confirmed: false });
    expect(alertOf(opened)?.state).toBe("triggered");
    await one.send({ ...opened, id: "alarm.later", closes: true, confirmed: true });
    expect(alertOf(opened)?.state).toBe("resolved");
  });

  test("an end that nobody was told the beginning of, or that is in doubt, wakes nobody", async () => {
    const one = await channel("pager");
    const end = { ...messages["a bare signal"], id: "alarm.end", key: "alarm/of-nothing" };
    await one.send({ ...end, closes: true, confirmed: false });
    await one.send({ ...end, doubt: "said to be over, but the state does not say so" });
    await one.send({ ...end, closes: true, confirmed: true });
    expect(pagerduty.opened).not.toContain(dedupKey(end));
  });

  test.each([
    ["a run that changed something", ["/v2/change/enqueue"]],
    ["a run that failed in part", ["/v2/enqueue", "/v2/change/enqueue"]],
    ["a run that asks", ["/v2/enqueue"]],
    ["a bare signal", ["/v2/enqueue"]],
  ] as const)(
    "%s is sent to %j: what was changed is a change event, and what must wake somebody an alert",
    (which, paths) => {
      expect(events(messages[which], options).map(({ path }) => path)).toEqual(paths);
    },
  );

  test("however long a group's name, its key has at most 255 characters and stays its own", () => {
    const long = (end: string) =>
      dedupKey(news("opened", [incident("a")], { group: `${"x".repeat(5_000)}${end}` }));
    expect(long("1").length).toBeLessThanOrEqual(255);
    expect(long("1")).not.toBe(long("2"));
    expect(long("1")).toBe(long("1"));
  });

  test("a message that comes again after a lost answer opens nothing a second time", async () => {
    const one = await channel("pager");
    const message = { ...messages["a bare signal"], id: "alarm.lost" };
    pagerduty.fail("lost", 1);
    await failureOf(one.send(message));
    await one.send(message);
    expect(pagerduty.opened.filter((key) => key === dedupKey(message))).toHaveLength(1);
  });
});

describe("a webhook of one's own", () => {
  test("is signed so that a receiver's library takes it, fresh and untouched, and nothing else", async () => {
    await (await channel("ours")).send({ ...messages["a bare signal"], id: "alarm.signed" });
    const { body = "", headers = {} }: Partial<Received> = receiver.received.at(-1) ?? {};
    const library = new Webhook(signing);
    const signed = {
      "webhook-id": headers["webhook-id"] ?? "",
      "webhook-signature": headers["webhook-signature"] ?? "",
      "webhook-timestamp": headers["webhook-timestamp"] ?? "",
    };
    // The library goes by this machine's clock: the same, signed now.
    const fresh = { ...signed, "webhook-timestamp": String(Math.floor(Date.now() / 1000)) };
    const again = {
      ...fresh,
      "webhook-signature": library.sign(
        "alarm.signed",
        new Date(Number(fresh["webhook-timestamp"]) * 1000),
        body,
      ),
    };
    expect(library.verify(body, again)).toMatchObject({
      type: "nightshift.signal",
      data: { id: "alarm.signed", severity: "critical" },
    });
    expect(signed["webhook-signature"]).toBe(
      library.sign("alarm.signed", new Date(Number(signed["webhook-timestamp"]) * 1000), body),
    );
    expect(() => library.verify(`${body} `, again)).toThrow();
    expect(() =>
      new Webhook(`whsec_${randomBytes(32).toString("base64")}`).verify(body, again),
    ).toThrow();
  });

  test("a message that is sent twice has one id, by which a receiver leaves out the second", async () => {
    const one = await channel("ours");
    const message = { ...messages["a bare signal"], id: "alarm.twice" };
    receiver.fail("lost", 1);
    await failureOf(one.send(message));
    await one.send(message);
    expect(receiver.received.filter(({ id }) => id === "alarm.twice")).toHaveLength(1);
  });

  test("a secret that can be guessed is refused, without a word of it", async () => {
    vault = { ...vault, signing: "hunter2" };
    const error = await failureOf((await channel("ours")).send(messages["a bare signal"]));
    expect(error).toMatchObject({
      again: false,
      message: expect.stringContaining("can be guessed"),
    });
    expect(error.message).not.toContain("hunter2");
  });

  test("stays below 100 KB, and says what it left out", () => {
    const actions = Array.from(
      { length: 3_000 },
      (_, index) =>
        ({
          ...messages["a run that changed something"].run.actions[0],
          target: `sgr-${index}`,
        }) as never,
    );
    const body = payload({
      ...messages["a run that changed something"],
      run: { ...messages["a run that changed something"].run, actions },
    });
    expect(Buffer.byteLength(body)).toBeLessThan(100_000);
    expect(JSON.parse(body)).toMatchObject({ data: { run: { actionsLeftOut: 2_800 } } });
    expect(
      JSON.parse(payload({ ...messages["a bare signal"], title: "x".repeat(200_000) })),
    ).toMatchObject({ data: { leftOut: expect.any(String) } });
  });
});

const hostile: Outgoing = {
  ...messages["a bare signal"],
  title:
    "<!channel> *bold* <https://evil.example.com|click> [x](https://evil.example.com) <img src=x onerror=alert(1)>",
  facts: { "<b>name</b>": "`code` **x** <@U1> & <script>alert(1)</script>\nforged: line" },
  affected: ["https://evil.example.com/phish"],
  link: "https://console.aws.amazon.com.evil.example.com/",
  runbook: "javascript:alert(1)",
};

describe("what others wrote is shown and obeyed by nobody", () => {
  test("in Slack: no markup, no call, no link", () => {
    const text = webhookText(hostile, options);
    expect(text).not.toMatch(/<(?!$)/);
    expect(text).not.toContain("*bold*");
    expect(text).not.toContain("https://evil");
  });

  test("in Teams: every sign of Markdown is escaped, and the only buttons are AWS's pages and the runbook", () => {
    const { attachments } = JSON.parse(card(hostile, options)) as {
      attachments: [{ content: { body: { text: string }[]; actions: object[] } }];
    };
    const shown = attachments[0].content.body.map(({ text }) => text).join("\n");
    expect(shown).not.toMatch(/(?<!\\)[*`[\]<>]/);
    expect(attachments[0].content.actions).toEqual([]);
    const { link, runbook } = messages["a signal with all that it can have"];
    expect(
      card({ ...hostile, ...(link && { link }), ...(runbook && { runbook }) }, options),
    ).toContain(JSON.stringify(link));
  });

  test("in a mail: no tag, no link, no second header", () => {
    const html = asHtml(hostile, options);
    expect(html).not.toMatch(/<(script|img|b>|a )/);
    expect(html).toContain("&lt;script&gt;");
    const { Content } = mail(
      { ...hostile, title: "x\r\nBcc: everyone@example.com" },
      "on@example.com",
      ["ann@example.com"],
      options,
    );
    expect(Content?.Simple?.Subject?.Data).not.toMatch(/[\r\n]/);
  });

  test("an event that is not AWS's brings no link along, through no channel", () => {
    const message = messages["an event that is not AWS's"];
    for (const shown of [
      webhookText(message, options),
      card(message, options),
      asHtml(message, options),
      JSON.stringify(events(message, options)),
    ])
      expect(shown).not.toContain("https://evil.example.com");
    expect(JSON.parse(payload(message))).toMatchObject({ data: { untrusted: true, link: null } });
  });

  test("a card fits through Teams whatever is in it, and says what it left out", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(Buffer.byteLength(card(message, options))).toBeLessThanOrEqual(28 * 1024);
      }),
      { numRuns: 100 },
    );
    const moons = "🌙".repeat(2_000);
    const full: Outgoing = {
      ...messages["a run that changed something"],
      facts: Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`f${index}`, moons])),
      affected: Array.from({ length: 10 }, () => moons),
      run: run(
        ["failed", "waiting", "applied"].flatMap((outcome) =>
          Array.from({ length: 10 }, (_, index) =>
            action(`${index}${moons}`, {
              outcome: outcome as "failed",
              because: `${index}${moons}`,
            }),
          ),
        ),
      ),
    };
    expect(card(full, options)).toContain("not fit here");
  });
});

test("a table goes with a mail as a file for a spreadsheet, whole", () => {
  const table = { columns: ["bucket", "USD"], rows: [["=1+1", 12.5] as const] };
  const message = { ...messages["a digest"], table };
  const { Content } = mail(message, "ops@example.com", ["ann@example.com"], options);
  const [file] = Content?.Simple?.Attachments ?? [];
  expect([file?.FileName, file?.ContentType, file?.ContentDisposition]).toEqual([
    "table.csv",
    "text/csv; charset=utf-8",
    "ATTACHMENT",
  ]);
  expect(Buffer.from(file?.RawContent ?? []).toString()).toBe(
    '\ufeffbucket,USD\r\n"\'=1+1",12.5\r\n',
  );
  expect(Content?.Simple?.Body?.Html?.Data).toContain(">12.5</td>");
});

describe("mail through SES", () => {
  const people = { ann: "ann@example.com", ben: "ben@example.com" } as Readonly<
    Record<string, string>
  >;
  let store: Store;
  beforeEach(() => {
    store = plainStore();
  });
  const sender = (client: Pick<SESv2Client, "send">, to?: readonly string[]) =>
    email(
      {
        name: "mail",
        reached: reachedIn(store, "mail", clock),
        from: "Nightshift <nightshift@example.com>",
        to,
        address: (person) => people[person],
        client,
      },
      options,
    );

  test("is taken for a sender that is verified, and refused for good for one that is not", async () => {
    const aws = await embedded();
    const client = aws.client(SESv2Client);
    const one = sender(client, ["team@example.com"]);
    expect(await failureOf(one.send(messages["a bare signal"]))).toMatchObject({
      again: false,
      message: expect.stringContaining("not verified"),
    });
    await client.send(new CreateEmailIdentityCommand({ EmailIdentity: "nightshift@example.com" }));
    for (const message of Object.values(messages)) await one.send(message);
  });

  /** SES as it is: a mail goes to all of its recipients or to none. */
  const ses = (refuse: (address: string, nth: number) => string | undefined) => {
    const inboxes: string[] = [];
    let calls = 0;
    const client = {
      async send({ input }: { input: { Destination: { ToAddresses: string[] } } }) {
        calls += 1;
        const { ToAddresses } = input.Destination;
        for (const address of ToAddresses) {
          const name = refuse(address, calls);
          const httpStatusCode = name === "TooManyRequestsException" ? 429 : 400;
          if (name) throw Object.assign(new Error("x"), { name, $metadata: { httpStatusCode } });
        }
        inboxes.push(...ToAddresses);
      },
    };
    return { inboxes, calls: () => calls, client: client as never };
  };
  const partOf = async (sending: Promise<void>): Promise<TakenInPart> => {
    const error = await sending.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof TakenInPart)) throw new Error(`all or nothing: ${String(error)}`);
    return error;
  };
  const team = ["a@example.com", "gone@example.com", "b@example.com"];

  test("one bad address does not lose the others, and is named", async () => {
    for (const name of ["MessageRejected", "BadRequestException", "InvalidParameterValue"]) {
      const { inboxes, client } = ses((address) => (address.startsWith("gone") ? name : undefined));
      const { missed } = await partOf(sender(client, team).send(messages["a bare signal"]));
      expect(missed).toEqual(["gone@example.com"]);
      expect(inboxes).toEqual(["a@example.com", "b@example.com"]);
    }
  });

  test("who has it does not get it again when it comes again for the others", async () => {
    // Refused together, then the second of the single ones is asked to wait.
    const { inboxes, client } = ses((address, nth) => {
      if (address.startsWith("gone")) return "MessageRejected";
      return nth === 4 ? "TooManyRequestsException" : undefined;
    });
    const one = sender(client, team);
    expect(await failureOf(one.send(messages["a bare signal"]))).toMatchObject({ again: true });
    expect((await partOf(one.send(messages["a bare signal"]))).missed).toEqual([
      "gone@example.com",
    ]);
    expect(inboxes).toEqual(["a@example.com", "b@example.com"]);
  });

  test("what is about the sender is not tried with each recipient", async () => {
    const { calls, client } = ses(() => "AccountSuspendedException");
    await failureOf(sender(client, team).send(messages["a bare signal"]));
    expect(calls()).toBe(1);
  });

  test("more than SES takes in one mail are several mails, and nobody is left out", async () => {
    const { inboxes, client } = ses(() => undefined);
    const many = Array.from({ length: 120 }, (_, nth) => `p${nth}@example.com`);
    await sender(client, many).send(messages["a bare signal"]);
    expect(inboxes).toEqual(many);
  });

  test("called people without an address are a failure of the channel, nobody called is not", async () => {
    const { client } = ses(() => undefined);
    const called = news("opened", [incident("a")], { calls: ["nobody"] });
    expect(await failureOf(sender(client).send(called))).toMatchObject({
      forNobody: false,
      message: expect.stringContaining("people.nobody"),
    });
    expect(await failureOf(sender(client).send(messages["a bare signal"]))).toMatchObject({
      forNobody: true,
    });
  });

  test("goes to whoever is called, where the settings name no addresses; to nobody is a failure", async () => {
    const sent: string[][] = [];
    const one = sender({
      send: async ({ input }: { input: { Destination: { ToAddresses: string[] } } }) =>
        sent.push(input.Destination.ToAddresses),
    } as never);
    await one.send(news("opened", [incident("a")], { calls: ["ann", "ben", "ann", "nobody"] }));
    expect(sent).toEqual([["ann@example.com", "ben@example.com"]]);
    expect(await failureOf(one.send(messages["a bare signal"]))).toMatchObject({ again: false });
  });

  test.each([
    ["TooManyRequestsException", 429, true],
    ["InternalFailure", 500, true],
    ["MessageRejected", 400, false],
    ["AccountSuspendedException", 400, false],
    ["AccessDeniedException", 403, false],
    ["ExpiredTokenException", 403, true],
    ["TimeoutError", undefined, true],
  ])("%s: another try is worth it, or not", async (name, httpStatusCode, again) => {
    const refusing = {
      send: async () =>
        Promise.reject(
          Object.assign(new Error("it says more"), { name, $metadata: { httpStatusCode } }),
        ),
    } as never;
    expect(
      (await failureOf(sender(refusing, ["team@example.com"]).send(messages["a bare signal"])))
        .again,
    ).toBe(again);
  });

  test("shows the chart as a picture within, and as bars where there are no pictures", () => {
    const { Content } = mail(
      messages["a signal with all that it can have"],
      "on@example.com",
      ["ann@example.com"],
      options,
    );
    const [attachment] = Content?.Simple?.Attachments ?? [];
    expect(
      Buffer.from(attachment?.RawContent ?? [])
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
    expect(Content?.Simple?.Body?.Html?.Data).toContain(`src="cid:${attachment?.ContentId}"`);
    expect(Content?.Simple?.Body?.Text?.Data).toContain("HTTPCode_Target_5XX_Count");
  });
});

describe("secrets", () => {
  const reading = () => {
    const read: string[] = [];
    const from = secrets(async (place) => {
      read.push(JSON.stringify(place));
      return vault[place.name];
    }, clock);
    return { read, from };
  };

  test("are read once in five minutes, whoever asks meanwhile", async () => {
    const { read, from } = reading();
    await Promise.all([
      from.read(ref("routing")),
      from.read(ref("routing")),
      from.read(ref("signing")),
    ]);
    expect(read).toHaveLength(2);
    await clock.sleep(minutes(4));
    await from.read(ref("routing"));
    expect(read).toHaveLength(2);
    await clock.sleep(minutes(2));
    await from.read(ref("routing"));
    expect(read).toHaveLength(3);
  });

  test("are not read more than once a minute for a channel that is revoked", async () => {
    const { read, from } = reading();
    await from.read(ref("routing"));
    for (let times = 0; times < 100; times += 1)
      expect(await from.renewed(ref("routing"))).toBe(false);
    expect(read).toHaveLength(1);
  });

  test.each([
    ["secretsmanager:a/b", { service: "secretsmanager", name: "a/b" }],
    ["secretsmanager:a/b#token", { service: "secretsmanager", name: "a/b", key: "token" }],
    ["ssm:/nightshift/slack", { service: "ssm", name: "/nightshift/slack" }],
  ] as const)("%s is found", (given, place) => expect(secretPlace(given)).toEqual(place));

  test.each([
    ["no JSON", "hunter2hunter2"],
    ["another key", '{"other":"hunter2hunter2"}'],
    ["no text", '{"token":12345678}'],
    ["null", "null"],
  ])(
    "what holds %s where a key of JSON is asked for is said without a word of it",
    async (_, value) => {
      vault = { app: value };
      const error = await failureOf(
        secrets(async ({ name }) => vault[name], clock).read(ref("app#token")) as never,
      );
      expect(error.message).toBe(
        "its secret secretsmanager:app#token is not there or empty: put it there, then it is read within minutes",
      );
      expect(`${error.stack}${String(error.cause)}`).not.toContain("hunter2");
    },
  );

  test.each([
    ["AccessDeniedException", "client", false],
    ["ThrottlingException", "client", true],
    ["ExpiredTokenException", "client", true],
    ["InternalServiceError", "server", true],
  ])("%s is told by name: the answer may repeat the secret", async (name, $fault, again) => {
    const from = secrets(
      async () => Promise.reject(Object.assign(new Error("hunter2"), { name, $fault })),
      clock,
    );
    const error = await failureOf(from.read(ref("routing")) as never);
    expect(error).toMatchObject({
      again,
      message: `its secret secretsmanager:routing could not be read (${name})`,
    });
    expect(`${error.stack}${String(error.cause)}`).not.toContain("hunter2");
  });
});
