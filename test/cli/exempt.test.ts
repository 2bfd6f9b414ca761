/** What a person exempts in the ledger is left alone, by everything, until it is removed. */
import { beforeEach, describe, expect, test } from "vitest";
import { exemptionsAt } from "../../ledger/exemptions.ts";
import { untold } from "../../messages/outbox.ts";
import { after, before, days, minutes } from "../../sdk/time.ts";
import { hostOf, testSettings } from "../../testing/host.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { makeGroups, retentions } from "../setup/retention.ts";
import { cli, settingsFor } from "./cli.ts";

let aws: TestAccount;
let act: string;
beforeEach(async () => {
  aws = await embedded();
  aws.use();
  act = settingsFor(aws, "act");
});

const soon = after(new Date(), days(7)).toISOString().slice(0, 10);
const words = ["--until", soon, "--owner", "ann@example.com", "--reason", "the audit reads it"];
const exempt = (target: string, ...rest: readonly string[]) =>
  cli("exempt", target, ...words, "--settings", act, ...rest);
const run = async () => (await cli("run", "log-retention", "--settings", act, "--json")).json;
const store = () => hostOf(aws, testSettings(aws, "log-retention")).store;
const told = async () =>
  (
    await Array.fromAsync(
      untold(store(), "exempt", before(new Date(), days(1)), after(new Date(), minutes(5))),
    )
  ).map(({ message }) => message.title);

describe("exempt", () => {
  test("holds what it names and nothing else, until unexempt removes it", async () => {
    await makeGroups(aws, "/a", "/b");
    expect((await exempt("/a")).code).toBe(0);
    const held = await run();
    expect(
      held.actions.map(
        ({
          target,
          outcome,
          held: by,
        }: {
          target: string;
          outcome: string;
          held: { by: string } | null;
        }) => [target, outcome, by?.by],
      ),
    ).toEqual([
      ["/a", "held", "exemption"],
      ["/b", "applied", undefined],
    ]);
    expect(held.actions[0].held.why).toBe(
      `exempt until ${soon}: the audit reads it (ann@example.com; set by arn:aws:sts::${aws.account}:assumed-role/test/test); \`npx nightshift unexempt /a\` lifts it`,
    );
    expect(await retentions(aws)).toMatchObject({ "/a": null });
    expect((await cli("unexempt", "/a", "--settings", act)).code).toBe(0);
    expect((await run()).outcome).toBe("done");
    expect(await exemptionsAt(store(), aws)).toEqual([]);
  });

  test("is told, as is its end; and what was so already is told once", async () => {
    await exempt("/a");
    expect((await exempt("/a", "--json")).json.written).toBe(false);
    await exempt("/a", "--from", "log-retention");
    await cli("unexempt", "/a", "--settings", act);
    const [first, second, ...ends] = await told();
    expect([first, second]).toEqual([
      `/a is exempt from every automation until ${soon}`,
      `/a is exempt from log-retention until ${soon}`,
    ]);
    expect(ends.sort()).toEqual([
      "/a is no longer exempt from every automation",
      "/a is no longer exempt from log-retention",
    ]);
  });

  test("keeps what stands beside it: a narrower one replaces no wider one, and removing one leaves the other", async () => {
    await makeGroups(aws, "/a");
    await exempt("/a");
    await exempt("/a", "--from", "open-ingress");
    expect((await run()).actions[0].held.by).toBe("exemption");
    const narrower = await cli("unexempt", "/a", "--from", "open-ingress", "--settings", act);
    expect(narrower.out).toContain(
      "/a is no longer exempt from open-ingress in " +
        `${aws.region}, us-east-1, but still from every automation: the audit reads it (ann@example.com)`,
    );
    expect((await run()).actions[0].held.by).toBe("exemption");
    const none = await cli("unexempt", "/a", "--from", "open-ingress", "--settings", act);
    expect([none.code, none.err]).toEqual([
      1,
      expect.stringContaining("the ledger exempts no /a from exactly open-ingress"),
    ]);
    expect((await cli("unexempt", "/a", "--settings", act)).code).toBe(0);
    expect((await run()).outcome).toBe("done");
  });

  test("of two people holds for as long as either says so", async () => {
    await exempt("/a");
    const sooner = after(new Date(), days(2)).toISOString().slice(0, 10);
    const bob = ["--until", sooner, "--owner", "bob@example.com", "--reason", "a test of mine"];
    await cli("exempt", "/a", ...bob, "--settings", act);
    const { json } = await cli("history", "--settings", act, "--json");
    expect(
      json.exemptions.map(({ owner, until }: Record<string, string>) => [owner, until]).sort(),
    ).toEqual([
      // In the region of the settings, and in the one where CloudFront keeps its certificates.
      ["ann@example.com", soon],
      ["ann@example.com", soon],
      ["bob@example.com", sooner],
      ["bob@example.com", sooner],
    ]);
    await makeGroups(aws, "/a");
    expect((await run()).actions[0].held.why).toContain(`exempt until ${soon}: the audit reads it`);
  });

  test("of the same matter gets another end", async () => {
    await exempt("/a");
    const later = after(new Date(), days(20)).toISOString().slice(0, 10);
    const again = [
      "--until",
      later,
      "--owner",
      "ann@example.com",
      "--reason",
      "the audit reads it",
    ];
    await cli("exempt", "/a", ...again, "--settings", act);
    const standing = await exemptionsAt(store(), aws);
    expect(standing.map(({ until }) => until)).toEqual([later]);
  });

  test("counts in every configured region, or in the one that is given", async () => {
    act = settingsFor(aws, "act", { regions: [aws.region, "us-east-1"] });
    const { json } = await exempt("/a", "--json");
    expect(json.exemptions.map(({ region }: { region: string }) => region)).toEqual([
      aws.region,
      "us-east-1",
    ]);
    await cli("unexempt", "/a", "--region", "us-east-1", "--settings", act);
    expect((await cli("history", "--settings", act, "--json")).json.exemptions).toMatchObject([
      { target: "/a", region: aws.region, until: soon },
    ]);
  });

  test("from others holds nothing here", async () => {
    await makeGroups(aws, "/a");
    await exempt("/a", "--from", "idle-instances,open-ingress");
    expect((await run()).outcome).toBe("done");
  });

  test("is shown by history, of the account and of the target, also when it is over", async () => {
    await exempt("/a");
    const { out } = await cli("history", "--settings", act);
    expect(out).toMatch(
      new RegExp(`/a +${aws.region} +${soon} +all +ann@example.com +the audit reads it`),
    );
    await cli("unexempt", "/a", "--settings", act);
    const { json } = await cli("history", "--target", "/a", "--settings", act, "--json");
    expect(json).toMatchObject({
      exemptions: [],
      exemptionChanges: [
        { verb: "unexempt" },
        {
          verb: "exempt",
          exemptions: [{ owner: "ann@example.com" }, { owner: "ann@example.com" }],
        },
      ],
    });
    expect(
      (await cli("history", "--target", "/b", "--settings", act, "--json")).json.exemptionChanges,
    ).toEqual([]);
  });
});

