import { expect, test } from "vitest";
import { over, tell, tellEach } from "../../../test/setup/signal.ts";
import guardduty from "./index.ts";

test.each([
  [
    "guardduty/finding",
    "critical",
    "GuardDuty: 198.51.100.0 is performing SSH brute force attacks against i-99999999",
    "guardduty/finding/c6b2c1a1d6a0f1c8d2e3f4a5b6c7d8e9",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(guardduty, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(guardduty, "guardduty/finding")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/guardduty/home?region=us-east-1#/findings?macros=current&fId=c6b2c1a1d6a0f1c8d2e3f4a5b6c7d8e9",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(guardduty, "guardduty/finding", { config: { ignore: ["UnauthorizedAccess:*"] } }),
  ).toBeUndefined());

test("its grade decides: from 7 critical, from 4 a warning, and one without a grade is not taken lightly", () => {
  const graded = (severity: unknown) =>
    tell(guardduty, "guardduty/finding", { change: { severity } })?.severity;
  expect([
    graded(7),
    graded(6.9),
    graded(4),
    graded(3.9),
    graded(undefined),
    graded("high"),
  ]).toEqual(["critical", "warning", "warning", "info", "warning", "warning"]);
  expect(
    tell(guardduty, "guardduty/finding", {
      change: { severity: 2 },
      config: { atLeast: "warning" },
    }),
  ).toBeUndefined();
});
test("what is affected is told in the title unless it says so itself", () => {
  const change = {
    title: "Credentials were used from elsewhere.",
    resource: {
      accessKeyDetails: { userName: "ann" },
      s3BucketDetails: [{ name: "b" }, { id: 7 }],
    },
  };
  expect(tell(guardduty, "guardduty/finding", { change })).toMatchObject({
    title: "GuardDuty: Credentials were used from elsewhere, on b and ann",
    affected: ["b", "ann"],
  });
});

test("tags of what it is about are told: routes go by them", () =>
  expect(tell(guardduty, "guardduty/finding")?.tags).toEqual({ Name: ["web"] }));

test("an archived finding is told as archived, not in the words of the threat alone", () => {
  const archived = (config = {}, severity = 8) =>
    tell(guardduty, "guardduty/finding", {
      change: { severity, service: { archived: true } },
      config,
    });
  expect(archived()).toMatchObject({
    severity: "info",
    closes: true,
    title: expect.stringMatching(/^GuardDuty: archived: 198/),
  });
  expect(archived()?.quiet).toBeUndefined();
  expect(archived({ atLeast: "warning" }, 2)).toMatchObject({ closes: true, quiet: true });
});

test("a finding is over when GuardDuty says that it is archived", async () => {
  const id = "c6b2c1a1d6a0f1c8d2e3f4a5b6c7d8e9";
  const ask = (Findings: object[], change = {}) =>
    over(guardduty, "guardduty/archived", { "guardduty:GetFindings": { Findings } }, { change });
  const archived = { Id: id, Service: { Archived: true } };
  const asked = [
    {
      operation: "guardduty:GetFindings",
      kind: "read",
      input: { DetectorId: "4eb1f0a2b3c4d5e6f708192a3b4c5d6e", FindingIds: [id] },
    },
  ];
  expect(await ask([archived])).toEqual({ over: true, asked });
  // Without a field of its own the detector is in the finding's ARN.
  expect(await ask([archived], { service: { archived: true } })).toEqual({ over: true, asked });
  expect((await ask([{ Id: id, Service: { Archived: false } }])).over).toBe(false);
  await expect(ask([])).rejects.toThrow("no such finding any more");
  await expect(ask([archived], { arn: undefined, service: {} })).rejects.toThrow("no detector");
});

test("findings that somebody archives by a call end, each by itself, once GuardDuty says so of each", async () => {
  const [first, second] = ["c6b2c1a1d6a0f1c8d2e3f4a5b6c7d8e9", "d6b2c1a1d6a0f1c8d2e3f4a5b6c7d8e9"];
  const requestParameters = {
    detectorId: "4eb1f0a2b3c4d5e6f708192a3b4c5d6e",
    findingIds: [first, second],
  };
  const change = { requestParameters };
  const told = tellEach(guardduty, "guardduty/archive-findings", { change });
  expect(told.map(({ closes, quiet }) => [closes, quiet])).toEqual([
    [true, true],
    [true, true],
  ]);
  expect(told[0]?.key).toBe(tell(guardduty, "guardduty/finding")?.key);
  const key = told[1]?.key ?? "";
  const answer = { Findings: [{ Id: second, Service: { Archived: true } }] };
  const { over: isOver, asked } = await over(
    guardduty,
    "guardduty/archive-findings",
    { "guardduty:GetFindings": answer },
    { change, key },
  );
  expect(isOver).toBe(true);
  expect(asked[0]?.input).toMatchObject({ FindingIds: [second] });
});

test("the finding of a member is ended by its administrator, who archives it under a detector of its own", () => {
  const arn = "arn:aws:guardduty:us-east-1:222222222222:detector/member/finding/f1";
  const began = tell(guardduty, "guardduty/finding", { change: { id: "f1", arn } });
  const [ended] = tellEach(guardduty, "guardduty/finding", {
    change: {
      eventName: "ArchiveFindings",
      requestParameters: { detectorId: "own", findingIds: ["f1"] },
    },
  });
  expect(ended).toMatchObject({ closes: true, key: began?.key });
});
