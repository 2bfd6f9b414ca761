/** What a record points at in AWS, by the form of the name alone. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";

/** What may be gone. */
export type Pointing =
  /** A name that AWS gave to one thing; `free`: whoever asks for it can have it. */
  | { readonly kind: "name"; readonly host: string; readonly what: string; readonly free: boolean }
  /**
   * A bucket, which is called as the record is: S3 goes by what it is asked for. Who asks in another
   * name, as a proxy may, means the one that the record names. Gone is it where none is there.
   */
  | { readonly kind: "bucket"; readonly buckets: readonly string[]; readonly region: string }
  /** Addresses, as they stand there. */
  | { readonly kind: "addresses"; readonly addresses: readonly string[] };

/** As people write it: without the dot at the end. */
export const bareName = (name: string): string => name.replace(/\.$/, "").toLowerCase();

interface NameForm {
  readonly form: RegExp;
  readonly what: string;
  /** Whether whoever asks for such a name can have it. */
  readonly free: boolean;
}

/**
 * The first that fits counts. Names with a part that AWS makes up are nobody else's ever; what people
 * choose in Elastic Beanstalk is anybody's once it is free.
 */
const forms: readonly NameForm[] = [
  { form: /\.elb\.amazonaws\.com(\.cn)?$/, what: "load balancer", free: false },
  {
    form: /\.elb\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(\.cn)?$/,
    what: "load balancer",
    free: false,
  },
  { form: /^[a-z0-9]+\.cloudfront\.net$/, what: "CloudFront distribution", free: false },
  {
    form: /^[a-z0-9-]+\.execute-api\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(\.cn)?$/,
    what: "name of API Gateway",
    free: false,
  },
  { form: /^[a-z0-9]+\.awsglobalaccelerator\.com$/, what: "accelerator", free: false },
  {
    form: /^[a-z0-9-]+\.[a-z0-9-]+\.[a-z]{2}(?:-[a-z]+)+-\d\.elasticbeanstalk\.com$/,
    what: "Elastic Beanstalk environment",
    free: false,
  },
  {
    form: /^eba-[a-z0-9-]+\.[a-z]{2}(?:-[a-z]+)+-\d\.elasticbeanstalk\.com$/,
    what: "Elastic Beanstalk environment",
    free: false,
  },
  {
    form: /^[a-z0-9-]+\.[a-z]{2}(?:-[a-z]+)+-\d\.elasticbeanstalk\.com$/,
    what: "Elastic Beanstalk environment",
    free: true,
  },
];

const website = /(?:^|\.)s3-website[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$/;
/** Of the bucket itself, with its name before it: `NAME.s3.eu-west-1.amazonaws.com`. */
const ofBucket =
  /^(?:(.{3,63})\.)?s3(?:[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com$/;
/** Any region's S3 says whether a bucket of all of them is there. */
const anyRegion = "us-east-1";
const isBucketName = (name: string): boolean => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);

const ofInstance = /^ec2-(\d{1,3}(?:-\d{1,3}){3})\./;

function pointingOf(host: string, name: string): Pointing | undefined {
  const region = website.exec(host)?.[1];
  if (region) return isBucketName(name) ? { kind: "bucket", buckets: [name], region } : undefined;
  const [rest, bucket = name, ofRegion = anyRegion] = ofBucket.exec(host) ?? [];
  if (rest !== undefined)
    return isBucketName(name)
      ? { kind: "bucket", buckets: [...new Set([name, bucket])], region: ofRegion }
      : undefined;
  const dashed = ofInstance.exec(host)?.[1];
  if (dashed && host.endsWith(".amazonaws.com"))
    return { kind: "addresses", addresses: [dashed.replaceAll("-", ".")] };
  const found = forms.find(({ form }) => form.test(host));
  return found && { kind: "name", host, what: found.what, free: found.free };
}

/** @returns nothing where it points at nothing of AWS that can be judged */
export function pointingAt(record: ResourceRecordSet): Pointing | undefined {
  const { Name = "", Type, AliasTarget, ResourceRecords = [] } = record;
  const name = bareName(Name);
  if (AliasTarget)
    return pointingOf(bareName(AliasTarget.DNSName ?? "").replace(/^dualstack\./, ""), name);
  const values = ResourceRecords.map(({ Value = "" }) => Value);
  if (Type === "A") return { kind: "addresses", addresses: values };
  if (Type === "CNAME") return pointingOf(bareName(values[0] ?? ""), name);
  return undefined;
}
