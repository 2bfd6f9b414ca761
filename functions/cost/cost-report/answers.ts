/** What was asked, put together by what it is about. */
import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import type { SavedByUnit } from "../../../sdk/report.ts";
import type { CostForecast } from "./month-end.ts";
import type { CostAnswer, CostPart } from "./questions.ts";

/** All pages of one listing, or why there are none. */
export type ListedCosts =
  | { readonly results: readonly ResultByTime[]; readonly more: boolean }
  | { readonly unread: string };

export interface SortedAnswers {
  readonly listed: Readonly<Partial<Record<CostPart, ListedCosts>>>;
  /** Nothing: it was not asked for. */
  readonly forecast:
    | { readonly found: CostForecast | undefined }
    | { readonly unread: string }
    | undefined;
  readonly saved: readonly SavedByUnit[];
  /** How many questions Cost Explorer was asked. */
  readonly asked: number | undefined;
}

function withAnswer(
  before: ListedCosts | undefined,
  answer: Extract<CostAnswer, { readonly part: CostPart }>,
): ListedCosts {
  if ("unread" in answer) return { unread: answer.unread };
  const { page } = answer;
  if ("unavailable" in page) return { unread: page.unavailable };
  if (before && "unread" in before) return before;
  return { results: [...(before?.results ?? []), ...page.results], more: page.more };
}

export function sortedAnswers(found: readonly CostAnswer[]): SortedAnswers {
  const listed: Partial<Record<CostPart, ListedCosts>> = {};
  let forecast: SortedAnswers["forecast"];
  let saved: readonly SavedByUnit[] = [];
  let asked: number | undefined;
  for (const answer of found) {
    if (answer.part === "questions") asked = answer.asked;
    else if (answer.part === "saved") saved = answer.saved;
    else if (answer.part === "forecast")
      forecast = "unread" in answer ? { unread: answer.unread } : { found: answer.forecast };
    else listed[answer.part] = withAnswer(listed[answer.part], answer);
  }
  return { listed, forecast, saved, asked };
}
