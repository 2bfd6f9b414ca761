/** What carries flows, as it is synthesised: by durable functions, and by timers. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { describe, expect, test } from "vitest";
import { flowPolicy, unitPolicy } from "../lib/iam/policy.ts";
import { NightshiftStacks } from "../lib/nightshift.ts";
import { hours } from "../sdk/time.ts";
import type { FlowPort } from "../settings/deployment.ts";
import type { Manifest, ManifestUnit } from "../settings/manifest.ts";
import type { Mode } from "../settings/mode.ts";
import type { PolicyDocument } from "../settings/statements.ts";
import { emptyBundles, manifest, units } from "./setup/manifest.ts";

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string | readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: whatever CloudFormation takes
  readonly Properties: any;
}

const owner = { partition: "aws", account: "123456789012" };
const { saves } = units;

/** It makes its snapshots by a flow. */
const waits = (mode: Mode = "act"): ManifestUnit => ({
  ...saves,
  mode,
  writes: [{ operation: "flow:save", grants: [], back: "inverse", undoneBy: [] }],
  flows: {
    longest: hours(30).seconds,
    reads: saves.reads,
    writes: saves.writes,
    undoes: saves.undoes,
  },
});

const withFlows = (flows: FlowPort, unit = waits()): Manifest => ({
  ...manifest,
  settings: { ...manifest.settings, deployment: { ...manifest.settings.deployment, flows } },
  units: [unit],
});

function synthesised(flows: FlowPort): Resource[] {
  const dist = emptyBundles();
  const carrier = join(dist, `functions/${saves.id}-flow`);
  mkdirSync(carrier, { recursive: true });
  writeFileSync(join(carrier, "index.mjs"), "export const handler = async () => {};\n");
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), "nightshift-flows-")) });
  new NightshiftStacks(app, "Nightshift", { manifest: withFlows(flows), dist });
  return app
    .synth()
    .stacks.flatMap(({ template }) =>
      Object.values(template.Resources as Record<string, Resource>),
    );
}

const carrierIn = (resources: readonly Resource[]) =>
  resources.find(
    ({ Type, Properties }) =>
      Type === "AWS::Lambda::Function" && Properties.FunctionName === `nightshift-${saves.id}-flow`,
  );
const ofType = (resources: readonly Resource[], type: string) =>
  resources.filter(({ Type }) => Type === type);

const aliases = (resources: readonly Resource[]) =>
  ofType(resources, "AWS::Lambda::Alias").map(({ Properties }) => Properties.Name);

const actionsOf = ({ Statement }: PolicyDocument, sid: string) =>
  Statement.filter(({ Sid = "" }) => Sid.startsWith(sid)).flatMap(({ Action }) => Action);
const sidsOf = ({ Statement }: PolicyDocument) => Statement.map(({ Sid = "" }) => Sid);

describe("by durable functions", () => {
  const resources = synthesised("durable");

  test("it has the longest that is declared and time to take back, and is begun by an alias", () => {
    expect(carrierIn(resources)?.Properties.DurableConfig).toEqual({
      ExecutionTimeout: hours(36).seconds,
      RetentionPeriodInDays: 30,
    });
    expect(aliases(resources)).toContain("live");
  });

  test("what its alias is given asynchronously is configured once the alias is there", () => {
    const [configured] = ofType(resources, "AWS::Lambda::EventInvokeConfig").filter(
      ({ Properties }) => Properties.Qualifier === "live",
    );
    expect([configured?.DependsOn].flat()).toContainEqual(expect.stringContaining("Live"));
  });

  test("versions outlive deployments: an execution goes on with the one that it began with", () => {
    expect(ofType(resources, "AWS::Lambda::Version").map((one) => one.DeletionPolicy)).toEqual([
      "Retain",
    ]);
  });

  test("the unit begins them by the alias alone; the carrier remembers in executions of its own", () => {
    const { settings } = withFlows("durable");
    const arn = `arn:aws:lambda:eu-central-1:123456789012:function:nightshift-${saves.id}-flow`;
    const begins = unitPolicy(waits(), settings, owner).Statement.find(
      ({ Sid }) => Sid === "BeginFlows",
    );
    expect(begins?.Resource).toEqual([`${arn}:live`]);
    const remembers = flowPolicy(waits(), settings, owner).Statement.find(
      ({ Sid }) => Sid === "Remember",
    );
    expect(remembers?.Resource).toEqual([`${arn}:*/durable-execution/*/*`]);
  });
});

describe("by timers", () => {
  const resources = synthesised("timers");

  test("it is a function like any other", () => {
    expect(carrierIn(resources)?.Properties.DurableConfig).toBeUndefined();
    expect(aliases(resources)).not.toContain("live");
  });

  test("timers may call what carries flows, and nothing else", () => {
    const role = ofType(resources, "AWS::IAM::Role").find(
      ({ Properties }) => Properties.RoleName === "nightshift-flow-timer",
    );
    const [{ PolicyDocument: policy }] = role?.Properties.Policies ?? [];
    expect(actionsOf(policy, "Invoke")).toEqual(["lambda:InvokeFunction"]);
    expect(JSON.stringify(policy)).toContain(`nightshift-${saves.id}-flow`);
  });

  test("the carrier may set timers of its own kind, and hand them that role", () => {
    const policy = flowPolicy(waits(), withFlows("timers").settings, owner);
    expect(policy.Statement.find(({ Sid }) => Sid === "SetTimers")?.Resource).toEqual([
      "arn:aws:scheduler:eu-central-1:123456789012:schedule/nightshift/flow.*",
    ]);
    expect(actionsOf(policy, "LetTimersCall")).toEqual(["iam:PassRole"]);
  });
});

describe("by mode", () => {
  const { settings } = withFlows("durable");
  test.each<[mode: Mode, changes: boolean, takesBack: boolean]>([
    ["act", true, true],
    ["ask", true, true],
    ["retired", false, true],
    ["watch", false, false],
  ])("in %s it changes: %s, takes back: %s", (mode, changes, takesBack) => {
    const sids = sidsOf(flowPolicy(waits(mode), settings, owner));
    expect(sids.some((sid) => sid.startsWith("Change"))).toBe(changes);
    expect(sids.some((sid) => sid.startsWith("TakeBack"))).toBe(takesBack);
    expect(sidsOf(unitPolicy(waits(mode), settings, owner)).includes("BeginFlows")).toBe(true);
  });

  test("the unit's own function may not make what its flows make", () => {
    const actions = unitPolicy(waits(), settings, owner).Statement.flatMap(({ Action }) => Action);
    expect(actions).not.toContain("ec2:CreateSnapshot");
  });

  test("what is exempt is refused by IAM too", () => {
    expect(actionsOf(flowPolicy(waits(), settings, owner), "Exempt")).toContain(
      "ec2:CreateSnapshot",
    );
  });
});
