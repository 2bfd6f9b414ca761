/**
 * What the bundle step makes: small, the same each time, and with nothing in it that is not
 * declared.
 */
import { spawnSync } from "node:child_process";
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { createSnapshot } from "../aws/ec2/snapshot.ts";
import { describeVolumes } from "../aws/ec2/volume.ts";
import { bundle } from "../cli/bundle/bundle.ts";
import { pack } from "../cli/bundle/pack.ts";
import type { Registry } from "../cli/bundle/project.ts";
import { isStale } from "../cli/bundle/stale.ts";
import { configure } from "../cli/bundle/units.ts";
import { registry } from "../functions/registry.ts";
import { type AnyAutomation, automation } from "../sdk/automation.ts";
import type { Write } from "../sdk/call.ts";
import { composedOf } from "../sdk/composed.ts";
import { flow, isFlow } from "../sdk/flow.ts";
import { days, hours, seconds } from "../sdk/time.ts";
import type { Manifest, ManifestUnit } from "../settings/manifest.ts";
import { shared } from "../settings/names.ts";
import { budgets, overBudget, sizesIn } from "../tools/bench/budgets.ts";

const root = resolve(import.meta.dirname, "..");
const temporary = () => mkdtempSync(join(tmpdir(), "nightshift-bundle-"));
/** A settings file beside the real one's modules. */
const settingsFile = (content: string): string => {
  const file = join(temporary(), "settings.ts");
  writeFileSync(file, `export default ${content};\n`);
  return file;
};

