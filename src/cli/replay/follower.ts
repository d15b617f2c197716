import { LRUCache } from 'lru-cache';
import { type Answer, bodyOf } from '../../rest/comparison/answer.js';
import { isGeneratedName } from '../../rest/comparison/marks.js';
import { elementsOf, leavesOf, memberOf } from '../../rest/comparison/paths.js';
import { lastName } from '../../rest/comparison/redaction.js';
import { isRecord } from '../../rest/input.js';
import type { Rewrite, Where } from './places.js';
import { headerOf, headersNamed, type RecordedAnswer } from './recording.js';
import type { KnownRow } from './rows.js';

/** What is remembered of a recording: the newest so many of each. */
const REMEMBERED_MAX = 200_000;
/** The shortest end of a URL or node that stands for itself, such as the ticket of an upload. */
const TICKET_MIN = 16;
/** Ids, and nothing that is a name or a phone beside them. */
const IDS = /^\s*\d{1,10}\s*(?:,\s*\d{1,10}\s*)*$/;
const TOKEN_NAME = /(?:^|_)token$/i;

export const answerOf = ({ status, headers, body }: RecordedAnswer): Answer => ({
  status,
  body: bodyOf(headerOf(headers, 'content-type'), body),
});

/** The values that two answers have at the same place, which is given without positions. */
function* pairsOf(
  left: unknown,
  right: unknown,
  path = '',
): Generator<[path: string, left: unknown, right: unknown]> {
  if (Array.isArray(left) && Array.isArray(right)) {
    for (const [index, one] of left.entries()) yield* pairsOf(one, right[index], elementsOf(path));
  } else if (isRecord(left) && isRecord(right)) {
    for (const [name, one] of Object.entries(left)) yield* pairsOf(one, right[name], memberOf(path, name));
  } else yield [path, left, right];
}

const cookiesOf = ({ headers }: RecordedAnswer): Map<string, string> =>
  new Map(
    headersNamed(headers, 'set-cookie').flatMap((line) => {
      const [, name, value] = /^\s*([^=;]+)=([^;]*)/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );

const lastSegment = (text: string): string => /\/([^/?#]+)(?:[?#].*)?$/s.exec(text)?.[1] ?? '';

/** The row under which a thing was made, and under which it is asked for with its id. */
const scopeOf = (path: string): string => path.replace(/\/:\w+$/, '');

/**
 * Follows what one side made anew: tokens, cookies, the names of pictures, and the ids of what was created. What the
 * left side had is put in the place of what the right one has for it.
 */
export class Follower {
  private readonly texts = new LRUCache<string, string>({ max: REMEMBERED_MAX });
  private readonly cookies = new LRUCache<string, string>({ max: REMEMBERED_MAX });
  private readonly ids = new LRUCache<string, string>({ max: REMEMBERED_MAX });

  /** Tokens of sessions that were opened here, and of which the recording does not say what it had for them. */
  private readonly unclaimed: string[] = [];
  /** Tokens that the recording had before such a session was opened: they are from elsewhere, and stay. */
  private readonly foreign = new LRUCache<string, true>({ max: REMEMBERED_MAX });

  /** `mapsIds`: accounts have other ids on the right side, so that every answer tells some. */
  constructor(private readonly mapsIds: boolean) {}

  /** Learns from what both sides answered to the same request. */
  learn(known: KnownRow | undefined, left: RecordedAnswer, right: RecordedAnswer): void {
    const theirs = cookiesOf(right);
    for (const [name, value] of cookiesOf(left)) {
      const other = theirs.get(name);
      if (other !== undefined) this.cookies.set(`${name}=${value}`, other);
    }
    for (const [path, one, other] of pairsOf(answerOf(left).body, answerOf(right).body)) {
      if (one !== other) this.learnValue(known, path, one, other);
    }
  }

  /** Learns of a session where the recording has no answer: the next token that it has not shown yet is taken for its. */
  learnOpened(known: KnownRow | undefined, right: RecordedAnswer): void {
    if (!known?.facts.opensSession) return;
    const { token } = known.dialect;
    const cookie = token?.cookie === undefined ? undefined : cookiesOf(right).get(token.cookie);
    const texts = [...leavesOf(answerOf(right).body)].flatMap(([path, value]) =>
      known.rules.marks.kinds.get(path)?.has('token') && typeof value === 'string' ? [value] : [],
    );
    const opened = cookie ?? texts[0];
    if (opened) this.unclaimed.push(opened);
    if (this.unclaimed.length > REMEMBERED_MAX) this.unclaimed.shift();
  }

  /** What is here for a token that the recording shows for the first time; undefined where it is from elsewhere. */
  private claim(value: string): string | undefined {
    if (value === '' || this.foreign.has(value)) return undefined;
    const opened = this.unclaimed.shift();
    if (opened === undefined) this.foreign.set(value, true);
    else this.texts.set(value, opened);
    return opened;
  }

  private learnValue(known: KnownRow | undefined, path: string, left: unknown, right: unknown): void {
    const kinds = known?.rules.marks.kinds.get(path);
    const isText = known ? kinds?.has('token') || kinds?.has('picture') : TOKEN_NAME.test(lastName(path));
    const isName = kinds?.has('name') && isGeneratedName(left) && isGeneratedName(right);
    if ((isText || isName) && typeof left === 'string' && typeof right === 'string')
      this.learnText(left, right);
    if (!known || !kinds || !isId(left) || !isId(right)) return;
    if (kinds.has('account id') && (this.mapsIds || known.facts.creates))
      this.ids.set(`:${left}`, `${right}`);
    if (kinds.has('id') && known.facts.creates) this.ids.set(`${scopeOf(known.path)}:${left}`, `${right}`);
  }

  private learnText(left: string, right: string): void {
    if (left === '' || right === '') return;
    this.texts.set(left, right);
    const [ours, theirs] = [lastSegment(left), lastSegment(right)];
    if (ours.length >= TICKET_MIN && theirs.length >= TICKET_MIN) this.texts.set(ours, theirs);
  }

  /** What the right side has for a text or an id of the left one; undefined where it is the same or not known. */
  translate(
    known: KnownRow | undefined,
    value: string,
    kind: 'account id' | 'id' | 'text',
  ): string | undefined {
    if (kind === 'text') return this.texts.get(value);
    return this.ids.get(kind === 'account id' ? `:${value}` : `${scopeOf(known?.path ?? '')}:${value}`);
  }

  /** Puts what the right side has into a request. */
  rewrite(known: KnownRow | undefined): Rewrite {
    return (name, value, where) => {
      const text =
        this.texts.get(value) ?? (where === 'cookie' ? this.cookies.get(`${name}=${value}`) : undefined);
      if (text !== undefined || !known) return text ?? value;
      if (isTokenPlace(known, name, where)) return this.claim(value) ?? value;
      if (known.facts.accounts.has(name)) {
        return IDS.test(value) ? value.replace(/\d+/g, (id) => this.ids.get(`:${id}`) ?? id) : value;
      }
      return where === 'path' && name !== ''
        ? (this.ids.get(`${scopeOf(known.path)}:${value}`) ?? value)
        : value;
    };
  }
}

/** Whether a place is one where the door looks for the token of a session. */
function isTokenPlace({ dialect: { token } }: KnownRow, name: string, where: Where): boolean {
  if (!token) return false;
  if (where === 'header') return name === 'authorization' || name === token.header;
  return where === 'cookie' ? name === token.cookie : where !== 'path' && name === token.parameter?.[0];
}

const isId = (value: unknown): value is string | number =>
  typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && value !== '';
