import { expect, test } from "vitest";
import { plainRemedy } from "./assertion.ts";

test.each([
  [
    "AssertionError: write functions/a/b/runbook.md: what to do: expected false to be true // Object.is equality",
    "write functions/a/b/runbook.md: what to do",
  ],
  [
    "AssertionError: functions/a/b/runbook.md lacks **Look:**: expected '# Shorter logs\\n\\nexpected of you' to match /^\\*\\*Look/m",
    "functions/a/b/runbook.md lacks **Look:**",
  ],
  [
    "AssertionError: describe with z.describe: expected [ 'days', 'top' ] to deeply equal []",
    "describe with z.describe: days, top",
  ],
  [
    "AssertionError: expected [ 's3:GetBucket is unknown to IAM' ] to deeply equal []",
    "s3:GetBucket is unknown to IAM",
  ],
  ["AssertionError: expected 3 to be 4 // Object.is equality", "it is 3, and ought to be 4"],
  [
    "AssertionError: expected 'does' to match /^[A-Z]/",
    "it is 'does', and ought to match /^[A-Z]/",
  ],
  ["AssertionError: expected Map{ …(35) } to deeply equal Map{ …(35) }", ""],
  ["TypeError: x is not a function", "x is not a function"],
  ["Error: put an event into events/", "put an event into events/"],
  ["failed", "failed"],
])("%s is told as %s", (line, told) => expect(plainRemedy(line)).toBe(told));
