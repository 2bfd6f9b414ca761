/** Which servers read which secret, and how they are told that there is a new one. */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import * as z from "zod/mini";
import { secretName } from "../settings-fields.ts";

const isHost = (text: string): boolean => isIP(text) > 0 || domainToASCII(text) !== "";
const host = z
  .string()
  .check(
    z.refine(isHost, "must be a host name or an address, without https:// and without a port"),
  );

/** Where a server takes its certificate from. */
const sources = ["secret", "parameter"] as const;

const served = z.strictObject({
  secret: secretName,
  from: z._default(z.enum(sources), "secret"),
  document: z
    .string()
    .check(
      z.regex(
        /^(?!AWS)[A-Za-z0-9_.-]{3,128}$/,
        "must be the name of a document of your own: AWS's run whatever they are told",
      ),
    ),
  endpoints: z._default(
    z
      .array(
        z.strictObject({
          host,
          port: z._default(z.int().check(z.gte(1), z.lte(65_535)), 443),
          name: z.optional(host),
        }),
      )
      .check(z.maxLength(50)),
    [],
  ),
});
/** An entry of the settings. */
export type ServedSecret = z.output<typeof served>;

const isEachOnce = (values: readonly string[]): boolean => new Set(values).size === values.length;

export const reloadConfig = z.strictObject({
  servers: z
    ._default(
      z.array(served).check(
        z.maxLength(100),
        z.refine(
          (all) => isEachOnce(all.map(({ secret }) => secret)),
          "must name each secret once",
        ),
      ),
      [],
    )
    .check(
      z.describe(
        "What is reloaded: `{ secret, from, document, endpoints }`. The instances are those whose tag `nightshift:certificates` names the secret by the last part of its name, `shop` for `nightshift/certificates/shop`, several with spaces between. `document` is a Command document of this account, which reads the secret with the instance's own role and is given no parameters. `endpoints` is where the result is looked at: `{ host, port, name }`. With `from` as `parameter` servers take it from the parameter of `mirror-certificates`, and are told when that has the new one.",
      ),
    ),
  mirrorHours: z
    ._default(z.int().check(z.gte(1), z.lte(168)), 3)
    .check(z.describe("Hours that a parameter may be behind its secret before that is told.")),
  authorities: z
    ._default(z.array(z.string().check(z.startsWith("-----BEGIN CERTIFICATE-----"))), [])
    .check(
      z.describe("Certificates of your own authorities, in PEM, by which endpoints are judged."),
    ),
});
