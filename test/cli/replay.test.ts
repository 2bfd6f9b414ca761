/** What was recorded is tried again: in order, by its own clock, the same each time. */
import { beforeEach, describe, expect, test } from "vitest";
import { embedded, type TestAccount } from "../setup/aws.ts";
import { makeGroups, retentions } from "../setup/retention.ts";
import { cli, created, file, settingsFor } from "./cli.ts";

let aws: TestAccount;
let act: string;
const fresh = async () => {
  aws = await embedded();
  aws.use();
  act = settingsFor(aws, "act");
};
beforeEach(fresh);

const event = (name: string, time: string, rest: object = {}) =>
  created(aws, name, { time, id: `event-of-${name}`, ...rest });
/** As CloudTrail's log files and LookupEvents have it. */
const record = (name: string, eventTime: string, by?: string) => ({
  eventVersion: "1.09",
  eventID: `record-of-${name}`,
  eventType: "AwsApiCall",
  eventSource: "logs.amazonaws.com",
  eventName: "CreateLogGroup",
  eventTime,
  awsRegion: aws.region,
  recipientAccountId: aws.account,
  userIdentity: by
    ? { arn: "arn:x", sessionContext: { sessionIssuer: { arn: by } } }
    : { arn: `arn:aws:iam::${aws.account}:user/bob` },
  requestParameters: { logGroupName: name },
});
const lines = (...documents: readonly object[]) =>
  file(documents.map((one) => JSON.stringify(one)).join("\n\n"), "jsonl");
// biome-ignore lint/suspicious/noExplicitAny: the document as it is printed
const said = ({ replayed }: any) =>
  // biome-ignore lint/suspicious/noExplicitAny: as above
  replayed.map(({ at, event: id, automation, runs, error }: any) => [
    at.slice(11, 19),
    id,
    automation,
    // biome-ignore lint/suspicious/noExplicitAny: what the command printed
    runs.map(({ outcome }: any) => outcome).join(),
    error,
  ]);
const replay = (path: string, ...rest: readonly string[]) =>
  cli("replay", path, "--settings", act, "--json", ...rest);

