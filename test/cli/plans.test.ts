/** Plans that wait, and what became of those that no longer do. */
import { beforeEach, describe, expect, test } from "vitest";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { makeGroups, retentions } from "../setup/retention.ts";
import { cli, settingsFor } from "./cli.ts";

let aws: TestAccount;
let ask: string;
beforeEach(async () => {
  aws = await embedded();
  aws.use();
  ask = settingsFor(aws, "ask");
});

const asked = async (...names: readonly string[]) => {
  await makeGroups(aws, ...names);
  return (await cli("run", "log-retention", "--settings", ask, "--json")).json;
};
const history = (...args: readonly string[]) => cli("history", ...args, "--settings", ask);

describe("a run that waits", () => {
  test("says why, what would change, and what to do", async () => {
    await makeGroups(aws, "/a");
    const { code, out } = await cli("run", "log-retention", "--settings", ask);
    expect(code).toBe(3);
    expect(out).toMatch(/WAITING\s+\/a\n(.*\n)*.*retentionInDays none → 90\n/);
    expect(out).toContain("waits for a person: the mode is ask");
    expect(out).toMatch(
      /To decide on it, until .* UTC:\n.*nightshift approve .*\n.*nightshift deny /,
    );
    expect(out).not.toContain("{");
  });

  test("is shown with its calls as JSON where all is asked for", async () => {
    await makeGroups(aws, "/a");
    const { out } = await cli("plan", "log-retention", "--settings", ask, "--verbose");
    expect(out).toContain('logs:PutRetentionPolicy {"logGroupName":"/a","retentionInDays":90}');
  });
});

describe("plans", () => {
  test("is the inbox: what, how many, why, since when, until when, and the commands", async () => {
    const { plan } = await asked("/a", "/b");
    const { code, out } = await cli("plans", "--settings", ask);
    expect(code).toBe(0);
    for (const words of [
      /log-retention in \S+: 2 changes/,
      /waits since .* UTC, until .* UTC \(7[12] hours left\), because the mode is ask/,
      /asked for by arn:aws:/,
      /\/a\n.*keeps its events for ever\n.*retentionInDays none → 90/,
      new RegExp(`approve ${plan.id}`),
      new RegExp(`deny ${plan.id}`),
      new RegExp(`history ${plan.id}`),
    ])
      expect(out).toMatch(words);
    const { json } = await cli("plans", "--settings", ask, "--json");
    expect(json.plans).toMatchObject([
      { id: plan.id, automation: "log-retention", changes: 2, why: "the mode is ask" },
    ]);
  });

  test("says with its exit code that one waits, when that is asked for", async () => {
    expect((await cli("plans", "--settings", ask, "--exit-code")).code).toBe(0);
    await asked("/a");
    expect((await cli("plans", "--settings", ask, "--exit-code")).code).toBe(3);
  });

  test("leaves out what is decided, and what the filters leave out", async () => {
    const { plan } = await asked("/a");
    const listed = async (...args: readonly string[]) =>
      (await cli("plans", ...args, "--settings", ask, "--json")).json.plans.length;
    expect(await listed("--unit", "log-retention", "--region", aws.region, "--since", "1h")).toBe(
      1,
    );
    expect(await listed("--family", "security")).toBe(0);
    expect(await listed("--region", "us-west-2")).toBe(0);
    await cli("deny", plan.id, "--settings", ask);
    expect(await listed()).toBe(0);
    const { out } = await cli("plans", "--settings", ask);
    expect(out).toBe("No plan waits for a decision.\n");
  });

  test("refuses a unit that there never was, and suggests one", async () => {
    const { code, err } = await cli("plans", "--unit", "log-retentoin", "--settings", ask);
    expect([code, err]).toEqual([2, expect.stringContaining("did you mean log-retention?")]);
  });
});

