/** Where a secret of the settings lies: read by whoever needs it, granted by IAM, never a value. */

/**
 * `secretsmanager:<name>`, `secretsmanager:<name>#<key of its JSON>` or `ssm:<parameter>`. Read when
 * it is needed, kept in memory, never logged.
 */
export type SecretRef = `secretsmanager:${string}` | `ssm:/${string}`;

export type SecretPlace =
  /** `key`: of the JSON that the secret holds; the whole text where absent. */
  | { readonly service: "secretsmanager"; readonly name: string; readonly key?: string }
  | { readonly service: "ssm"; readonly name: string };

/** `secretsmanager:nightshift/slack#token` or `ssm:/nightshift/slack-token`, in its parts. */
export function secretPlace(ref: SecretRef): SecretPlace {
  const at = ref.indexOf(":");
  const [service, name] = [ref.slice(0, at), ref.slice(at + 1)];
  if (service === "ssm") return { service, name };
  const hash = name.lastIndexOf("#");
  return hash < 0
    ? { service: "secretsmanager", name }
    : { service: "secretsmanager", name: name.slice(0, hash), key: name.slice(hash + 1) };
}
