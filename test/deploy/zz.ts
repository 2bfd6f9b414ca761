import { EC2Client, CreateSecurityGroupCommand, AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupRulesCommand } from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SQSClient, CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
const a = process.env.AWS_ACCESS_KEY_ID;
const sqs = new SQSClient({}), sns = new SNSClient({}), ec2 = new EC2Client({}), eb = new EventBridgeClient({});
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "inbox" }));
await sns.send(new SubscribeCommand({ TopicArn: `arn:aws:sns:eu-central-1:${a}:nightshift`, Protocol: "sqs", Endpoint: `arn:aws:sqs:eu-central-1:${a}:inbox` }));
const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: "g" + Date.now(), Description: "d" }));
await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "x" }] }, { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }] }));
console.log(GroupId, (await ec2.send(new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [GroupId!] }] }))).SecurityGroupRules?.map((r) => [r.SecurityGroupRuleId, r.IsEgress, r.FromPort, r.CidrIpv4]));
console.log(await eb.send(new PutEventsCommand({ Entries: [{ Source: "aws.ec2", DetailType: "AWS API Call via CloudTrail", Detail: JSON.stringify({ eventName: "AuthorizeSecurityGroupIngress", eventSource: "ec2.amazonaws.com", requestParameters: { groupId: GroupId } }) }] })));
const t = Date.now();
for (let i = 0; i < 1; i++) {
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 8, MaxNumberOfMessages: 10 }));
  if (Messages?.length) { console.log(Date.now() - t, Messages.map((m) => m.Body)); break; }
}
console.log((await ec2.send(new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [GroupId!] }] }))).SecurityGroupRules?.map((r) => [r.SecurityGroupRuleId, r.IsEgress, r.FromPort, r.CidrIpv4]));
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient, InvokeCommand } from "@aws-sdk/client-lambda";
const logs = new CloudWatchLogsClient({});
for (const g of ["open-ingress", "tell"]) console.log(g, await logs.send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/nightshift-" + g })).then((r) => r.events?.map((e) => e.message), String));
const r = await new LambdaClient({}).send(new InvokeCommand({ FunctionName: "nightshift-open-ingress", LogType: "Tail", Payload: Buffer.from(JSON.stringify({ kind: "manual", region: "eu-central-1", key: "k" + Date.now(), by: "me" })) }));
console.log(r.StatusCode, r.FunctionError, Buffer.from(r.Payload!).toString().slice(0, 3000), Buffer.from(r.LogResult ?? "", "base64").toString());
