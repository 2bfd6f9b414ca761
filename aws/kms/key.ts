import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { read } from "../../sdk/call.ts";

export const describeKey = read("kms:DescribeKey", KMSClient, DescribeKeyCommand, { on: "key/*" });
