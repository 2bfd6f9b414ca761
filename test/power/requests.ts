/**
 * What IAM is asked for by a call, read from what went over the wire and from nothing that we
 * declare: actions, the resources that its parameters name, and the context that AWS adds.
 * `made-for-us.ts` has what it entails beside that.
 */
import { actionInName } from "../../aws/dynamodb/throw-away.ts";
import { imageMaker } from "../../aws/ec2/image-backup.ts";
import { declaredNeeds } from "./declared.ts";
import { type PowerCall, requestTags } from "./recorder.ts";

export type Context = Readonly<Record<string, string | readonly string[]>>;

export interface Asked {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  /** The call that asks for it, as `service:Operation`; or who makes it for us. */
  readonly by: string;
  /** Our call that has another make one for us. */
  readonly entailedBy?: string;
}

/** What a call needs, before role and common context are added. */
export type Need = Pick<Asked, "action" | "resource"> & { readonly context?: Context };

export interface Where {
  readonly account: string;
  readonly tags: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

type Flat = Readonly<Record<string, string>>;
type Reading = (call: PowerCall, where: Where) => readonly Need[];

const flat = ({ parameters }: PowerCall): Flat => parameters as Flat;
const tagContext = (tags: Readonly<Record<string, string>> = {}): Context =>
  Object.fromEntries(
    Object.entries(tags).map(([name, value]) => [`aws:ResourceTag/${name}`, value]),
  );

const ec2 = (kind: string, id: string, { region }: PowerCall, { account, tags }: Where) => ({
  resource: `arn:aws:ec2:${region}:${account}:${kind}/${id}`,
  context: tagContext(tags.get(id)),
});
/** `InstanceId.1`, `InstanceId.2` … */
const listed = (call: PowerCall, name: string): string[] =>
  Object.entries(flat(call)).flatMap(([key, value]) =>
    key === name || key.startsWith(`${name}.`) ? [value] : [],
  );

const onInstances: Reading = (call, where) =>
  listed(call, "InstanceId").map((id) => ({
    action: `ec2:${call.operation}`,
    ...ec2("instance", id, call, where),
  }));
const onGroup = (call: PowerCall, where: Where): Need => ({
  action: `ec2:${call.operation}`,
  ...ec2("security-group", flat(call).GroupId ?? "", call, where),
});
/** By its name, or its ARN, which says all. */
const ecsService = (
  { cluster, name }: { readonly cluster: string; readonly name: string },
  { region }: PowerCall,
  account: string,
): string =>
  name.startsWith("arn:") ? name : `arn:aws:ecs:${region}:${account}:service/${cluster}/${name}`;
const onEverything: Reading = ({ service, operation }) => [
  { action: `${service}:${operation}`, resource: "*" },
];
const logGroup = (name: string, { region }: PowerCall, { account }: Where): string =>
  `arn:aws:logs:${region}:${account}:log-group:${name}`;
const onLogGroup: Reading = (call, where) => [
  {
    action: `logs:${call.operation}`,
    resource: logGroup(flat(call).logGroupName ?? "", call, where),
  },
];

/** Its ARN names no account. */
const onNobodys =
  (kind: string) =>
  (id: string, call: PowerCall, { tags }: Where): Need => ({
    action: `ec2:${call.operation}`,
    resource: `arn:aws:ec2:${call.region}::${kind}/${id}`,
    context: tagContext(tags.get(id)),
  });

/** What EC2 tags by id: where it is, by how its id begins. */
const taggable: Readonly<Record<string, (id: string, call: PowerCall, where: Where) => Need>> = {
  ami: onNobodys("image"),
  snap: onNobodys("snapshot"),
  vol: (id, call, where) => ({
    action: `ec2:${call.operation}`,
    ...ec2("volume", id, call, where),
  }),
};

/** What is deregistered and was there neither before nor after was made in between, by its one maker. */
const madeBetween = { "nightshift:unit": imageMaker };

const deregistered: Reading = (call, where) => {
  const { ImageId = "", DeleteAssociatedSnapshots } = flat(call);
  const context = tagContext(where.tags.get(ImageId) ?? madeBetween);
  const image = { ...onNobodys("image")(ImageId, call, where), context };
  // Its snapshots have the same tags, where a unit of ours made them.
  const resource = `arn:aws:ec2:${call.region}::snapshot/of-it`;
  return DeleteAssociatedSnapshots === "true"
    ? [image, { action: "ec2:DeleteSnapshot", resource, context }]
    : [image];
};

/** Tags are put on each thing, and taken off it: `ResourceId.1`, `Tag.1.Key` and its `.Value`. */
const onTagged: Reading = (call, where) => {
  const keys = Object.entries(flat(call)).flatMap(([name, value]) =>
    /^Tag\.\d+\.Key$/.test(name) ? [value] : [],
  );
  return listed(call, "ResourceId").map((id) => {
    const need = taggable[id.split("-")[0] ?? ""]?.(id, call, where);
    if (!need) throw new Error(`Nobody has said how IAM names ${id}.`);
    return { ...need, context: { ...need.context, "aws:TagKeys": keys } };
  });
};

/** Keys that EC2 uses for whoever copies: to read where the source lies, to write where the copy will. */
const keyUses = {
  source: ["CreateGrant", "Decrypt", "DescribeKey", "ReEncryptFrom"],
  copy: ["CreateGrant", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptTo"],
};

const copied: Reading = (call, { account }) => {
  const { SourceRegion = call.region, SourceSnapshotId = "" } = flat(call);
  const uses = (region: string, actions: readonly string[]): Need[] =>
    actions.map((action) => ({
      action: `kms:${action}`,
      resource: `arn:aws:kms:${region}:${account}:key/a1b2c3`,
      context: {
        "kms:ViaService": `ec2.${region}.amazonaws.com`,
        ...(action === "CreateGrant" && { "kms:GrantIsForAWSResource": "true" }),
      },
    }));
  return [
    {
      action: "ec2:CopySnapshot",
      resource: `arn:aws:ec2:${SourceRegion}::snapshot/${SourceSnapshotId}`,
    },
    ...madeAndTagged(call, `arn:aws:ec2:${call.region}::snapshot/*`),
    ...uses(SourceRegion, keyUses.source),
    ...uses(call.region, keyUses.copy),
  ];
};

const onVolume = (call: PowerCall, where: Where) =>
  ec2("volume", flat(call).VolumeId ?? "", call, where);

/** What does not exist yet, which AWS asks for as any, with the tags that it is made with. */
function madeAndTagged(call: PowerCall, resource: string): Need[] {
  const tags = Object.entries(requestTags(call.parameters)).map(
    ([name, value]) => [`aws:RequestTag/${name}`, value] as const,
  );
  const context = Object.fromEntries(tags);
  return [
    { action: `ec2:${call.operation}`, resource, context },
    {
      action: "ec2:CreateTags",
      resource,
      context: { ...context, "ec2:CreateAction": call.operation },
    },
  ];
}

const authorized: Reading = (call, where) => {
  const tagged = Object.entries(flat(call)).filter(([name]) =>
    name.startsWith("TagSpecification."),
  );
  if (!tagged.length) return [onGroup(call, where)];
  // The rules do not exist yet: AWS asks for any.
  const rule = `arn:aws:ec2:${call.region}:${where.account}:security-group-rule/*`;
  const keys = tagged.flatMap(([name, value]) => (name.endsWith(".Key") ? [value] : []));
  return [
    onGroup(call, where),
    {
      action: `ec2:${call.operation}`,
      resource: rule,
      context: { "aws:TagKeys": keys },
    },
    {
      action: "ec2:CreateTags",
      resource: rule,
      context: { "ec2:CreateAction": call.operation, "aws:TagKeys": keys },
    },
  ];
};

const attached: Reading = (call, where) => [
  ...onInstances(call, where),
  { action: `ec2:${call.operation}`, ...onVolume(call, where) },
];

/** What is made with it carries tags; the image is nobody's; the role is the profile's own. */
const started: Reading = (call, where) => {
  const said = flat(call);
  const { account } = where;
  const own = (kind: string) => `arn:aws:ec2:${call.region}:${account}:${kind}/*`;
  const named = (kind: string, id = "") => `arn:aws:ec2:${call.region}:${account}:${kind}/${id}`;
  const made = ["instance", "volume", "network-interface"].flatMap((kind) =>
    madeAndTagged(call, own(kind)),
  );
  const from = [
    `arn:aws:ec2:${call.region}::image/${said.ImageId}`,
    `arn:aws:ec2:${call.region}::snapshot/snap-0ofimage`,
    named("subnet", said["NetworkInterface.1.SubnetId"]),
    named("security-group", said["NetworkInterface.1.SecurityGroupId.1"]),
  ].map((resource) => ({ action: "ec2:RunInstances", resource }));
  const passed = {
    action: "iam:PassRole",
    resource: `arn:aws:iam::${account}:role/${said["IamInstanceProfile.Name"]}-role`,
    context: { "iam:PassedToService": "ec2.amazonaws.com" },
  };
  return [...made, ...from, passed];
};

const within = (body: string, element: string): string[] =>
  [...body.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(
    ([, text = ""]) => text,
  );
/** Route 53 tells IAM what is changed, names in small letters and without the dot at their end. */
const changeOfRecords = (body: string): Need => ({
  action: "route53:ChangeResourceRecordSets",
  resource: "arn:aws:route53:::hostedzone/Z0123456789",
  context: {
    "route53:ChangeResourceRecordSetsNormalizedRecordNames": within(body, "Name").map((name) =>
      name.toLowerCase().replace(/\.$/, ""),
    ),
    "route53:ChangeResourceRecordSetsRecordTypes": within(body, "Type"),
    "route53:ChangeResourceRecordSetsActions": within(body, "Action"),
  },
});

/** RDS makes grants of the keys of both regions for whoever copies. */
const copiedInRds: Reading = (call, { account }) => {
  const said = flat(call);
  const kind = call.operation === "CopyDBSnapshot" ? "DBSnapshot" : "DBClusterSnapshot";
  const type = kind === "DBSnapshot" ? "snapshot" : "cluster-snapshot";
  const source = said[`Source${kind}Identifier`] ?? "";
  const target = `arn:aws:rds:${call.region}:${account}:${type}:${said[`Target${kind}Identifier`]}`;
  const keys = [source.split(":")[3] ?? "", call.region].flatMap((region) =>
    ["CreateGrant", "DescribeKey"].map((action) => ({
      action: `kms:${action}`,
      resource: `arn:aws:kms:${region}:${account}:key/a1b2c3`,
      context: {
        "kms:ViaService": `rds.${region}.amazonaws.com`,
        ...(action === "CreateGrant" && { "kms:GrantIsForAWSResource": "true" }),
      },
    })),
  );
  return [
    { action: `rds:${call.operation}`, resource: source },
    { action: `rds:${call.operation}`, resource: target },
    { action: "rds:AddTagsToResource", resource: target },
    ...keys,
  ];
};

/** Which one its path says; AWS Backup's own, for of others IAM's data have no such ARN. */
const onRecoveryPoint: Reading = ({ operation, region }, { account }) => [
  {
    action: `backup:${operation}`,
    resource: `arn:aws:backup:${region}:${account}:recovery-point:a1b2c3`,
  },
];

const onQueue: Reading = (call, { account }) => [
  {
    action: `sqs:${call.operation}`,
    resource: `arn:aws:sqs:${call.region}:${account}:${flat(call).QueueUrl?.split("/").at(-1)}`,
  },
];

// DynamoDB says values as { S: "…" }.
interface Value {
  readonly S?: string;
}
type Values = Readonly<Record<string, Value>>;
interface Ledger {
  readonly TableName?: string;
  readonly Key?: Values;
  readonly Item?: Values;
  readonly KeyConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Flat;
  readonly ExpressionAttributeValues?: Values;
  readonly ReturnValues?: string;
  readonly TransactItems?: readonly Readonly<
    Record<"Put" | "Delete" | "Update" | "ConditionCheck", Ledger | undefined>
  >[];
}
interface Batch {
  readonly RequestItems: Readonly<
    Record<string, { readonly Keys: readonly NonNullable<Ledger["Key"]>[] }>
  >;
}
const inTransaction = {
  Put: "PutItem",
  Delete: "DeleteItem",
  Update: "UpdateItem",
  ConditionCheck: "ConditionCheckItem",
} as const;

/** The names of attributes that an expression is about. */
function attributes(
  { ExpressionAttributeNames: named = {} }: Ledger,
  ...expressions: readonly (string | undefined)[]
): string[] {
  const words = expressions.flatMap((text) => text?.match(/[#:]?\b\w+/g) ?? []);
  const functions = new Set([
    "SET",
    "ADD",
    "REMOVE",
    "DELETE",
    "AND",
    "OR",
    "NOT",
    "attribute_exists",
    "attribute_not_exists",
    "begins_with",
    "if_not_exists",
  ]);
  return words.flatMap((word) =>
    word.startsWith(":") || functions.has(word) ? [] : (named[word] ?? word),
  );
}

function leading(given: Ledger): string {
  const {
    Key,
    Item,
    KeyConditionExpression,
    ExpressionAttributeNames: named = {},
    ExpressionAttributeValues: values = {},
  } = given;
  const direct = Key?.pk?.S ?? Item?.pk?.S;
  if (direct) return direct;
  for (const [, left = "", right = ""] of KeyConditionExpression?.matchAll(/([#\w]+) = (:\w+)/g) ??
    [])
    if ((named[left] ?? left) === "pk" && values[right]?.S) return values[right].S;
  throw new Error(`No partition key in ${JSON.stringify(given)}`);
}

function onTable(
  operation: string,
  { region }: PowerCall,
  { account }: Where,
  given: Ledger,
): Need {
  return {
    action: `dynamodb:${operation}`,
    resource: `arn:aws:dynamodb:${region}:${account}:table/${given.TableName}`,
    context: {
      "dynamodb:LeadingKeys": [leading(given)],
      // A whole item touches all of its attributes; so does whatever reads one whole.
      ...(operation === "UpdateItem" && {
        "dynamodb:Attributes": [
          ...new Set([
            ...Object.keys(given.Key ?? {}),
            ...attributes(given, given.UpdateExpression, given.ConditionExpression),
          ]),
        ],
        ...(given.ReturnValues && { "dynamodb:ReturnValues": given.ReturnValues }),
      }),
    },
  };
}

/**
 * A transaction asks for what its parts ask for. AWS does not say whether it puts the keys of all
 * parts of a kind into one question, as it does for batches; so both must be allowed.
 */
const transaction: Reading = (call, where) => {
  const parts = ((call.parameters as Ledger).TransactItems ?? []).flatMap((item) =>
    (Object.keys(inTransaction) as (keyof typeof inTransaction)[]).flatMap((kind) => {
      const given = item[kind];
      return given ? [onTable(inTransaction[kind], call, where, given)] : [];
    }),
  );
  const together = [
    ...Map.groupBy(parts, ({ action, resource }) => `${action} ${resource}`).values(),
  ].flatMap(([first, ...rest]) =>
    first && rest.length
      ? [
          {
            ...first,
            context: {
              "dynamodb:LeadingKeys": [
                ...new Set(
                  [first, ...rest].flatMap(
                    ({ context }) => context?.["dynamodb:LeadingKeys"] ?? [],
                  ),
                ),
              ],
            },
          },
        ]
      : [],
  );
  return [...parts, ...together].map((need) => ({
    ...need,
    context: { ...need.context, "dynamodb:EnclosingOperation": "TransactWriteItems" },
  }));
};
/** A batch asks once, for the partitions of all of its keys. */
const batch: Reading = ({ operation, parameters, region }, { account }) =>
  Object.entries((parameters as Batch).RequestItems).map(([table, { Keys }]) => ({
    action: `dynamodb:${operation}`,
    resource: `arn:aws:dynamodb:${region}:${account}:table/${table}`,
    context: { "dynamodb:LeadingKeys": [...new Set(Keys.map((Key) => leading({ Key })))] },
  }));
/** A table that exists for a while holds no part of the ledger. */
const onThrowAway: Reading = ({ operation, region, parameters }, { account }) => [
  {
    action: `dynamodb:${operation}`,
    resource: `arn:aws:dynamodb:${region}:${account}:table/${(parameters as Ledger).TableName}`,
  },
];
const onItem: Reading = (call, where) => {
  const given = call.parameters as Ledger;
  if (actionInName(given.TableName ?? "")) return onThrowAway(call, where);
  return [onTable(call.operation, call, where, given)];
};

/** Secrets that are kept under a key of the account's own. */
const underKeyOfOurs = "nightshift/certificates/";

/** `NAME:7` names a version. Those that hold certificates are under a key of ours. */
const parameterWith =
  (...ofKey: readonly string[]): Reading =>
  (call, { account, tags }) => {
    const { Name = "", Type = "SecureString" } = flat(call);
    const [name = ""] = Name.replace(/^\//, "").split(":");
    const parameter = {
      action: `ssm:${call.operation}`,
      resource: `arn:aws:ssm:${call.region}:${account}:parameter/${name}`,
      context: tagContext(tags.get(`/${name}`)),
    };
    const isUnderKey = name.startsWith(underKeyOfOurs) && Type === "SecureString";
    const used = (isUnderKey ? ofKey : []).map((action) => ({
      action,
      resource: `arn:aws:kms:${call.region}:${account}:key/a1b2c3`,
      context: { "kms:ViaService": `ssm.${call.region}.amazonaws.com` },
    }));
    return [parameter, ...used];
  };

/** The bucket of the fixtures, in whose folder of ours all files lie. */
const fileBucket = ({ region }: PowerCall, { account }: Where): string =>
  `arn:aws:s3:::files-${account}-${region}`;

const onFileBucket =
  (action: string): Reading =>
  (call, where) => [{ action, resource: fileBucket(call, where) }];

/** The fixtures encrypt files by a key of the account's own. */
const onFile =
  (actions: readonly string[], ofKey: readonly string[] = []): Reading =>
  (call, where) => {
    const key = `arn:aws:kms:${call.region}:${where.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    return [
      ...actions.map((action) => ({
        action,
        resource: `${fileBucket(call, where)}/nightshift-files/a.json`,
      })),
      ...ofKey.map((action) => ({
        action,
        resource: key,
        context: { "kms:ViaService": `s3.${call.region}.amazonaws.com` },
      })),
    ];
  };

/** Who may not list its bucket is refused where a file is not there. */
const orNothing =
  (reading: Reading): Reading =>
  (call, where) => [...reading(call, where), ...onFileBucket("s3:ListBucket")(call, where)];

/** What is decrypted is under a key: AWS's own, or one of the account. */
const onParameters: Reading = (call, { account }) => {
  const { Names, WithDecryption = false } = call.parameters as {
    readonly Names: readonly string[];
    readonly WithDecryption?: boolean;
  };
  const decrypts = {
    action: "kms:Decrypt",
    resource: `arn:aws:kms:${call.region}:${account}:key/a1b2c3`,
    context: { "kms:ViaService": `ssm.${call.region}.amazonaws.com` },
  };
  const parameters = Names.map((name) => ({
    action: "ssm:GetParameters",
    resource: `arn:aws:ssm:${call.region}:${account}:parameter/${name.replace(/^\//, "")}`,
  }));
  return WithDecryption ? [...parameters, decrypts] : parameters;
};

/** Where none is named, AWS asks for any stack, as its refusals of a listing say. */
const onStack: Reading = (call, { account }) => [
  {
    action: `cloudformation:${call.operation}`,
    resource:
      flat(call).StackName ?? `arn:aws:cloudformation:${call.region}:${account}:stack/any/any`,
  },
];
/** The role that CloudFormation is handed. */
const deletedStack: Reading = (call, where) => {
  const { RoleARN: resource } = flat(call);
  const context = { "iam:PassedToService": "cloudformation.amazonaws.com" };
  return [
    ...onStack(call, where),
    ...(resource === undefined ? [] : [{ action: "iam:PassRole", resource, context }]),
  ];
};

const reads: Readonly<Record<string, Reading>> = {
  "ce:GetCostAndUsage": onEverything,
  "ce:GetCostForecast": onEverything,
  "ce:GetReservationCoverage": onEverything,
  "ce:GetReservationUtilization": onEverything,
  "ce:GetSavingsPlansCoverage": onEverything,
  "ce:GetSavingsPlansUtilizationDetails": onEverything,
  "cloudformation:DescribeStacks": onStack,
  "cloudformation:ListStackResources": onStack,
  "cloudformation:DeleteStack": deletedStack,
  "cloudwatch:DescribeAlarms": ({ region }, { account }) => [
    {
      action: "cloudwatch:DescribeAlarms",
      resource: `arn:aws:cloudwatch:${region}:${account}:alarm:*`,
    },
  ],
  "cloudwatch:GetMetricData": onEverything,
  "codepipeline:ListPipelineExecutions": (call, { account }) => [
    {
      action: "codepipeline:ListPipelineExecutions",
      resource: `arn:aws:codepipeline:${call.region}:${account}:${flat(call).pipelineName}`,
    },
  ],
  "dynamodb:BatchGetItem": batch,
  "dynamodb:DeleteItem": onItem,
  "dynamodb:DeleteTable": onThrowAway,
  "dynamodb:GetItem": onItem,
  "dynamodb:PutItem": onItem,
  "dynamodb:Query": onItem,
  "dynamodb:RestoreTableFromBackup": ({ operation, region, parameters }, { account }) => {
    const { BackupArn = "", TargetTableName } = parameters as Readonly<Record<string, string>>;
    const table = `arn:aws:dynamodb:${region}:${account}:table/${TargetTableName}`;
    return [BackupArn, table].map((resource) => ({ action: `dynamodb:${operation}`, resource }));
  },
  "dynamodb:Scan": onThrowAway,
  "dynamodb:TransactWriteItems": transaction,
  "dynamodb:UpdateItem": onItem,
  "ec2:AuthorizeSecurityGroupEgress": authorized,
  "ec2:AuthorizeSecurityGroupIngress": authorized,
  "ec2:CreateSecurityGroup": (call, where) => [
    { action: "ec2:CreateSecurityGroup", ...ec2("vpc", flat(call).VpcId ?? "", call, where) },
    ...madeAndTagged(call, `arn:aws:ec2:${call.region}:${where.account}:security-group/*`),
  ],
  "ec2:CopySnapshot": copied,
  "ec2:CreateSnapshot": (call, where) => [
    { action: "ec2:CreateSnapshot", ...onVolume(call, where) },
    ...madeAndTagged(call, `arn:aws:ec2:${call.region}::snapshot/*`),
  ],
  "ec2:CreateTags": onTagged,
  "ec2:DeleteTags": onTagged,
  "ec2:CreateVolume": (call, { account }) => [
    {
      action: "ec2:CreateVolume",
      resource: `arn:aws:ec2:${call.region}::snapshot/${flat(call).SnapshotId}`,
    },
    ...madeAndTagged(call, `arn:aws:ec2:${call.region}:${account}:volume/*`),
  ],
  "ec2:DeleteSnapshot": (call) => [
    {
      action: "ec2:DeleteSnapshot",
      resource: `arn:aws:ec2:${call.region}::snapshot/${flat(call).SnapshotId}`,
    },
  ],
  "ec2:DeleteVolume": (call, where) => [{ action: "ec2:DeleteVolume", ...onVolume(call, where) }],
  "ec2:DeregisterImage": deregistered,
  "ec2:DescribeSnapshots": onEverything,
  "ec2:DescribeVolumes": onEverything,
  "ec2:DescribeInstanceAttribute": onInstances,
  "ec2:DescribeInstanceTypes": onEverything,
  "ec2:DescribeInstances": onEverything,
  "ec2:DescribeSecurityGroupRules": onEverything,
  "ec2:DescribeSecurityGroups": onEverything,
  "ec2:GetManagedPrefixListEntries": (call, where) => [
    {
      action: "ec2:GetManagedPrefixListEntries",
      ...ec2("prefix-list", flat(call).PrefixListId ?? "", call, where),
    },
  ],
  "ec2:RevokeSecurityGroupIngress": (call, where) => [onGroup(call, where)],
  "ec2:TerminateInstances": onInstances,
  "ec2:AttachVolume": attached,
  "ec2:DetachVolume": attached,
  "ec2:RunInstances": started,
  "ec2:StartInstances": onInstances,
  "ec2:StopInstances": onInstances,
  "application-autoscaling:RegisterScalableTarget": (call, { account }) => {
    const { ServiceNamespace = "" } = flat(call);
    return [
      {
        action: "application-autoscaling:RegisterScalableTarget",
        resource: `arn:aws:application-autoscaling:${call.region}:${account}:scalable-target/1a2b`,
        context: { "application-autoscaling:service-namespace": ServiceNamespace },
      },
    ];
  },
  "ecs:DescribeServices": (call, { account }) => {
    const { cluster, services } = call.parameters as {
      cluster: string;
      services: readonly string[];
    };
    return services.map((name) => ({
      action: "ecs:DescribeServices",
      resource: ecsService({ cluster, name }, call, account),
    }));
  },
  "ecs:UpdateService": (call, { account }) => {
    const { cluster = "", service = "" } = flat(call);
    return [
      {
        action: "ecs:UpdateService",
        resource: ecsService({ cluster, name: service }, call, account),
      },
    ];
  },
  "kms:DescribeKey": (call, { account }) => [
    {
      action: "kms:DescribeKey",
      resource: `arn:aws:kms:${call.region}:${account}:key/${flat(call).KeyId}`,
    },
  ],
  "lambda:GetAlias": (call, { account }) => [
    {
      action: "lambda:GetAlias",
      resource: `arn:aws:lambda:${call.region}:${account}:function:${flat(call).FunctionName}`,
    },
  ],
  "lambda:InvokeFunction": (call, { account }) => [
    {
      action: "lambda:InvokeFunction",
      resource: `arn:aws:lambda:${call.region}:${account}:function:${flat(call).FunctionName}`,
    },
  ],
  "backup:DeleteRecoveryPoint": onRecoveryPoint,
  "backup:ListTags": onRecoveryPoint,
  "backup:StartCopyJob": (call) => {
    const { RecoveryPointArn = "", IamRoleArn = "" } = flat(call);
    return [
      { action: "backup:StartCopyJob", resource: RecoveryPointArn },
      {
        action: "iam:PassRole",
        resource: IamRoleArn,
        context: { "iam:PassedToService": "backup.amazonaws.com" },
      },
    ];
  },
  "backup:StartBackupJob": (call, { account }) => {
    const { BackupVaultName = "", IamRoleArn = "" } = flat(call);
    return [
      {
        action: "backup:StartBackupJob",
        resource: `arn:aws:backup:${call.region}:${account}:backup-vault:${BackupVaultName}`,
      },
      {
        action: "backup:TagResource",
        resource: `arn:aws:backup:${call.region}:${account}:recovery-point:a1b2c3`,
      },
      {
        action: "iam:PassRole",
        resource: IamRoleArn,
        context: { "iam:PassedToService": "backup.amazonaws.com" },
      },
    ];
  },
  "logs:DeleteRetentionPolicy": onLogGroup,
  "logs:DescribeLogGroups": onEverything,
  "logs:ListTagsForResource": (call) => [
    { action: "logs:ListTagsForResource", resource: flat(call).resourceArn ?? "" },
  ],
  "logs:PutRetentionPolicy": onLogGroup,
  "events:ListRules": onEverything,
  "route53:ChangeResourceRecordSets": (call) => [changeOfRecords(String(call.parameters))],
  "scheduler:CreateSchedule": (call, { account }) => [
    {
      action: "scheduler:CreateSchedule",
      resource: `arn:aws:scheduler:${call.region}:${account}:schedule/${flat(call).GroupName}/${flat(call).Name}`,
    },
    {
      action: "iam:PassRole",
      resource: (call.parameters as { Target: { RoleArn: string } }).Target.RoleArn,
      context: { "iam:PassedToService": "scheduler.amazonaws.com" },
    },
  ],
  "lambda:ListEventSourceMappings": onEverything,
  "scheduler:ListSchedules": onEverything,
  "sqs:GetQueueAttributes": onQueue,
  "sqs:GetQueueUrl": (call, { account }) => [
    {
      action: "sqs:GetQueueUrl",
      resource: `arn:aws:sqs:${call.region}:${account}:${flat(call).QueueName}`,
    },
  ],
  "sqs:SendMessage": onQueue,
  "sqs:ChangeMessageVisibility": onQueue,
  "secretsmanager:GetSecretValue": (call, { account }) => {
    const { SecretId = "" } = flat(call);
    const secret = {
      action: "secretsmanager:GetSecretValue",
      // Secrets Manager has added something of its own to the name.
      resource: SecretId.startsWith("arn:")
        ? SecretId
        : `arn:aws:secretsmanager:${call.region}:${account}:secret:${SecretId}-a1B2c3`,
    };
    if (!SecretId.includes(underKeyOfOurs)) return [secret];
    const decrypted = {
      action: "kms:Decrypt",
      resource: `arn:aws:kms:${call.region}:${account}:key/a1b2c3`,
      context: { "kms:ViaService": `secretsmanager.${call.region}.amazonaws.com` },
    };
    return [secret, decrypted];
  },
  "ses:POST /v2/email/outbound-emails": (call, { account }) => {
    const { FromEmailAddress: from } = call.parameters as { readonly FromEmailAddress: string };
    return [
      {
        action: "ses:SendEmail",
        resource: `arn:aws:ses:${call.region}:${account}:identity/${from}`,
        context: { "ses:FromAddress": from },
      },
    ];
  },
  "rds:CopyDBClusterSnapshot": copiedInRds,
  "rds:CopyDBSnapshot": copiedInRds,
  "rds:DescribeDBClusters": (call, { account }) => [
    {
      action: "rds:DescribeDBClusters",
      resource: `arn:aws:rds:${call.region}:${account}:cluster:${flat(call).DBClusterIdentifier}`,
    },
  ],
  "rds:DescribeDBInstances": (call, { account }) => [
    {
      action: "rds:DescribeDBInstances",
      resource: `arn:aws:rds:${call.region}:${account}:db:${flat(call).DBInstanceIdentifier}`,
    },
  ],
  "sns:Publish": (call) => [{ action: "sns:Publish", resource: flat(call).TopicArn ?? "" }],
  "ssm:GetParametersByPath": (call, { account }) => [
    {
      action: "ssm:GetParametersByPath",
      resource: `arn:aws:ssm:${call.region}:${account}:parameter${flat(call).Path}`,
    },
  ],
  "ssm:SendCommand": (call, where) => {
    const { DocumentName, InstanceIds } = call.parameters as {
      readonly DocumentName: string;
      readonly InstanceIds: readonly string[];
    };
    const of = (service: string) => `arn:aws:${service}:${call.region}:${where.account}`;
    return [
      { action: "ssm:SendCommand", resource: `${of("ssm")}:document/${DocumentName}` },
      ...InstanceIds.map((id) => ({
        action: "ssm:SendCommand",
        resource: `${of("ec2")}:instance/${id}`,
        context: Object.fromEntries(
          Object.entries(where.tags.get(id) ?? {}).flatMap(([key, value]) => [
            [`aws:ResourceTag/${key}`, value],
            [`ssm:resourceTag/${key}`, value],
          ]),
        ),
      })),
    ];
  },
  "s3:GetBucketVersioning": onFileBucket("s3:GetBucketVersioning"),
  "s3:GetPublicAccessBlock": onFileBucket("s3:GetBucketPublicAccessBlock"),
  "s3:GetBucketEncryption": onFileBucket("s3:GetEncryptionConfiguration"),
  "s3:ListObjectsV2": onFileBucket("s3:ListBucket"),
  "s3:ListObjectVersions": onFileBucket("s3:ListBucketVersions"),
  "s3:HeadObject": orNothing(onFile(["s3:GetObject"])),
  "s3:GetObject": orNothing(onFile(["s3:GetObject"], ["kms:Decrypt"])),
  "s3:PutObject": onFile(["s3:PutObject"], ["kms:Decrypt", "kms:GenerateDataKey"]),
  "s3:CopyObject": onFile(
    ["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"],
    ["kms:Decrypt", "kms:GenerateDataKey"],
  ),
  "s3:DeleteObjects": onFile(["s3:DeleteObject"]),
  "ssm:GetParameters": onParameters,
  "ssm:GetParameter": parameterWith("kms:Decrypt"),
  "ssm:PutParameter": parameterWith("kms:Encrypt", "kms:GenerateDataKey"),
  "cloudtrail:LookupEvents": onEverything,
  "sts:AssumeRole": (call) => [
    {
      action: "sts:AssumeRole",
      resource: flat(call).RoleArn ?? "",
      context: { "sts:RoleSessionName": flat(call).RoleSessionName ?? "" },
    },
  ],
};

const withoutRegions: ReadonlySet<string> = new Set(["ce", "cloudfront", "route53"]);

/** Global services count as one region, whatever region the caller is in. */
const requestedRegion = ({ service, region }: PowerCall): string =>
  withoutRegions.has(service) ? "us-east-1" : region;

/** @throws for a call of our own functions that nobody has said how to read */
export function askedBy(call: PowerCall, where: Where): Asked[] {
  const by = `${call.service}:${call.operation}`;
  const needs = reads[by]?.(call, where) ?? declaredNeeds(call, where);
  if (!needs || !call.role)
    throw new Error(
      `${call.role} called ${by}: no unit declares it, and test/power/requests.ts does not say what IAM is asked then.`,
    );
  const role = call.role;
  return needs.map(({ action, resource, context }) => ({
    role,
    action,
    resource,
    by,
    context: { ...context, "aws:RequestedRegion": requestedRegion(call) },
  }));
}

/** The same question asked again is the same question. */
export const question = ({ role, action, resource, context }: Omit<Asked, "by">): string =>
  JSON.stringify([
    role,
    action,
    resource,
    Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
