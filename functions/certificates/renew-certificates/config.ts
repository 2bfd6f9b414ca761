/** Which certificates are renewed, at which directory, and where they are served. */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import * as z from "zod/mini";
import { secretFolder } from "../../../aws/secretsmanager/folder.ts";
import { keyAlgorithms } from "../certificate-key.ts";
import { asciiName } from "../challenge-zone.ts";
import { kmsKeyArn, secretName } from "../settings-fields.ts";

const isName = (text: string): boolean => {
  const name = asciiName(text);
  return name !== "" && !isIP(name) && name.includes(".") && !/[^a-z0-9.*-]/.test(name);
};
const name = z
  .string()
  .check(
    z.refine(
      isName,
      "must be a host name like www.example.com or *.example.com, without https:// and without a port",
    ),
  );
/** Where a name is proven in another zone: the role may change no other records. */
const proofPrefix = "_acme-challenge.";
const isProof = (text: string): boolean =>
  text.startsWith(proofPrefix) && isName(text.slice(proofPrefix.length));
const proof = z
  .string()
  .check(
    z.refine(
      isProof,
      `must be the name of a record that begins with ${proofPrefix}: the role may change no others`,
    ),
  );
const isHost = (text: string): boolean => isIP(text) > 0 || domainToASCII(text) !== "";
const host = z
  .string()
  .check(
    z.refine(isHost, "must be a host name or an address, without https:// and without a port"),
  );

/** Over the Internet it must be encrypted: what a directory says decides what is issued. */
const isDirectory = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password) return false;
  return protocol === "https:" || (protocol === "http:" && hostname === "127.0.0.1");
};

const pem = z.string().check(z.startsWith("-----BEGIN CERTIFICATE-----"));
const mail = z.string().check(z.regex(/^[^@\s]+@[^@\s]+$/, "must be a mail address"));

const account = z.strictObject({
  directory: z
    .string()
    .check(
      z.refine(isDirectory, "must be the https:// address of a directory"),
      z.describe("Address of the ACME directory."),
    ),
  termsAgreed: z.literal(true, {
    error: "must be true: read the authority's terms and agree to them",
  }),
  contact: z._default(z.array(mail), []),
  secret: z._default(secretName, `${secretFolder}account`),
  external: z.optional(secretName),
  kmsKey: z.optional(kmsKeyArn),
  keyDays: z.optional(z.int().check(z.gte(1), z.lte(3650))),
  authorities: z._default(z.array(pem), []),
});

const endpoint = z.strictObject({
  host,
  port: z._default(z.int().check(z.gte(1), z.lte(65_535)), 443),
  name: z.optional(host),
});

const certificate = z.strictObject({
  arn: z.optional(
    z
      .string()
      .check(
        z.regex(
          /^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/,
          "must be the ARN of a certificate in ACM",
        ),
      ),
  ),
  names: z.array(name).check(z.minLength(1), z.maxLength(100)),
  secret: secretName,
  key: z.optional(z.enum(keyAlgorithms)),
  profile: z.optional(z.string().check(z.regex(/^[\w.-]{1,64}$/))),
  preferredChain: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  endpoints: z.optional(z.array(endpoint).check(z.maxLength(200))),
});

export type CertificateSettings = z.output<typeof certificate>;

const isEachOnce = (values: readonly string[]): boolean => new Set(values).size === values.length;

export const renewalConfig = z.strictObject({
  account: z
    .optional(account)
    .check(
      z.describe(
        "The account at a certificate authority: `{ directory, termsAgreed: true, contact, secret, external, kmsKey, keyDays, authorities }`. Its key is made and kept in `secret`; `external` names a secret with `kid` and `hmacKey`, where the authority binds accounts (ZeroSSL, Google); `kmsKey` is the key that secrets are encrypted with; `keyDays` is the age in days at which the account gets another key, never where absent; `authorities` is for a directory of your own.",
      ),
    ),
  certificates: z
    ._default(
      z.array(certificate).check(
        z.maxLength(200),
        z.refine(
          (all) => isEachOnce(all.flatMap(({ arn }) => arn ?? [])),
          "must name each ARN once: two would renew one certificate in turns",
        ),
        z.refine(
          (all) => isEachOnce(all.map(({ secret: kept }) => kept)),
          "must name another secret for each certificate: its versions are found by it",
        ),
      ),
      [],
    )
    .check(
      z.describe(
        "What is renewed: `{ names, secret, arn, key, profile, preferredChain, endpoints }`. It is imported to the same ARN, whose key type and size must stay. Without `arn` it is the imported certificate of each region that has exactly these names, and a key `key` where that is named. `secret` keeps its keys. `endpoints` is where it is served, `{ host, port, name }`; absent, the names themselves at port 443.",
      ),
    ),
  delegated: z
    ._default(z.record(name, proof), {})
    .check(
      z.describe(
        "Names whose record `_acme-challenge` is an alias of one in another zone, with that record's name; it must begin with `_acme-challenge.` too.",
      ),
    ),
  resolvers: z
    ._default(
      z.array(z.string().check(z.regex(/^[\d.]+(:\d+)?$/, "must be an address, or address:port"))),
      [],
    )
    .check(
      z.describe(
        "Name servers that are asked in place of each zone's own, where the network lets no other questions out.",
      ),
    ),
  authorities: z
    ._default(z.array(pem), [])
    .check(
      z.describe("Certificates of your own authorities, in PEM, by which endpoints are judged."),
    ),
  renewBelow: z
    ._default(z.number().check(z.gte(5), z.lte(90)), 33)
    .check(
      z.describe(
        "Percent of the lifetime left at which it is renewed, where the directory itself names no time.",
      ),
    ),
  importQuota: z
    .optional(z.int().check(z.gte(1)))
    .check(
      z.describe(
        'How many imports ACM takes of the account in a region in 365 days ("Imported certificates in last 365 days" in Service Quotas), where Service Quotas is not to be asked. Where as many are known nothing is ordered.',
      ),
    ),
  hoursToServe: z
    ._default(z.int().check(z.gte(1), z.lte(72)), 6)
    .check(z.describe("How long a renewed certificate may take until it is served everywhere.")),
});
export type RenewalSettings = z.output<typeof renewalConfig>;