describe("bundles", () => {
  const out = join(temporary(), "dist");
  let manifest: Manifest;
  beforeAll(async () => {
    manifest = await bundle({ out });
  }, 600_000);
  const text = (folder: string) =>
    readdirSync(join(out, folder))
      .map((file) => readFileSync(join(out, folder, file), "utf8"))
      .join("\n");

  test("there is one for each automation and report, one for all signals, and one for each shared function", () => {
    expect(new Set(manifest.units.map(({ bundle: folder }) => folder))).toEqual(
      new Set(
        manifest.units.map(({ id, kind }) =>
          kind === "signal" ? "functions/signals" : `functions/${id}`,
        ),
      ),
    );
    expect(Object.keys(manifest.shared)).toEqual([...shared]);
  });

  /**
   * The operations whose schemas are in a bundle, as the SDK's clients carry them: kind 9,
   * namespace, name.
   */
  const operationsIn = (code: string) =>
    [...code.matchAll(/\[9,[`"']?[\w$.]+[`"']?,[`"'](\w+)[`"'],/g)].map(([, name = ""]) => name);

  /** The operations of which a step is made, by its own. */
  async function partsOfSteps(): Promise<Map<string, string[]>> {
    const loaded = await Promise.all(Object.values(registry).map((load) => load()));
    const units = loaded.map((unit) => unit.default as unknown as AnyAutomation);
    const flows = units.flatMap(({ writes = [] }) => writes.filter(isFlow));
    const single = units.flatMap(({ writes = [] }) => writes.filter((write) => !isFlow(write)));
    const calls = [
      ...[...units, ...flows].flatMap(({ reads = [] }) => [...reads]),
      ...single.flatMap((write) => [write, ...write.undoneBy]),
      ...units.flatMap(({ undoes = [] }) => undoes.filter((write) => !isFlow(write))),
      ...flows.flatMap(({ writes, undoneBy }) => [...writes, ...undoneBy]),
      ...flows.flatMap(({ writes }) => writes.flatMap(({ undoneBy }) => [...undoneBy])),
    ];
    return new Map(
      calls.map((call) => [call.operation, composedOf(call).map(({ operation }) => operation)]),
    );
  }

  test("a unit's bundle holds the operations that it declares, what the run itself needs, and no others: what its flows do is in the bundle of those", async () => {
    // The ledger, whose requests IAM holds to its own partitions, and the kill switch.
    const own =
      /^((Get|Put|Update|Delete)Item|(BatchGet|TransactGet|TransactWrite)Items?|Query|DescribeEndpoints|GetParameter)$/;
    const steps = await partsOfSteps();
    const named = (all: readonly { readonly operation: string }[]) =>
      all
        .flatMap(({ operation }) => steps.get(operation) ?? [operation])
        .filter((operation) => !operation.startsWith("flow:"))
        .map((operation) => operation.slice(operation.lastIndexOf(":") + 1));
    const others = (names: readonly string[]) => new Set(names.filter((name) => !own.test(name)));
    const none = new Set();
    for (const { id, bundle: folder, reads, writes, undoes, flows } of manifest.units.filter(
      ({ kind }) => kind !== "signal",
    )) {
      const begins = flows ? [{ operation: "lambda:Invoke" }] : [];
      const carried = flows ? [...flows.reads, ...flows.writes, ...flows.undoes] : [];
      const declared = others(named([...reads, ...writes, ...undoes, ...begins]));
      const known = declared.union(others(named(carried)));
      const held = others(operationsIn(text(folder)));
      expect([declared.difference(held), held.difference(known)], id).toEqual([none, none]);
      if (!flows) continue;
      // The durable SDK brings the whole client of Lambda besides.
      const inFlows = others(operationsIn(text(`functions/${id}-flow`)));
      expect(others(named(carried)).difference(inFlows), `${id}-flow`).toEqual(none);
    }
    expect(operationsIn(text("functions/file-backups"))).not.toContain("GetTemplate");
  });

  test("nothing that formats is made while a bundle is loaded: a language's data take a third of the time", () => {
    const sources = globSync(
      "{aws,channels,engine,functions,handlers,ingest,ledger,messages,oncall,sdk,settings}/**/*.ts",
      { cwd: root },
    ).filter((file) => !file.endsWith(".test.ts"));
    expect(sources.length).toBeGreaterThan(500);
    expect(
      sources.filter((file) =>
        /^(export )?const \w+ = new Intl\./m.test(readFileSync(join(root, file), "utf8")),
      ),
    ).toEqual([]);
  });

  test("what carries a unit's flows is a bundle of its own, and no other carries the durable SDK", () => {
    const carriers = manifest.units.flatMap(({ id, flows }) => (flows ? [`${id}-flow`] : []));
    expect(carriers.length).toBeGreaterThan(0);
    const packages = JSON.parse(readFileSync(join(out, "packages.json"), "utf8"));
    const durable = Object.entries(packages as Record<string, readonly string[]>).flatMap(
      ([folder, names]) =>
        names.some((name) => name.startsWith("@aws/durable-execution-sdk-js@")) ? [folder] : [],
    );
    expect(durable).toEqual(carriers.map((name) => `functions/${name}`));
  });

  test.each([
    ["logs/log-group.ts", "describeLogGroups"],
    ["ec2/security-group.ts", "revokeSecurityGroupIngress"],
  ])("of the calls in aws/%s only %s stays, when nothing else is used", async (file, call) => {
    const folder = temporary();
    await pack(folder, {
      source: `import { ${call} } from "${root}/aws/${file}"; export const handler = () => ${call};`,
      settings: {},
    });
    const held = operationsIn(readFileSync(join(folder, "index.mjs"), "utf8"));
    expect(new Set(held)).toEqual(new Set([call.replace(/^./, (first) => first.toUpperCase())]));
  });

  test("each has a budget, and stays within it", () => {
    expect(overBudget(sizesIn(out), budgets())).toEqual([]);
  });
  test("one that has outgrown its budget is told of with what grew, the most first", () => {
    const before = { zipped: 2048, parts: { sdk: 100, zod: 50, gone: 10 } };
    const now = { zipped: 4096, parts: { sdk: 110, zod: 500, new: 5 } };
    expect(overBudget({ a: now, b: now }, { a: before })).toEqual([
      expect.stringMatching(
        /^a has 4\.0 KB compressed, and may have 2\.0\..* these grew: zod by 450 bytes, sdk by 10 bytes, new by 5 bytes\./,
      ),
      expect.stringMatching(/^b has no budget/),
    ]);
    expect(overBudget({ a: before }, { a: before })).toEqual([]);
  });

  test("the credential chain is left out: Lambda gives credentials in the environment", () => {
    for (const made of Object.values(manifest.shared))
      expect(text(made?.bundle ?? "")).not.toMatch(/sso_start_url|credential_process|IMDS/);
  });

  test("no path of the machine that built it is in it", () => {
    for (const folder of readdirSync(join(out, "functions")))
      expect(text(`functions/${folder}`)).not.toContain(root);
    expect(readFileSync(join(out, "manifest.json"), "utf8")).not.toContain(root);
  });

  test("each loads by itself and has a handler", () => {
    const folders = readdirSync(join(out, "functions"));
    const script = `const kinds = await Promise.all(${JSON.stringify(folders)}.map(async (one) => typeof (await import("${out}/functions/" + one + "/index.mjs")).handler)); console.log(kinds.join(" "));`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "--eval", script],
      {
        cwd: tmpdir(),
        encoding: "utf8",
        env: { AWS_REGION: "eu-central-1" },
      },
    );
    expect(stdout.trim(), stderr).toBe(folders.map(() => "function").join(" "));
  });

  test("settings.json holds the unit's own part, and for the shared functions all of them", () => {
    const settings = (folder: string) =>
      JSON.parse(readFileSync(join(out, folder, "settings.json"), "utf8"));
    expect(settings("functions/open-ingress")).toMatchObject({
      id: "open-ingress",
      family: "security",
      mode: "watch",
      all: Object.keys(registry),
      schedules: manifest.units
        .filter(({ id }) => id === "open-ingress")
        .flatMap(({ on }) =>
          on.flatMap((trigger, sweep) =>
            trigger.kind === "sweep"
              ? [{ sweep, schedule: trigger.schedule, timeZone: trigger.timeZone }]
              : [],
          ),
        ),
    });
    expect(Object.keys(settings("functions/signals"))).toEqual(
      manifest.units.filter(({ kind }) => kind === "signal").map(({ id }) => id),
    );
    expect(Object.keys(settings("functions/undo").units)).toEqual(Object.keys(registry));
  });

  test("the same sources give the same bundles", async () => {
    expect(await bundle({ out: join(temporary(), "again") })).toEqual(manifest);
  }, 600_000);

  test("they are stale when a source is newer, or the settings are others", () => {
    expect(isStale({ out })).toBe(false);
    expect(isStale({ out, settings: "test/deploy/settings.ts" })).toBe(true);
    utimesSync(join(out, "manifest.json"), new Date(0), new Date(0));
    expect(isStale({ out })).toBe(true);
    expect(isStale({ out: join(out, "missing") })).toBe(true);
  });
});

