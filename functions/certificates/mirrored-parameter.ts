/**
 * What the parameter holds that `mirror-certificates` keeps at a secret, by its description, which is
 * put with the value: a look decrypts nothing.
 */
import type { ParameterMetadata } from "@aws-sdk/client-ssm";
import { describeParameters } from "../../aws/ssm/parameter.ts";
import type { Reader } from "../../sdk/unit.ts";
import type { ChainPlace } from "./mirror-certificates/config.ts";

/** What a parameter holds, by its description. */
export interface Mirrored {
  /** `null` where nobody of ours put what it holds now. */
  readonly serial: string | null;
  readonly chain: ChainPlace | null;
}

const described =
  /^nightshift: certificate ([0-9A-F]{1,64}), its chain (within|beside), put as version (\d{1,15})$/;

/** The description of what is put. */
export const mirroredWords = (
  { serial, chain }: { readonly serial: string; readonly chain: ChainPlace },
  version: number,
): string => `nightshift: certificate ${serial}, its chain ${chain}, put as version ${version}`;

/**
 * Who overwrites a parameter by hand leaves its description there: then it names another version
 * than the one that there is.
 */
export function mirroredIn({ Description = "", Version }: ParameterMetadata): Mirrored {
  const [, serial = null, chain, version] = described.exec(Description) ?? [];
  if (Number(version) !== Version) return { serial: null, chain: null };
  return { serial, chain: chain === "beside" ? "beside" : "within" };
}

/** The parameter of a secret has its name, with a slash before it. */
export const parameterOf = ({ secret }: { readonly secret: string }): string => `/${secret}`;

export const byName = (name: string) => ({
  ParameterFilters: [{ Key: "Name", Option: "Equals", Values: [name] }],
});

/** @returns nothing where there is none */
export async function parameterNamed(
  read: Reader<readonly [typeof describeParameters]>,
  name: string,
): Promise<ParameterMetadata | undefined> {
  for await (const found of read(describeParameters(byName(name))))
    if (found.Name === name) return found;
  return undefined;
}
