import type { ProblemDocument } from '@meterhouse/contract';

/** The service said no: its status and its words, whichever of the shapes it spoke in. */
export class ServiceRefusal extends Error {
  readonly status: number;
  /** `application/problem+json`, the token endpoint's `error`, or whatever JSON it was; undefined when it was none. */
  readonly body: Partial<ProblemDocument> | undefined;

  constructor(status: number, body: unknown) {
    const document =
      typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
    const words = document?.detail ?? document?.error_description ?? document?.title;
    super(typeof words === 'string' ? words : `The service answered ${status}.`);
    this.name = 'ServiceRefusal';
    this.status = status;
    this.body = document;
  }
}

/** The JSON of an answer of the 200s. @throws ServiceRefusal for any other */
export async function answerOf(response: {
  ok: boolean;
  status: number;
  text(): Promise<string>;
}): Promise<unknown> {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (!response.ok) throw new ServiceRefusal(response.status, body);
  return body;
}
