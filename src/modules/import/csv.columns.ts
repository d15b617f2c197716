import { z } from 'zod';
import { RECORD } from './record.js';

/** Makes of the text of a cell what a record has there; a text that it cannot be stays one, and is refused as such. */
export type ReadCell = (text: string) => unknown;

interface FieldSchema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: FieldSchema[];
  properties?: Record<string, FieldSchema>;
}

const TRUE: ReadonlySet<string> = new Set(['true', '1']);
const FALSE: ReadonlySet<string> = new Set(['false', '0']);

const toWhole: ReadCell = (text) => (/^-?\d{1,16}$/.test(text) ? Number(text) : text);
const toBoolean: ReadCell = (text) => (TRUE.has(text) ? true : FALSE.has(text) ? false : text);
const toJson: ReadCell = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
const asIs: ReadCell = (text) => text;

/** All that a field can be, unions taken apart. */
const alternatives = (schema: FieldSchema): FieldSchema[] => schema.anyOf?.flatMap(alternatives) ?? [schema];

function cellOf(schema: FieldSchema): { read: ReadCell; nullable: boolean } {
  const all = alternatives(schema);
  const has = (type: string) => all.some((one) => one.type === type);
  const nullable = has('null');
  if (has('array') || has('object')) return { read: toJson, nullable };
  if (has('boolean')) return { read: toBoolean, nullable };
  const numbers = has('integer') || has('number');
  // An old id is a text, whatever it looks like.
  const isFreeText = all.some((one) => one.type === 'string' && !one.enum);
  return { read: numbers && !isFreeText ? toWhole : asIs, nullable };
}

/** Every column by its name, the parts of a field with dots. */
function columnsOf(schema: FieldSchema, prefix = ''): [string, { read: ReadCell; nullable: boolean }][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix + name;
    const parts = alternatives(field).flatMap((one) => columnsOf(one, `${path}.`));
    return [[path, cellOf(field)], ...parts];
  });
}

/** A JSON Schema of one record, as files have it. */
export const recordSchema = (): z.core.JSONSchema.BaseSchema => z.toJSONSchema(RECORD, { io: 'input' });

/** The columns of records of one form. */
export class CsvColumns {
  private readonly columns: ReturnType<typeof columnMap>;

  constructor(form: z.ZodType) {
    this.columns = columnMap(form);
  }

  has(name: string): boolean {
    return this.columns.has(name);
  }

  /** Puts a cell into a record. An empty one says that there is none, or nothing where that cannot be. */
  set(record: Record<string, unknown>, column: string, text: string): void {
    setCell(this.columns.get(column), record, column, text);
  }
}

const columnMap = (form: z.ZodType) =>
  new Map(columnsOf(z.toJSONSchema(form, { io: 'input' }) as FieldSchema));

export const ACCOUNT_COLUMNS = new CsvColumns(RECORD);

const isPart = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function setCell(
  cell: { read: ReadCell; nullable: boolean } | undefined,
  record: Record<string, unknown>,
  column: string,
  text: string,
): void {
  if (!cell || (text === '' && (!cell.nullable || column.includes('.')))) return;
  const path = column.split('.');
  const last = path.pop() ?? column;
  let part = record;
  for (const name of path) {
    const before = part[name];
    const inner: Record<string, unknown> = isPart(before) ? before : {};
    part[name] = inner;
    part = inner;
  }
  part[last] = text === '' ? null : cell.read(text);
}
