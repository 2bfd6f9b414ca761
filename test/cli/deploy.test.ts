/** `deploy` on a real account: what it compares, refuses, deploys and removes, and in which order. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DeployResult, deployAll } from "../../cli/deployment/deploy.ts";
import { connect } from "../../cli/place/account.ts";
import { features } from "../../features.ts";
import { createStore } from "../../ledger/dynamo.ts";
import { systemClock } from "../../sdk/time.ts";
import { parseSettings } from "../../settings/parse.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { acted, takenBack } from "../setup/acted.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { deployedLedger } from "../setup/deployed-ledger.ts";
import { manifest } from "../setup/manifest.ts";
import { deniedXml, formation, type StackThere } from "../setup/stacks.ts";
import { cli } from "./cli.ts";
import { account } from "./real.ts";

const home = "eu-central-1";
let aws: TestAccount;
let stop = () => {};
beforeEach(async () => {
  aws = await embedded({ region: home });
  aws.use();
});
afterEach(() => stop());

const ours = (name: string, ...functions: readonly string[]): StackThere => ({
  name,
  deployment: "nightshift",
  functions,
});
const asWanted = () => [
  ours("nightshift", "nightshift-tell"),
  ours("nightshift-security", "nightshift-closes-ports"),
  ours("nightshift-backups", "nightshift-saves-volumes", "nightshift-watches-volumes"),
  ours("nightshift-cost", "nightshift-costs"),
  { ...ours("nightshift-forward-us-east-1"), region: "us-east-1" },
];
const former = () => ours("nightshift-former", "nightshift-bygone");

interface Given {
  readonly yes?: boolean;
  readonly forget?: readonly string[];
  /** What a person says; nobody is there where absent. */
  readonly answer?: boolean;
  readonly cdkFails?: boolean;
  readonly settings?: ParsedSettings;
  /** The templates may not be read. */
  readonly denied?: boolean;
}
async function deploy(stacks: StackThere[], given: Given = {}) {
  const { answer, deleted } = formation(stacks);
  const asked: typeof answer = (call) =>
    given.denied && call.operation === "GetTemplateSummary"
      ? deniedXml("cloudformation:GetTemplateSummary")
      : answer(call);
  ({ stop } = await account(aws, () => undefined, asked));
  const happened: string[] = [];
  const lines: string[] = [];
  const { units } = manifest;
  const { settings = manifest.settings } = given;
  const caller = await connect({}, home, { say: () => {} });
  const run = (): Promise<DeployResult> =>
    deployAll({
      account: caller,
      settings,
      units,
      cdk: async (args) => {
        happened.push(`${[...args].join(" ")}, after removing ${deleted.join(", ") || "nothing"}`);
        return given.cdkFails ? 1 : 0;
      },
      ask: async () => given.answer,
      say: (line) => lines.push(line),
      yes: given.yes ?? false,
      forget: given.forget ?? [],
    });
  return { run, happened, deleted, lines };
}
const ledger = async (deployment?: string) => {
  await deployedLedger(aws, deployment);
  return createStore(aws.client(DynamoDBClient), "nightshift", systemClock);
};
const all = "deploy --all, after removing nothing";

describe("whoever is on call now", () => {
  const now = new Date();
  const rotation = {
    from: "2026-01-05",
    handover: { every: "week" as const, on: "monday" as const, at: "09:00" },
    timeZone: "Europe/Berlin",
  };
  const keeping = (people: readonly string[], more: object = {}) => {
    const rotations = { primary: { people, ...rotation, ...more } };
    const metadata = { nightshift: { deployment: "nightshift", kept: { oncall: { rotations } } } };
    return asWanted().map((stack) =>
      stack.name === "nightshift" ? { ...stack, metadata } : stack,
    );
  };
  const withPeople = (...list: readonly string[]): ParsedSettings => {
    const given = {
      home,
      people: Object.fromEntries(list.map((key) => [key, { email: `${key}@example.com` }])),
      onCall: { rotations: { primary: { people: list, ...rotation } } },
    };
    return { ...parseSettings(given, { features, units: [] }), regions: manifest.settings.regions };
  };
  const moved = {
    what: "rotation primary: on now is ann; with these settings it would be ben from now on",
    remedy: expect.stringContaining(`write people: ["ann"], changes: [{ from: "`),
    confirm: true,
  };

  test.each([
    ["nobody is there to ask: nothing is deployed", {}, false],
    ["a person says no: nothing is deployed", { answer: false }, false],
    ["a person says yes", { answer: true }, true],
    ["--yes says it", { yes: true }, true],
  ])("is named before and after where people are edited; %s", async (_, answered, deployed) => {
    const settings = withPeople("ben");
    const { run, happened, lines } = await deploy(keeping(["ann"]), { ...answered, settings });
    expect(await run()).toMatchObject({ deployed, moves: [moved] });
    expect(happened.length).toBe(deployed ? 1 : 0);
    expect(lines).toContain(`  ${moved.what}.`);
    const unasked = lines.some((line) => line.includes("deploy --yes"));
    expect(unasked).toBe(Object.keys(answered).length === 0);
  });

  test("stays: nothing is said and nobody is asked", async () => {
    const { run, lines } = await deploy(keeping(["ann"]), { settings: withPeople("ann") });
    expect([await run(), lines]).toMatchObject([{ deployed: true, moves: [] }, []]);
  });

  test("by an override that stands in now is told, and nobody is asked", async () => {
    const day = (days: number) =>
      new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 16);
    const overrides = [{ from: day(-2), until: day(2), person: "ben" }];
    const given = { settings: withPeople("ann") };
    const { run, lines } = await deploy(keeping(["ann"], { overrides }), given);
    expect(await run()).toMatchObject({ deployed: true, moves: [{ confirm: false }] });
    expect(lines.join("\n")).toContain("on now is ben; with these settings it would be ann");
  });

  const ownHome = (metadata: object | undefined) =>
    asWanted().map((stack) =>
      stack.name === "nightshift" && metadata ? { ...stack, metadata } : stack,
    );
  test.each([
    ["a first deployment", []],
    ["an older deployment", ownHome(undefined)],
    ["one that kept nothing", ownHome({ nightshift: { deployment: "nightshift" } })],
    ["one that kept what cannot be read", keeping(["ann"], { from: "one day" })],
  ])("is not known where there is %s, which is said", async (_, stacks) => {
    const { run, lines } = await deploy(stacks, { settings: withPeople("ben") });
    expect(await run()).toMatchObject({ deployed: true, moves: null });
    expect(lines.join("\n")).toContain("not known whether these settings move who is on call now");
  });

  test("is not known where the right to read it is denied, which is named", async () => {
    const settings = withPeople("ben");
    const { run, lines } = await deploy(keeping(["ann"]), { settings, denied: true });
    expect(await run()).toMatchObject({ deployed: true, moves: null });
    expect(lines.join("\n")).toContain("cloudformation:GetTemplateSummary is denied");
  });
});

