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

interface Tab {
  query: string | null;
  variables: string | null;
}

/** The tab that was open last, as GraphiQL keeps it; before the first visit, and where nothing can be read, the first. */
function openTab(): Tab | undefined {
  try {
    const kept: { tabs: Tab[]; activeTabIndex: number } = JSON.parse(
      localStorage.getItem('graphiql:tabState') ?? '',
    );
    return kept.tabs[kept.activeTabIndex] ?? tabs[0];
  } catch {
    return tabs[0];
  }
}

// GraphiQL looks for the tab that has the query and the variables it last kept beside the tabs, which it does only once
// they change, and opens an empty one when there is none such. So it is told those of a tab that there is.
const open = openTab();

createRoot(document.getElementById('playground') as HTMLElement).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={tabs}
    initialQuery={open?.query ?? ''}
    initialVariables={open?.variables ?? ''}
    defaultHeaders={json(SAMPLE_HEADERS)}
    defaultEditorToolsVisibility="variables"
  >
    <GraphiQL.Logo>
      <span className="gateway-name">User gateway</span>
    </GraphiQL.Logo>
  </GraphiQL>,
);