describe("replay", () => {
  test("takes EventBridge's events and CloudTrail's records, in order of time, by their own clock", async () => {
    await makeGroups(aws, "/a", "/b", "/c");
    const path = lines(
      event("/b", "2026-10-02T10:00:00Z"),
      { Records: [record("/c", "2026-10-03T10:00:00Z")] },
      { CloudTrailEvent: JSON.stringify(record("/a", "2026-10-01T09:00:00Z")) },
    );
    const { code, json } = await replay(path);
    expect([code, json.events, said(json)]).toEqual([
      0,
      { read: 3, foreign: 0, started: 3 },
      [
        ["09:00:00", "record-of-/a", "log-retention", "done", null],
        ["10:00:00", "event-of-/b", "log-retention", "done", null],
        ["10:00:00", "record-of-/c", "log-retention", "done", null],
      ],
    ]);
    expect(await retentions(aws)).toEqual({ "/a": 90, "/b": 90, "/c": 90 });
    const { runs } = (await cli("history", "--settings", act, "--json")).json;
    expect(runs.map(({ at }: { at: string }) => at)).toEqual([
      "2026-10-03T10:00:00.000Z",
      "2026-10-02T10:00:00.000Z",
      "2026-10-01T09:00:00.000Z",
    ]);
  });

  test("says the same each time, in whatever order the file is", async () => {
    const made = async (turn: <T>(list: T[]) => T[]) => {
      await fresh();
      await makeGroups(aws, "/a", "/b");
      const at = "2026-10-01T09:00:00Z";
      const all = [
        event("/a", at),
        event("/b", at),
        event("/a", "2026-10-01T09:05:00Z", { id: "again" }),
        event("/b", "2026-10-01T09:00:01Z"),
      ];
      const { json } = await replay(lines(...turn(all)));
      return JSON.parse(
        JSON.stringify(json)
          .replaceAll(aws.account, "account")
          .replaceAll(/\.[0-9a-f]{8}\b/g, ".run"),
      );
    };
    const first = await made((list) => list);
    expect(said(first).map(([, id, , outcome]: string[]) => [id, outcome])).toEqual([
      ["event-of-/a", "done"],
      ["event-of-/b", "done"],
      ["event-of-/b", "done"],
      ["again", "nothing"],
    ]);
    expect(await made((list) => list.toReversed())).toEqual(first);
  });

  test("only between --from and --to", async () => {
    await makeGroups(aws, "/a", "/b", "/c");
    const path = lines(
      ...["/a", "/b", "/c"].map((name, at) => event(name, `2026-10-0${at + 1}T00:00:00Z`)),
    );
    const { json } = await replay(path, "--from", "2026-10-02", "--to", "2026-10-03T00:00:00Z");
    expect(json.events).toEqual({ read: 1, foreign: 0, started: 1 });
    expect(await retentions(aws)).toEqual({ "/a": null, "/b": 90, "/c": null });
  });

  test("what our own roles did starts nothing, and what is not ours is counted", async () => {
    await makeGroups(aws, "/a");
    const ours = record(
      "/a",
      "2026-10-01T09:00:00Z",
      `arn:aws:iam::${aws.account}:role/nightshift-log-retention`,
    );
    const path = lines(
      ours,
      event("/a", "2026-10-01T10:00:00Z", { account: "999999999999" }),
      event("/a", "2026-10-01T11:00:00Z", { source: "my.app" }),
    );
    const { code, json } = await replay(path);
    expect([code, json.events]).toEqual([3, { read: 3, foreign: 1, started: 1 }]);
    expect(json.replayed[0].runs[0].actions).toMatchObject([
      { outcome: "held", held: { by: "own-echo" } },
    ]);
  });

  test("one that cannot be carried out is said, and does not end the rest", async () => {
    await makeGroups(aws, "/a");
    const broken = event("/x", "2026-10-01T09:00:00Z", {
      detail: {
        eventName: "CreateLogGroup",
        eventSource: "logs.amazonaws.com",
        requestParameters: 7,
      },
    });
    const { code, json } = await replay(lines(broken, event("/a", "2026-10-01T10:00:00Z")));
    expect(code).toBe(1);
    expect(json.replayed[0].error).toMatch(/expected object/i);
    expect(await retentions(aws)).toEqual({ "/a": 90 });
  });

  test("shows people what became of each", async () => {
    await makeGroups(aws, "/a");
    const { out, err } = await cli(
      "replay",
      lines(event("/a", "2026-10-01T09:00:00Z")),
      "--settings",
      act,
      "--speed",
      "1000",
    );
    expect(out).toMatch(
      /^2026-10-01 09:00:00 UTC {2}aws.logs CreateLogGroup .*\n {4}log-retention: done .*\n {6}applied {2}\/a {2}because it keeps its events for ever\n$/,
    );
    expect(err).toContain("1 event, 1 of them for an automation.");
  });

  test.each([
    ["a file that is missing", () => ["nowhere.jsonl"], "does not exist"],
    ["a line that is no event", () => [lines({ hello: 1 })], "event 1 of"],
    ["a line that is no JSON", () => [file("{", "jsonl")], "line 1 of"],
    ["a speed that is none", () => [lines(), "--speed", "0"], "--speed 0"],
    [
      "times that are the wrong way round",
      () => [lines(), "--from", "2026-10-02", "--to", "2026-10-01"],
      "is not before",
    ],
    ["a time that is none", () => [lines(), "--to", "noon"], "--to noon is not a time"],
  ])("%s is refused", async (_, args, says) => {
    const { code, err } = await cli("replay", ...args());
    expect(code).toBe(2);
    expect(err).toContain(says);
  });
});
