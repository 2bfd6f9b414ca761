/** What AWS says keeps AWS's own links, and none that somebody has put into a field of an event. */
import { expect, test } from "vitest";
import { ownLinksOnly } from "./domains.ts";

test.each([
  ["see https://evil.example/x", "see https[:]//evil.example/x"],
  ["http://evil.com", "http[:]//evil.com"],
  ["evil.com/login", "evil[.]com/login"],
  ["EVIL.com:8080/x", "EVIL[.]com:8080/x"],
  ["https://aws.amazon.com.evil.example/", "https[:]//aws.amazon.com.evil.example/"],
  ["https://evilaws.amazon.com/", "https[:]//evilaws.amazon[.]com/"],
  ["https://aws.amazon.com@evil.example/", "https[:]//aws.amazon.com@evil[.]example/"],
  ["https://evil@aws.amazon.com/", "https[:]//evil@aws.amazon.com/"],
  ["https://bucket.s3.amazonaws.com/x", "https[:]//bucket.s3.amazonaws[.]com/x"],
])("a link that is not AWS's leads nowhere: %s", (given, shown) =>
  expect(ownLinksOnly(given)).toBe(shown),
);

test.each([
  "https://eu-central-1.console.aws.amazon.com/ec2/home?region=eu-central-1#Instances",
  "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.html",
  "https://cn-north-1.console.amazonaws.cn/ec2/home",
  "the certificate of *.shop.com expires",
  "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:1.2.3",
  "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
])("AWS's pages, hosts and domains by themselves stay: %s", (text) =>
  expect(ownLinksOnly(text)).toBe(text),
);