test("with nothing to remove it deploys, and that is all", async () => {
  const { run, happened } = await deploy(asWanted());
  expect([await run(), happened]).toEqual([
    { deployed: true, removed: [], left: [], held: [], moves: null },
    [all],
  ]);
});

describe("a family that is no longer in the settings", () => {
  const place = { name: "nightshift-former", region: home };

  test("is removed with --yes, after all else is deployed", async () => {
    const { run, happened, deleted } = await deploy([...asWanted(), former()], { yes: true });
    expect(await run()).toEqual({
      deployed: true,
      removed: [place],
      left: [],
      held: [],
      moves: null,
    });
    expect([happened, deleted]).toEqual([
      ["deploy --all --require-approval never, after removing nothing"],
      ["nightshift-former"],
    ]);
  });

  test("is removed when a person says so", async () => {
    const { run, deleted } = await deploy([...asWanted(), former()], { answer: true });
    expect((await run()).removed).toEqual([place]);
    expect(deleted).toEqual(["nightshift-former"]);
  });

  test.each([false, undefined])("stays where the answer is %s, and is named", async (said) => {
    const given = said === undefined ? {} : { answer: said };
    const { run, happened, deleted, lines } = await deploy([...asWanted(), former()], given);
    expect(await run()).toEqual({
      deployed: true,
      removed: [],
      left: [{ ...place, units: ["bygone"] }],
      held: [],
      moves: null,
    });
    expect([happened, deleted]).toEqual([[all], []]);
    expect(lines.some((line) => line.includes("deploy --yes"))).toBe(said === undefined);
  });

  test("stays when the deployment failed", async () => {
    const { run, deleted } = await deploy([...asWanted(), former()], { yes: true, cdkFails: true });
    await expect(run()).rejects.toThrow("cdk deploy --all");
    expect(deleted).toEqual([]);
  });

  test("is listed where the CDK wanted to ask and could not", async () => {
    const { run, lines } = await deploy([...asWanted(), former()], { cdkFails: true });
    await expect(run()).rejects.toThrow("deploy --yes");
    expect(lines.join("\n")).toContain("nightshift-former");
  });

  test("whose unit did what can still be taken back is held: nothing at all is changed", async () => {
    const id = await acted(await ledger(), { unit: "bygone" });
    const { run, happened, deleted, lines } = await deploy([...asWanted(), former()], {
      yes: true,
    });
    const { deployed, held } = await run();
    expect([deployed, held, happened, deleted]).toEqual([
      false,
      [{ unit: "bygone", stack: "nightshift-former", region: home, actions: [id], more: false }],
      [],
      [],
    ]);
    expect(lines.at(-1)).toContain('mode: "retired"');
  });

  test("goes once that was taken back, or is given up by name", async () => {
    const store = await ledger();
    const id = await acted(store, { unit: "bygone" });
    const given = await deploy([...asWanted(), former()], { yes: true, forget: ["bygone"] });
    expect((await given.run()).removed).toEqual([place]);
    stop();
    await takenBack(store, "bygone", id);
    const after = await deploy([...asWanted(), former()], { yes: true });
    expect((await after.run()).removed).toEqual([place]);
  });
});

