import { AppError } from '../../errors/app-error.js';
import { Input } from '../input.js';
import type { ParameterText } from '../undeclared.js';

/** What a row does with a parameter, found out by letting it read one. */
export interface ReadParameter {
  type: 'string' | 'integer' | 'boolean' | 'file' | 'list';
  pattern?: string;
  enum?: readonly (string | number)[];
  nullable?: boolean;
}

const wholeNumber = (text: string): number => (/^-?\d+$/.test(text) ? Number(text) : 1);

/**
 * Answers every question for a parameter with a sample, and remembers what was asked: what a document says of a row
 * is what the row does. `name[inner]` is a parameter inside another one.
 */
export class RecordingInput extends Input {
  constructor(
    /** Everything asked for so far, in the order it was. */
    readonly asked: Map<string, ReadParameter>,
    private readonly absent: ReadonlySet<string>,
    private readonly known: Readonly<Record<string, ParameterText>>,
    private readonly chosen: Readonly<Record<string, string>>,
    private readonly outer = '',
  ) {
    super({});
  }

  private ask(name: string, parameter: ReadParameter): boolean {
    const path = this.outer ? `${this.outer}[${name}]` : name;
    const before = this.asked.get(path);
    // A closer question tells more than an earlier plain one.
    if (!before || before.type === 'string') this.asked.set(path, { ...before, ...parameter });
    return !this.absent.has(path);
  }

  private sample(name: string): string {
    const { example, values } = this.known[name] ?? {};
    return this.chosen[name] ?? example ?? values?.[0] ?? '1';
  }

  override text(name: string): string | undefined {
    const { values } = this.known[name] ?? {};
    return this.ask(name, { type: 'string', ...(values && { enum: values }) })
      ? this.sample(name)
      : undefined;
  }

  override texts(): { name: string; value: string }[] {
    return Object.keys(this.known).map((name) => ({ name, value: this.text(name) ?? '' }));
  }

  override clearable(name: string): string | undefined {
    return this.ask(name, { type: 'string', nullable: true }) ? this.sample(name) : undefined;
  }

  override md5(name: string): string {
    if (!this.ask(name, { type: 'string', pattern: '^[0-9a-fA-F]{32}$' })) return this.refuse(name);
    return '0'.repeat(32);
  }

  override int(name: string): number | undefined {
    return this.ask(name, { type: 'integer' }) ? wholeNumber(this.sample(name)) : undefined;
  }

  override bool(name: string): boolean | undefined {
    return this.ask(name, { type: 'boolean' }) ? true : undefined;
  }

  override flag(name: string): boolean {
    return this.ask(name, { type: 'integer', enum: [0, 1] });
  }

  override choice<T>(name: string, choices: Readonly<Record<number, T>>): T | undefined {
    const values = Object.keys(choices).map(Number);
    return this.ask(name, { type: 'integer', enum: values }) ? choices[values[0] ?? 0] : undefined;
  }

  override idList(name: string): string[] | undefined {
    return this.ask(name, { type: 'list' }) ? ['1'] : undefined;
  }

  override upload(): never {
    this.ask('file', { type: 'file' });
    return 'a file' as never;
  }

  override nested(name: string): RecordingInput {
    return new RecordingInput(
      this.asked,
      this.absent,
      this.known,
      this.chosen,
      this.outer ? `${this.outer}[${name}]` : name,
    );
  }

  private refuse(name: string): never {
    throw new AppError('INVALID_INPUT', { field: name });
  }
}
