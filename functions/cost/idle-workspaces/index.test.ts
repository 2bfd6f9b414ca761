import type { Workspace, WorkspaceConnectionStatus } from "@aws-sdk/client-workspaces";
import { describe, expect, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import { each, flat, measuredAws } from "../../../test/setup/measured.ts";
import unit, { type IdleWorkspace } from "./index.ts";

const now = new Date("2026-11-23T07:25:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };
const quiet = () => flat(0);

const desktop: Workspace = {
  WorkspaceId: "ws-1",
  DirectoryId: "d-1",
  UserName: "ann",
  State: "AVAILABLE",
  WorkspaceProperties: { RunningMode: "ALWAYS_ON", ComputeTypeName: "STANDARD" },
};
const left: WorkspaceConnectionStatus = {
  WorkspaceId: "ws-1",
  ConnectionState: "DISCONNECTED",
  LastKnownUserConnectionTimestamp: before(now, days(45)),
};

async function found(
  desktops: readonly Workspace[],
  statuses: readonly WorkspaceConnectionStatus[],
  settings: object = {},
) {
  const config = unit.config.parse(settings);
  const asked: number[] = [];
  const byId = new Map(statuses.map((status) => [status.WorkspaceId, status]));
  const aws = measuredAws(quiet, {
    "workspaces:DescribeWorkspaces": () => each(desktops),
    "workspaces:DescribeWorkspacesConnectionStatus": async (input: {
      readonly WorkspaceIds: readonly string[];
    }) => {
      asked.push(input.WorkspaceIds.length);
      return { WorkspacesConnectionStatus: input.WorkspaceIds.flatMap((id) => byId.get(id) ?? []) };
    },
  });
  const search = { ...here, config, only: undefined, read: aws.read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<IdleWorkspace>);
  return { all, told: unit.tell(all, { ...here, config }), asked, ...aws };
}

test("a desktop that nobody was connected to is told: whose it is, how it is paid for, since when", async () => {
  const { told } = await found([desktop], [left]);
  expect(told).toMatchObject({
    title: "Nobody has been connected to 1 WorkSpace in eu-central-1 for 30 days",
    table: {
      columns: ["WorkSpace", "user", "directory", "kind", "paid for", "last connection"],
      rows: [["ws-1", "ann", "d-1", "STANDARD", "by the month", "2026-10-09"]],
    },
    affected: ["ws-1"],
  });
  expect(told?.facts).not.toHaveProperty("never");
});

test("one that stops by itself costs little more than its disks, and that is said", async () => {
  const WorkspaceProperties = { RunningMode: "AUTO_STOP" as const };
  const { told } = await found([{ ...desktop, WorkspaceProperties }], [left]);
  expect(told?.facts?.price).toContain("1 WorkSpace with the running mode AUTO_STOP costs");
  expect(told?.table?.rows[0]?.slice(3, 5)).toEqual([
    "not known",
    "its disks by the month, and each hour that it runs",
  ]);
});

describe("of connections", () => {
  test.each<[what: string, status: Partial<WorkspaceConnectionStatus>, told: boolean]>([
    ["somebody is connected, since long", { ConnectionState: "CONNECTED" }, false],
    [
      "the last was on the last day that counts",
      { LastKnownUserConnectionTimestamp: before(now, days(30)) },
      false,
    ],
    ["its state is not known, and its last connection is", { ConnectionState: "UNKNOWN" }, true],
  ])("%s", async (_, status, isTold) => {
    const { all } = await found([desktop], [{ ...left, ...status }]);
    expect(all).toHaveLength(isTold ? 1 : 0);
  });

  test("never is said as what it is: AWS does not say since when a desktop is there", async () => {
    const { LastKnownUserConnectionTimestamp: _, ...never } = left;
    const { told } = await found([desktop], [never]);
    expect(told?.table?.rows[0]?.at(-1)).toBe("never");
    expect(told?.facts?.never).toContain("new ones may be among them");
  });

  test("one of which AWS told nothing is none that idles, and is counted", async () => {
    const other = { ...desktop, WorkspaceId: "ws-2" };
    const { told } = await found([desktop, other], [left]);
    expect(told?.table?.rows.map(([id]) => id)).toEqual(["ws-1"]);
    expect(told?.facts?.["not known"]).toMatch(/^1 WorkSpace: AWS told nothing/);
    expect((await found([other], [])).told).toBeUndefined();
    const unknown = { WorkspaceId: "ws-2", ConnectionState: "UNKNOWN" } as const;
    expect((await found([other], [unknown])).told).toBeUndefined();
  });
});

test("the longest ago comes first", async () => {
  const ids = ["ws-1", "ws-2", "ws-3"];
  const ago = [40, 300, 90];
  const { told } = await found(
    ids.map((WorkspaceId) => ({ ...desktop, WorkspaceId })),
    ids.map((WorkspaceId, at) => ({
      ...left,
      WorkspaceId,
      LastKnownUserConnectionTimestamp: before(now, days(ago[at] ?? 0)),
    })),
  );
  expect(told?.table?.rows.map(([id]) => id)).toEqual(["ws-2", "ws-3", "ws-1"]);
});

describe("not asked for", () => {
  test.each(["PENDING", "TERMINATING", "REBUILDING", "ADMIN_MAINTENANCE"] as const)(
    "one that is %s",
    async (State) => {
      expect((await found([{ ...desktop, State }], [left])).asked).toEqual([]);
    },
  );
  test.each(["ann", "d-1", "ws-1"])("what is named: %s", async (name) => {
    expect((await found([desktop], [left], { except: [name] })).asked).toEqual([]);
    expect((await found([desktop], [left], { except: [name.slice(0, -1)] })).all).toHaveLength(1);
  });
  test("where there is none there is no message", async () => {
    const { told, operations } = await found([], []);
    expect([told, operations]).toEqual([undefined, ["workspaces:DescribeWorkspaces"]]);
  });
});

test("of 20,000 each is judged, 25 a call", async () => {
  const ids = Array.from({ length: 20_000 }, (_, nth) => `ws-${nth}`);
  const { all, asked } = await found(
    ids.map((WorkspaceId) => ({ ...desktop, WorkspaceId })),
    ids.map((WorkspaceId) => ({ ...left, WorkspaceId })),
  );
  expect([all.length, asked.length, Math.max(...asked)]).toEqual([20_000, 800, 25]);
});

test.each(["workspaces:DescribeWorkspaces", "workspaces:DescribeWorkspacesConnectionStatus"])(
  "what AWS refuses of %s is an error, never a desktop that nobody uses",
  async (operation) => {
    const refused = () => Promise.reject(new Error("AccessDenied"));
    const aws = measuredAws(quiet, {
      "workspaces:DescribeWorkspaces": () => each([desktop]),
      "workspaces:DescribeWorkspacesConnectionStatus": refused,
      ...(operation.endsWith("Workspaces") && {
        "workspaces:DescribeWorkspaces": () =>
          (async function* () {
            yield* [] as Workspace[];
            await refused();
          })(),
      }),
    });
    const search = { ...here, config: unit.config.parse({}), only: undefined, read: aws.read };
    await expect(
      Array.fromAsync(unit.find(search as never) as AsyncIterable<IdleWorkspace>),
    ).rejects.toThrow("AccessDenied");
  },
);

test("a region without WorkSpaces has none that idle; where names fail it is an error", async () => {
  const config = unit.config.parse({});
  const failing = async (code: string) => {
    const refusing = async function* () {
      yield* [] as Workspace[];
      throw Object.assign(new Error(`getaddrinfo ${code} workspaces.eu-north-1`), { code });
    };
    const aws = measuredAws(quiet, { "workspaces:DescribeWorkspaces": refusing });
    const search = { ...here, config, only: undefined, read: aws.read };
    return Array.fromAsync(unit.find(search as never) as AsyncIterable<IdleWorkspace>);
  };
  expect(await failing("ENOTFOUND")).toEqual([]);
  await expect(failing("EAI_AGAIN")).rejects.toThrow("EAI_AGAIN");
});

test.each([{ days: 0 }, { days: 366 }, { except: "x" }, { users: [] }])(
  "config %o is refused",
  (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false),
);
