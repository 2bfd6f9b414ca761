/** What all units would do, everywhere: as a page for a pull request, and as a gate. */
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { beforeEach, describe, expect, test } from "vitest";
import { planMarkdown } from "../../cli/plan/markdown.ts";
import type { Proposed } from "../../ledger/result.ts";
import { rememberUnits } from "../../ledger/units-known.ts";
import { before, days } from "../../sdk/time.ts";
import { startFaultProxy } from "../../testing/fault-proxy.ts";
import { deployedLedger, hostOf, testSettings } from "../../testing/host.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { makeGroups, retentions } from "../setup/retention.ts";
import { cli, settingsFor } from "./cli.ts";

let aws: TestAccount;
let settings: string;
beforeEach(async () => {
  aws = await embedded();
  aws.use();
  settings = settingsFor(aws, "ask", { regions: [aws.region, "us-east-1"] });
});

const planAll = (...args: readonly string[]) =>
  cli("plan", "--all", "--all-regions", ...args, "--settings", settings);
const elsewhere = async (logGroupName: string) => {
  const there = new CloudWatchLogsClient({
    region: "us-east-1",
    endpoint: aws.endpoint,
    credentials: aws.credentials,
  });
  await there.send(new CreateLogGroupCommand({ logGroupName }));
};

describe("plan --all --all-regions", () => {
  test("looks in every region, and what knows none is looked at once", async () => {
    await makeGroups(aws, "/a");
    await elsewhere("/b");
    const { code, json } = await planAll("--json");
    const seen = json.plans.map((plan: Record<string, unknown>) => [plan.automation, plan.region]);
    expect(seen).toContainEqual(["log-retention", aws.region]);
    expect(seen).toContainEqual(["log-retention", "us-east-1"]);
    expect(seen.filter(([id]: string[]) => id === "cost-report")).toHaveLength(1);
    const targets = json.plans.flatMap(({ proposals }: { proposals: { target: string }[] }) =>
      proposals.map(({ target }) => target),
    );
    expect(targets).toEqual(expect.arrayContaining(["/a", "/b"]));
    expect([code, json.failed]).toEqual([0, []]);
    expect(await retentions(aws)).toEqual({ "/a": null });
  });

  test("exits with 3 as a gate where anything is proposed, else with 0", async () => {
    expect((await planAll("--exit-code")).code).toBe(0);
    await elsewhere("/b");
    expect((await planAll("--exit-code")).code).toBe(3);
    expect((await planAll()).code).toBe(0);
  });

  test("tells what failed with the rest, and failed counts for more than proposed", async () => {
    await makeGroups(aws, "/a");
    const proxy = await startFaultProxy(aws.endpoint);
    process.env.AWS_ENDPOINT_URL = proxy.endpoint;
    proxy.fault(({ operation }) => operation === "DescribeLogGroups", "denied");
    const { code, json } = await planAll("--exit-code", "--json");
    expect(code).toBe(1);
    const failed = json.failed as readonly { readonly automation: string }[];
    expect(failed.filter(({ automation }) => automation === "log-retention")).toMatchObject([
      { automation: "log-retention", region: aws.region, exitCode: 1 },
      { automation: "log-retention", region: "us-east-1" },
    ]);
    expect(json.plans.length).toBeGreaterThan(2);
    const page = await planAll("--markdown");
    expect(page.code).toBe(1);
    expect(page.out).toContain(`**${failed.length} plans failed**`);
    expect(page.out).toMatch(/- `log-retention` in us-east-1: `.*logs:DescribeLogGroups/);
    await proxy.stop();
  });

  test.each([
    [
      ["plan", "--all", "--all-regions", "--region", "us-east-1"],
      "either --all-regions or --region",
    ],
    [["plan", "--all", "--markdown", "--json"], "either --markdown or --json"],
    [["plan"], "give the unit to plan, or --all"],
    [["plan", "log-retention", "--all"], "leave unit"],
  ])("%j is refused", async (args, says) => {
    const { code, err, out } = await cli(...args, "--settings", settings);
    expect([code, err]).toEqual([2, expect.stringContaining(says)]);
    if (args.includes("--json")) expect(JSON.parse(out).error.exitCode).toBe(2);
  });
});

describe("a page for a pull request", () => {
  test("says how much first, then each change, folded", async () => {
    await makeGroups(aws, "/a", "/b");
    const { out } = await cli("plan", "log-retention", "--markdown", "--settings", settings);
    expect(out).toMatch(/^### Nightshift: 2 changes proposed\n/);
    expect(out).toContain(`| \`log-retention\` | ${aws.region} | ask: when approved | 2 | 2 | 0 |`);
    expect(out).toContain("<summary>log-retention in");
    expect(out).toMatch(/\| `\/a` \| `logs:PutRetentionPolicy: retentionInDays none → 90` \|/);
  });

  const proposal = (target: string): Proposed => ({
    target,
    because: "it keeps its events for ever",
    call: { operation: "logs:PutRetentionPolicy", input: {} },
    undo: { operation: "logs:DeleteRetentionPolicy", input: {} },
    savesPerMonth: null,
    held: null,
  });
  const page = (...targets: readonly string[]) => {
    const plan = {
      automation: "log-retention",
      account: "123456789012",
      region: "eu-central-1",
      at: new Date("2026-11-21T02:00:00Z"),
      found: targets.length,
      hash: "h",
      proposals: targets.map(proposal),
    };
    const unit = {
      id: "log-retention",
      mode: "ask",
      timeZone: "UTC",
      planned: [{ plan }],
    } as const;
    return planMarkdown({ plans: [unit], failed: [] });
  };

  test("makes no link, mention, picture or row of what others wrote", () => {
    const hostile = "`@everyone | ![x](https://evil.example/x.png)\n| forged | <img src=x>";
    const line =
      page(hostile)
        .split("\n")
        .find((each) => each.includes("everyone")) ?? "";
    expect(line).toBe(
      "| `'@everyone \\| ![x](https://evil.example/x.png)\\n\\| forged \\| <img src=x>` | `logs:PutRetentionPolicy` | `it keeps its events for ever` |  |",
    );
  });

  test("is never longer than a comment may be, and counts what it leaves out", () => {
    const text = page(
      ...Array.from({ length: 20_000 }, (_, at) => `/a/long/name/of/a/group/${at}`),
    );
    expect(text.length).toBeLessThan(60_000);
    expect(text).toMatch(/^### Nightshift: 20000 changes proposed/);
    expect(text).toMatch(/\nand \d+ more\n/);
  });
});

describe("plan --html", () => {
  test("gives what a report would tell as one page, and writes nothing", async () => {
    await deployedLedger(aws);
    const { store } = hostOf(aws, testSettings(aws, "weekly-review"));
    await rememberUnits(store, ["weekly-review"], before(new Date(), days(60)));
    const { code, out } = await cli("plan", "weekly-review", "--html", "--settings", settings);
    expect(code).toBe(0);
    expect(out).toMatch(/^<!doctype html>/);
    expect(out).toContain("Nothing ran in the week");
    expect(out.trimEnd()).toMatch(/<\/html>$/);
  });
  test.each([
    [["log-retention", "--html"], 2, "is no report"],
    [["weekly-review", "--html", "--json"], 2, "leave --all"],
    [["--all", "--html"], 2, "leave --all"],
    [["untagged-resources", "--html"], 1, "would tell nothing now"],
  ])("refuses %j with %d", async (args, expected, why) => {
    const { code, err } = await cli("plan", ...args, "--settings", settings);
    expect([code, err]).toEqual([expected, expect.stringContaining(why)]);
  });
});
