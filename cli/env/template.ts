/** The template of an environment: a file, or what the CDK wrote into its output folder. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { isFields } from "../../sdk/fields.ts";

/** What a request may carry: bytes. A larger template has to lie in a bucket. */
const mostBytes = 51_200;

/** What the CDK publishes beside a template: a template alone does not find it. */
function assetsOf(folder: string, file: string): readonly string[] {
  const manifest = join(folder, file.replace(/\.template\.json$/, ".assets.json"));
  if (!file.endsWith(".template.json") || !existsSync(manifest)) return [];
  const { files = {}, dockerImages = {} } = JSON.parse(readFileSync(manifest, "utf8"));
  const others = Object.values(files).filter(
    (asset) => !(isFields(asset) && isFields(asset.source) && asset.source.path === file),
  );
  return [...others, ...Object.values(dockerImages)].map((asset) =>
    isFields(asset) && typeof asset.displayName === "string" ? asset.displayName : "an asset",
  );
}

/** @throws {UsageError} where the folder has none, or several */
function inFolder(folder: string): string {
  const templates = readdirSync(folder).filter((file) => file.endsWith(".template.json"));
  const [file] = templates;
  if (file === undefined)
    throw new UsageError(
      `${folder} has no *.template.json: give a template, or the folder that \`cdk synth\` writes (cdk.out)`,
    );
  if (templates.length > 1)
    throw new UsageError(
      `${folder} has ${templates.length} templates: name one, like ${join(folder, file)}`,
    );
  return join(folder, file);
}

/** @throws {NotPossible} where it needs what only `cdk deploy` publishes */
function checkAssets(path: string, ttl: string): void {
  const assets = assetsOf(resolve(path, ".."), basename(path));
  if (!assets.length) return;
  throw new NotPossible(
    `${basename(path)} needs ${assets.length} assets that the CDK publishes before it deploys (${assets.slice(0, 3).join(", ")}): \`cdk deploy --tags nightshift:ttl=${ttl} --tags owner=…\` does both, and the environment ends all the same`,
  );
}

export interface TemplateFile {
  readonly body: string;
  /** What a stack of it is called, where nobody says otherwise. */
  readonly name: string;
}

/**
 * @param given a file, or a folder that holds one template
 * @throws {UsageError} where it cannot be read
 * @throws {NotPossible} where it is too large, or needs assets
 */
export function templateIn(given: string, ttl: string): TemplateFile {
  const there = resolve(given);
  if (!existsSync(there)) throw new UsageError(`the template ${given} does not exist`);
  const path = statSync(there).isDirectory() ? inFolder(there) : there;
  checkAssets(path, ttl);
  const body = readFileSync(path, "utf8");
  const bytes = Buffer.byteLength(body);
  if (bytes > mostBytes)
    throw new NotPossible(
      `${given} has ${bytes} bytes, and CloudFormation takes ${mostBytes} in a request: \`aws cloudformation deploy --template-file ${given} --stack-name … --s3-bucket … --tags nightshift:ttl=${ttl} owner=…\` puts it into a bucket first, and the environment ends all the same`,
    );
  if (!body.trim()) throw new UsageError(`the template ${given} is empty`);
  return { body, name: nameOf(path) };
}

/** A name that CloudFormation takes, made of the file's. */
function nameOf(path: string): string {
  const name = basename(path)
    .replace(/\.(template\.)?(json|ya?ml|template)$/, "")
    .split(/[^A-Za-z0-9]/)
    .filter(Boolean)
    .join("-")
    .replace(/^[^A-Za-z]+/, "")
    .slice(0, 100);
  return name || "environment";
}
