import validator from 'validator';

/** A mail server that takes what is to be delivered, and how to reach it. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte (`smtps:`); else the connection is upgraded with STARTTLS. */
  secure: boolean;
  auth?: { user: string; pass: string };
}

/** Ports of submission (RFC 8314). */
const DEFAULT_PORT: ReadonlyMap<string, number> = new Map([
  ['smtp:', 587],
  ['smtps:', 465],
]);

/** Reads `smtp[s]://[user:password@]host[:port]`; null for anything else, so that no option is silently ignored. */
export function parseSmtpUrl(text: string): SmtpServer | null {
  if (!/^smtps?:\/\//.test(text) || !URL.canParse(text)) return null;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const isBare = /^\/?$/.test(pathname) && search === '' && hash === '';
  if (!isBare || hostname === '' || port === '0' || Boolean(username) !== Boolean(password)) return null;
  const user = decode(username);
  const pass = decode(password);
  const defaultPort = DEFAULT_PORT.get(protocol);
  if (user === null || pass === null || !defaultPort) return null;
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || defaultPort,
    secure: protocol === 'smtps:',
    ...(user && { auth: { user, pass } }),
  };
}

/** The text of a URL's part, or null when its escapes cannot be read. */
function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** True for a server on this machine: what is sent to it does not leave it. */
export const isLoopback = ({ host }: Pick<SmtpServer, 'host'>): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);

/** An address with the name that mail programs show before it. */
export interface Mailbox {
  name: string;
  address: string;
}

const MAILBOX = /^(?:"?([^"<>\p{Cc}]*?)"?\s*<([^<>]+)>|([^<>]+))$/u;

/** Reads `address` or `Name <address>`; null for anything else. */
export function parseMailbox(text: string): Mailbox | null {
  const [, name = '', named, bare] = MAILBOX.exec(text.trim()) ?? [];
  const address = named ?? bare ?? '';
  return validator.isEmail(address) ? { name: name.trim(), address } : null;
}
