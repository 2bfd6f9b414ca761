import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, onTestFinished, test } from "vitest";
import { createLogGroup, deleteLogGroup } from "../../../aws/logs/empty.ts";
import { putRetentionPolicy } from "../../../aws/logs/log-group.ts";
import { before, days } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { each, measuredAws, pagesOf, searching } from "../../../test/setup/measured.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { fixture } from "./fixture.ts";
import unit from "./index.ts";
import { type FoundLogGroup, logGroupManager } from "./look.ts";

const now = new Date("2026-11-21T03:40:00Z");
const ago = (number: number) => before(now, days(number));

const group: LogGroup = {
  logGroupName: "/trial",
  logGroupArn: "arn:aws:logs:eu-central-1:123456789012:log-group:/trial",
  storedBytes: 0,
  creationTime: ago(90).getTime(),
  metricFilterCount: 0,
};
const empty: FoundLogGroup = { group, isEmpty: true, tags: { team: "web" }, subscribed: [] };
const since = ago(30);

describe("what is proposed", () => {
  test("a group that was empty at each look is deleted, and a person asked before", () => {
    expect(proposeFor(unit, empty, { now, since })).toEqual({
      because: "it has held nothing since 2026-10-22, and nothing writes to it",
      call: deleteLogGroup({ logGroupName: "/trial" }),
      savesPerMonth: 0,
    });
    expect(deleteLogGroup.uncertain).toMatch(/ECS does not start/);
  });

  test.each<[what: string, more: Partial<FoundLogGroup>, measured?: Date | undefined]>([
    ["not empty", { isEmpty: false }],
    ["empty for less", {}, ago(29)],
    ["empty at this look for the first time", {}, undefined],
    ["made within that time", { group: { ...group, creationTime: ago(3).getTime() } }],
    ["made at a time that AWS does not say", { group: { ...group, creationTime: undefined } }],
    ["a function's", { group: { ...group, logGroupName: "/aws/lambda/orders" } }],
    ["that of a firewall", { group: { ...group, logGroupName: "aws-waf-logs-web" } }],
  ])("nothing of one that is %s", (...[what, more, measured]) => {
    const at = what.startsWith("empty") ? measured : since;
    const options = { now, ...(at && { since: at }) };
    expect(proposeFor(unit, { ...empty, ...more }, options)).toBeUndefined();
  });

  test("what is left of functions is looked at where the settings say so", () => {
    const found = { ...empty, group: { ...group, logGroupName: "/aws/lambda/gone" } };
    expect(proposeFor(unit, found, { now, since, config: { except: [] } })).toBeDefined();
  });
});

describe("the way back", () => {
  const about = { target: "/trial", within: undefined };
  test("makes it with its key, class and tags but AWS's own, then its retention", () => {
    const more = { retentionInDays: 7, kmsKeyId: "arn:key", logGroupClass: "STANDARD" as const };
    const tags = { team: "web", "aws:cloudformation:stack-name": "x" };
    const state = unit.state({ ...empty, group: { ...group, ...more }, tags });
    expect(unit.restore?.calls(state, about)).toEqual([
      createLogGroup({
        logGroupName: "/trial",
        kmsKeyId: "arn:key",
        logGroupClass: "STANDARD",
        tags: { team: "web" },
      }),
      putRetentionPolicy({ logGroupName: "/trial", retentionInDays: 7 }),
    ]);
  });
  test("sets none of the class whose retention is AWS's own", () => {
    const more = { retentionInDays: 2, logGroupClass: "DELIVERY" as const };
    const state = unit.state({ ...empty, group: { ...group, ...more }, tags: {} });
    expect(unit.restore?.calls(state, about)).toEqual(
      createLogGroup({ logGroupName: "/trial", logGroupClass: "DELIVERY" }),
    );
  });
  test("sets none where it had none", () => {
    const state = unit.state({ ...empty, tags: {} });
    expect(unit.restore?.calls(state, about)).toEqual(createLogGroup({ logGroupName: "/trial" }));
  });
});

test.each<[more: Partial<FoundLogGroup>, words: RegExp | undefined]>([
  [{}, undefined],
  [{ tags: undefined, subscribed: undefined }, undefined],
  [{ subscribed: ["to-lake"] }, /subscription to-lake/],
  [{ group: { ...group, metricFilterCount: 1 } }, /metric filters/],
  [{ group: { ...group, deletionProtectionEnabled: true } }, /protection from deletion/],
  [{ group: { ...group, dataProtectionStatus: "ACTIVATED" } }, /data protection/],
  [{ group: { ...group, dataProtectionStatus: "DELETED" } }, undefined],
  [{ tags: { "aws:cloudformation:stack-name": "shop" } }, /stack shop/],
])("who manages one with %o", (more, words) => {
  const manager = logGroupManager({ ...empty, ...more });
  if (words) expect(manager).toMatch(words);
  else expect(manager).toBeUndefined();
});

