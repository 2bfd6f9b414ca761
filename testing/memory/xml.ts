/** EC2's own protocol: flat parameters in, XML out. */
export type Parameters = Readonly<Record<string, string>>;

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
export const set = (name: string, items: readonly string[]): string =>
  `<${name}>${items.map((item) => `<item>${item}</item>`).join("")}</${name}>`;
export const tagSet = (tags: Readonly<Record<string, string>>): string =>
  set(
    "tagSet",
    Object.entries(tags).map(
      ([key, value]) => `<key>${escaped(key)}</key><value>${escaped(value)}</value>`,
    ),
  );

/** `InstanceId.1`, `InstanceId.2`… */
export const listedParameters = (parameters: Parameters, prefix: string): string[] =>
  Object.keys(parameters)
    .filter((name) => name.startsWith(`${prefix}.`) && /^\d+$/.test(name.slice(prefix.length + 1)))
    .map((name) => parameters[name] ?? "");

/** Values by the filter's name. */
export const filtersOf = (parameters: Parameters): ReadonlyMap<string, readonly string[]> =>
  new Map(
    Object.keys(parameters).flatMap((name) => {
      const at = /^(Filter\.\d+)\.Name$/.exec(name)?.[1];
      return at === undefined
        ? []
        : [[parameters[name] ?? "", listedParameters(parameters, `${at}.Value`)] as const];
    }),
  );

/** Those of the first thing that is to be made. */
export const tagsOfParameters = (parameters: Parameters): Record<string, string> =>
  Object.fromEntries(
    Object.keys(parameters).flatMap((name) => {
      const at = /^(TagSpecification\.1\.Tag\.\d+)\.Key$/.exec(name)?.[1];
      return at === undefined ? [] : [[parameters[name] ?? "", parameters[`${at}.Value`] ?? ""]];
    }),
  );
