import { expect, test } from "vitest";
import { actionId, isUndo, planId, runId, runOf, unitOf } from "../ledger/ids.ts";
import { keys } from "../ledger/keys.ts";
import { partitionOf } from "../sdk/arn.ts";
import { inDoubt, inOneLine, isDenied } from "../sdk/errors.ts";
import { deployedIn } from "../testing/deployed.ts";
import { ourRoles } from "./our-roles.ts";

const place = { unit: "open-ingress", account: "123456789012", region: "eu-west-1" };
const start = {
  kind: "sweep",
  key: "slot",
  region: "eu-west-1",
  at: new Date("2026-11-21T02:00:00.123Z"),
} as const;

test("ids of a run, its actions and its plan say their unit and their run", () => {
  const run = runId(place, start);
  expect(run).toMatch(/^open-ingress\.20261121T020000Z?\.[0-9a-f]{8}$/);
  for (const id of [
    run,
    actionId(run, "0123456789abcdef"),
    planId(run, "0123456789abcdef"),
    `${run}.undo`,
  ]) {
    expect([unitOf(id), runOf(id)]).toEqual(["open-ingress", run]);
  }
  expect([isUndo(run), isUndo(`${run}.undo`)]).toEqual([false, true]);
});

test("another account, region or trigger is another run", () => {
  const ids = [
    runId(place, start),
    runId({ ...place, account: "210987654321" }, start),
    runId({ ...place, region: "us-east-1" }, start),
    runId(place, { ...start, key: "slot 2" }),
  ];
  expect(new Set(ids).size).toBe(4);
});

test("every partition begins with its writer, so that IAM can hold a role to its own", () => {
  const pks = [
    keys.claim(place, "k").pk,
    keys.lock(place, "t").pk,
    keys.once(place, "t", "o").pk,
    keys.plan("open-ingress", "p").pk,
    keys.cap(place).pk,
    keys.heartbeat(place).pk,
    keys.breaker(place).pk,
    keys.seen(place),
  ];
  expect(pks.filter((pk) => !pk.startsWith("unit#open-ingress#"))).toEqual([]);
  expect(
    [
      keys.holds(place),
      keys.undone("open-ingress", "a").pk,
      keys.run("undo", "open-ingress", "r").pk,
    ].every((pk) => pk.startsWith("undo#open-ingress#")),
  ).toBe(true);
});

test("a unit whose id begins with another's shares no partition with it", () => {
  const other = { ...place, unit: "open" };
  expect(keys.lock(place, "t").pk.startsWith(`unit#${other.unit}#`)).toBe(false);
});

test.each([
  ["eu-west-1", "aws"],
  ["cn-north-1", "aws-cn"],
  ["us-gov-west-1", "aws-us-gov"],
])("%s lies in %s", (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
  expect(ourRoles(deployedIn(region), "123456789012", ["a"])).toEqual([
    `arn:${partition}:iam::123456789012:role/nightshift-a`,
    `arn:${partition}:iam::123456789012:role/nightshift-a-flow`,
    `arn:${partition}:iam::123456789012:role/nightshift-undo-a`,
  ]);
});

const aws = (name: string, status?: number, message = "no") =>
  Object.assign(new Error(message), {
    name,
    ...(status && { $metadata: { httpStatusCode: status } }),
  });
test.each<[string, unknown, { denied: boolean; doubt: boolean; line: string }]>([
  [
    "a denial",
    aws("UnauthorizedOperation", 403, "You are not\n  authorized."),
    { denied: true, doubt: false, line: "UnauthorizedOperation: You are not authorized." },
  ],
  [
    "a refusal",
    aws("ValidationException", 400),
    { denied: false, doubt: false, line: "ValidationException: no" },
  ],
  [
    "a broken server",
    aws("InternalError", 500),
    { denied: false, doubt: true, line: "InternalError: no" },
  ],
  [
    "a broken connection",
    aws("Error", undefined, "read ECONNRESET"),
    { denied: false, doubt: true, line: "read ECONNRESET" },
  ],
  [
    "several",
    new AggregateError([aws("A", 400), aws("B", 400)]),
    { denied: false, doubt: true, line: "A: no; B: no" },
  ],
  ["what is no error at all", "gone", { denied: false, doubt: true, line: "gone" }],
])(
  "%s: whether it was denied, whether it may have had its effect, in one line",
  (_, error, said) => {
    expect({ denied: isDenied(error), doubt: inDoubt(error), line: inOneLine(error) }).toEqual(
      said,
    );
  },
);
