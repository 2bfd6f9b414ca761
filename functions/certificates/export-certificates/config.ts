/** Which certificates are exported, and into which secrets. */
import * as z from "zod/mini";
import { kmsKeyArn, secretName } from "../settings-fields.ts";

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
  name: z
    .string()
    .check(
      z.regex(
        /^(\*\.)?[\w-]+(\.[\w-]+)+$/,
        "must be the first name of the certificate, like www.example.com or *.example.com",
      ),
    ),
  secret: secretName,
  kmsKey: z.optional(kmsKeyArn),
});
/** An entry of the settings. */
export type ExportedTo = z.output<typeof certificate>;

const isEachOnce = (values: readonly string[]): boolean => new Set(values).size === values.length;

export const exportConfig = z.strictObject({
  certificates: z
    ._default(
      z.array(certificate).check(
        z.maxLength(200),
        z.refine(
          (all) => isEachOnce(all.flatMap(({ arn }) => arn ?? [])),
          "must name each ARN once: one export is enough, whoever reads the secret",
        ),
        z.refine(
          (all) => isEachOnce(all.map(({ secret }) => secret)),
          "must name another secret for each certificate",
        ),
      ),
      [],
    )
    .check(
      z.describe(
        "What is exported, and where to: `{ name, secret, arn, kmsKey }`. Without `arn` it is the certificate of each region that may be exported and whose first name is `name`. The secret's value is JSON with `key`, `certificate` and `chain` in PEM; it is made where it is not there, encrypted by `kmsKey`, or AWS's own key where that is absent.",
      ),
    ),
});
