import { expect, test } from "vitest";
import { tell } from "../../../test/setup/signal.ts";
import budgets from "./index.ts";

test.each([
  [
    "budgets/actual",
    "warning",
    "The budget shop-monthly is at $913.51, beyond its alert of $800.00 (budgeted: $1,000.00)",
    "arn:aws:budgets::123456789012:budget/shop-monthly/actual>$800.00",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(budgets, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(budgets, "budgets/actual")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/costmanagement/home#/budgets/details?name=shop-monthly",
  ));

test("what the settings ignore is not told", () =>
  expect(
    tell(budgets, "budgets/actual", { config: { ignore: ["shop-monthly"] } }),
  ).toBeUndefined());

test("what the settings call critical is critical", () =>
  expect(tell(budgets, "budgets/actual", { config: { critical: ["shop-*"] } })?.severity).toBe(
    "critical",
  ));

test("a forecast is a warning, whatever the settings say", () => {
  const change = { "Alert Type": "FORECASTED", "FORECASTED Amount": "$1,200.00" };
  expect(
    tell(budgets, "budgets/actual", { change, config: { critical: ["shop-monthly"] } }),
  ).toMatchObject({
    severity: "warning",
    title:
      "The budget shop-monthly will be at $1,200.00, beyond its alert of $800.00 (budgeted: $1,000.00)",
  });
});
