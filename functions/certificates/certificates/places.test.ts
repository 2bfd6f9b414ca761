import { describe, expect, test } from "vitest";
import { atAppRunner, mayHaveAppRunner } from "./app-runner.ts";
import { keptAtPlace } from "./kept.ts";
import {
  atCustomNames,
  atDistributions,
  atLoadBalancers,
  atZones,
  endpointsAt,
  type FoundPlace,
  isPlace,
} from "./places.ts";

/** Answers by operation, each a list. */
const reading = (answers: Readonly<Record<string, readonly object[]>>) =>
  ((call: { readonly operation: string }) =>
    (async function* () {
      yield* answers[call.operation] ?? [];
    })()) as never;
const all = (found: AsyncIterable<FoundPlace>) => Array.fromAsync(found);

describe("where certificates are served", () => {
  test("at listeners that speak TLS, with all that each chooses from", async () => {
    const read = reading({
      "elasticloadbalancing:DescribeLoadBalancers": [
        { LoadBalancerArn: "a", LoadBalancerName: "web", DNSName: "web.elb.amazonaws.com" },
      ],
      "elasticloadbalancing:DescribeListeners": [
        { ListenerArn: "l1", Protocol: "HTTP", Port: 80 },
        { ListenerArn: "l2", Protocol: "HTTPS", Port: 8443 },
        { ListenerArn: "l3", Protocol: "TLS", Port: 443 },
      ],
      "elasticloadbalancing:DescribeListenerCertificates": [
        { CertificateArn: "c1", IsDefault: true },
        { CertificateArn: "c2" },
        { CertificateArn: "c1" },
      ],
    });
    const place = { what: "load balancer web", host: "web.elb.amazonaws.com", names: [] };
    expect(await all(atLoadBalancers(read))).toEqual([
      { ...place, port: 8443, arns: ["c1", "c2"] },
      { ...place, port: 443, arns: ["c1", "c2"] },
    ]);
  });
  test("not where no probe reaches, which is said", async () => {
    const balancer = { LoadBalancerName: "in", DNSName: "in.elb", Scheme: "internal" };
    const read = reading({
      "elasticloadbalancing:DescribeLoadBalancers": [balancer],
      "elasticloadbalancing:DescribeListeners": [{ Protocol: "HTTPS", Port: 443 }],
      "apigateway:GetDomainNames": [
        { domainName: "p.example.com", endpointConfiguration: { types: ["PRIVATE"] } },
      ],
    });
    expect(await all(atLoadBalancers(read))).toEqual([
      { what: "load balancer in", why: "it is internal, where no probe reaches it" },
    ]);
    expect(await all(atCustomNames(read))).toEqual([
      { what: "API Gateway p.example.com", why: "it is private, where no probe reaches it" },
    ]);
  });
  test("at CloudFront under each of its names, where it is enabled", async () => {
    const distribution = { Id: "E1", DomainName: "d1.cloudfront.net", Enabled: true };
    const read = reading({
      "cloudfront:ListDistributions": [
        { ...distribution, Aliases: { Items: ["www.example.com"] } },
        { ...distribution, Id: "E2", Enabled: false },
      ],
    });
    expect(await all(atDistributions(read))).toEqual([
      {
        ...{ what: "CloudFront E1", host: "d1.cloudfront.net", port: 443 },
        names: ["www.example.com"],
        arns: [],
      },
    ]);
  });
  test("at custom names of API Gateway, regional or at the edge", async () => {
    const read = reading({
      "apigateway:GetDomainNames": [
        { domainName: "r.example.com", regionalDomainName: "d-1.execute-api.amazonaws.com" },
        { domainName: "e.example.com", distributionDomainName: "d2.cloudfront.net" },
      ],
    });
    expect((await all(atCustomNames(read))).map((place) => "host" in place && place.host)).toEqual([
      "d-1.execute-api.amazonaws.com",
      "d2.cloudfront.net",
    ]);
  });
  test("at App Runner's names of one's own, with the records that ACM does not find", async () => {
    const record = (Name: string, Status: string) => ({
      ...{ Name: `${Name}.example.com.`, Type: "CNAME", Value: "_b2.acm-validations.aws.", Status },
    });
    const domain = { DomainName: "example.com", DNSTarget: "x.eu-west-1.awsapprunner.com" };
    const read = reading({
      "apprunner:ListServices": [
        { ServiceArn: "arn:s1", ServiceName: "shop", Status: "RUNNING" },
        { ServiceArn: "arn:s2", ServiceName: "gone", Status: "DELETED" },
      ],
      "apprunner:DescribeCustomDomains": [
        {
          ...{ ...domain, EnableWWWSubdomain: true, Status: "active" },
          CertificateValidationRecords: [record("_a1", "FAILED"), record("_a2", "SUCCESS")],
        },
        { ...domain, DomainName: "well.example.com", Status: "active" },
        { ...domain, DomainName: "old.example.com", Status: "DELETING" },
      ],
    });
    const places = await all(atAppRunner(read));
    const place = { what: "App Runner shop", host: domain.DNSTarget, port: 443, arns: [] };
    const records = ["_a1.example.com CNAME _b2.acm-validations.aws"];
    expect(places).toEqual([
      { ...place, names: ["example.com", "www.example.com"], waits: { arn: "arn:s1", records } },
      { ...place, names: ["well.example.com"] },
    ]);
    expect(places.map((each) => (isPlace(each) ? keptAtPlace(each)?.notRenewed : each))).toEqual([
      { cause: "record", records },
      undefined,
    ]);
  });
  test("a service of App Runner that is deleted meanwhile has none, and the others go on", async () => {
    const failing = (name: string) =>
      ((call: { readonly operation: string; readonly input: { readonly ServiceArn?: string } }) =>
        (async function* () {
          if (call.operation === "apprunner:ListServices")
            yield* ["gone", "shop"].map((ServiceArn) => ({ ServiceArn, ServiceName: ServiceArn }));
          else if (call.input.ServiceArn === "gone") throw Object.assign(new Error("no"), { name });
          else yield { DomainName: "example.com", DNSTarget: "x.awsapprunner.com" };
        })()) as never;
    const names = async (name: string) =>
      (await all(atAppRunner(failing(name)))).map(({ what }) => what);
    expect(await names("ResourceNotFoundException")).toEqual(["App Runner shop"]);
    await expect(names("AccessDeniedException")).rejects.toThrow("no");
  });
  test.each([
    ["eu-west-1", true],
    ["eu-north-1", false],
    ["eu-new-9", true],
  ])("App Runner is asked in %s: %s", (region, is) => expect(mayHaveAppRunner(region)).toBe(is));
  test("at the names of public zones, each once, and not where a record is no host's", async () => {
    const read = reading({
      "route53:ListHostedZones": [
        { Id: "/hostedzone/Z1" },
        { Id: "/hostedzone/Z2", Config: { PrivateZone: true } },
      ],
      "route53:ListResourceRecordSets": [
        { Name: "example.com.", Type: "NS" },
        { Name: "example.com.", Type: "A" },
        { Name: "example.com.", Type: "AAAA" },
        { Name: "\\052.example.com.", Type: "A" },
        { Name: "_a1.example.com.", Type: "CNAME" },
        { Name: "sel._domainkey.example.com.", Type: "CNAME" },
        { Name: "www.example.com.", Type: "CNAME" },
      ],
    });
    const hosts = (await all(atZones(read))).map((place) => "host" in place && place.host);
    expect(hosts).toEqual(["example.com", "www.example.com"]);
  });
});

describe("what is asked for at a place", () => {
  const place = { what: "load balancer web", host: "web.elb", port: 443 };
  test("is a name of each certificate, and each name", () => {
    const names = (arn: string) => (arn === "c1" ? ["*.example.com", "example.com"] : []);
    const found = { ...place, names: ["a.example.org"], arns: ["c1", "gone"] };
    expect(endpointsAt(found, names)).toEqual([
      { host: "web.elb", port: 443, name: "a.example.org" },
      { host: "web.elb", port: 443, name: "www.example.com" },
    ]);
  });
  test("is the host, where nothing else is known", () =>
    expect(endpointsAt({ ...place, names: [], arns: ["c9"] }, () => [])).toEqual([
      { host: "web.elb", port: 443 },
    ]));
});
