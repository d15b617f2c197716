import { isRecord } from '../input.js';
import { type Answer, OtherBody } from './answer.js';
import { isGeneratedName } from './marks.js';
import { elementsOf, memberOf, placesIn, withoutPositions } from './paths.js';
import { type Redaction, shown, shownPath } from './redaction.js';

/** The rules by which the answers of one row are compared. Places are without positions. */
export interface RowRules {
  /** Left out with everything below: not even whether it is there is looked at. */
  isIgnored(path: string): boolean;
  /** The value is left out; whether it is there, of which type, and whether it is empty, is not. */
  isNoise(path: string): boolean;
  /** The name of a person: two that were made by chance are the same. */
  isName(path: string): boolean;
  /** Only the numbers in the text are left out. */
  isCounted(path: string): boolean;
  idAt(path: string): 'account id' | 'id' | undefined;
  redaction: Omit<Redaction, 'brought'>;
}

export interface Difference {
  /** The place, with positions; `(status)` and `(type)` are those of the answer itself. */
  path: string;
  what: 'status' | 'type' | 'missing' | 'extra' | 'value' | 'order' | 'length';
  /** The values as they may be shown. */
  left: string;
  right: string;
}

/** What is known of one pair of answers, beyond the rules of their row. */
export interface Circumstances {
  /** What an id or a text of the left side is on the right one, where that is known to be another. */
  translate?(left: string, kind: 'account id' | 'id' | 'text'): string | undefined;
  /** Secrets that the request brought: they are shown nowhere. */
  secrets?: ReadonlySet<string>;
  /** Places that differ between two calls of the same server ({@link noiseBetween}). */
  noise?: ReadonlySet<string>;
  /** Differences after which no others are looked for. */
  most?: number;
}

const NONE: ReadonlySet<string> = new Set();

export const STATUS = '(status)';
export const TYPE = '(type)';
/** The place of a body that is no JSON. */
export const BODY = '(body)';

type Type = 'absent' | 'null' | 'list' | 'object' | 'string' | 'number' | 'boolean';

function typeOf(value: unknown): Type {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}

/** Texts beyond this length are not searched for the numbers in them. */
const COUNTED_MAX = 500;
const withoutNumbers = (text: string): string => text.slice(0, COUNTED_MAX).replace(/\d+/g, '#');

class Comparison {
  readonly differences: Difference[] = [];
  /** The places of the differences, without positions, as the rules name them. */
  readonly places = new Set<string>();
  private readonly isNew: (path: string) => boolean;
  private readonly most: number;

  constructor(
    private readonly rules: RowRules,
    private readonly circumstances: Circumstances,
  ) {
    this.isNew = placesIn([...(circumstances.noise ?? [])]);
    this.most = circumstances.most ?? Number.POSITIVE_INFINITY;
  }

  isIgnored(path: string): boolean {
    const place = withoutPositions(path);
    return this.rules.isIgnored(place) || this.isNew(place);
  }

  /** Notes a difference, in words that may be shown. */
  note(what: Difference['what'], path: string, left: string, right: string): void {
    this.places.add(withoutPositions(path));
    this.differences.push({ what, path: shownPath(path), left, right });
  }

  private tell(what: Difference['what'], path: string, left: unknown, right: unknown): void {
    const place = withoutPositions(path);
    const redaction = { ...this.rules.redaction, brought: this.circumstances.secrets ?? NONE };
    this.note(what, path, shown(left, place, redaction), shown(right, place, redaction));
  }

  /** Compares bodies of the same form. */
  bodies(left: unknown, right: unknown): void {
    if (!(left instanceof OtherBody && right instanceof OtherBody)) this.values(left, right, '');
    else if (
      !this.isIgnored(BODY) &&
      !this.rules.isNoise('') &&
      !Buffer.from(left.content).equals(Buffer.from(right.content))
    ) {
      const sizeOf = ({ content }: OtherBody) => `(${Buffer.byteLength(content)} bytes)`;
      this.note('value', BODY, sizeOf(left), sizeOf(right));
    }
  }

  /** Compares what is at one place, and below. */
  values(left: unknown, right: unknown, path: string): void {
    if (this.differences.length >= this.most || this.isIgnored(path)) return;
    const type = typeOf(left);
    if (type !== typeOf(right)) this.types(left, right, path);
    else if (Array.isArray(left) && Array.isArray(right)) this.lists(left, right, path);
    else if (isRecord(left) && isRecord(right)) this.objects(left, right, path);
    else if (!this.isSame(left, right, path)) this.tell('value', path, left, right);
  }

  private types(left: unknown, right: unknown, path: string): void {
    const what = right === undefined ? 'missing' : left === undefined ? 'extra' : 'type';
    this.tell(what, path, left, right);
  }