describe("history", () => {
  test("says of a plan that was approved by whom, and what the run did that carried it out", async () => {
    const { id, plan } = await asked("/a");
    const { json } = await cli("approve", plan.id, "--settings", ask, "--json");
    const shown = await history(plan.id);
    expect(shown.out).toMatch(/Approved by arn:\S+ at .* UTC\. Carried out: 1 changed\./);
    expect(shown.out).toContain(`history ${json.run.id}`);
    expect((await history(plan.id, "--json")).json.plan.became).toMatchObject({
      state: "carried-out",
      run: json.run.id,
      outcome: "done",
    });
    const asking = await history(id);
    expect(asking.out).toMatch(/APPROVED\s+\/a/);
    expect(asking.out).not.toContain("WAITING");
    expect(asking.out).not.toContain("nightshift approve");
    expect((await history()).out).toMatch(/1 approved/);
  });

  test("says of a plan that was denied, and of one that nobody decided on in time", async () => {
    const { plan } = await asked("/a");
    await cli("deny", plan.id, "--settings", ask);
    expect((await history(plan.id)).out).toMatch(/Denied by arn:.*\. Nothing of it was done\./);
    const { json } = await cli(
      "run",
      "log-retention",
      "--settings",
      ask,
      "--at",
      "2026-01-01T00:00:00Z",
      "--json",
    );
    const late = await history(json.plan.id);
    expect(late.out).toMatch(/It expired at 2026-01-04 .*nobody decided on it/);
    expect(late.out).not.toContain("nightshift approve");
  });

  test("tells of one action that waits, by its id", async () => {
    const { actions } = await asked("/a");
    const { code, out } = await history(actions[0].id);
    expect(code).toBe(0);
    expect(out).toMatch(/WAITING\s+\/a/);
  });
});

describe("a second approval", () => {
  test("says that it was approved before, by whom, when, and what became of it", async () => {
    const { plan } = await asked("/a");
    await cli("approve", plan.id, "--settings", ask);
    const again = await cli("approve", plan.id, "--settings", ask);
    expect(again.code).toBe(0);
    expect(again.out).toMatch(
      /was approved before, by arn:\S+ at .* UTC\. Carried out: 1 changed\./,
    );
    expect(await retentions(aws)).toEqual({ "/a": 90 });
  });

  test("is refused after a denial, with what became of that", async () => {
    const { plan } = await asked("/a");
    await cli("deny", plan.id, "--settings", ask);
    const { code, err } = await cli("approve", plan.id, "--settings", ask);
    expect(code).toBe(1);
    expect(err).toMatch(/already decided on: deny by arn:\S+ at .*\. Nothing of it was done\./);
  });
});

describe("a run that was undone", () => {
  test("says by whom and when, and offers what is left: to let it be done again", async () => {
    await makeGroups(aws, "/a", "/b");
    const act = settingsFor(aws, "act");
    const { json } = await cli("run", "log-retention", "--settings", act, "--json");
    await cli("undo", json.actions[0].id, "--settings", act);
    const one = await history(json.id);
    expect(one.out).toMatch(/taken back by \S+\.undo, asked for by arn:\S+ at .* UTC; to let it/);
    expect(one.out).toContain(`nightshift undo ${json.actions[1].id}`);
    expect(one.out).not.toContain("To take back all");
    await cli("undo", json.id, "--settings", act);
    const both = await history(json.id);
    expect(both.out).not.toMatch(/nightshift undo \S+[0-9a-f] /);
    expect((await history(json.id, "--json")).json.undone).toMatchObject([
      { action: json.actions[0].id, state: "undone", by: expect.stringContaining(aws.account) },
      { action: json.actions[1].id, state: "undone" },
    ]);
  });
});

test("a run that changed some and held others is done, and exits with 3", async () => {
  await makeGroups(aws, "/a", "/b");
  const act = settingsFor(aws, "act", {
    exempt: [{ target: "/b", owner: "ann@example.com", reason: "audit" }],
  });
  const { code, json } = await cli("run", "log-retention", "--settings", act, "--json");
  expect([code, json.outcome]).toEqual([3, "done"]);
  expect((await history("--outcome", "held")).out).toContain("1 changed, 1 held");
  expect((await history("--outcome", "failed")).out).toBe("No run fits --outcome.\n");
});
