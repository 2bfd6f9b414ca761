import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import kms from "./index.ts";

test.each([
  [
    "kms/cancel-key-deletion",
    "info",
    "ann has cancelled the deletion of the key 1234abcd-12ab-34cd-56ef-1234567890ab, which stays disabled until somebody enables it",
    "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "yes",
  ],
  [
    "kms/disable-key",
    "warning",
    "ann has disabled the key 1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab/disabled",
    "no",
  ],
  [
    "kms/key-deleted",
    "critical",
    "The key 1234abcd-12ab-34cd-56ef-1234567890ab is deleted: what it encrypted cannot be read any more",
    "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "no",
  ],
  [
    "kms/schedule-key-deletion",
    "critical",
    "ann has scheduled the key 1234abcd-12ab-34cd-56ef-1234567890ab for deletion, on Dec 10, 2026 12:00:00 AM",
    "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(kms, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(kms, "kms/cancel-key-deletion")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/kms/home?region=us-west-2#/kms/keys/1234abcd-12ab-34cd-56ef-1234567890ab",
  ));

test("what the settings ignore is not told", () =>
  expect(tell(kms, "kms/disable-key", { config: { ignore: ["1234abcd-*"] } })).toBeUndefined());

test("what enables a key ends only that it was disabled", () => {
  const enabled = tell(kms, "kms/disable-key", { change: { eventName: "EnableKey" } });
  expect(enabled).toMatchObject({
    key: tell(kms, "kms/disable-key")?.key,
    closes: true,
    quiet: true,
  });
  expect(enabled?.key).not.toBe(tell(kms, "kms/schedule-key-deletion")?.key);
});
test("it is over when the key's state says so", async () => {
  const key = (KeyState: string) => ({ "kms:DescribeKey": { KeyMetadata: { KeyState } } });
  expect(await over(kms, "kms/cancel-key-deletion", key("Disabled"))).toEqual({
    over: true,
    asked: [
      {
        operation: "kms:DescribeKey",
        kind: "read",
        input: { KeyId: "1234abcd-12ab-34cd-56ef-1234567890ab" },
      },
    ],
  });
  expect((await over(kms, "kms/cancel-key-deletion", key("PendingDeletion"))).over).toBe(false);
  const change = { eventName: "EnableKey" };
  expect((await over(kms, "kms/disable-key", key("Enabled"), { change })).over).toBe(true);
  expect((await over(kms, "kms/disable-key", key("Disabled"), { change })).over).toBe(false);
});
