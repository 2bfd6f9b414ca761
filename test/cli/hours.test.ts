/** What a person keeps on for longer is not stopped, and what was stopped is started for it. */
import { beforeEach, describe, expect, test } from "vitest";
import { keepHours } from "../../engine/keep-hours.ts";
import { fixture } from "../../functions/hours/off-hours-instances/fixture.ts";
import { keptHoursAt } from "../../ledger/kept-hours.ts";
import { untold } from "../../messages/outbox.ts";
import { after, before, days, hours, minutes } from "../../sdk/time.ts";
import { hostOf, testSettings } from "../../testing/host.ts";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { cli, settingsFile } from "./cli.ts";

let aws: TestAccount;
let act: string;
beforeEach(async () => {
  aws = await embedded();
  aws.use();
  const unit = { mode: "act", ...fixture.settings };
  act = settingsFile({ home: aws.region, units: { "off-hours-instances": unit } });
  // So that there is a ledger, as after a deployment.
  await cli("hours", "--settings", act);
});

const store = () => hostOf(aws, testSettings(aws, "off-hours-instances")).store;
const order = (...words: readonly string[]) => cli("hours", ...words, "--settings", act);
const run = (at?: Date) =>
  cli(
    ...["run", "off-hours-instances", "--settings", act],
    ...(at ? ["--at", at.toISOString()] : []),
  );
interface Seen {
  readonly InstanceId: string;
  readonly state: string;
}
const look = async () => (await fixture.look(aws)) as Readonly<Record<string, Seen>>;
const states = async (...names: readonly string[]) => {
  const seen = await look();
  return names.map((name) => seen[name]?.state);
};
const told = async () => {
  const since = before(new Date(), days(1));
  const all = untold(store(), "exempt", since, after(new Date(), minutes(5)));
  return (await Array.fromAsync(all)).map(({ message }) => message.title);
};

const factsTold = async (name: string) => {
  const all = untold(store(), "exempt", before(new Date(), days(1)), after(new Date(), minutes(5)));
  const messages = (await Array.fromAsync(all)).map(({ message }) => message);
  messages.sort((a, b) => a.at.getTime() - b.at.getTime());
  return messages.map(({ facts }) => facts?.[name]);
};

