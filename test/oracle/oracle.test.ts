import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { replay } from "./replay.ts";
import type { Recording } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

const recordings = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".json"))
  .map((file) => JSON.parse(readFileSync(`${import.meta.dirname}/${file}`, "utf8")) as Recording);

test("every scenario is recorded as it is written now", () => {
  const stripped = recordings.map(
    ({ alertmanager: _, notifications: __, ...scenario }) => scenario,
  );
  const byName = (a: { readonly name: string }, b: { readonly name: string }) =>
    a.name < b.name ? -1 : 1;
  expect(stripped.sort(byName)).toEqual(JSON.parse(JSON.stringify(scenarios)).sort(byName));
});

describe.each([15, 600])(
  "at %i seconds a tick, as the real Alertmanager notified",
  (secondsPerTick) => {
    test.each(recordings.map((recording) => [recording.name, recording] as const))(
      "%s",
      (_, recording) => {
        const looks = replay(recording, secondsPerTick);
        expect(looks.map(({ told: _, ...notified }) => notified)).toEqual(recording.notifications);
      },
    );
  },
);
