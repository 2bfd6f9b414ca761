import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
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
