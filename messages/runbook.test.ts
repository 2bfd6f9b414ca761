import { expect, test } from "vitest";
import { asBlocks } from "../channels/slack/render.ts";
import { withRunbooks } from "../channels/with-runbooks.ts";
import { messages } from "../test/messages.ts";
import { linksOf } from "./links.ts";
import type { Outgoing } from "./outgoing.ts";
import { runbookAddress, runbookOf, withRunbook } from "./runbook.ts";

test.each([
  [
    "https://github.com/example/ops/blob/main/docs/",
    "https://github.com/example/ops/blob/main/docs/runbooks.md#alarm",
  ],
  [
    "https://github.com/example/ops/blob/main/docs",
    "https://github.com/example/ops/blob/main/docs/runbooks.md#alarm",
  ],
  ["https://wiki.example.com/runbooks.html", "https://wiki.example.com/runbooks.html#alarm"],
  [
    "https://wiki.example.com/on-call/{unit}?view=phone",
    "https://wiki.example.com/on-call/alarm?view=phone",
  ],
  [undefined, "docs/runbooks.md#alarm"],
])("of runbooks %s the address is %s", (runbooks, address) =>
  expect(runbookAddress(runbookOf("alarm"), runbooks)).toBe(address),
);

test("an address that a unit names itself stays as it is", () => {
  const own = "https://wiki.example.com/cpu";
  expect(runbookAddress(own, "https://example.com/docs/")).toBe(own);
});

const base = "https://example.com/docs/";
const told = async (message: Outgoing): Promise<Outgoing> => {
  const heard: Outgoing[] = [];
  const channel = {
    name: "phone",
    async send(sent: Outgoing) {
      heard.push(sent);
    },
  };
  await withRunbooks(channel, base).send(message);
  const [first] = heard;
  if (!first) throw new Error("nothing was told");
  return first;
};
const { chart: _, ...signal } = messages["a bare signal"];
const named: Outgoing = { ...signal, runbook: runbookOf(signal.unit) } as Outgoing;
const page = `${base}runbooks.md#${signal.unit}`;

test("every channel is given a link that opens", async () => {
  const message = await told(named);
  expect(linksOf(message)).toContainEqual({ href: page, text: "What to do" });
  expect(JSON.stringify(asBlocks(message, { timeZone: "UTC" }))).toContain(`<${page}|What to do>`);
});

test("what an automation or report tells leads to its unit's runbook too", async () => {
  for (const kind of ["run", "report", "breaker"] as const)
    expect(withRunbook({ ...signal, kind } as Outgoing, base).runbook).toBe(page);
  expect(withRunbook({ ...signal, kind: "watchdog" } as Outgoing, base).runbook).toBeUndefined();
});

test("what is not of AWS carries no link", async () => {
  const message = await told({ ...named, untrusted: true } as Outgoing);
  expect(linksOf(message)).toEqual([]);
  expect(JSON.stringify(asBlocks(message, { timeZone: "UTC" }))).not.toContain(base);
});

test("without the setting messages are as they were", async () => {
  expect(withRunbook(named, undefined)).toEqual(named);
});
