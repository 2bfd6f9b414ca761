/**
 * Pages of the AWS console. Their addresses are made of regions and ids, each URL-encoded, and
 * never taken from an event's text.
 */
import { partitionOf } from "../arn.ts";

const hosts: Readonly<Record<string, string>> = {
  "aws-cn": "console.amazonaws.cn",
  "aws-us-gov": "console.amazonaws-us-gov.com",
};
const home: Readonly<Record<string, string>> = {
  "aws-cn": "cn-north-1",
  "aws-us-gov": "us-gov-west-1",
};

/** Where a service without regions has its pages. */
export const globalRegion = (region: string): string => home[partitionOf(region)] ?? "us-east-1";

/**
 * A tag for templates: what stands between `${}` goes into the address as a name, whatever
 * characters it has.
 * @param region of the page's host
 */
export const consolePage =
  (region: string) =>
  (path: TemplateStringsArray, ...names: readonly string[]): string => {
    const filled = path
      .map(
        (part, at) =>
          part + (at < names.length ? encodeURIComponent(names[at]?.toWellFormed() ?? "") : ""),
      )
      .join("");
    return `https://${region.replace(/[^a-z0-9-]/g, "")}.${hosts[partitionOf(region)] ?? "console.aws.amazon.com"}/${filled}`;
  };
