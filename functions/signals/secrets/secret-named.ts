/** Which secret an event is about: calls and rotations name it in different fields. */

interface Names {
  readonly SecretId?: string | undefined;
  readonly secretId?: string | undefined;
  readonly ARN?: string | undefined;
  readonly arn?: string | undefined;
}

export interface SecretEvent {
  readonly additionalEventData?: Names | undefined;
  readonly responseElements?: Names | undefined;
  readonly requestParameters?: Names | undefined;
}

/** @returns its ARN or name */
export const secretNamed = (event: SecretEvent): string | undefined =>
  [event.additionalEventData, event.responseElements, event.requestParameters].flatMap(
    (names) => names?.ARN ?? names?.arn ?? names?.SecretId ?? names?.secretId ?? [],
  )[0];
