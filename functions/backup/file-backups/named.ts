/** What the settings name, for the ARNs that calls are granted on: the buckets, and their keys. */
import { allOfThem } from "../../../sdk/named.ts";
import type { FileKind, FilePlace } from "./config.ts";

const keyName = (arn: string): string => arn.slice(arn.indexOf(":key/") + ":key/".length);

interface Named {
  readonly buckets: readonly FilePlace[];
  readonly kinds?: readonly FileKind[];
}

/**
 * Without a key nothing is granted on any, and no secret of a parameter or of a function is decrypted.
 * Code is read only where it is to be written.
 */
export function namedOf({ buckets, kinds = [] }: Named) {
  const keys = buckets.flatMap(({ key }) => key ?? []);
  const code = kinds.includes("code");
  return {
    code_functions: code ? allOfThem : [],
    secret_variables: code && keys.length ? allOfThem : [],
    file_bucket: buckets.map(({ bucket }) => bucket),
    file_key: keys.map(keyName),
    secret_parameters: keys.length ? allOfThem : [],
  };
}