  private objects(left: Record<string, unknown>, right: Record<string, unknown>, path: string): void {
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const member = (of: Record<string, unknown>) => (Object.hasOwn(of, name) ? of[name] : undefined);
      this.values(member(left), member(right), memberOf(path, name));
    }
  }

  /** The same in another order, or some more on one side, is one difference. */
  private lists(left: readonly unknown[], right: readonly unknown[], path: string): void {
    if (this.isIgnored(elementsOf(path))) return;
    const ours = left.map((one) => this.canonical(one, elementsOf(path), true));
    const theirs = right.map((one) => this.canonical(one, elementsOf(path), false));
    if (left.length !== right.length) {
      this.note('length', elementsOf(path), `(list of ${left.length})`, `(list of ${right.length})`);
      this.remaining(left, right, ours, theirs, path);
      return;
    }
    const isMoved = ours.some((text, index) => text !== theirs[index]);
    if (isMoved && ours.toSorted().join('\n') === theirs.toSorted().join('\n')) {
      const from = ours.findIndex((text, index) => text !== theirs[index]);
      const to = theirs.indexOf(ours[from] ?? '', from);
      this.note('order', elementsOf(path), `(at position ${from})`, `(at position ${to})`);
      return;
    }
    for (const [index, one] of left.entries()) this.values(one, right[index], `${path}[${index}]`);
  }

  /** Compares the elements of lists of different lengths that are on both sides, but not the same. */
  private remaining(
    left: readonly unknown[],
    right: readonly unknown[],
    ours: readonly string[],
    theirs: readonly string[],
    path: string,
  ): void {
    const rest = (texts: readonly string[], others: readonly string[]) => {
      const there = new Map<string, number>();
      for (const text of others) there.set(text, (there.get(text) ?? 0) + 1);
      return texts.flatMap((text, index) => {
        const count = there.get(text) ?? 0;
        there.set(text, count - 1);
        return count > 0 ? [] : [index];
      });
    };
    const [onlyLeft, onlyRight] = [rest(ours, theirs), rest(theirs, ours)];
    for (const [index, at] of onlyLeft.entries()) {
      const other = onlyRight[index];
      if (other !== undefined) this.values(left[at], right[other], `${path}[${at}]`);
    }
  }

  /** A text that two values have in common exactly where they do not differ. */
  private canonical(value: unknown, path: string, isLeft: boolean): string {
    const place = withoutPositions(path);
    if (this.isIgnored(place)) return '';
    const below = elementsOf(place);
    if (Array.isArray(value)) {
      return this.isIgnored(below)
        ? '[]'
        : `[${value.map((one) => this.canonical(one, below, isLeft)).join()}]`;
    }
    if (isRecord(value)) {
      const members = Object.keys(value)
        .sort()
        .map(
          (name) => `${JSON.stringify(name)}:${this.canonical(value[name], memberOf(place, name), isLeft)}`,
        );
      return `{${members.join()}}`;
    }
    if (this.rules.isNoise(place)) return `${typeOf(value)}${value === ''}`;
    if (typeof value === 'string' && this.rules.isCounted(place))
      return JSON.stringify(withoutNumbers(value));
    const text = isLeft && value !== null ? this.translated(value, place) : String(value);
    return `${typeOf(value)} ${JSON.stringify(text)}`;
  }

  private isSame(left: unknown, right: unknown, path: string): boolean {
    const place = withoutPositions(path);
    if (this.rules.isNoise(place)) return (left === '') === (right === '');
    if (this.rules.isName(place) && isGeneratedName(left) && isGeneratedName(right)) return true;
    if (this.translated(left, place) === String(right)) return true;
    if (typeof left !== 'string' || typeof right !== 'string') return false;
    return this.rules.isCounted(place) && withoutNumbers(left) === withoutNumbers(right);
  }

  /** The text of what a value of the left side is on the right one. */
  private translated(left: unknown, place: string): string {
    const text = String(left);
    const kind = this.rules.idAt(place) ?? (typeof left === 'string' ? 'text' : undefined);
    return (kind && this.circumstances.translate?.(text, kind)) ?? text;
  }
}

const formOf = ({ body }: Answer): string => {
  if (body === undefined) return '(no body)';
  if (!(body instanceof OtherBody)) return '(JSON)';
  return typeof body.content === 'string' ? '(text)' : '(bytes)';
};

function compared(rules: RowRules, left: Answer, right: Answer, circumstances: Circumstances): Comparison {
  const comparison = new Comparison(rules, circumstances);
  if (left.status !== right.status && !comparison.isIgnored(STATUS)) {
    comparison.note('status', STATUS, String(left.status), String(right.status));
  }
  const [ours, theirs] = [formOf(left), formOf(right)];
  if (ours === theirs) comparison.bodies(left.body, right.body);
  else if (!comparison.isIgnored(TYPE)) comparison.note('type', TYPE, ours, theirs);
  return comparison;
}

/**
 * Compares what two servers answered to one request: status, form, every field with its type, and the order of
 * lists. Differences come in the order of the left answer's fields.
 */
export const compareAnswers = (
  rules: RowRules,
  left: Answer,
  right: Answer,
  circumstances: Circumstances = {},
): Difference[] => compared(rules, left, right, circumstances).differences;

/** The places at which two answers of the same server differ: nothing there tells servers apart. */
export const noiseBetween = (rules: RowRules, first: Answer, second: Answer): ReadonlySet<string> =>
  compared(rules, first, second, {}).places;
