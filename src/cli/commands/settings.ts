import type { Command } from 'commander';
import { SETTINGS } from '../../config.settings.js';
import type { Output } from '../output.js';

/** Settings whose defaults are for development and no example to copy. */
const SECRET = /PEPPER|SECRET|TOKEN|KEYS?$/;
const NONE = '—';

function defaultOf(name: string, value: unknown): string {
  if (value === undefined || (SECRET.test(name) && typeof value !== 'boolean')) return NONE;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return text === '' ? NONE : text;
}

interface SettingRow {
  name: string;
  default: string;
  description: string;
}

function rows(): SettingRow[] {
  return Object.entries(SETTINGS).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined);
    return {
      name,
      default: defaultOf(name, parsed.success ? parsed.data : undefined),
      description: schema.description ?? '',
    };
  });
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|');
const codeOf = (text: string): string => (text === NONE ? NONE : `\`${text}\``);

/** The table of all settings, as Markdown. */
function settingsTable(settings: readonly SettingRow[] = rows()): string {
  const lines = settings.map(
    ({ name, default: value, description }) =>
      `| \`${name}\` | ${codeOf(escapeCell(value))} | ${escapeCell(description)} |`,
  );
  return ['| setting | default | what it is |', '|---|---|---|', ...lines].join('\n');
}

/** The page `docs/settings.md`. */
export const settingsPage = (): string => `# Settings

Written by \`npm run docs\` from \`src/config.settings.ts\`. Environment variables; an empty one is an unset one.
\`NODE_ENV=production\` refuses to start on development settings and lists every missing or invalid one at once.

${settingsTable()}
`;

/** The file `.env.example`: everything that can be set, and nothing that is. */
export const settingsExample = (): string =>
  [
    '# Everything that can be set, with its default (docs/settings.md); an empty one is unset.',
    ...rows().map(({ name, default: value, description }) => {
      const shown = value === NONE ? '' : value;
      return `\n# ${description}\n#${name}=${shown}`;
    }),
    '',
  ].join('\n');

/** The command reads no environment: it prints what can be set, not what is. */
export function addSettingsCommand(program: Command, print: (output: Output) => void): void {
  program
    .command('settings')
    .description('The table of all settings, as Markdown.')
    .action(() => {
      const settings = rows();
      print({ json: settings, text: settingsTable(settings) });
    });
}
