/** What an ARN says of a resource: its service, its type and its name. */

export interface NamedResource {
  /** `ec2:instance`; the service alone where its ARNs do not say the type. */
  readonly kind: string;
  readonly name: string;
}

/** Services whose ARNs hold a name alone. */
const onlyType: ReadonlyMap<string, string> = new Map([
  ["codecommit", "repository"],
  ["codepipeline", "pipeline"],
  ["s3", "bucket"],
  ["sns", "topic"],
  ["sqs", "queue"],
]);

/**
 * Reads `arn:aws:ec2:eu-west-1:123456789012:instance/i-1`, and those with a colon after the type or
 * with no type at all.
 * @param arn what is none is a name of an unknown kind
 */
export function namedByArn(arn: string): NamedResource {
  const [start, , service = "", , , ...rest] = arn.split(":");
  if (start !== "arn" || !service || !rest.length) return { kind: "unknown", name: arn };
  const resource = rest.join(":");
  const type = onlyType.get(service);
  if (type) return { kind: `${service}:${type}`, name: resource };
  // API Gateway's begin with a slash.
  const path = resource.startsWith("/") ? resource.slice(1) : resource;
  const end = path.search(/[/:]/);
  if (end < 0) return { kind: service, name: path };
  return { kind: `${service}:${path.slice(0, end)}`, name: path.slice(end + 1) };
}
