/** What the settings name, for the ARNs that calls are granted on: the buckets, and their keys. */
import { allOfThem } from "../../../sdk/named.ts";
import type { FilePlace } from "./config.ts";

const keyName = (arn: string): string => arn.slice(arn.indexOf(":key/") + ":key/".length);

/** Without a key nothing is granted on any, and no secret parameter is decrypted. */
export function namedOf({ buckets }: { readonly buckets: readonly FilePlace[] }) {
  const keys = buckets.flatMap(({ key }) => key ?? []);
  return {
    file_bucket: buckets.map(({ bucket }) => bucket),
    file_key: keys.map(keyName),
    secret_parameters: keys.length ? allOfThem : [],
  };
}
