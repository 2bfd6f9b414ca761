/**
 * What single events of RDS mean, where the category that RDS files them under does not say it:
 * which matter of a database they begin or end, and how grave they are.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
 */
import type { Severity } from "../../../sdk/message.ts";

/** What goes wrong with a database by itself: an end of one is no end of the others. */
export type DatabaseMatter = "availability" | "storage" | "storage growth" | "replication" | "key";

interface Beginning {
  readonly matter: DatabaseMatter;
  readonly severity: Severity;
}
interface End {
  readonly matter: DatabaseMatter;
  readonly ends: true;
}
export type KnownEvent = Beginning | End;

const begins = (matter: DatabaseMatter, severity: Severity): Beginning => ({ matter, severity });
const ends = (matter: DatabaseMatter): End => ({ matter, ends: true });

/** By the number of `RDS-EVENT-…`. */
const byNumber: Readonly<Record<string, KnownEvent>> = {
  // Shut down, restarted; stopped, stop failed, started by AWS after seven days, started.
  "0004": begins("availability", "warning"),
  "0006": ends("availability"),
  "0022": begins("availability", "critical"),
  "0087": begins("availability", "warning"),
  "0150": begins("availability", "warning"),
  "0152": begins("availability", "warning"),
  "0153": begins("availability", "info"),
  "0154": begins("availability", "info"),
  "0088": ends("availability"),
  "0151": ends("availability"),
  // Failed, with parameters or a network that do not fit.
  "0031": begins("availability", "critical"),
  "0035": begins("availability", "critical"),
  "0036": begins("availability", "critical"),
  // Recovery and failover: of an instance, a cluster, a global database.
  "0020": begins("availability", "warning"),
  "0021": ends("availability"),
  "0052": begins("availability", "warning"),
  "0053": ends("availability"),
  "0066": begins("replication", "warning"),
  "0013": begins("availability", "warning"),
  "0015": ends("availability"),
  "0049": ends("availability"),
  "0050": begins("availability", "warning"),
  "0051": ends("availability"),
  "0065": ends("availability"),
  "0069": begins("availability", "critical"),
  "0070": begins("availability", "warning"),
  "0071": ends("availability"),
  "0072": begins("availability", "warning"),
  "0073": begins("availability", "warning"),
  "0181": begins("availability", "warning"),
  "0182": begins("availability", "info"),
  "0183": begins("availability", "info"),
  "0184": begins("availability", "info"),
  "0185": ends("availability"),
  "0186": ends("availability"),
  "0187": begins("availability", "critical"),
  "0238": ends("availability"),
  "0239": begins("availability", "critical"),
  // Storage that is used up, shut down for it, growing; the log volume; what autoscaling cannot do.
  "0007": begins("storage", "critical"),
  "0089": begins("storage", "critical"),
  "0221": begins("storage", "critical"),
  "0222": begins("storage", "critical"),
  "0227": begins("storage", "critical"),
  "0330": begins("storage", "critical"),
  "0331": begins("storage", "critical"),
  "0017": ends("storage"),
  "0218": ends("storage"),
  "0219": begins("storage growth", "info"),
  "0220": begins("storage growth", "info"),
  "0223": begins("storage growth", "critical"),
  "0224": begins("storage growth", "warning"),
  "0225": begins("storage growth", "warning"),
  "0237": begins("storage growth", "info"),
  "0254": begins("storage growth", "critical"),
  "0403": begins("availability", "warning"),
  "0404": begins("availability", "warning"),
  "0189": begins("storage growth", "warning"),
  // Replicas.
  "0045": begins("replication", "warning"),
  "0057": begins("replication", "warning"),
  "0062": begins("replication", "info"),
  "0358": begins("replication", "warning"),
  "0359": begins("replication", "info"),
  "0416": begins("replication", "info"),
  "0046": ends("replication"),
  "0357": ends("replication"),
  "0415": ends("replication"),
  // The key that encrypts it.
  "0418": begins("key", "critical"),
  "0419": begins("key", "critical"),
  "0420": ends("key"),
};

/** The matters whose end RDS tells. */
export const endingMatters: ReadonlySet<string> = new Set(
  Object.values(byNumber).flatMap((known) => ("ends" in known ? known.matter : [])),
);

/** @param id `RDS-EVENT-0006` */
export function knownEvent(id: string | undefined): KnownEvent | undefined {
  const number = id?.replace(/^RDS-EVENT-/, "") ?? "";
  return Object.hasOwn(byNumber, number) ? byNumber[number] : undefined;
}
