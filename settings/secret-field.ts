/** How the settings name a secret: where it lies, never itself. */
import * as z from "zod/mini";
import { redactText } from "../sdk/redact.ts";
import type { SecretRef } from "./secret-ref.ts";

const form = /^(?:secretsmanager:[\w/+=.@-]{1,512}(?:#[\w.-]{1,128})?|ssm:(?:\/[\w.-]+)+)$/;

/**
 * A routing key of PagerDuty's, or what gives itself away as a token: not where it lies, but
 * itself.
 */
function isItself(text: string): boolean {
  const name = text.replace(/^[a-z]+:/, "");
  return /\b[0-9a-f]{32}\b/i.test(name) || redactText(name) !== name;
}

const remedy =
  "must say where the secret lies, not the secret itself: secretsmanager:<name>, secretsmanager:<name>#<key of its JSON> or ssm:/<parameter>. If it was the secret itself, replace it: it has been in a file";

export const secretField: z.ZodMiniType<SecretRef, SecretRef> = z
  .union(
    [z.templateLiteral(["secretsmanager:", z.string()]), z.templateLiteral(["ssm:/", z.string()])],
    remedy,
  )
  .check(z.refine((text) => form.test(text) && !isItself(text), remedy));
