/** Which service an event of ECS is about. */

/**
 * A task of a service names it in its group; the ARN of either names the cluster, but for the ARNs
 * of services from before 2019, `service/web`.
 */
export function serviceOf(
  {
    group,
    clusterArn,
  }: { readonly group?: string | undefined; readonly clusterArn?: string | undefined },
  resources: readonly string[],
): string | undefined {
  const named = resources.find((arn) => arn.includes(":service/"));
  const [, ...path] = named?.split("/") ?? [];
  const name = named ? path.at(-1) : /^service:(.+)/.exec(group ?? "")?.[1];
  if (path.length > 1 || !name || !clusterArn) return named;
  return `${clusterArn.replace(":cluster/", ":service/")}/${name}`;
}

/** `cluster/service` */
export const shortService = (arn: string | undefined): string | undefined =>
  arn?.split("/").slice(1).join("/");
