import { describe, expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import secrets from "./index.ts";

test.each([
  [
    "secrets/delete-secret",
    "warning",
    "ann has scheduled the secret db/orders for deletion",
    "secretsmanager/us-west-2/db/orders/deletion",
    "no",
  ],
  [
    "secrets/rotation-failed",
    "warning",
    "The rotation of db/orders has failed: The rotation function timed out",
    "secretsmanager/us-west-2/db/orders",
    "no",
  ],
  [
    "secrets/rotation-succeeded",
    "info",
    "db/orders is rotated",
    "secretsmanager/us-west-2/db/orders",
    "quietly",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(secrets, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(secrets, "secrets/delete-secret")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/secretsmanager/secret?name=db%2Forders&region=us-west-2",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(secrets, "secrets/rotation-failed", { config: { ignore: ["db/*"] } }),
  ).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(
    tell(secrets, "secrets/rotation-failed", { config: { critical: ["db/orders"] } })?.severity,
  ).toBe("critical"));

test("a secret that is restored ends its deletion, and not a failed rotation", () => {
  const restored = tell(secrets, "secrets/delete-secret", {
    change: { eventName: "RestoreSecret" },
  });
  expect(restored).toMatchObject({
    title: "ann has restored the secret db/orders",
    key: "secretsmanager/us-west-2/db/orders/deletion",
    closes: true,
  });
  expect(restored).not.toHaveProperty("quiet");
});

test("a secret that is deleted without recovery is critical: nothing brings it back", () => {
  const requestParameters = { secretId: "db/orders", forceDeleteWithoutRecovery: true };
  const told = tell(secrets, "secrets/delete-secret", { change: { requestParameters } });
  expect(told).toMatchObject({
    severity: "critical",
    title: expect.stringMatching(/at once: it cannot be restored$/),
    key: tell(secrets, "secrets/delete-secret")?.key,
  });
});

describe("that it is over is read", () => {
  const ask = (path: string, answer: object | undefined, change = {}) =>
    over(secrets, path, { "secretsmanager:DescribeSecret": answer }, { change });
  const rotated = "secrets/rotation-succeeded";
  test("of the secret that was rotated: at that time or later", async () => {
    expect(await ask(rotated, { LastRotatedDate: new Date("2026-11-20T21:13:50Z") })).toEqual({
      over: true,
      asked: [
        {
          operation: "secretsmanager:DescribeSecret",
          kind: "read",
          input: {
            SecretId: "arn:aws:secretsmanager:us-west-2:123456789012:secret:db/orders-AbC1d2",
          },
        },
      ],
    });
    expect((await ask(rotated, { LastRotatedDate: new Date("2026-12-01T00:00:00Z") })).over).toBe(
      true,
    );
    expect((await ask(rotated, { LastRotatedDate: new Date("2026-10-20T21:14:00Z") })).over).toBe(
      false,
    );
    expect((await ask(rotated, {})).over).toBe(false);
  });
  test("what is deleted for good needs no rotation, and is not restored", async () => {
    expect((await ask(rotated, undefined)).over).toBe(true);
    const restored = { eventName: "RestoreSecret" };
    expect((await ask("secrets/delete-secret", undefined, restored)).over).toBe(false);
    expect((await ask("secrets/delete-secret", {}, restored)).over).toBe(true);
    expect((await ask("secrets/delete-secret", { DeletedDate: new Date() }, restored)).over).toBe(
      false,
    );
  });
});
