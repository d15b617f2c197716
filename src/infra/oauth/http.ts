import { transportReason } from '../transport-reason.js';
import { ProviderError } from './failure.js';

/**
 * The most bytes of an answer, far more than any documented one: a provider (or an impostor) must not fill
 * our memory.
 */
const MAX_ANSWER_BYTES = 262_144;

/** A JSON object as a provider wrote it, but every number is the text it was written as: ids exceed 2^53. */
export type Fields = Readonly<Record<string, unknown>>;

export interface ProviderRequest {
  /** The path below the provider's base URL, with a leading slash. */
  path: string;
  query?: Record<string, string>;
  /** Sent as a POST form; without it the request is a GET. */
  form?: Record<string, string>;
  /** An error code that the caller handles itself: its answer is returned instead of thrown. */
  expectedError?: string;
}

export interface ProviderHttpOptions {
  /** The provider's name, for diagnostics only. */
  name: string;
  baseUrl: string;
  timeoutMs: number;
  /** The field of an answer that holds an error code; absent, "0" or "" mean success. */
  errorField: string;
  /** Error codes that mean "try later" and say nothing of the credential. */
  busyCodes: readonly string[];
}

/**
 * Requests to one provider. What goes wrong leaves as a {@link ProviderError}, rejected or unavailable, whose cause
 * names the endpoint and a code, never the URL, the query or the answer, all of which hold secrets.
 */
export class ProviderHttp {
  constructor(private readonly options: ProviderHttpOptions) {}

  /** The answer of a provider that agrees. */
  async ask(request: ProviderRequest): Promise<Fields> {
    const { status, text } = await this.exchange(request);
    if (status >= 500 || status === 429) throw this.unavailable(request, `status ${status}`);

    const fields = parseFields(text);
    const error = fields && textField(fields, this.options.errorField);
    if (fields && error && error === request.expectedError) return fields;
    if (error && error !== '0') {
      throw this.options.busyCodes.includes(error)
        ? this.unavailable(request, `busy, ${codeOnly(error)}`)
        : this.rejected(request, codeOnly(error));
    }
    if (status === 400 || status === 401 || status === 403) throw this.rejected(request, `status ${status}`);
    if (status < 200 || status > 299) throw this.unavailable(request, `status ${status}`);
    if (!fields) throw this.unavailable(request, 'not a JSON object');
    return fields;
  }

  /** Asks for what only embellishes a proof: undefined instead of a failure. */
  async tryAsk(request: ProviderRequest): Promise<Fields | undefined> {
    try {
      return await this.ask(request);
    } catch (error) {
      if (error instanceof ProviderError) return undefined;
      throw error;
    }
  }

  rejected(request: { path: string }, reason: string): ProviderError {
    return new ProviderError('rejected', { cause: this.cause(request, reason) });
  }

  unavailable(request: { path: string }, reason: string): ProviderError {
    return new ProviderError('unavailable', { cause: this.cause(request, reason) });
  }

  private cause(request: { path: string }, reason: string): Error {
    return new Error(`${this.options.name} ${request.path}: ${reason}`);
  }

  private async exchange(request: ProviderRequest): Promise<{ status: number; text: string }> {
    try {
      const query = new URLSearchParams(request.query).toString();
      const response = await fetch(`${this.options.baseUrl}${request.path}${query && `?${query}`}`, {
        method: request.form ? 'POST' : 'GET',
        body: request.form ? new URLSearchParams(request.form) : null,
        headers: { accept: 'application/json' },
        // A redirect would carry the secrets of the query to an address nobody configured.
        redirect: 'manual',
        signal: AbortSignal.timeout(this.options.timeoutMs),
      });
      return { status: response.status, text: await readCapped(response) };
    } catch (error) {
      throw this.unavailable(request, transportReason(error));
    }
  }
}

/** A field that holds a text or a number, as text. */
export function textField(fields: Fields, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** A field that holds an id; what no provider would use as one (separators of ours, blanks, control characters) is none. */
export function idField(fields: Fields, name: string): string | undefined {
  const value = textField(fields, name);
  return value && /^[\w.=+-]{1,128}$/.test(value) ? value : undefined;
}

/** Reads JSON, or JSON in a JSONP call as QQ writes it: `callback( {…} );`. Undefined when it is not an object. */
export function parseFields(text: string): Fields | undefined {
  const jsonp = /^\s*[A-Za-z_$][\w$.]*\s*\(([\s\S]*)\)\s*;?\s*$/.exec(text);
  // QQ's documented error answer has a comma before its closing brace.
  const json = jsonp?.[1] === undefined ? text : jsonp[1].replace(/,\s*\}\s*$/, '}');
  try {
    const value: unknown = JSON.parse(json, numbersAsWritten);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The third argument is ECMAScript's "JSON.parse source text access", which the library types do not know yet. */
const numbersAsWritten = (_key: string, value: unknown, context?: { source: string }): unknown =>
  typeof value === 'number' ? context?.source : value;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function readCapped(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let size = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error('answer too large');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** A provider may write anything into its error field, even the token it was given; only a number is repeated. */
const codeOnly = (error: string): string => (/^-?\d{1,9}$/.test(error) ? `error ${error}` : 'error');
