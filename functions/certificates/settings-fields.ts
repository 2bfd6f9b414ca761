/** Fields that the settings of several units have. */
import * as z from "zod/mini";
import { secretFolder } from "../../aws/secretsmanager/folder.ts";

/** The name of a secret that a certificate is kept in. */
export const secretName = z
  .string()
  .check(
    z.regex(
      /^nightshift\/certificates\/[\w+=.@-]+$/,
      `must be the name of a secret in ${secretFolder}, like ${secretFolder}shop: no other can be reached`,
    ),
  );

export const kmsKeyArn = z
  .string()
  .check(z.regex(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "must be a key's ARN"));