test("a unit that leaves a family which stays is held too, while its work can be taken back", async () => {
  await acted(await ledger(), { unit: "idle" });
  const [first, , ...rest] = asWanted();
  const stacks = [
    first as StackThere,
    ours("nightshift-security", "nightshift-closes-ports", "nightshift-idle"),
    ...rest,
  ];
  const { run, happened } = await deploy(stacks, { yes: true });
  expect([(await run()).held.map(({ unit }) => unit), happened]).toEqual([["idle"], []]);
});

test("a unit that is lowered to watch while its work can be taken back is held: its undo role would go", async () => {
  await acted(await ledger(), { unit: "watches-volumes" });
  const stacks = asWanted().map((stack) =>
    stack.name === "nightshift-backups"
      ? { ...stack, roles: ["nightshift-undo-watches-volumes"] }
      : stack,
  );
  const { run, happened } = await deploy(stacks, { yes: true });
  expect([(await run()).held.map(({ unit }) => unit), happened]).toEqual([["watches-volumes"], []]);
});

describe("a family that was renamed", () => {
  const renamed = () =>
    asWanted().map((stack) =>
      stack.name === "nightshift-cost" ? { ...stack, name: "nightshift-saving" } : stack,
    );

  test("goes first: a function cannot be in two stacks", async () => {
    await acted(await ledger(), { unit: "costs" });
    const { run, happened } = await deploy(renamed(), { yes: true });
    expect((await run()).deployed).toBe(true);
    expect(happened).toEqual([
      "deploy --all --require-approval never, after removing nightshift-saving",
    ]);
  });

  test("and may not go: nothing is deployed", async () => {
    const { run, happened, deleted } = await deploy(renamed());
    const { deployed, left } = await run();
    expect([deployed, left.map(({ name }) => name), happened, deleted]).toEqual([
      false,
      ["nightshift-saving"],
      [],
      [],
    ]);
  });
});

test("a unit that changed its family leaves its stack before it comes to the other", async () => {
  const stacks = asWanted().map((stack) => {
    if (stack.name === "nightshift-cost") return { ...stack, functions: [] };
    if (stack.name !== "nightshift-security") return stack;
    return { ...stack, functions: ["nightshift-closes-ports", "nightshift-costs"] };
  });
  const { run, happened } = await deploy(stacks);
  await run();
  expect(happened).toEqual([
    "deploy **/nightshift-security --exclusively, after removing nothing",
    all,
  ]);
});

test("a ledger that an earlier deployment left behind is taken over by the new home stack", async () => {
  await ledger();
  const { run, happened } = await deploy([]);
  await run();
  expect(happened).toEqual([
    "deploy **/nightshift --exclusively --import-existing-resources, after removing nothing",
    all,
  ]);
});

test("and so is that of a first deployment that failed: rolling it back keeps the table", async () => {
  await ledger();
  const { run, happened } = await deploy([{ ...ours("nightshift"), status: "ROLLBACK_COMPLETE" }]);
  await run();
  expect(happened[0]).toContain("--import-existing-resources");
});

test.each(["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS"])(
  "a stack that came to nothing (%s) is cleared away, for its protection keeps the CDK from that",
  async (status) => {
    const { run, happened } = await deploy([{ ...ours("nightshift"), status }]);
    await run();
    expect(happened).toEqual(["deploy --all, after removing nightshift"]);
  },
);

test("a table of the ledger's name that is another's is not taken over", async () => {
  await ledger("nightshift-dev");
  const { run, happened } = await deploy([]);
  await expect(run()).rejects.toThrow(/nightshift:deployment=nightshift.*deployment\.prefix/);
  expect(happened).toEqual([]);
});

test("a table without the tag that the home stack holds is no left-behind ledger", async () => {
  await ledger("");
  const before = { name: "nightshift", tables: ["nightshift"] };
  const { run, happened } = await deploy([before]);
  await run();
  expect(happened).toEqual([all]);
});

test("where the CDK could not ask, what says yes to it is named", async () => {
  const { run } = await deploy(asWanted(), { cdkFails: true });
  await expect(run()).rejects.toThrow("deploy --yes");
});

test("where there was none before, it is simply deployed", async () => {
  const { run, happened } = await deploy([]);
  await run();
  expect(happened).toEqual([all]);
});

test("a home that was moved is refused, with what to do, and nothing is changed", async () => {
  const stacks = [{ ...ours("nightshift", "nightshift-tell"), region: "eu-west-1" }];
  const { run, happened, deleted } = await deploy(stacks, { yes: true });
  await expect(run()).rejects.toThrow(/home is eu-west-1.*cannot be moved/);
  expect([happened, deleted]).toEqual([[], []]);
});

test("stacks of others are never touched, whatever they are called", async () => {
  const others: StackThere[] = [
    { name: "nightshift-of-somebody", functions: ["nightshift-theirs"] },
    { name: "nightshift-dev-cost", deployment: "nightshift-dev" },
  ];
  const { run, deleted } = await deploy([...asWanted(), ...others], { yes: true });
  expect([(await run()).removed, deleted]).toEqual([[], []]);
});

test("on the embedded AWS it takes no other settings, as no deployment does", async () => {
  expect((await cli("deploy", "--settings", "other.mjs", "--json")).code).toBe(2);
});
