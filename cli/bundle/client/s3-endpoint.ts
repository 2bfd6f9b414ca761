/**
 * In place of the rules by which the SDK's client of S3 finds its hosts: a bucket is a part of the
 * host where its name can be one, and of the path otherwise. Access points, directory buckets and
 * Outposts, which are signed in other ways, are refused by name. A test compares it with the SDK's
 * own rules.
 */
import { partition } from "@aws-sdk/core/client";
import type { EndpointParameters } from "../endpoint.ts";

interface BucketParameters extends EndpointParameters {
  readonly Bucket?: string;
  readonly ForcePathStyle?: boolean;
  readonly UseS3ExpressControlEndpoint?: boolean;
}

const wrong = (why: string): Error => Object.assign(new Error(why), { name: "EndpointError" });

/** Of one label, so that the certificate of S3's hosts covers it. */
const hostLike = /^[a-z\d][a-z\d-]{1,61}[a-z\d]$/;
/** An IPv4 or IPv6 address has no names below it. */
const isAddress = ({ hostname }: URL): boolean =>
  hostname.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(hostname);

/** Kinds of buckets that have hosts and signatures of their own, by how their names end. */
const otherKinds = /^arn:|--(?:x|xa)-s3$/;

interface Signed {
  readonly url: URL;
  readonly headers: object;
  readonly properties: { readonly authSchemes: readonly object[] };
}

/** The oldest host of S3 has no region in its name, and lies in the first one. */
const globally = "aws-global";
const realRegion = (region: string): string => (region === globally ? "us-east-1" : region);

function hostOf(
  { UseFIPS, UseDualStack }: EndpointParameters,
  region: string,
  service: string,
): URL {
  const { dnsSuffix, name } = partition(realRegion(region));
  if (UseFIPS && name === "aws-cn") throw wrong("Partition does not support FIPS");
  const isPlain = region === globally && !UseFIPS && !UseDualStack;
  const place = isPlain ? "" : `.${realRegion(region)}`;
  const kind = `${service}${UseFIPS ? "-fips" : ""}${UseDualStack ? ".dualstack" : ""}`;
  return new URL(`https://${kind}${place}.${dnsSuffix}`);
}

/** @returns the host, with the bucket in it or behind it */
export function s3EndpointOf(parameters: BucketParameters): Signed {
  const { Bucket, Endpoint, Region, UseFIPS, UseDualStack, ForcePathStyle } = parameters;
  const { UseS3ExpressControlEndpoint = false } = parameters;
  if (!Region) throw wrong("A region must be set when sending requests to S3.");
  if (Bucket && otherKinds.test(Bucket))
    throw wrong(`left out of Nightshift's bundles: access points and directory buckets: ${Bucket}`);
  if (Endpoint && UseDualStack)
    throw wrong("Cannot set dual-stack in combination with a custom endpoint.");
  if (Endpoint && UseFIPS) throw wrong("A custom endpoint cannot be combined with FIPS");
  // Directory buckets are listed, and no more, as others are asked for.
  const isListing = !Bucket && UseS3ExpressControlEndpoint;
  const service = isListing ? "s3express-control" : "s3";
  const url = Endpoint ? new URL(Endpoint) : hostOf(parameters, Region, service);
  if (Bucket && hostLike.test(Bucket) && !ForcePathStyle && !isAddress(url))
    url.hostname = `${Bucket}.${url.hostname}`;
  else if (Bucket)
    url.pathname = `${url.pathname.replace(/\/$/, "")}/${encodeURIComponent(Bucket)}`;
  const signingRegion = realRegion(Region);
  const signingName = isListing ? "s3express" : "s3";
  const scheme = { name: "sigv4", disableDoubleEncoding: true, signingName, signingRegion };
  return { url, headers: {}, properties: { authSchemes: [scheme] } };
}
