import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import inspector from "./index.ts";

test.each([
  [
    "inspector/finding",
    "critical",
    "Inspector: CVE-2026-12345 - openssl, in i-0abcd1234efgh5678",
    "arn:aws:inspector2:us-east-1:123456789012:finding/000000000000000000000000000",
    "no",
  ],
  [
    "inspector/finding-closed",
    "info",
    "Inspector: closed: CVE-2026-12345 - openssl, in i-0abcd1234efgh5678",
    "arn:aws:inspector2:us-east-1:123456789012:finding/000000000000000000000000000",
    "quietly",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(inspector, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(inspector, "inspector/finding")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/inspector/v2/home?region=us-east-1#/findings/all?findingArn=arn%3Aaws%3Ainspector2%3Aus-east-1%3A123456789012%3Afinding%2F000000000000000000000000000",
  ));

test("what is less than high is told only where the settings say so", () => {
  expect(tell(inspector, "inspector/finding", { change: { severity: "MEDIUM" } })).toBeUndefined();
  expect(
    tell(inspector, "inspector/finding", {
      change: { severity: "MEDIUM" },
      config: { atLeast: "info" },
    })?.severity,
  ).toBe("info");
  expect(tell(inspector, "inspector/finding", { change: { severity: "HIGH" } })?.severity).toBe(
    "warning",
  );
  expect(tell(inspector, "inspector/finding")?.facts).toMatchObject({
    severity: "CRITICAL, 9.8 of 10",
    packages: "openssl 3.0.2, fixed in 0:3.0.2-0ubuntu1.18",
  });
});

test("what became light before it was closed ends what was told when it was grave", () =>
  expect(
    tell(inspector, "inspector/finding-closed", { change: { severity: "MEDIUM" } }),
  ).toMatchObject({ closes: true, quiet: true }));

test("a finding is over when Inspector says so, or has it no more", async () => {
  const ask = (...statuses: string[]) =>
    over(inspector, "inspector/finding-closed", {
      "inspector2:ListFindings": { findings: statuses.map((status) => ({ status })) },
    });
  const { over: closed, asked } = await ask("CLOSED");
  expect(closed).toBe(true);
  expect(asked).toEqual([
    {
      operation: "inspector2:ListFindings",
      kind: "read",
      input: {
        filterCriteria: {
          findingArn: [{ comparison: "EQUALS", value: expect.stringContaining(":finding/") }],
        },
      },
    },
  ]);
  expect((await ask("SUPPRESSED")).over).toBe(true);
  expect((await ask()).over).toBe(true);
  expect((await ask("ACTIVE")).over).toBe(false);
});
