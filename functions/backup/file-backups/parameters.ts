/**
 * Parameters of Systems Manager as files of some hundreds each. What is read of them passes from one
 * request to the next and into the file, and is remembered nowhere. A SecureString is decrypted only
 * where its file will be encrypted by a key of one's own.
 */
import type { Parameter, ParameterMetadata } from "@aws-sdk/client-ssm";
import { putObject } from "../../../aws/s3/file-bucket.ts";
import { mostNames } from "../../../aws/ssm/parameter.ts";
import { parametersPage, parameterValues } from "../../../aws/ssm/parameter-backup.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { composedWrite, type UsePart } from "../../../sdk/composed.ts";
import {
  type FileSet,
  jsonText,
  putSetFile,
  removeFiles,
  type WrittenPart,
  withoutThem,
} from "./files.ts";

/** One step's part. */
export interface FilePart extends FileSet {
  /** From 1. */
  readonly part: number;
  /** Where the step before ended; `null` in the first. */
  readonly after: string | null;
}

/** Of `DescribeParameters`. */
const pageSize = 50;
/** Some 4 MB where each is as large as a parameter can be. */
const pagesAStep = 10;

const describeParameters = parametersPage();
const getParameters = parameterValues();
const parts = [describeParameters, getParameters, putObject] as const;
type Use = UsePart<typeof parts>;

interface Described {
  readonly all: readonly ParameterMetadata[];
  readonly next: string | null;
}

async function described(use: Use, after: string | null): Promise<Described> {
  const all: ParameterMetadata[] = [];
  let next = after;
  for (let page = 0; page < pagesAStep; page += 1) {
    const answer = await use(
      describeParameters({ MaxResults: pageSize, ...(next !== null && { NextToken: next }) }),
    );
    all.push(...(answer.Parameters ?? []));
    next = answer.NextToken || null;
    if (next === null) break;
  }
  return { all, next };
}

/** One that was deleted since it was listed is in no answer. */
async function valuesOf(
  use: Use,
  names: readonly string[],
  WithDecryption: boolean,
): Promise<Parameter[]> {
  const found: Parameter[] = [];
  for (const some of chunks(names, mostNames)) {
    const asked = { Names: [...some], ...(WithDecryption && { WithDecryption }) };
    found.push(...((await use(getParameters(asked))).Parameters ?? []));
  }
  return found;
}

/** As `PutParameter` takes it, so that it can be put again as it stands. */
function entry(of: ParameterMetadata, value: string | undefined) {
  const { Name, Type, KeyId, Description, AllowedPattern, Tier, DataType, Policies } = of;
  const input = { Name, Type, KeyId, Description, AllowedPattern, Tier, DataType };
  const policies = (Policies ?? []).flatMap(({ PolicyText }) => PolicyText ?? []);
  return {
    ...input,
    ...(policies.length && { Policies: `[${policies.join(",")}]` }),
    ...(value === undefined
      ? { leftOut: "a SecureString: no key is named for it" }
      : { Value: value }),
    was: { version: of.Version, modified: of.LastModifiedDate },
  };
}

const isSecret = ({ Type }: ParameterMetadata): boolean => Type === "SecureString";
const nameOf = ({ Name = "" }: ParameterMetadata): string => Name;

/** Writes some hundred parameters to one file. */
export const writeParameters = composedWrite("files:WriteParameters", {
  parts,
  async does(asked: FilePart, use): Promise<WrittenPart> {
    const { all, next } = await described(use, asked.after);
    const plain = all.filter((each) => !isSecret(each)).map(nameOf);
    const secret = all.filter(isSecret).map(nameOf);
    const opened = asked.key === undefined ? [] : await valuesOf(use, secret, true);
    const values = new Map(
      [...(await valuesOf(use, plain, false)), ...opened].map(({ Name, Value }) => [Name, Value]),
    );
    // Between two requests a parameter may be deleted, or become a secret: what is not plain is not taken for it.
    const kept = all.filter(
      (each) => values.has(each.Name) || (isSecret(each) && asked.key === undefined),
    );
    const entries = kept.map((each) => entry(each, values.get(each.Name)));
    if (!entries.length && asked.part > 1) return { keys: [], next, things: 0, leftOut: 0 };
    const name = `parameters-${String(asked.part).padStart(4, "0")}.json`;
    const content = jsonText({ parameters: entries });
    const leftOut = kept.length - kept.filter(({ Name }) => values.has(Name)).length;
    return {
      keys: [await putSetFile(use, asked, { name, content })],
      ...{ next, things: kept.length, leftOut },
    };
  },
  inverse: [removeFiles, (asked, written) => withoutThem(asked, written)],
});
