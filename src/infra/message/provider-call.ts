import { text } from 'node:stream/consumers';
import { propertyOf } from '../../unknown.js';
import { transportReason } from '../transport-reason.js';
import { UndeliveredError } from './port.js';

export interface ProviderRequest {
  url: string;
  headers: Record<string, string>;
  body?: string;
  timeoutMs: number;
}

/** Answers of providers are short; a longer one is none. */
const ANSWER_MAX = 64 * 1024;

/** Failures before anything of the request was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export interface ProviderAnswer {
  status: number;
  text: string;
}

/**
 * Posts a request to a provider of messages. Throws an {@link UndeliveredError}, which is sure only where the request never
 * left this machine. `provider` begins its reason.
 */
export async function callProvider(
  provider: string,
  { url, headers, body, timeoutMs }: ProviderRequest,
): Promise<ProviderAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      // A redirect would carry the code to an address nobody configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, text: await beginningOf(response) };
  } catch (error) {
    const reason = transportReason(error);
    throw new UndeliveredError(`${provider}: ${reason}`, { surely: NEVER_SENT.has(reason) });
  }
}

/** Its text, cut off where it is too long to be an answer. */
async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return '';
  let length = 0;
  const bounded = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > ANSWER_MAX) return;
      yield chunk;
    }
  };
  return text(bounded());
}

/** The value of an answer in JSON; undefined where it is none. */
export function parsedAnswer({ text: json }: ProviderAnswer): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** A provider's own code of a refusal, for the log; its messages may quote the phone. */
export function codeIn(answer: unknown, ...path: string[]): string | undefined {
  const value = path.reduce<unknown>((at, key) => propertyOf(at, key), answer);
  return typeof value === 'string' && /^[\w.-]{1,80}$/.test(value) ? value : undefined;
}
