/**
 * `npm run oracle`: shows the scenarios to the Alertmanager that is installed (Debian:
 * prometheus-alertmanager) on loopback, and writes down what it notifies when. The recordings lie
 * beside this file. `npm run oracle -- WORDS` does so only for the scenarios whose names contain
 * them.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { concurrently } from "../../sdk/concurrently.ts";
import type { Match } from "../../settings/match.ts";
import {
  groupShown,
  labelsShown,
  type Notified,
  type Recording,
  type Scenario,
  tickMilliseconds,
} from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

const programs = ["prometheus-alertmanager", "alertmanager"];
/** What is further from a tick than this was measured on a machine that is too busy. */
const tolerance = 0.35;

function installed(): { readonly program: string; readonly version: string } {
  for (const program of programs)
    try {
      const said = execFileSync(program, ["--version"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
      return { program, version: /version (\S+)/.exec(said)?.[1] ?? "unknown" };
    } catch {
      // The next name.
    }
  throw new Error(
    `none of ${programs.join(", ")} is installed: on Debian, apt-get install prometheus-alertmanager`,
  );
}

const span = (ticks: number): string => `${ticks * tickMilliseconds}ms`;
const matchers = (match: Match): string[] =>
  Object.entries(match).map(
    ([name, values]) => `${name}=~"${(values as readonly string[]).join("|")}"`,
  );
const configuration = (
  { by, wait, interval, repeat, inhibit = [] }: Scenario,
  url: string,
): object => ({
  route: {
    receiver: "hook",
    group_by: by,
    group_wait: span(wait),
    group_interval: span(interval),
    repeat_interval: span(repeat),
  },
  receivers: [{ name: "hook", webhook_configs: [{ url, send_resolved: true }] }],
  inhibit_rules: inhibit.map(({ source, target, equal = [] }) => ({
    source_matchers: matchers(source),
    target_matchers: matchers(target),
    equal,
  })),
});

interface Hooked {
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly {
    readonly status: "firing" | "resolved";
    readonly labels: { readonly key: string };
  }[];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function record(scenario: Scenario, program: string): Promise<readonly Notified[]> {
  const heard: { readonly ms: number; readonly said: Hooked }[] = [];
  let began = 0;
  const server = createServer((request, response) => {
    const ms = performance.now() - began;
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      heard.push({ ms, said: JSON.parse(body) as Hooked });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // YAML takes JSON.
  writeFileSync(
    join(folder, "alertmanager.yml"),
    JSON.stringify(
      configuration(scenario, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    ),
  );
  const process = spawn(
    program,
    [
      `--config.file=${join(folder, "alertmanager.yml")}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    { stdio: "ignore" },
  );
  try {
    for (;;) {
      if (
        await fetch(`${url}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        break;
      await setTimeout(50);
    }
    // A program that has only just begun is slow.
    await setTimeout(1_000);
    began = performance.now();
    const start = Date.now();
    const time = (ticks: number) => new Date(start + ticks * tickMilliseconds).toISOString();
    const open = new Map<string, string>();
    for (const [at, together] of [...Map.groupBy(scenario.inputs, ({ at: when }) => when)].sort(
      ([a], [b]) => a - b,
    )) {
      await setTimeout(Math.max(0, at * tickMilliseconds - (performance.now() - began)));
      const alerts = together.map((shown) => {
        const startsAt = open.get(shown.key) ?? time(at - (shown.began ?? 0));
        if (shown.over) open.delete(shown.key);
        else open.set(shown.key, startsAt);
        return {
          labels: labelsShown(shown),
          startsAt,
          endsAt: shown.over ? new Date().toISOString() : time(1_000_000),
        };
      });
      const { ok, status } = await fetch(`${url}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(alerts),
      });
      if (!ok) throw new Error(`Alertmanager answered ${status}`);
    }
    await setTimeout(
      Math.max(0, (scenario.until + 0.5) * tickMilliseconds - (performance.now() - began)),
    );
  } finally {
    const ended = new Promise((resolve) => process.once("exit", resolve));
    process.kill();
    await ended;
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return heard.map(({ ms, said: { groupLabels, alerts } }) => {
    const at = Math.round(ms / tickMilliseconds);
    if (Math.abs(ms / tickMilliseconds - at) > tolerance)
      throw new Error(
        `${scenario.name}: a notification at ${ms} ms is between two ticks; is the machine busy?`,
      );
    const of = (wanted: string) =>
      alerts.flatMap(({ status, labels }) => (status === wanted ? [labels.key] : [])).sort();
    return { at, group: groupShown(groupLabels), firing: of("firing"), resolved: of("resolved") };
  });
}

const { program, version } = installed();
const folder = import.meta.dirname;
const fileOf = ({ name }: Scenario) => `${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.json`;
const words = process.argv.slice(2).join(" ");
if (!words)
  for (const file of readdirSync(folder)) if (file.endsWith(".json")) rmSync(join(folder, file));
await concurrently(
  scenarios.filter(({ name }) => name.includes(words)),
  async (scenario) => {
    const notifications = await record(scenario, program);
    const recording: Recording = {
      ...scenario,
      alertmanager: version,
      notifications: notifications.toSorted((a, b) => a.at - b.at || (a.group < b.group ? -1 : 1)),
    };
    writeFileSync(join(folder, fileOf(scenario)), `${JSON.stringify(recording, null, 2)}\n`);
    console.log(`${scenario.name}: ${notifications.length}`);
  },
  { concurrency: 9 },
);
execFileSync(join(folder, "../../node_modules/.bin/biome"), ["format", "--write", folder]);
