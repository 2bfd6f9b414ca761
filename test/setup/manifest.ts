/**
 * A manifest as the bundle step writes it, with one unit of each kind: for what reads `dist/` and
 * nothing else.
 */

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { features } from "../../features.ts";
import { sharedNames } from "../../settings/feature.ts";
import type { Manifest, ManifestUnit } from "../../settings/manifest.ts";
import { shared } from "../../settings/names.ts";
import { parseSettings } from "../../settings/parse.ts";

const unit = (id: string, family: string, given: Partial<ManifestUnit>): ManifestUnit => ({
  id,
  family,
  protects: false,
  kind: "automation",
  summary: `What ${id} does`,
  scope: "region",
  on: [],
  enabled: true,
  mode: "act",
  fallback: false,
  configSchema: {},
  config: {},
  reads: [],
  writes: [],
  undoes: [],
  lost: [],
  bundle: given.kind === "signal" ? "functions/signals" : `functions/${id}`,
  hash: "",
  ...given,
});

const describeVolumes = {
  operation: "ec2:DescribeVolumes",
  grants: [{ action: "ec2:DescribeVolumes", on: ["*"] }],
};
const deleteSnapshot = {
  operation: "ec2:DeleteSnapshot",
  back: "never" as const,
  grants: [{ action: "ec2:DeleteSnapshot", on: ["arn:{partition}:ec2:{region}::snapshot/*"] }],
};
const createSnapshot = {
  operation: "ec2:CreateSnapshot",
  back: "inverse" as const,
  undoneBy: ["ec2:DeleteSnapshot"],
  grants: [
    { action: "ec2:CreateSnapshot", on: ["volume/*", "arn:{partition}:ec2:{region}::snapshot/*"] },
    {
      action: "ec2:CreateTags",
      on: ["arn:{partition}:ec2:{region}::snapshot/*"],
      when: { StringEquals: { "ec2:CreateAction": "CreateSnapshot" } },
    },
  ],
};
const authorise = {
  operation: "ec2:AuthorizeSecurityGroupIngress",
  back: "given" as const,
  grants: [{ action: "ec2:AuthorizeSecurityGroupIngress", on: ["security-group/*"] }],
};
const revoke = {
  operation: "ec2:RevokeSecurityGroupIngress",
  back: "inverse" as const,
  undoneBy: ["ec2:AuthorizeSecurityGroupIngress"],
  grants: [{ action: "ec2:RevokeSecurityGroupIngress", on: ["security-group/*"] }],
};
const nightly = {
  kind: "sweep" as const,
  schedule: "cron(0 2 * * ? *)" as const,
  timeZone: "Europe/Berlin",
  windowMinutes: 30,
};
const changes = (source: string, ...names: string[]) => ({
  kind: "event" as const,
  pattern: {
    source: [source],
    "detail-type": ["AWS API Call via CloudTrail"],
    detail: { eventName: names, errorCode: [{ exists: false }] },
  },
});

export const units = {
  closes: unit("closes-ports", "security", {
    protects: true,
    on: [nightly, changes("aws.ec2", "AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules")],
    reads: [describeVolumes],
    writes: [revoke],
    undoes: [authorise],
  }),
  saves: unit("saves-volumes", "backups", {
    on: [nightly, changes("aws.ec2", "CreateVolume")],
    reads: [describeVolumes],
    writes: [createSnapshot],
    undoes: [deleteSnapshot],
  }),
  watches: unit("watches-volumes", "backups", {
    mode: "watch",
    on: [nightly],
    reads: [describeVolumes],
    writes: [createSnapshot],
    undoes: [deleteSnapshot],
  }),
  retired: unit("retired-volumes", "backups", {
    mode: "retired",
    reads: [describeVolumes],
    writes: [createSnapshot],
    undoes: [deleteSnapshot],
  }),
  costs: unit("costs", "cost", {
    kind: "report",
    mode: "watch",
    scope: "global",
    on: [nightly],
    reads: [
      { operation: "ce:GetCostAndUsage", grants: [{ action: "ce:GetCostAndUsage", on: ["*"] }] },
    ],
  }),
  alarms: unit("alarms", "signals", {
    kind: "signal",
    mode: "watch",
    on: [
      {
        kind: "event",
        pattern: { source: ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"] },
      },
    ],
  }),
  health: unit("health", "signals", {
    kind: "signal",
    mode: "watch",
    on: [{ kind: "event", pattern: { source: ["aws.health"] } }],
  }),
  off: unit("off", "cost", {
    enabled: false,
    on: [nightly],
    reads: [describeVolumes],
    writes: [createSnapshot],
    undoes: [deleteSnapshot],
  }),
} satisfies Record<string, ManifestUnit>;

export const manifest: Manifest = {
  version: 1,
  settingsFile: "nightshift.config.ts",
  settings: parseSettings(
    {
      home: "eu-central-1",
      regions: ["eu-central-1", "us-east-1"],
      signalTopics: [
        "arn:aws:sns:eu-central-1:123456789012:alarms",
        "arn:aws:sns:us-east-1:123456789012:costs",
      ],
      routes: [{ channel: "sns", email: ["oncall@example.com"], atLeast: "warning" }],
    },
    { features, units: Object.values(units).map(({ id }) => id) },
  ),
  units: Object.values(units),
  shared: Object.fromEntries(
    shared.map((name) => [name, { bundle: `functions/${name}`, hash: "" }]),
  ) as Manifest["shared"],
};

/** A `dist/` of bundles that do nothing, for what only looks at where they are. */
export function emptyBundles(): string {
  const dist = mkdtempSync(join(tmpdir(), "nightshift-dist-"));
  for (const folder of [
    ...manifest.units.map(({ bundle }) => bundle),
    ...sharedNames(features).map((name) => `functions/${name}`),
  ]) {
    mkdirSync(join(dist, folder), { recursive: true });
    writeFileSync(join(dist, folder, "index.mjs"), "export const handler = async () => {};\n");
  }
  writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest));
  return dist;
}
