import { expect, test } from "vitest";
import type { Message } from "../../sdk/message.ts";
import type { Outgoing } from "../outgoing.ts";
import { asPage } from "./page.ts";

const hostile = `<script>alert(1)</script>"'&<img src=x onerror=alert(2)>`;
const message = (more: Partial<Message>): Outgoing => ({
  ...{ id: "m", at: new Date("2026-11-30T07:30:00Z"), account: "123456789012" },
  ...{ region: "eu-central-1", unit: "weekly-review", kind: "report", severity: "info" },
  title: "The week",
  ...more,
});
const page = (more: Partial<Message>) => asPage(message(more), { timeZone: "Europe/Berlin" });

test("whatever others wrote is text on a page: nothing of it runs, loads, or leads anywhere", () => {
  const html = page({
    title: hostile,
    facts: { [hostile]: hostile },
    table: { columns: [hostile, "n"], rows: [[hostile, 1]], total: [hostile, 1] },
    chart: {
      title: hostile,
      bars: [
        [hostile, 2],
        ["b", 1],
      ],
    },
    affected: [hostile],
    link: "javascript:alert(3)",
    runbook: "https://user:secret@example.com/",
  });
  expect(html).not.toMatch(/<(script|img|iframe|object|link|base|form)\b/i);
  expect(html.match(/<[a-z][^>]*\son\w+=/gi)).toBeNull();
  expect(html).not.toMatch(/<a\s/);
  expect(html).toContain("&lt;script&gt;");
  expect(html).toContain(
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
  );
});

test("it stands alone, prints, and holds each row of a table however long", () => {
  const rows = Array.from({ length: 400 }, (_, at) => [`unit-${at}`, at] as const);
  const html = page({ table: { columns: ["unit", "changed"], rows } });
  expect(html).toContain("unit-399");
  expect(html).not.toContain("more</td>");
  expect(html).toContain("@media print");
  expect(html).toContain("@page");
  expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(
    /(src|href)=|url\(|@import/,
  );
  expect(html).toMatch(/^<!doctype html>/);
});

test("a chart is drawn within it, and facts keep their names", () => {
  const bars = [
    ["gp3-volumes", 12],
    ["open-ingress", 2],
  ] as const;
  const html = page({ chart: { title: "Changes by unit", bars }, facts: { saved: "$1.00: so" } });
  expect(html).toContain("<svg");
  expect(html).toContain("<dt>saved</dt><dd>$1.00: so</dd>");
});
