/** What both are tried on: the account of a unit's fixture, and a policy of Custodian's for the same job. */
import { fixture as volumeBackupsFixture } from "../../functions/backup/volume-backups/fixture.ts";
import volumeBackups from "../../functions/backup/volume-backups/index.ts";
import { fixture as oldSnapshotsFixture } from "../../functions/cleanup/old-snapshots/fixture.ts";
import oldSnapshots from "../../functions/cleanup/old-snapshots/index.ts";
import { fixture as unusedAddressesFixture } from "../../functions/cleanup/unused-addresses/fixture.ts";
import unusedAddresses from "../../functions/cleanup/unused-addresses/index.ts";
import { fixture as idleInstancesFixture } from "../../functions/cost/idle-instances/fixture.ts";
import idleInstances from "../../functions/cost/idle-instances/index.ts";
import { fixture as unattachedVolumesFixture } from "../../functions/cost/unattached-volumes/fixture.ts";
import unattachedVolumes from "../../functions/cost/unattached-volumes/index.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import type { AutomationFixture } from "../../testing/fixture.ts";

export interface ComparedCase {
  readonly what: string;
  readonly unit: AnyAutomation;
  readonly fixture: AutomationFixture;
  /** `resource`, `filters` and `actions`, after the examples in Custodian's documentation. */
  readonly policy: {
    readonly resource: string;
    readonly filters: readonly unknown[];
    readonly actions: readonly unknown[];
  };
}

/** In Custodian an exemption is a filter that each policy has to have. */
const notExempt = { "tag:nightshift:exempt": "absent" };

export const comparedCases: readonly ComparedCase[] = [
  {
    what: "volumes that nothing is attached to",
    unit: unattachedVolumes as unknown as AnyAutomation,
    fixture: unattachedVolumesFixture,
    policy: {
      resource: "aws.ebs",
      filters: [{ Attachments: [] }, notExempt],
      actions: ["delete"],
    },
  },
  {
    what: "addresses that nobody uses",
    unit: unusedAddresses as unknown as AnyAutomation,
    fixture: unusedAddressesFixture,
    policy: {
      resource: "aws.elastic-ip",
      filters: [{ AssociationId: "absent" }, notExempt],
      actions: ["release"],
    },
  },
  {
    what: "instances that idle",
    unit: idleInstances as unknown as AnyAutomation,
    fixture: idleInstancesFixture,
    policy: {
      resource: "aws.ec2",
      filters: [
        { "State.Name": "running" },
        notExempt,
        {
          type: "metrics",
          name: "CPUUtilization",
          days: 1,
          period: 3600,
          statistics: "Average",
          value: 5,
          op: "less-than",
        },
      ],
      actions: ["stop"],
    },
  },
  {
    what: "snapshots that nothing needs",
    unit: oldSnapshots as unknown as AnyAutomation,
    fixture: oldSnapshotsFixture,
    policy: {
      resource: "aws.ebs-snapshot",
      filters: [
        { type: "unused", value: true },
        { type: "volume", key: "VolumeId", value: "absent" },
        notExempt,
      ],
      actions: ["delete"],
    },
  },
  {
    what: "snapshots of volumes, as backups",
    unit: volumeBackups as unknown as AnyAutomation,
    fixture: volumeBackupsFixture,
    policy: {
      resource: "aws.ec2",
      filters: [{ "tag:backup": "present" }],
      actions: [{ type: "snapshot", "copy-tags": ["Name"] }],
    },
  },
];
