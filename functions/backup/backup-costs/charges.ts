/** What Cost Explorer says of backups: by usage types, which say what is charged. */
import type { ResultByTime } from "@aws-sdk/client-cost-explorer";

/** The services' own words in a usage type, behind the region's: `EUC1-EBS:SnapshotUsage`. */
const kindsOfCharge: readonly {
  readonly label: string;
  readonly service: RegExp;
  readonly usage: RegExp;
}[] = [
  {
    label: "Snapshots of volumes",
    service: /elastic compute cloud|^ec2|elastic block store/i,
    usage: /EBS:(Snapshot|FastSnapshot|directAPI\.snapshot)/i,
  },
  {
    label: "Backups of databases",
    service: /relational database|aurora|documentdb|neptune/i,
    usage: /(Backup|Snapshot)/i,
  },
  {
    label: "Backups of tables",
    service: /dynamodb/i,
    usage: /(TimedBackupStorage|TimedPITRStorage|RestoreDataSize)/i,
  },
  { label: "AWS Backup", service: /^aws backup$/i, usage: /./ },
];

/** What is charged as a backup, and no kind above knows. */
const otherBackup = /(backup|snapshot)/i;

export interface BackupCharge {
  /** `Snapshots of volumes`; of another service its name. */
  readonly label: string;
  /** `2026-11`, in UTC. */
  readonly month: string;
  readonly amount: number;
  readonly currency: string;
}

function labelOf(service: string, usage: string): string | undefined {
  const kind = kindsOfCharge.find((each) => each.service.test(service) && each.usage.test(usage));
  if (kind) return kind.label;
  return otherBackup.test(usage) ? `Backups of ${service}` : undefined;
}

/** What was read of a month, apart from what it says of backups. */
export interface BilledMonth {
  readonly month: string;
  /** AWS may correct it. */
  readonly isEstimated: boolean;
  /** Whether anything at all is charged in it: one without is not known, and not free. */
  readonly isKnown: boolean;
}

export interface BackupCharges {
  readonly charges: readonly BackupCharge[];
  readonly months: readonly BilledMonth[];
  /** Usage types that are backups, and whose amount is no number. */
  readonly unreadable: readonly string[];
}

/** @param results by month, grouped by service and usage type */
export function backupCharges(results: readonly ResultByTime[], metric: string): BackupCharges {
  const charges: BackupCharge[] = [];
  const unreadable: string[] = [];
  const months = new Map<string, BilledMonth>();
  for (const { TimePeriod, Estimated, Groups = [] } of results) {
    const month = TimePeriod?.Start?.slice(0, 7) ?? "";
    // Pages cut a month in pieces.
    const before = months.get(month);
    months.set(month, {
      month,
      isEstimated: (before?.isEstimated ?? false) || Estimated === true,
      isKnown: (before?.isKnown ?? false) || Groups.length > 0,
    });
    for (const { Keys: [service = "", usage = ""] = [], Metrics } of Groups) {
      const label = labelOf(service, usage);
      if (label === undefined) continue;
      const { Amount, Unit: currency = "" } = Metrics?.[metric] ?? {};
      const amount = Amount ? Number(Amount) : Number.NaN;
      if (Number.isFinite(amount)) charges.push({ label, month, amount, currency });
      else unreadable.push(usage);
    }
  }
  return { charges, months: [...months.values()], unreadable };
}
