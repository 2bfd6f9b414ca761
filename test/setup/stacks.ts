/**
 * CloudFormation as the command line asks it, in memory: the embedded AWS lacks what it takes to
 * make stacks.
 */
import type { Answer, Call } from "../cli/real.ts";

export interface StackThere {
  readonly name: string;
  readonly region?: string;
  /** The value of the tag `nightshift:deployment`; absent: it has none. */
  readonly deployment?: string;
  /** Names of the functions in it. */
  readonly functions?: readonly string[];
  /** As CloudFormation says it; made where absent. */
  readonly status?: string;
  /** Names of the tables in it. */
  readonly tables?: readonly string[];
  /** Names of the roles in it. */
  readonly roles?: readonly string[];
  /** What its template says of itself. */
  readonly metadata?: object;
}

const xml = (operation: string, result: string): Answer => ({
  headers: { "content-type": "text/xml" },
  body: `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`,
});
const failed = (code: string, message: string): Answer => ({
  status: code === "AccessDenied" ? 403 : 400,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});
export const deniedXml = (operation: string): Answer =>
  failed("AccessDenied", `not authorized to perform ${operation}`);

const described = ({ name, deployment, status }: StackThere, otherwise: string): string =>
  `<member><StackName>${name}</StackName><StackId>${name}</StackId><StackStatus>${status ?? otherwise}</StackStatus><CreationTime>2026-11-21T02:00:00Z</CreationTime><Tags>${
    deployment === undefined
      ? ""
      : `<member><Key>nightshift:deployment</Key><Value>${deployment}</Value></member>`
  }</Tags></member>`;

const resource =
  (type: string) =>
  (name: string): string =>
    `<member><LogicalResourceId>${name.replaceAll("-", "")}</LogicalResourceId><PhysicalResourceId>${name}</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`;

const resourcesOf = ({
  functions = [],
  roles = [],
  tables = [],
}: Partial<StackThere> = {}): string[] => [
  ...functions.map(resource("AWS::Lambda::Function")),
  ...roles.map(resource("AWS::IAM::Role")),
  ...tables.map(resource("AWS::DynamoDB::GlobalTable")),
];

/** Stacks that are there, in a few regions. Deleting asks that the protection is off, as AWS does. */
export function formation(stacks: StackThere[], home = "eu-central-1") {
  const unprotected = new Set<string>();
  const deleted: string[] = [];
  const regions = [home, "us-east-1", "eu-west-1", "ap-south-1"];
  const answers: Record<string, (stack: StackThere | undefined, call: Call) => Answer> = {
    DescribeStacks: (stack, { region, text }) => {
      const name = new URLSearchParams(text).get("StackName");
      const all = name === null ? stacks.filter((each) => (each.region ?? home) === region) : [];
      const named = name === null ? [] : [stack ?? { name }];
      const status = stack || name === null ? "CREATE_COMPLETE" : "DELETE_COMPLETE";
      const members = [...all, ...named].map((each) => described(each, status));
      return xml("DescribeStacks", `<Stacks>${members.join("")}</Stacks>`);
    },
    ListStackResources: (stack) =>
      xml(
        "ListStackResources",
        `<StackResourceSummaries>${resourcesOf(stack).join("")}</StackResourceSummaries>`,
      ),
    GetTemplateSummary: (stack) =>
      xml(
        "GetTemplateSummary",
        stack?.metadata
          ? `<Metadata>${JSON.stringify(stack.metadata).replaceAll('"', "&quot;")}</Metadata>`
          : "",
      ),
    UpdateTerminationProtection: (stack) => {
      if (stack) unprotected.add(stack.name);
      return xml("UpdateTerminationProtection", `<StackId>${stack?.name}</StackId>`);
    },
    DeleteStack: (stack) => {
      if (!stack) return xml("DeleteStack", "");
      if (!unprotected.has(stack.name))
        return failed("ValidationError", "TerminationProtection is enabled");
      stacks.splice(stacks.indexOf(stack), 1);
      deleted.push(stack.name);
      return xml("DeleteStack", "");
    },
  };
  const answer = (call: Call): Answer | undefined => {
    if (call.operation === "DescribeRegions")
      return {
        headers: { "content-type": "text/xml" },
        body: `<DescribeRegionsResponse><regionInfo>${regions
          .map((name) => `<item><regionName>${name}</regionName></item>`)
          .join("")}</regionInfo></DescribeRegionsResponse>`,
      };
    if (call.service !== "cloudformation") return undefined;
    const name = new URLSearchParams(call.text).get("StackName");
    const stack = stacks.find(
      (each) => each.name === name && (each.region ?? home) === call.region,
    );
    return answers[call.operation]?.(stack, call);
  };
  return { answer, deleted };
}