describe("--until", () => {
  const until = async (text: string, ...rest: readonly string[]) =>
    cli("exempt", "/a", "--until", text, ...words.slice(2), "--settings", act, ...rest);
  const inDays = (number: number) => after(new Date(), days(number)).toISOString().slice(0, 10);

  test.each([
    ["14d", 14],
    ["2w", 14],
    ["1d", 1],
  ])("takes %s as the day on which that is over", async (text, number) => {
    const { code, json } = await until(text, "--json");
    expect([code, json.exemptions[0].until]).toEqual([0, inDays(number)]);
  });

  test.each(["0d", "14x", "14", "d14", "999999d", "-3d"])(
    "refuses %s, and says how",
    async (text) => {
      const { code, err } = await until(text);
      expect([code, err]).toEqual([2, expect.stringMatching(/write it like .*(14d|1d)/)]);
    },
  );

  test("says that it blinds what keeps the account safe for longer than a tag may", async () => {
    expect((await until("90d")).err).toMatch(/open-ingress will not protect it .* for 14 days/);
    expect((await until("13d")).err).not.toContain("will not protect it");
    expect((await until("90d", "--from", "log-retention")).err).not.toContain("protect it");
  });
});

test("what nobody exempted cannot be unexempted", async () => {
  const { code, err } = await cli("unexempt", "/a", "--settings", act);
  expect(code).toBe(1);
  expect(err).toContain("the ledger exempts no /a");
});

test.each([
  ["a day that is over", ["--until", "2026-01-01", "--owner", "a", "--reason", "b"], "is over"],
  ["no day", ["--until", "tomorrow", "--owner", "a", "--reason", "b"], "is not a day"],
  ["no owner", ["--until", "2099-01-01", "--reason", "b"], "--owner"],
  [
    "an empty reason",
    ["--until", "2099-01-01", "--owner", "a", "--reason", " "],
    "--reason is empty",
  ],
  [
    "an unknown unit",
    ["--until", "2099-01-01", "--owner", "a", "--reason", "b", "--from", "log-retenton"],
    "did you mean log-retention?",
  ],
  [
    "an unknown region",
    ["--until", "2099-01-01", "--owner", "a", "--reason", "b", "--region", "mars-north-1"],
    "not configured",
  ],
])("%s is refused, and nothing is written", async (_, args, says) => {
  const { code, err } = await cli("exempt", "/a", ...args, "--settings", act);
  expect(code).toBe(2);
  expect(err).toContain(says);
});
