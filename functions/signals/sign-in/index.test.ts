import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
import signIn from "./index.ts";

test.each([
  [
    "sign-in/root",
    "critical",
    "The root user signed in, from 198.51.100.7",
    "signin/123456789012/root/198.51.100.7",
    "no",
  ],
  [
    "sign-in/user-without-mfa",
    "warning",
    "The IAM user ann signed in without a second factor, from 198.51.100.7",
    "signin/123456789012/ann/198.51.100.7",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(signIn, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(signIn, "sign-in/root")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events?EventName=ConsoleLogin",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(signIn, "sign-in/user-without-mfa", { config: { ignore: ["ann"] } }),
  ).toBeUndefined());

test("a user with a second factor, or who could not sign in, is not told", () => {
  expect(
    tell(signIn, "sign-in/user-without-mfa", {
      change: { additionalEventData: { MFAUsed: "Yes" } },
    }),
  ).toBeUndefined();
  expect(
    tell(signIn, "sign-in/user-without-mfa", {
      change: { responseElements: { ConsoleLogin: "Failure" } },
    }),
  ).toBeUndefined();
});
test("of the root user everything is told, whatever the settings say", () => {
  const told = (change: object) =>
    tell(signIn, "sign-in/root", { change, config: { ignore: ["root", "*"] } });
  expect(told({ responseElements: { ConsoleLogin: "Failure" } })).toMatchObject({
    severity: "warning",
    title: "The root user could not sign in, from 198.51.100.7",
  });
  expect(told({ additionalEventData: { MFAUsed: "No" } })).toMatchObject({
    severity: "critical",
    title: "The root user signed in without a second factor, from 198.51.100.7",
  });
  expect(told({ eventName: "PasswordRecoveryRequested", responseElements: null })).toMatchObject({
    severity: "critical",
    title: "The root user: password recovery requested, from 198.51.100.7",
  });
});

test("the root user from another address is another matter; attempts that fail are one", () => {
  const key = (sourceIPAddress: string, more = {}) =>
    tell(signIn, "sign-in/root", { change: { sourceIPAddress, ...more } })?.key;
  expect(key("198.51.100.7")).not.toBe(key("203.0.113.9"));
  const failed = { responseElements: { ConsoleLogin: "Failure" } };
  expect(key("198.51.100.7", failed)).toBe(key("203.0.113.9", failed));
});
