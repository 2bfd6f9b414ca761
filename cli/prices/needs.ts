/**
 * Which rows of AWS's price list the units go by. What a row is about is in its attributes; its usage
 * type begins with letters for the region everywhere but in us-east-1 (`EUW1-EBS:VolumeUsage.gp3`).
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
 */

/** A product of an offer, as far as it is looked at. */
export interface OfferedProduct {
  readonly family: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What is kept of a product's price. */
export interface Need {
  /** Its first word says what kind of thing it is about. */
  readonly key: string;
  /** In which the list must say it; one of them. */
  readonly units: readonly string[];
  /** What it is multiplied by, where we count in another unit. */
  readonly times?: number;
}

const hours: readonly string[] = ["Hrs", "Hours"];
const gigabyteMonth: readonly string[] = ["GB-Mo", "GB-month"];

const gigabyteSecond: readonly string[] = ["Lambda-GB-Second", "Second", "Seconds"];

const byUsage: Readonly<Record<string, Readonly<Record<string, Need>>>> = {
  AmazonEC2: {
    "EBS:VolumeUsage": { key: "ebs:standard:size", units: gigabyteMonth },
    "EBS:VolumeUsage.gp2": { key: "ebs:gp2:size", units: gigabyteMonth },
    "EBS:VolumeUsage.gp3": { key: "ebs:gp3:size", units: gigabyteMonth },
    "EBS:VolumeUsage.piops": { key: "ebs:io1:size", units: gigabyteMonth },
    "EBS:VolumeUsage.io2": { key: "ebs:io2:size", units: gigabyteMonth },
    "EBS:VolumeUsage.st1": { key: "ebs:st1:size", units: gigabyteMonth },
    "EBS:VolumeUsage.sc1": { key: "ebs:sc1:size", units: gigabyteMonth },
    "EBS:VolumeP-IOPS.gp3": { key: "ebs:gp3:iops", units: ["IOPS-Mo"] },
    "EBS:VolumeP-IOPS.piops": { key: "ebs:io1:iops", units: ["IOPS-Mo"] },
    "EBS:VolumeP-IOPS.io2": { key: "ebs:io2:iops", units: ["IOPS-Mo"] },
    // A gigabyte a second there, a megabyte a second here.
    "EBS:VolumeP-Throughput.gp3": {
      key: "ebs:gp3:throughput",
      units: ["GiBps-mo"],
      times: 1 / 1024,
    },
    "EBS:SnapshotUsage": { key: "snapshot:standard", units: gigabyteMonth },
    "EBS:SnapshotArchiveStorage": { key: "snapshot:archive", units: gigabyteMonth },
    "NatGateway-Hours": { key: "nat:hour", units: hours },
    "NatGateway-Bytes": { key: "nat:gigabyte", units: ["GB"] },
  },
  AmazonVPC: {
    "PublicIPv4:IdleAddress": { key: "address:idle", units: hours },
    "PublicIPv4:InUseAddress": { key: "address:in-use", units: hours },
    "VpcEndpoint-Hours": { key: "endpoint:hour", units: hours },
  },
  AmazonDynamoDB: {
    ReadRequestUnits: { key: "dynamodb:read-request", units: ["ReadRequestUnits"] },
    WriteRequestUnits: { key: "dynamodb:write-request", units: ["WriteRequestUnits"] },
    "ReadCapacityUnit-Hrs": { key: "dynamodb:read-hour", units: ["ReadCapacityUnit-Hrs"] },
    "WriteCapacityUnit-Hrs": { key: "dynamodb:write-hour", units: ["WriteCapacityUnit-Hrs"] },
    "TimedStorage-ByteHrs": { key: "dynamodb:store", units: gigabyteMonth },
    "RestoreDataSize-Bytes": { key: "dynamodb:restore", units: ["GB"] },
  },
  AmazonCloudWatch: {
    "DataProcessing-Bytes": { key: "logs:ingest", units: ["GB"] },
    "DataProcessingIA-Bytes": { key: "logs:ingest-infrequent", units: ["GB"] },
    "TimedStorage-ByteHrs": { key: "logs:store", units: gigabyteMonth },
  },
  AWSLambda: {
    "Lambda-GB-Second": { key: "lambda:gigabyte-second", units: gigabyteSecond },
    "Lambda-GB-Second-ARM": { key: "lambda:gigabyte-second-arm", units: gigabyteSecond },
  },
  AmazonEFS: {
    "TimedStorage-ByteHrs": { key: "efs:standard", units: gigabyteMonth },
    "IATimedStorage-ByteHrs": { key: "efs:infrequent", units: gigabyteMonth },
  },
  AWSBackup: {
    "WarmStorage-ByteHrs-EFS": { key: "backup:efs", units: gigabyteMonth },
    "WarmStorage-ByteHrs-S3": { key: "backup:s3", units: gigabyteMonth },
  },
};

/** Of load balancers all kinds have one usage type, and their family says which it is. */
const balancers: Readonly<Record<string, Need>> = {
  "Load Balancer-Application": { key: "elb:application:hour", units: hours },
  "Load Balancer-Network": { key: "elb:network:hour", units: hours },
  "Load Balancer-Gateway": { key: "elb:gateway:hour", units: hours },
};

/** As RDS itself calls the engines whose licence costs nothing. */
const engines: Readonly<Record<string, string>> = {
  MySQL: "mysql",
  PostgreSQL: "postgres",
  MariaDB: "mariadb",
  "Aurora MySQL": "aurora-mysql",
  "Aurora PostgreSQL": "aurora-postgresql",
};

/** The offers that hold what is needed. */
export const neededOffers: readonly string[] = [...Object.keys(byUsage), "AWSELB", "AmazonRDS"];

/**
 * Kinds of which no unit reckons anything yet: people look them up, and no bundle carries them. Those
 * of RDS would be a row for each engine and class, in every bundle.
 */
export const lookedUpAlone: ReadonlySet<string> = new Set([...["backup", "efs", "lambda", "rds"]]);

/** Keys that every region is looked through for; of instances there are as many as types. */
export const neededKeys: readonly (readonly [offer: string, key: string])[] = Object.entries(
  byUsage,
).flatMap(([offer, needs]) => Object.values(needs).map(({ key }) => [offer, key] as const));

/** What stands there in place of a region: a class of tables, a Local Zone. */
const noRegion: ReadonlySet<string> = new Set(["IA", "TS"]);

/** Without the region's letters. */
export function usageAnywhere(usage: string): string {
  const [, region, rest] = /^([A-Z]{2,4}\d{0,2})-(.+)$/.exec(usage) ?? [];
  return region === undefined || rest === undefined || noRegion.has(region) ? usage : rest;
}

/** On demand, for Linux, on shared machines, without anything installed. */
const plainInstance: Readonly<Record<string, string>> = {
  operatingSystem: "Linux",
  tenancy: "Shared",
  preInstalledSw: "NA",
  capacitystatus: "Used",
};

function instanceNeed({ family, attributes }: OfferedProduct): Need | undefined {
  const { instanceType, marketoption = "OnDemand", licenseModel = "" } = attributes;
  if (!family.startsWith("Compute Instance") || !instanceType) return undefined;
  if (marketoption !== "OnDemand" || licenseModel.includes("Bring your own")) return undefined;
  const isPlain = Object.entries(plainInstance).every(([name, is]) => attributes[name] === is);
  return isPlain ? { key: `ec2:${instanceType}`, units: hours } : undefined;
}

function balancerNeed({ family, attributes }: OfferedProduct): Need | undefined {
  const isHour = usageAnywhere(attributes.usagetype ?? "") === "LoadBalancerUsage";
  return isHour && Object.hasOwn(balancers, family) ? balancers[family] : undefined;
}

/** Of instances in one zone, and of the storage of such: others have a usage type of their own. */
function databaseNeed({ attributes }: OfferedProduct): Need | undefined {
  const { databaseEngine = "", deploymentOption, instanceType = "", usagetype = "" } = attributes;
  if (deploymentOption !== "Single-AZ" || !Object.hasOwn(engines, databaseEngine)) return undefined;
  const engine = engines[databaseEngine];
  const usage = usageAnywhere(usagetype);
  if (usage === "RDS:GP3-Storage")
    return { key: `rds:${engine}:gp3-storage`, units: gigabyteMonth };
  if (usage === "RDS:GP2-Storage")
    return { key: `rds:${engine}:gp2-storage`, units: gigabyteMonth };
  const isInstance = instanceType !== "" && usage === `InstanceUsage:${instanceType}`;
  return isInstance ? { key: `rds:${engine}:${instanceType}`, units: hours } : undefined;
}

/** Whether a product's price is kept, and as what. */
export function needOf(offer: string, product: OfferedProduct): Need | undefined {
  const { locationType = "AWS Region", usagetype = "" } = product.attributes;
  // Local Zones, Wavelength Zones and Outposts have prices of their own.
  if (locationType !== "AWS Region") return undefined;
  if (offer === "AmazonEC2" && product.attributes.instanceType) return instanceNeed(product);
  if (offer === "AWSELB") return balancerNeed(product);
  if (offer === "AmazonRDS") return databaseNeed(product);
  const needs = byUsage[offer] ?? {};
  const usage = usageAnywhere(usagetype);
  return Object.hasOwn(needs, usage) ? needs[usage] : undefined;
}