describe("settings", () => {
  const described = (units: object, more: object = {}) =>
    configure(
      registry as Registry,
      { home: "eu-central-1", units, ...more },
      { name: "nightshift.config.ts" },
    );
  const unitOf = async (
    id: string,
    setting: object,
  ): Promise<Omit<ManifestUnit, "bundle" | "hash">> => {
    const found = (await described({ [id]: setting })).units.find((unit) => unit.id === id);
    if (!found) throw new Error(`no ${id}`);
    return found;
  };

  test("everything that is wrong is said at once, each by its name", async () => {
    const wrong = described(
      {
        "open-ingress": { config: { prots: [22] } },
        "log-retention": { mode: "nap", config: { days: 8 } },
        "no-such-unit": {},
      },
      { timeZone: "Mars" },
    );
    const message = await wrong.then(() => "", String);
    for (const name of [
      "units.log-retention.mode",
      "timeZone",
      "units.open-ingress.config",
      "prots",
      "units.log-retention.config.days",
    ])
      expect(message).toContain(name);
  });

  test("a unit that there is not is named, with those that there are", async () => {
    await expect(described({ "no-such-unit": {} })).rejects.toThrow(
      /there is no unit no-such-unit; there are .*open-ingress/,
    );
  });

  test("a wrong file ends the bundle step with code 2 and one clear message", () => {
    const run = (file: string) =>
      spawnSync(
        process.execPath,
        ["bin/bundle.ts", "--settings", file, "--out", join(temporary(), "dist")],
        { cwd: root, encoding: "utf8" },
      );
    const typo = run(settingsFile('{ hoem: "eu-central-1" }'));
    expect([typo.status, typo.stderr]).toEqual([2, expect.stringContaining("hoem")]);
    const missing = run("no-such-file.ts");
    expect([missing.status, missing.stderr]).toEqual([
      2,
      expect.stringContaining("no-such-file.ts does not exist"),
    ]);
  });

  test("a schedule of the settings takes the place of the unit's own, whose events stay", async () => {
    const { on } = await unitOf("open-ingress", { on: "cron(30 4 * * ? *)" });
    expect(
      on.map((trigger) => (trigger.kind === "sweep" ? trigger.schedule : trigger.kind)),
    ).toEqual(["cron(30 4 * * ? *)", "event"]);
    await expect(described({ "open-ingress": { on: "rate(1 day)" } })).rejects.toThrow(
      "units.open-ingress.on: must be a schedule",
    );
  });

  test("a signal's events are those of the settings, where they name some", async () => {
    expect((await unitOf("any-event", { on: [{ source: "aws.health" }] })).on).toEqual([
      { kind: "event", pattern: { source: ["aws.health"] } },
    ]);
    await expect(described({ "any-event": { on: "cron(30 4 * * ? *)" } })).rejects.toThrow(
      "units.any-event.on: a signal starts from events",
    );
  });

  test("what is not set watches", async () => {
    expect(
      (await described({})).units
        .filter(({ kind }) => kind === "automation")
        .map(({ mode, enabled }) => [mode, enabled]),
    ).toEqual(expect.arrayContaining([["watch", true]]));
    expect(new Set((await described({})).units.map(({ mode }) => mode))).toEqual(
      new Set(["watch"]),
    );
  });

  test("what is retired starts by nothing, whatever the settings have it start on", async () => {
    const automation = (await described({})).units.find(
      ({ kind, on }) => kind === "automation" && on.length > 0,
    );
    if (!automation) throw new Error("no automation starts by itself");
    const setting = { mode: "retired", on: "rate(4 hours)" };
    const { on, mode, enabled, writes, undoes } = await unitOf(automation.id, setting);
    expect([on, mode, enabled]).toEqual([[], "retired", true]);
    expect([writes, undoes]).toEqual([automation.writes, automation.undoes]);
  });

  test("only what has something to take back can be retired, or have had another id", async () => {
    const others = (await described({})).units.filter(({ kind }) => kind !== "automation");
    expect(new Set(others.map(({ kind }) => kind))).toEqual(new Set(["report", "signal"]));
    for (const { id } of others) {
      await expect(described({ [id]: { mode: "retired" } })).rejects.toThrow(`units.${id}.mode`);
      const renamed = described({ [id]: { formerly: ["old-name"] } });
      await expect(renamed).rejects.toThrow(`units.${id}.formerly`);
    }
  });

  describe("a unit with flows", () => {
    const reaping = {
      id: "reap",
      reads: [describeVolumes],
      writes: [createSnapshot],
      carry: async (_input: { readonly id: string }) => undefined,
      irreversible: "it is gone",
    } as const;
    const reapsWith = (writes: readonly Write[], undoes: readonly Write[] = []) =>
      automation({
        id: "reaps",
        family: "test",
        summary: "Reaps",
        on: [],
        config: z.strictObject({}),
        reads: [],
        writes,
        undoes,
        find: async () => ["a"],
        target: (id) => ({ id, tags: { untaggable: "a test" } }),
        state: () => null,
        propose: () => undefined,
      });
    async function configured(unit: ReturnType<typeof reapsWith>) {
      const folder = temporary();
      mkdirSync(join(folder, "functions", "storage", "reaps"), { recursive: true });
      writeFileSync(join(folder, "functions", "storage", "reaps", "index.ts"), "");
      const own = { reaps: async () => ({ default: unit }) };
      const settings = { home: "eu-central-1", own };
      return configure({}, settings, { name: "settings", project: folder });
    }

    test("says what carries them, and what that may do", async () => {
      const { units } = await configured(reapsWith([flow({ ...reaping, longest: hours(2) })]));
      const { flows } = units[0] ?? {};
      expect(flows?.longest).toBe(7200);
      expect(flows?.reads.map(({ operation }) => operation)).toEqual(["ec2:DescribeVolumes"]);
      expect(flows?.writes.map(({ operation }) => operation)).toEqual(["ec2:CreateSnapshot"]);
      expect(flows?.undoes.map(({ operation }) => operation)).toEqual(["ec2:DeleteSnapshot"]);
    });

    test.each<[what: string, unit: ReturnType<typeof reapsWith>, why: RegExp]>([
      [
        "that may take no time",
        reapsWith([flow({ ...reaping, longest: seconds(0) })]),
        /its `longest` must be between/,
      ],
      [
        "that may take longer than Lambda lets it",
        reapsWith([flow({ ...reaping, longest: days(400) })]),
        /its `longest` must be between/,
      ],
      [
        "within a flow",
        reapsWith([
          flow({
            ...reaping,
            longest: hours(2),
            writes: [flow({ ...reaping, longest: hours(1) })],
          }),
        ]),
        /a flow writes calls alone/,
      ],
      [
        "that takes something back",
        reapsWith([], [flow({ ...reaping, longest: hours(1) })]),
        /an undo does not wait/,
      ],
    ])("one %s is refused", async (_what, unit, why) => {
      await expect(configured(unit)).rejects.toThrow(why);
    });
  });
});
