/**
 * Prices for tests, in every region that they name: nobody's, and of no source, so that no proposal
 * names one. What a test says of prices themselves, it says with its own.
 */
import { type PriceTable, usePrices } from "../../aws/pricing/prices.ts";

/** An hour of the size `large`; each size costs twice the one before it. */
const large: Readonly<Record<string, number>> = {
  ...{ t2: 0.0928, t3: 0.0832, t3a: 0.0752, t4g: 0.0672, m4: 0.1, m5: 0.096, m5a: 0.086 },
  ...{ m6a: 0.0864, m6g: 0.077, m6i: 0.096, m7g: 0.0816, m7i: 0.1008, m8g: 0.08976 },
  ...{ c4: 0.1, c5: 0.085, c6g: 0.068, c6i: 0.085, c7g: 0.0725, c7i: 0.08925 },
  ...{ r4: 0.133, r5: 0.126, r6g: 0.1008, r6i: 0.126, r7g: 0.1071, r7i: 0.1323 },
};
const times: Readonly<Record<string, number>> = {
  ...{ nano: 1 / 16, micro: 1 / 8, small: 1 / 4, medium: 1 / 2, large: 1, xlarge: 2 },
  ...{ "2xlarge": 4, "4xlarge": 8, "8xlarge": 16, "12xlarge": 24, "16xlarge": 32, "24xlarge": 48 },
};

const instances = Object.entries(large).flatMap(([family, price]) =>
  Object.entries(times).map(([size, factor]) => [`ec2:${family}.${size}`, price * factor] as const),
);

const prices: Readonly<Record<string, number>> = {
  ...Object.fromEntries(instances),
  "ebs:gp2:size": 0.1,
  "ebs:gp3:size": 0.08,
  "ebs:gp3:iops": 0.005,
  "ebs:gp3:throughput": 0.04,
  "ebs:io1:size": 0.125,
  "ebs:io1:iops": 0.065,
  "ebs:io2:size": 0.125,
  "ebs:io2:iops": 0.065,
  "ebs:st1:size": 0.045,
  "ebs:sc1:size": 0.015,
  "ebs:standard:size": 0.05,
  "snapshot:standard": 0.05,
  "snapshot:archive": 0.0125,
  "address:idle": 0.005,
  "dynamodb:restore": 0.15,
  "dynamodb:store": 0.25,
  "dynamodb:read-request": 0.125 / 1_000_000,
};

const regions = [
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3"],
  ...["eu-central-1", "eu-central-2", "eu-north-1", "ap-southeast-1", "ap-southeast-2"],
];

export const testPrices: PriceTable = Object.fromEntries(
  regions.map((region) => [region, { currency: "USD", published: {}, prices }]),
);

usePrices(testPrices);
