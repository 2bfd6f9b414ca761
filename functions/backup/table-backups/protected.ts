/** Which tables are backed up here. */
import type { TableDescription, Tag } from "@aws-sdk/client-dynamodb";
import { describeTable, listTables, listTagsOfResource } from "../../../aws/dynamodb/table.ts";
import { arnOf } from "../../../sdk/arn.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const tableReads = [listTables, listTagsOfResource, describeTable] as const;

export interface ProtectedTable {
  /** Its name. */
  readonly about: string;
  readonly tags: readonly Tag[];
  readonly table: TableDescription;
}

/** The settings' part that says which. */
export interface ChosenTables {
  readonly tag: string;
  readonly tables: readonly string[];
  readonly replicas: "once" | "each";
}

export interface LookingForTables {
  readonly read: Reader<typeof tableReads>;
  readonly chosen: ChosenTables;
  readonly account: string;
  readonly region: string;
  /** Where else this unit looks. */
  readonly regions: readonly string[];
  /** Names to look at. */
  readonly only: readonly string[];
}

/** Ten a second are answered, of tags as of descriptions. */
const together = 10;

/** One that is deleted between its listing and its description is gone, and no error. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && error.name === "ResourceNotFoundException";

/** @returns none of a table that is gone */
export async function tagsIfThere(
  read: Reader<readonly [typeof listTagsOfResource]>,
  ResourceArn: string,
): Promise<Tag[]> {
  try {
    return await Array.fromAsync(read(listTagsOfResource({ ResourceArn })));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

const tagsOrNone = ({ read, account, region }: LookingForTables, name: string): Promise<Tag[]> =>
  tagsIfThere(read, arnOf({ service: "dynamodb", region, account, resource: `table/${name}` }));

const isReady = ({ ReplicaStatus }: { readonly ReplicaStatus?: string | undefined }): boolean =>
  ReplicaStatus === undefined || ReplicaStatus === "ACTIVE";

/** Of a global table, the region that backs it up: the first of the settings' with a replica that answers. */
function isAnothers({ Replicas = [] }: TableDescription, looking: LookingForTables): boolean {
  const { chosen, region, regions } = looking;
  if (chosen.replicas === "each" || !Replicas.length) return false;
  const ready = new Set(Replicas.filter(isReady).map(({ RegionName }) => RegionName));
  const first = regions.find((each) => each === region || ready.has(each));
  return first !== region;
}

const isChosenTable = (
  { chosen }: Pick<LookingForTables, "chosen">,
  name: string,
  tags: readonly Tag[],
): boolean => chosen.tables.includes(name) || tags.some(({ Key }) => Key === chosen.tag);

/** Also where another region backs it up. */
export const isSelectedTable = async (looking: LookingForTables, name: string): Promise<boolean> =>
  isChosenTable(looking, name, await tagsOrNone(looking, name));

async function described(
  looking: LookingForTables,
  name: string,
): Promise<ProtectedTable | undefined> {
  const { read } = looking;
  const tags = await tagsOrNone(looking, name);
  if (!isChosenTable(looking, name, tags)) return undefined;
  const table = (await read(describeTable({ TableName: name })))?.Table;
  if (!table || table.TableStatus === "DELETING" || isAnothers(table, looking)) return undefined;
  return { about: name, tags, table };
}

/** @returns each once */
export async function protectedTables(looking: LookingForTables): Promise<ProtectedTable[]> {
  const found = await concurrently(looking.only, (name) => described(looking, name), {
    concurrency: together,
  });
  return found.filter((table) => table !== undefined);
}
