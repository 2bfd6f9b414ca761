/** Which endpoints are asked, where else is looked, and from when on a certificate is urgent. */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import * as z from "zod/mini";
import { defaultImportQuota } from "../import-quota.ts";

const isHost = (text: string): boolean => isIP(text) > 0 || domainToASCII(text) !== "";
const host = z
  .string()
  .check(
    z.refine(isHost, "must be a host name or an address, without https:// and without a port"),
  );

/** Where it looks for what is served. */
export const sources = [
  "load-balancers",
  "cloudfront",
  "api-gateway",
  "app-runner",
  "route53",
] as const;

const percent = z.number().check(z.gte(0), z.lte(100));
export const certificatesConfig = z.strictObject({
  endpoints: z
    ._default(
      z
        .array(
          z.strictObject({
            host,
            port: z._default(z.int().check(z.gte(1), z.lte(65_535)), 443),
            name: z.optional(host),
          }),
        )
        .check(z.maxLength(200)),
      [],
    )
    .check(
      z.describe(
        "Where certificates are served: `{ host, port, name }`. The port is 443 where it is left out; `name` is what the server is asked for (SNI), where that is not the host.",
      ),
    ),
  authorities: z
    ._default(z.array(z.string().check(z.startsWith("-----BEGIN CERTIFICATE-----"))), [])
    .check(
      z.describe("Certificates of your own authorities, in PEM, trusted beside the public ones."),
    ),
  find: z
    ._default(z.array(z.enum(sources)), [
      "load-balancers",
      "cloudfront",
      "api-gateway",
      "app-runner",
    ])
    .check(
      z.describe(
        "Where else to look for what is served: also `route53`, every name of the public zones of this account.",
      ),
    ),
  mostFound: z
    ._default(z.int().check(z.gte(0), z.lte(2000)), 200)
    .check(z.describe("How many of the places that are found are asked, beside `endpoints`.")),
  warnBelow: z
    ._default(percent, 15)
    .check(z.describe("Percent of the lifetime left below which a certificate is a warning.")),
  criticalBelow: z
    ._default(percent, 5)
    .check(z.describe("Percent of the lifetime left below which it is critical.")),
  hoursToServe: z
    ._default(z.int().check(z.gte(0), z.lte(720)), 24)
    .check(z.describe("How long a renewed certificate may take until it is served.")),
  importQuota: z
    ._default(z.int().check(z.gte(1)), defaultImportQuota)
    .check(
      z.describe(
        'How many imports ACM takes of the account in a region in 365 days ("Imported certificates in last 365 days" in Service Quotas); the default is that of ACM\'s documentation. From four fifths on it is a warning.',
      ),
    ),
  rows: z
    ._default(z.int().check(z.gte(1), z.lte(500)), 100)
    .check(z.describe("How many certificates the table names, worst first.")),
});
