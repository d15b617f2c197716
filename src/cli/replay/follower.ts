import { LRUCache } from 'lru-cache';
import { type Answer, bodyOf } from '../../rest/comparison/answer.js';
import { isGeneratedName } from '../../rest/comparison/marks.js';
import { elementsOf, memberOf } from '../../rest/comparison/paths.js';
import { lastName } from '../../rest/comparison/redaction.js';
import { isRecord } from '../../rest/input.js';
import type { Rewrite } from './places.js';
import { headerOf, headersNamed, type RecordedAnswer } from './recording.js';
import type { KnownRow } from './rows.js';

/** What is remembered of a recording: the newest so many of each. */
const REMEMBERED_MAX = 200_000;
/** The shortest end of a URL or node that stands for itself, such as the ticket of an upload. */
const TICKET_MIN = 16;
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
      const isAccount = known.facts.userIds.has(name) || (where === 'path' && known.facts.secrets.has(name));
      if (isAccount) return value.replace(/\d+/g, (id) => this.ids.get(`:${id}`) ?? id);
      return where === 'path' && name !== ''
        ? (this.ids.get(`${scopeOf(known.path)}:${value}`) ?? value)
        : value;
    };
  }
}

const isId = (value: unknown): value is string | number =>
  typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && value !== '';
