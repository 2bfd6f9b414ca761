/**
 * Stacks of CloudFormation as files: one says what the stack is, one is its template as it was handed
 * in, another as macros left it where that differs, and one what makes it again by `create-stack`.
 * Values that a template hides (`NoEcho`) AWS gives to nobody: they are named, and left out.
 */
import type { Stack } from "@aws-sdk/client-cloudformation";
import { stackPolicy, stacksPage, stackTemplate } from "../../../aws/cloudformation/template.ts";
import { putObject } from "../../../aws/s3/file-bucket.ts";
import { composedWrite, type UsePart } from "../../../sdk/composed.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import {
  jsonText,
  type NewFile,
  putSetFile,
  removeFiles,
  tagsOfPeople,
  type WrittenPart,
  withoutThem,
} from "./files.ts";
import type { FilePart } from "./parameters.ts";

const describeStacks = stacksPage();
const getTemplate = stackTemplate();
const getStackPolicy = stackPolicy();
const parts = [describeStacks, getTemplate, getStackPolicy, putObject] as const;
type Use = UsePart<typeof parts>;

/** One that is only reviewed was never made, and has no template yet. */
const isMade = ({ StackStatus }: Stack): boolean =>
  StackStatus !== "REVIEW_IN_PROGRESS" && StackStatus !== "DELETE_COMPLETE";

/**
 * With these CloudFormation answers instead of a value that is hidden. A value that is these itself
 * cannot be told apart, and is taken for one.
 */
const isHidden = (value: string | undefined): boolean => value === "****";

/** By name for people; by id, for a name may be another stack's an hour later. */
function fileNameOf({ StackName = "", StackId = "" }: Stack): string {
  return `${StackName}.${StackId.split("/").at(-1)}`;
}

/** What a stack is made again from, by `create-stack --cli-input-json`. */
function creation(stack: Stack, policy: string | undefined) {
  const { Parameters = [], RollbackConfiguration, DisableRollback, TimeoutInMinutes } = stack;
  const { StackName, NotificationARNs, Capabilities, RoleARN, Tags } = stack;
  return {
    ...{ StackName, Capabilities, RoleARN, NotificationARNs, TimeoutInMinutes, DisableRollback },
    RollbackConfiguration,
    EnableTerminationProtection: stack.EnableTerminationProtection,
    Parameters: Parameters.filter(({ ParameterValue }) => !isHidden(ParameterValue)).map(
      ({ ParameterKey, ParameterValue }) => ({ ParameterKey, ParameterValue }),
    ),
    Tags: tagsOfPeople(Tags),
    StackPolicyBody: policy,
  };
}

interface StackFiles {
  readonly files: readonly NewFile[];
  readonly hidden: number;
}

/** @returns nothing of a stack that is gone since it was listed, and whose template is too */
async function filesOfStack(use: Use, stack: Stack): Promise<StackFiles | undefined> {
  const StackName = stack.StackId;
  const original = await use(getTemplate({ StackName, TemplateStage: "Original" }));
  const processed = await use(getTemplate({ StackName, TemplateStage: "Processed" }));
  const policy = await use(getStackPolicy({ StackName }));
  if (original?.TemplateBody === undefined || !policy) return undefined;
  const name = fileNameOf(stack);
  const body = processed?.TemplateBody;
  const isOther = body !== undefined && body !== original.TemplateBody;
  const hidden = (stack.Parameters ?? []).filter(({ ParameterValue }) => isHidden(ParameterValue));
  const templates = [
    { name: `${name}.original.template`, content: original.TemplateBody },
    ...(isOther ? [{ name: `${name}.processed.template`, content: body }] : []),
  ];
  // What a parent makes is not made by itself.
  const isNested = stack.ParentId !== undefined;
  const creates = isNested
    ? []
    : [
        {
          name: `${name}.create.json`,
          content: jsonText(creation(stack, policy.StackPolicyBody)),
        },
      ];
  const own = {
    Stack: stack,
    StackPolicyBody: policy.StackPolicyBody,
    hidden: hidden.map(({ ParameterKey }) => ParameterKey),
    files: [...templates, ...creates].map((each) => each.name),
  };
  const described = { name: `${name}.stack.json`, content: jsonText(own) };
  return { files: [described, ...templates, ...creates], hidden: hidden.length };
}

/** So many stacks are asked about at once: two megabytes each at most. */
const together = 4;

/** Writes the files of a page of stacks. */
export const writeTemplates = composedWrite("files:WriteTemplates", {
  parts,
  async does(asked: FilePart, use): Promise<WrittenPart> {
    const { Stacks = [], NextToken } = await use(
      describeStacks(asked.after === null ? {} : { NextToken: asked.after }),
    );
    const written = await concurrently(
      Stacks.filter(isMade),
      async (stack) => {
        const found = await filesOfStack(use, stack);
        const keys: string[] = [];
        for (const file of found?.files ?? []) keys.push(await putSetFile(use, asked, file));
        return { keys, hidden: found?.hidden ?? 0 };
      },
      { concurrency: together },
    );
    return {
      keys: written.flatMap(({ keys }) => keys),
      next: NextToken || null,
      things: written.filter(({ keys }) => keys.length).length,
      leftOut: written.reduce((sum, { hidden }) => sum + hidden, 0),
    };
  },
  inverse: [removeFiles, (asked, written) => withoutThem(asked, written)],
});
