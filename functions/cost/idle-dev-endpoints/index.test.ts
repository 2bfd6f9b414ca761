import type { DevEndpoint, Session } from "@aws-sdk/client-glue";
import { describe, expect, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import { each, flat, measuredAws } from "../../../test/setup/measured.ts";
import unit, { type StandingDevelopment } from "./index.ts";

const now = new Date("2026-11-23T07:30:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };
const quiet = () => flat(0);
const ago = (number: number): Date => before(now, days(number));

const endpoint: DevEndpoint = {
  EndpointName: "etl",
  Status: "READY",
  NumberOfNodes: 5,
  CreatedTimestamp: ago(30),
  LastModifiedTimestamp: ago(30),
};
const session: Session = {
  Id: "notebook",
  Status: "READY",
  CreatedOn: ago(5),
  WorkerType: "G.1X",
  NumberOfWorkers: 3,
  IdleTimeout: 2880,
};

interface Glue {
  readonly endpoints?: readonly DevEndpoint[];
  readonly sessions?: readonly Session[];
}

async function found({ endpoints = [], sessions = [] }: Glue, settings: object = {}) {
  const config = unit.config.parse(settings);
  const aws = measuredAws(quiet, {
    "glue:GetDevEndpoints": () => each(endpoints),
    "glue:ListSessions": () => each(sessions),
  });
  const search = { ...here, config, only: undefined, read: aws.read };
  const all = await Array.fromAsync(
    unit.find(search as never) as AsyncIterable<StandingDevelopment>,
  );
  return { all, told: unit.tell(all, { ...here, config }) };
}

test("what has been there for days is told, the longest first, with what would end it", async () => {
  const { told } = await found({ endpoints: [endpoint], sessions: [session] });
  expect(told).toMatchObject({
    title:
      "2 development endpoints and sessions of Glue in eu-central-1 have been there for 2 days or longer",
    table: {
      columns: ["kind", "name", "workers", "since", "what ends it"],
      rows: [
        ["dev endpoint", "etl", "5 DPU", "2026-10-24", "nothing"],
        ["session", "notebook", "3 × G.1X", "2026-11-18", "2 days without a statement"],
      ],
    },
    affected: ["etl", "notebook"],
  });
  expect(told?.facts?.["how sure that is"]).toContain("somebody may be at work");
});

test("of one alone the words are of one", async () => {
  const { told } = await found({ sessions: [session] }, { days: 1 });
  expect(told?.title).toBe(
    "1 development endpoint or session of Glue in eu-central-1 has been there for 1 day or longer",
  );
});

describe("not told", () => {
  test.each<[what: string, more: Partial<DevEndpoint>]>([
    ["one that is new", { CreatedTimestamp: ago(1), LastModifiedTimestamp: ago(1) }],
    ["one that somebody has changed since", { LastModifiedTimestamp: ago(1) }],
    ["one whose making failed", { Status: "FAILED" }],
    ["one that is being deleted", { Status: "TERMINATING" }],
    ["one of which AWS does not say since when", { CreatedTimestamp: undefined }],
  ])("an endpoint: %s", async (_, more) => {
    expect((await found({ endpoints: [{ ...endpoint, ...more }] })).all).toEqual([]);
  });

  test.each<[what: string, more: Partial<Session>]>([
    ["one that is new", { CreatedOn: ago(1) }],
    ...(["STOPPED", "TIMEOUT", "FAILED", "STOPPING", "PROVISIONING"] as const).map(
      (Status): [string, Partial<Session>] => [`one that is ${Status}`, { Status }],
    ),
    ["one of which AWS does not say since when", { CreatedOn: undefined }],
  ])("a session: %s", async (_, more) => {
    expect((await found({ sessions: [{ ...session, ...more }] })).all).toEqual([]);
  });

  test("what is named by its beginning", async () => {
    const all = { endpoints: [endpoint], sessions: [session] };
    expect((await found(all, { except: ["et"] })).told?.affected).toEqual(["notebook"]);
  });

  test("where there is none there is no message", async () => {
    expect((await found({})).told).toBeUndefined();
  });
});

test.each<[more: Partial<Session>, workers: string, ends: string]>([
  [{ NumberOfWorkers: undefined, MaxCapacity: 10 }, "10 DPU", "2 days without a statement"],
  [{ WorkerType: undefined, IdleTimeout: undefined }, "not known", "not known"],
])("a session with %o is said as AWS says it", async (more, workers, ends) => {
  const { all } = await found({ sessions: [{ ...session, ...more }] });
  expect(all[0]).toMatchObject({ workers, ends });
});

test("of 20,000 each is judged", async () => {
  const endpoints = Array.from({ length: 20_000 }, (_, nth) => ({
    ...endpoint,
    EndpointName: `e-${nth}`,
    ...(nth % 2 && { LastModifiedTimestamp: ago(0) }),
  }));
  expect((await found({ endpoints })).all).toHaveLength(10_000);
});

test.each(["glue:GetDevEndpoints", "glue:ListSessions"])(
  "what AWS refuses of %s is an error, never a quiet account",
  async (operation) => {
    const refusing = async function* () {
      yield* [] as DevEndpoint[];
      throw new Error("AccessDenied");
    };
    const aws = measuredAws(quiet, {
      "glue:GetDevEndpoints": () => each([endpoint]),
      "glue:ListSessions": () => each([session]),
      [operation]: refusing,
    });
    const search = { ...here, config: unit.config.parse({}), only: undefined, read: aws.read };
    await expect(
      Array.fromAsync(unit.find(search as never) as AsyncIterable<StandingDevelopment>),
    ).rejects.toThrow("AccessDenied");
  },
);

test.each([{ days: 0 }, { days: 61 }, { except: "x" }, { endpoints: [] }])(
  "config %o is refused",
  (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false),
);
