/** What the month will have cost, by AWS's own forecast: a mean, and a range that says how sure it is. */
import type { GetCostForecastCommandOutput } from "@aws-sdk/client-cost-explorer";

/** So many months in a hundred end within the range, by AWS's word. */
export const forecastLevel = 80;

/** What is still to come, from today to the end of the month. */
export interface CostForecast {
  readonly mean: number;
  readonly range: { readonly from: number; readonly to: number } | undefined;
  readonly currency: string;
}

function sum(texts: readonly (string | undefined)[]): number | undefined {
  const numbers = texts.map((text) => (text === undefined ? Number.NaN : Number(text)));
  return numbers.length && numbers.every(Number.isFinite)
    ? numbers.reduce((total, number) => total + number, 0)
    : undefined;
}

/** @returns nothing where AWS says no number: that is no forecast of 0 */
export function forecastOf({
  Total,
  ForecastResultsByTime: results = [],
}: Pick<GetCostForecastCommandOutput, "Total" | "ForecastResultsByTime">):
  | CostForecast
  | undefined {
  const mean = sum([Total?.Amount]) ?? sum(results.map(({ MeanValue }) => MeanValue));
  if (mean === undefined) return undefined;
  const from = sum(results.map(({ PredictionIntervalLowerBound: lower }) => lower));
  const to = sum(results.map(({ PredictionIntervalUpperBound: upper }) => upper));
  const range = from === undefined || to === undefined ? undefined : { from, to };
  return { mean, range, currency: Total?.Unit ?? "" };
}
