/**
 * Functions of Lambda as files: for each what it is, what makes it again by `create-function`, and its
 * code, checked against the hash that Lambda says; of functions made from images the image and its
 * digest. Layers of the account's own are written once a set. Values of environments are often
 * secrets: they are written only where their file will be encrypted by a key of one's own.
 */
import { createHash } from "node:crypto";
import type { Download } from "../../../aws/lambda/code-download.ts";
import {
  functionsPage,
  functionWithCode,
  layerWithCode,
} from "../../../aws/lambda/function-code.ts";
import { headObject, putObject } from "../../../aws/s3/file-bucket.ts";
import { composedWrite, type UsePart } from "../../../sdk/composed.ts";
import { creationOf, variablesOf } from "./code-creation.ts";
import {
  jsonText,
  putSetFile,
  removeFiles,
  sha256,
  type WrittenPart,
  withoutThem,
} from "./files.ts";
import type { FilePart } from "./parameters.ts";
import { inBucket } from "./place.ts";

/** One after the other, for the code of one is in memory: some minutes where each is large. */
const functionsAStep = 20;

/** What is larger comes by S3 alone, and would not fit into memory beside what sends it. */
const mostBytes = 64 * 1024 * 1024;

const listFunctions = functionsPage();
const getFunction = functionWithCode();
const getLayerVersion = layerWithCode();
const parts = [listFunctions, getFunction, getLayerVersion, headObject, putObject] as const;
type Use = UsePart<typeof parts>;

/** Names differ by capitals alone, and disks of people do not tell those apart. */
const fileName = (kind: string, name: string, id: string): string =>
  `${kind}.${name}.${sha256(id).slice(0, 8)}`;

/** What Lambda hands out, and says of it. */
interface HandedOut {
  readonly download?: Download | undefined;
  readonly CodeSha256?: string | undefined;
  readonly CodeSize?: number | undefined;
}

/** Where its code is, or why it is nowhere. */
interface KeptCode {
  readonly file?: string;
  readonly leftOut?: string;
}

/** @throws where what is handed out is not what Lambda says it is */
async function checked(download: Download, { CodeSha256 }: HandedOut): Promise<Buffer> {
  const content = await download(mostBytes);
  if (createHash("sha256").update(content).digest("base64") === CodeSha256) return content;
  throw new Error("the code that Lambda handed out is not what it says it is");
}

async function putCode(
  use: Use,
  asked: FilePart,
  { name, ...handed }: HandedOut & { readonly name: string },
): Promise<KeptCode> {
  const { download, CodeSize = 0 } = handed;
  if (!download) return { leftOut: "Lambda hands out no code of it" };
  if (CodeSize > mostBytes)
    return { leftOut: `it has ${CodeSize} bytes: more than ${mostBytes} are not written` };
  await putSetFile(use, asked, { name, content: await checked(download, handed) });
  return { file: name };
}

/** Written by this set already, by this step or another. */
async function isThere(use: Use, asked: FilePart, name: string): Promise<boolean> {
  const head = await use(headObject({ ...inBucket(asked), Key: asked.folder + name }));
  return head?.Metadata?.action === asked.action;
}

const layerArn = /^arn:[^:]+:lambda:([^:]+):(\d+):layer:([^:]+):(\d+)$/;

/** @returns why there is no file of it, where it is another account's, which is no fault */
async function putLayer(use: Use, asked: FilePart, arn: string): Promise<KeptCode> {
  const [, , account, LayerName = "", version = ""] = layerArn.exec(arn) ?? [];
  if (account !== asked.owner) return {};
  const name = `${fileName("layer", `${LayerName}.${version}`, arn)}.zip`;
  if (await isThere(use, asked, name)) return { file: name };
  const found = await use(getLayerVersion({ LayerName, VersionNumber: Number(version) }));
  if (!found) return { leftOut: "it was deleted, and this function goes on with it" };
  return putCode(use, asked, { name, download: found.download, ...found.Content });
}

interface WrittenFunction {
  readonly keys: readonly string[];
  readonly leftOut: boolean;
}

/** @returns nothing of one that was deleted since it was listed */
async function writeFunction(
  use: Use,
  asked: FilePart,
  FunctionName: string,
): Promise<WrittenFunction | undefined> {
  const found = await use(getFunction({ FunctionName }));
  const { Configuration, Code, Tags, Concurrency, download } = found ?? {};
  if (!found || !Configuration) return undefined;
  const { Environment: _, ...configuration } = Configuration;
  const name = fileName("function", FunctionName, FunctionName);
  const isImage = Configuration.PackageType === "Image";
  const handed = { download, ...configuration, name: `${name}.zip` };
  const code = isImage ? {} : await putCode(use, asked, handed);
  const layers: (KeptCode & { readonly Arn: string })[] = [];
  for (const { Arn = "" } of configuration.Layers ?? [])
    layers.push({ Arn, ...(await putLayer(use, asked, Arn)) });
  const environment = variablesOf(Configuration, asked.key !== undefined);
  const create = { name: `${name}.create.json`, content: jsonText(creationOf(found, environment)) };
  const own = {
    ...{ Configuration: configuration, Code, Tags, Concurrency, environment, code, layers },
    create: create.name,
  };
  const described = { name: `${name}.function.json`, content: jsonText(own) };
  const files = [code, ...layers].flatMap(({ file }) => file ?? []);
  const keys = files.map((file) => asked.folder + file);
  for (const file of [described, create]) keys.push(await putSetFile(use, asked, file));
  const all = [environment, code, ...layers];
  return { keys, leftOut: all.some((each) => each?.leftOut !== undefined) };
}

/** Writes the files of some functions. */
export const writeCode = composedWrite("files:WriteCode", {
  parts,
  async does(asked: FilePart, use): Promise<WrittenPart> {
    const { Functions = [], NextMarker } = await use(
      listFunctions({
        MaxItems: functionsAStep,
        ...(asked.after !== null && { Marker: asked.after }),
      }),
    );
    const written: WrittenFunction[] = [];
    for (const { FunctionName } of Functions) {
      const one = FunctionName && (await writeFunction(use, asked, FunctionName));
      if (one) written.push(one);
    }
    return {
      keys: [...new Set(written.flatMap(({ keys }) => keys))],
      next: NextMarker || null,
      things: written.length,
      leftOut: written.filter(({ leftOut }) => leftOut).length,
    };
  },
  inverse: [removeFiles, (asked, written) => withoutThem(asked, written)],
});
