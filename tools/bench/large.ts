/**
 * One sweep over an account of very many rules, in a process of its own: how long, against what the
 * rate limit allows, and how much memory. `node tools/bench/large.ts [groups] [rules of each]`
 */

import { run } from "../../engine/run/run.ts";
import openIngress from "../../functions/security/open-ingress/index.ts";
import { type Clock, milliseconds } from "../../sdk/time.ts";
import { largeAccount, leastSeconds } from "../../testing/large.ts";
import { mostMemory } from "./most-memory.ts";

/** What this process has worked, and what it would have waited: others on the machine do not count. */
function processorClock(): Clock {
  const start = Date.parse("2026-11-21T02:00:00Z");
  let waited = 0;
  return {
    now() {
      const { user, system } = process.cpuUsage();
      return new Date(start + (user + system) / 1000 + waited);
    },
    async sleep(span) {
      waited += milliseconds(span);
    },
  };
}

const size = { groups: Number(process.argv[2] ?? 20_000), rules: Number(process.argv[3] ?? 50) };
const large = largeAccount(openIngress, size, processorClock());
const used: number[] = [];
large.onPage = () => {
  if (large.pages % 20 === 0) used.push(process.memoryUsage().rss);
};
const began = large.clock.now();
const { found } = await run(
  openIngress,
  { kind: "sweep", key: "slot", region: large.host.settings.home, at: began },
  large.host,
);
const seconds = (large.clock.now().getTime() - began.getTime()) / 1000;
const megabytes = (bytes: number) => Math.round(bytes / 1024 ** 2);
const half = Math.max(...used.slice(0, Math.ceil(used.length / 2)));
const whole = Math.max(...used);
const { pages, refused } = large;
const least = leastSeconds(pages);
console.log(
  JSON.stringify({
    ...{ found, pages, refused, seconds, least, cpu: process.cpuUsage().user / 1e6 },
    most: Math.round(mostMemory() / 1024),
    half: megabytes(half),
    whole: megabytes(whole),
  }),
);
