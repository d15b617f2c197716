import { TOKEN_PLACEHOLDER } from './examples.js';

/** Where the token of the last log-in is kept: by the browser, until its tab is closed. */
const STORED_TOKEN = 'user-gateway:token';

interface Operation {
  query: string;
  operationName?: string | null;
  variables?: unknown;
}

type Headers = Record<string, unknown>;

/** What a GraphQL server answers. */
interface Result {
  data?: Record<string, unknown> | null;
  errors?: { message: string }[];
}

/**
 * Puts the token of the last log-in where the headers say `<token>`, so that the examples run one after the other as
 * they stand. With none yet, the header stays away: a placeholder is not a token, and would only be refused.
 */
function fillToken(headers: Headers): Record<string, string> {
  const token = sessionStorage.getItem(STORED_TOKEN);
  const filled: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = String(value);
    if (!text.includes(TOKEN_PLACEHOLDER)) filled[name] = text;
    else if (token) filled[name] = text.replaceAll(TOKEN_PLACEHOLDER, token);
  }
  return filled;
}

function rememberToken(result: Result): void {
  for (const payload of Object.values(result.data ?? {})) {
    const token = (payload as { token?: unknown } | null)?.token;
    if (typeof token === 'string') sessionStorage.setItem(STORED_TOKEN, token);
  }
}

/** Sends one operation to the gateway that served this page. */
export async function fetcher(operation: Operation, options?: { headers?: Headers }): Promise<Result> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...fillToken(options?.headers ?? {}),
    },
    body: JSON.stringify(operation),
  });
  const result: Result = await response.json();
  rememberToken(result);
  return result;
}
