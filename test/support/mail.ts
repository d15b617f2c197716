/** A mail as its reader sees it. */
export interface Mail {
  /** By lower-case name, decoded. */
  headers: Record<string, string>;
  /** The texts by media type. */
  parts: Record<string, string>;
}

interface Entity {
  headers: Record<string, string>;
  body: string;
}

const bytesOf = (body: string, encoding = '7bit'): Buffer => {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1');
  const joined = body.replace(/=\r\n/g, '');
  return Buffer.from(
    joined.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
};

/** RFC 2047: `=?utf-8?B?…?=`, words next to each other belong together. */
const decodeWords = (text: string): string =>
  text
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(/(?:=\?utf-8\?([bq])\?([^?]*)\?=)+/gi, (words) =>
      Buffer.concat(
        [...words.matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)].map(([, kind = '', word = '']) =>
          kind.toLowerCase() === 'b'
            ? bytesOf(word, 'base64')
            : bytesOf(word.replaceAll('_', ' '), 'quoted-printable'),
        ),
      ).toString(),
    );

function entityOf(raw: string): Entity {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())];
  });
  return { headers: Object.fromEntries(headers), body: raw.slice(end + 4) };
}

function textsOf({ headers, body }: Entity): [string, string][] {
  const type = headers['content-type'] ?? 'text/plain';
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1];
  if (!boundary) {
    const encoding = headers['content-transfer-encoding']?.toLowerCase();
    return [[type.split(';')[0] as string, bytesOf(body, encoding).toString()]];
  }
  const pieces = body.split(new RegExp(`(?:^|\\r\\n)--${boundary.replace(/[^\w]/g, '\\$&')}(?:--)?\\r\\n`));
  return pieces.slice(1, -1).flatMap((piece) => textsOf(entityOf(piece)));
}

/** Takes apart a mail of texts, as transmitted. */
export function parseMail(raw: string): Mail {
  const entity = entityOf(raw);
  return { headers: entity.headers, parts: Object.fromEntries(textsOf(entity)) };
}
