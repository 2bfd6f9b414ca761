/** How files that were fetched are put to use: by commands that are printed, and what to know before. */
import type { FileKind } from "../../functions/backup/file-backups/config.ts";
import type { FileManifest } from "../../functions/backup/file-backups/manifest.ts";
import { count } from "../../sdk/counted.ts";
import { quoted } from "../io/words.ts";

/** What a set holds, by kind. */
interface KindUse {
  /** One of them. */
  readonly thing: string;
  /** What of them is not in the set: one, several, and why. */
  readonly leftOut?: readonly [one: string, many: string, why: string];
  readonly note: string;
  /** In the order that they are to be given. */
  next(region: string, paths: readonly string[]): string[];
}

const file = (path: string): string => quoted(`file://${path}`);
const fileBytes = (path: string): string => quoted(`fileb://${path}`);
const ending = (paths: readonly string[], end: string): string[] =>
  paths.filter((path) => path.endsWith(end));

/** `layer.NAME.VERSION.HASH.zip`: no name of a layer has a dot. */
const layerOf = (path: string): string | undefined => /\/layer\.([^./]+)\.\d+\./.exec(path)?.[1];

const uses: Readonly<Record<FileKind, KindUse>> = {
  zones: {
    thing: "zone",
    note: "ZONE is the zone to import into; each file's name begins with the id that it had. Make it first where it is gone, and point the domain at its servers. What has the name and type of a record is replaced",
    next: (_, paths) =>
      paths
        .filter((path) => path.includes(".import-"))
        .map(
          (path) =>
            `aws route53 change-resource-record-sets --hosted-zone-id ZONE --change-batch ${file(path)}`,
        ),
  },
  parameters: {
    thing: "parameter",
    leftOut: ["value of SecureStrings", "values of SecureStrings", "the settings named no key"],
    note: "a parameter whose name is taken stays as it is: `--overwrite` would replace it",
    next: (region, paths) =>
      paths.map(
        (path) =>
          `jq -c '.parameters[] | select(.Value) | del(.was)' ${quoted(path)} | while read -r one; do aws ssm put-parameter --region ${region} --cli-input-json "$one"; done`,
      ),
  },
  templates: {
    thing: "stack",
    leftOut: [
      "hidden value of parameters",
      "hidden values of parameters",
      "CloudFormation gives a NoEcho value to nobody: add it to the stack's file `….create.json`",
    ],
    note: "a stack whose name is taken stays as it is; `update-stack` with the same options would bring its template back. A template of more than 51,200 bytes is uploaded to a bucket first, and named by --template-url. What a nested stack is, its parent's template says",
    next: (region, paths) =>
      ending(paths, ".create.json").map((path) => {
        const template = path.replace(/\.create\.json$/, ".original.template");
        return `aws cloudformation create-stack --region ${region} --cli-input-json ${file(path)} --template-body ${file(template)}`;
      }),
  },
  code: {
    thing: "function",
    leftOut: [
      "function has something",
      "functions have something",
      "the file `….function.json` of each says by `leftOut` what: values of its environment, for which the settings named no key, or code",
    ],
    note: "a function whose name is taken stays as it is: `update-function-code --zip-file` would replace its code. A layer that is published again has another version: correct it in the functions' files `….create.json`. Code of more than 50 MB is uploaded to a bucket first. Triggers, policies, aliases, older versions and addresses of functions are not in it",
    next: (region, paths) => [
      ...paths.flatMap((path) => {
        const layer = layerOf(path);
        return layer === undefined
          ? []
          : `aws lambda publish-layer-version --region ${region} --layer-name ${quoted(layer)} --zip-file ${fileBytes(path)}`;
      }),
      ...ending(paths, ".create.json").map((path) => {
        const zip = path.replace(/\.create\.json$/, ".zip");
        const code = paths.includes(zip) ? ` --zip-file ${fileBytes(zip)}` : "";
        return `aws lambda create-function --region ${region} --cli-input-json ${file(path)}${code}`;
      }),
    ],
  },
};

/** Commands for a shell, for what was fetched of a kind. */
export const useOfFiles = (about: FileKind, region: string, paths: readonly string[]): string[] =>
  uses[about].next(region, paths);

/** How many of what is in a set. */
export const thingsIn = (about: FileKind, { things }: FileManifest): string =>
  count(things, uses[about].thing);

/** What people must know before they fetch it. */
export function notesOn(about: FileKind, manifest: FileManifest): string[] {
  const { leftOut: [one, many, why] = ["thing", "things", "its files say why"], note } =
    uses[about];
  const { leftOut } = manifest;
  return leftOut ? [note, `${count(leftOut, one, many)} left out of it: ${why}`] : [note];
}
