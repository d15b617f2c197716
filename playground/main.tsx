import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import './main.css';
import { EXAMPLES, SAMPLE_HEADERS } from './examples.js';
import { fetcher } from './fetcher.js';

/** Set by the build: where each of the editor's workers is served. */
declare const WORKER_URLS: { editor: string; json: string; graphql: string };

// The editor asks for a worker by the language it is for; what is neither of ours needs the general one.
Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_module: string, label: string): Worker =>
      new Worker(WORKER_URLS[label as keyof typeof WORKER_URLS] ?? WORKER_URLS.editor, { type: 'module' }),
  },
});

const json = (value: object): string => JSON.stringify(value, null, 2);

const tabs = EXAMPLES.map(({ query, variables }) => ({
  query,
  variables: json(variables),
  headers: json(SAMPLE_HEADERS),
}));

/**
 * GraphiQL restores the variables it last showed, but takes none from the first of the default tabs, and on a mismatch
 * with the tab that is open it would open another one. So it is told.
 */
function variablesOfOpenTab(): string | undefined {
  const stored = localStorage.getItem('graphiql:tabState');
  if (!stored) return tabs[0]?.variables;
  const state: { tabs: { variables: string | null }[]; activeTabIndex: number } = JSON.parse(stored);
  return state.tabs[state.activeTabIndex]?.variables ?? undefined;
}

createRoot(document.getElementById('playground') as HTMLElement).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={tabs}
    initialVariables={variablesOfOpenTab()}
    defaultHeaders={json(SAMPLE_HEADERS)}
    defaultEditorToolsVisibility="variables"
  >
    <GraphiQL.Logo>
      <span className="gateway-name">User gateway</span>
    </GraphiQL.Logo>
  </GraphiQL>,
);
