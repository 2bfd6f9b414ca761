import { expect, test } from "vitest";
import { nameOf } from "./name-of.ts";

const people = { ann: { name: "Ann", slack: "U0ANN" }, ben: { email: "ben@example.com" } };

test.each([
  ["ann", "Ann"],
  ["ben", "ben"],
  ["slack:T0TEAM/U0ANN/A0APP", "Ann"],
  ["slack:T0TEAM/U0EVE/A0APP", "U0EVE"],
  ["slack:U0ANN/U0EVE/A0APP", "U0EVE"],
  ["arn:aws:sts::123456789012:assumed-role/on-call/ben@example.com", "ben"],
  ["arn:aws:iam::123456789012:user/ann", "Ann"],
  ["arn:aws:iam::123456789012:user/eve", "eve"],
  ["somebody", "somebody"],
])("%s is called %s", (who, name) => expect(nameOf(people)(who)).toBe(name));
