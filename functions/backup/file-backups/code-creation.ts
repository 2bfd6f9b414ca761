/** What a function is made again from, without what Lambda says of it for its own sake. */
import type { FunctionConfiguration, GetFunctionResponse } from "@aws-sdk/client-lambda";
import { tagsOfPeople } from "./files.ts";

/** The names of its variables, and their values where they may be written. */
export interface KeptEnvironment {
  readonly names?: readonly string[];
  readonly Variables?: Readonly<Record<string, string>>;
  /** Why its values are not there. */
  readonly leftOut?: string;
}

/**
 * @param isEncrypted whether the file will be, by a key of one's own
 * @returns nothing of a function that has none
 */
export function variablesOf(
  { Environment }: FunctionConfiguration,
  isEncrypted: boolean,
): KeptEnvironment | undefined {
  const { Variables = {}, Error: refused } = Environment ?? {};
  if (refused) return { leftOut: `Lambda does not show its values: ${refused.ErrorCode}` };
  const names = Object.keys(Variables);
  if (!names.length) return undefined;
  return isEncrypted ? { names, Variables } : { names, leftOut: "no key is named for its values" };
}

type Without = Readonly<Record<string, unknown>>;

/** AWS answers what is not set by nothing, or by an empty text, which it does not take. */
const set = (input: Without): Without =>
  Object.fromEntries(
    Object.entries(input).filter(
      ([, value]) => value !== undefined && value !== null && value !== "",
    ),
  );

/** As `create-function --cli-input-json` takes it; its code comes beside it, but for an image's. */
export function creationOf(
  { Configuration = {}, Code, Tags = {} }: GetFunctionResponse,
  environment: KeptEnvironment | undefined,
): Without {
  const { FunctionName, Runtime, Role, Handler, Description, Timeout, MemorySize } = Configuration;
  const { PackageType, DeadLetterConfig, KMSKeyArn, Architectures, EphemeralStorage } =
    Configuration;
  const { VpcConfig, TracingConfig, FileSystemConfigs, LoggingConfig } = Configuration;
  const { SnapStart, Layers, ImageConfigResponse } = Configuration;
  const { SubnetIds, SecurityGroupIds, Ipv6AllowedForDualStack } = VpcConfig ?? {};
  const isImage = PackageType === "Image";
  const own = tagsOfPeople(Object.entries(Tags).map(([Key, Value]) => ({ Key, Value })));
  return set({
    ...{ FunctionName, Role, Description, Timeout, MemorySize, PackageType, Architectures },
    ...(isImage
      ? {
          Code: { ImageUri: Code?.ResolvedImageUri ?? Code?.ImageUri },
          ImageConfig: ImageConfigResponse?.ImageConfig,
        }
      : { Runtime, Handler, Layers: Layers?.map(({ Arn }) => Arn) }),
    ...{ DeadLetterConfig, KMSKeyArn, TracingConfig, FileSystemConfigs, EphemeralStorage },
    ...{ LoggingConfig, SnapStart: SnapStart?.ApplyOn && { ApplyOn: SnapStart.ApplyOn } },
    VpcConfig: SubnetIds?.length
      ? set({ SubnetIds, SecurityGroupIds, Ipv6AllowedForDualStack })
      : undefined,
    Environment: environment?.Variables && { Variables: environment.Variables },
    Tags: Object.fromEntries(own.map(({ Key = "", Value = "" }) => [Key, Value])),
  });
}