interface Cloud {
  readonly last?: object;
  readonly only?: readonly string[];
}

async function found(groups: readonly LogGroup[], { last, only }: Cloud = {}) {
  const aws = measuredAws(() => [], {
    "logs:DescribeLogGroups": ({ logGroupNamePrefix = "" }: { logGroupNamePrefix?: string }) =>
      each(groups.filter(({ logGroupName }) => logGroupName?.startsWith(logGroupNamePrefix))),
    "logs:DescribeLogStreams": async () => ({ logStreams: last ? [last] : [] }),
    "logs:DescribeSubscriptionFilters": async () => ({
      subscriptionFilters: [{ filterName: "to-lake" }],
    }),
    "logs:ListTagsForResource": async () => ({ tags: { team: "web" } }),
  });
  const { pages } = pagesOf(groups, 100);
  const config = unit.config.parse({});
  const search = { ...searching(now), only, config, read: aws.read, pages };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<FoundLogGroup>);
  return { all, ...aws };
}

describe("what is empty", () => {
  test("nothing is stored, and there is no stream", async () => {
    const { all } = await found([group]);
    expect(all).toEqual([{ ...empty, subscribed: ["to-lake"] }]);
  });

  test.each<[what: string, last: object, isEmpty: boolean]>([
    [
      "an event came yesterday, which is not counted yet",
      { lastIngestionTime: ago(1).getTime() },
      false,
    ],
    ["an event of yesterday was not kept", { lastEventTimestamp: ago(1).getTime() }, false],
    [
      "the last came long ago, and is not kept any more",
      { lastIngestionTime: ago(40).getTime() },
      true,
    ],
    ["a stream that nothing was ever written to", {}, true],
  ])("%s: %s", async (_, last, isEmpty) => {
    expect((await found([group], { last })).all[0]?.isEmpty).toBe(isEmpty);
  });

  test.each([[1], [undefined]])(
    "%s bytes stored: not, and nothing else is asked",
    async (storedBytes) => {
      const { all, operations } = await found([{ ...group, storedBytes }]);
      expect([all[0]?.isEmpty, operations]).toEqual([false, []]);
    },
  );

  test("by name it is looked at whatever it holds, and what is gone is none", async () => {
    const groups = [
      { ...group, storedBytes: 7 },
      { ...group, logGroupName: "/trial/b" },
    ];
    const { all } = await found(groups, { only: ["/trial", "/tria", "/gone"] });
    expect(all.map((one) => [one.group.logGroupName, one.isEmpty, one.tags])).toEqual([
      ["/trial", false, { team: "web" }],
    ]);
  });
});

test("of 20,000 only those that hold nothing are asked about further", async () => {
  const many = Array.from({ length: 20_000 }, (_, nth) => ({
    ...group,
    logGroupName: `/g/${nth}`,
    storedBytes: nth % 100,
  }));
  const { all, operations } = await found(many);
  expect(all).toHaveLength(20_000);
  expect(operations).toHaveLength(3 * 200);
});

async function opened(settings: object = fixture.settings ?? {}): Promise<TestDelivery> {
  const delivery = await open(unit, fixture.seed, { ...settings, mode: "act" });
  onTestFinished(() => delivery.close());
  return delivery;
}
const namesOf = async ({ aws }: TestDelivery) => {
  const { logGroups = [] } = await aws
    .client(CloudWatchLogsClient)
    .send(new DescribeLogGroupsCommand({}));
  return logGroups.map(({ logGroupName }) => logGroupName);
};

test.each([
  "DescribeLogGroups",
  "DescribeLogStreams",
  "DescribeSubscriptionFilters",
  "ListTagsForResource",
])("where %s is denied nothing is deleted: an error is no empty list", async (operation) => {
  const delivery = await opened();
  delivery.proxy.fault((call) => call.operation === operation, "denied");
  await expect(delivery.deliver()).rejects.toThrow();
  expect(await namesOf(delivery)).toContain("/trial");
});

test("what is empty at one look alone is left", async () => {
  const delivery = await opened({ ...fixture.settings, config: { days: 1 } });
  const { actions } = await delivery.deliver();
  expect(actions).toEqual([]);
  expect(await namesOf(delivery)).toContain("/trial");
});

test.each([{ days: -1 }, { days: 366 }, { days: 1.5 }, { except: "/aws/" }, { except: [""] }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);