describe("hours on", () => {
  test("a schedule: nothing of it is stopped, and what was stopped is started; off: it is stopped again", async () => {
    await fixture.seed(aws, store());
    await run();
    expect(await states("late", "late-too", "exempt")).toEqual(["stopped", "stopped", "running"]);
    const { code, out } = await order("on", "closed", "--until", "3h");
    expect(code).toBe(0);
    expect(out).toContain("closed is kept on until");
    expect(out).toContain("is started by the next run, a quarter of an hour at most from now");
    await run();
    expect(await states("late", "late-too")).toEqual(["running", "running"]);
    await run();
    expect(await states("late", "late-too")).toEqual(["running", "running"]);
    expect((await order("off", "closed")).code).toBe(0);
    // Once the cool-down of the start is over.
    await run(after(new Date(), minutes(40)));
    expect(await states("late", "late-too")).toEqual(["stopped", "stopped"]);
    expect((await told()).sort()).toEqual([
      expect.stringMatching(/^the schedule closed is kept on until 20/),
      "the schedule closed is no longer kept on",
    ]);
  });

  test("one target: it alone, until its end, which nobody has to take away", async () => {
    await fixture.seed(aws, store());
    await run();
    const id = (await look()).late?.InstanceId ?? "";
    await order("on", id, "--until", "1h");
    await run();
    expect(await states("late", "late-too")).toEqual(["running", "stopped"]);
    await run(after(new Date(), hours(2)));
    expect(await states("late", "late-too")).toEqual(["stopped", "stopped"]);
  });

  test("another end is the end, and it is known who gave it", async () => {
    await order("on", "closed", "--until", "1h");
    const { json } = await order("on", "closed", "--until", "2d", "--json");
    expect(json).toMatchObject({
      kept: [{ schedule: "closed", target: null, region: aws.region }],
      units: ["off-hours-instances"],
    });
    expect(json.replaced).toMatchObject([{ schedule: "closed", by: expect.any(String) }]);
    const standing = await keptHoursAt(store(), aws);
    expect(standing.map(({ by, until }) => [by, until > after(new Date(), days(1))])).toEqual([
      [`arn:aws:sts::${aws.account}:assumed-role/test/test`, true],
    ]);
  });

  test("whose longer word is replaced by a shorter one, or ended, stands in what is told", async () => {
    const place = { account: aws.account, region: aws.region };
    const ann = "arn:aws:sts::123456789012:assumed-role/dev/ann";
    const until = after(new Date(), hours(9));
    const words = { schedule: "closed", until, by: ann, at: new Date() };
    const units = [{ id: "off-hours-instances", mode: "act" }];
    await keepHours(store(), { kept: [{ ...place, ...words }], units });
    const shorter = await order("on", "closed", "--until", "1h");
    expect(shorter.out).toContain(`Until now: ${ann} had kept it on until `);
    const ended = await order("off", "closed");
    expect(ended.out).toContain(
      `Until now: arn:aws:sts::${aws.account}:assumed-role/test/test had`,
    );
    expect(await factsTold("until now")).toEqual([
      undefined,
      expect.stringContaining(`by ${ann}`),
      expect.stringContaining("by arn:aws:sts::"),
    ]);
  });

  test("an id that nobody has ever changed is written, and it is said that it may be mistyped", async () => {
    const { code, out } = await order("on", "i-0123456789abcdef0", "--until", "1h");
    expect([code, out]).toEqual([0, expect.stringContaining("No unit has ever changed it")]);
    expect((await order("on", "closed", "--until", "1h")).out).not.toContain("ever changed");
  });

  test.each([
    ["ask", "off-hours-instances is in the mode ask: what it would start waits for an approval."],
    ["watch", "off-hours-instances is in the mode watch: it starts nothing."],
  ])("that a unit starts what it stopped is not claimed in the mode %s", async (mode, words) => {
    const unit = { ...fixture.settings, mode };
    const file = settingsFile({ home: aws.region, units: { "off-hours-instances": unit } });
    const { out } = await cli("hours", "on", "closed", "--until", "1h", "--settings", file);
    expect(out).toContain(words);
    expect(out).not.toContain("is started by the next run");
    const [soWhat] = await factsTold("so what");
    expect(soWhat).toContain("nothing of it is stopped until then by off-hours-instances");
    expect(soWhat).not.toContain("is started again within");
  });

  test("kept on in one of two regions it is not shown as kept on, but where", async () => {
    const regions = [aws.region, "us-west-2"];
    const units = { "off-hours-instances": fixture.settings };
    const file = settingsFile({ home: aws.region, regions, units });
    const given = ["closed", "--until", "1h", "--region", "us-west-2", "--settings", file];
    expect((await cli("hours", "on", ...given)).code).toBe(0);
    const shown = await cli("hours", "--json", "--settings", file);
    const [closed] = JSON.parse(shown.out).schedules;
    expect(closed).toMatchObject({ now: "off", keptBy: null, keptIn: ["us-west-2"] });
    expect((await cli("hours", "--settings", file)).out).toContain("off; kept on in us-west-2");
  });

  test("what scales a service is kept on with its service", async () => {
    const { json } = await order("on", "scaling:service/prod/web", "--until", "1h", "--json");
    expect(json.kept).toMatchObject([{ target: "service:prod/web" }]);
    expect((await order("off", "service:prod/web")).code).toBe(0);
  });

  test.each<[words: readonly string[], told: string]>([
    [["on", "closed"], "until when? Whatever is kept on has an end"],
    [["on"], "which schedule or target?"],
    [["up", "closed"], "up is not understood"],
    [["on", "closd", "--until", "3h"], "closd is no schedule; did you mean closed?"],
    [["on", "no-group", "--until", "3h"], "no-group is no schedule"],
    [["on", "closed", "--until", "tonight"], "--until tonight is no time: write it like 22:00"],
    [["on", "closed", "--until", "15d"], "is more than"],
    [["on", "closed", "--until", "2020-01-01T00:00Z"], "is over: give a time that is to come"],
    [["on", "closed", "--until", "3h", "--region", "mars-1"], "mars-1"],
    [["off", "closed", "--until", "3h"], "--until is for `hours on`"],
  ])("%j is refused, with what to write instead", async (words, remedy) => {
    const { code, err } = await order(...words);
    expect([code, err]).toEqual([2, expect.stringContaining(remedy)]);
    expect(await keptHoursAt(store(), aws)).toEqual([]);
  });

  test("off what nothing keeps on says so", async () => {
    const { code, err } = await order("off", "closed");
    expect([code, err]).toEqual([1, expect.stringContaining("nothing keeps closed on")]);
  });

  test("without a unit that follows schedules there is nothing to keep on, and it is said where to begin", async () => {
    const none = settingsFile({ home: aws.region, units: { "log-retention": {} } });
    const { code, err } = await cli("hours", "--settings", none);
    expect([code, err]).toEqual([2, expect.stringContaining("enable no unit of the family hours")]);
  });
});

describe("hours", () => {
  test("shows what each schedule says now, until when, what is kept on and by whom, and what was done", async () => {
    await fixture.seed(aws, store());
    await run();
    await order("on", "closed", "--until", "1h");
    const { json, code } = await order("--json");
    expect(code).toBe(0);
    expect(
      json.schedules.map((each: Record<string, unknown>) => [each.schedule, each.now]),
    ).toEqual([
      ["closed", "on"],
      ["open", "on"],
    ]);
    expect(json.schedules[0]).toMatchObject({
      unit: "off-hours-instances",
      mode: "act",
      timeZone: "UTC",
      next: "off",
      keptBy: expect.stringContaining("assumed-role/test/test"),
    });
    expect(json.kept).toHaveLength(1);
    expect(json.done.map(({ because }: { because: string }) => because)).toContainEqual(
      expect.stringContaining("the schedule closed says off"),
    );
    const { out } = await order();
    expect(out).toContain("kept on");
  });
});
