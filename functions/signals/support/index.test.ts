import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
import support from "./index.ts";

test.each([
  [
    "support/case-answered",
    "info",
    "The support case 1234563851 has an answer, by AWS",
    "support/123456789012/1234563851",
    "no",
  ],
  [
    "support/case-created",
    "info",
    "The support case 1234563851 is opened, by us",
    "support/123456789012/1234563851",
    "no",
  ],
  [
    "support/case-resolved",
    "info",
    "The support case 1234563851 is resolved",
    "support/123456789012/1234563851",
    "yes",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(support, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(support, "support/case-answered")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/support/home#/case/?displayId=1234563851",
  ));

test("our own words are not told to us", () =>
  expect(
    tell(support, "support/case-answered", { change: { origin: "CUSTOMER" } }),
  ).toBeUndefined());
