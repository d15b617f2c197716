import { serverAudits } from 'graphql-http';
import { type LoneApp, startTestApp } from '../support/app.js';

/** GraphQL over HTTP, by the audit of the working group's own library, with the settings that a gateway starts with. */

let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp({ RATE_LIMIT: 'on' });
});
afterAll(() => app.close());

const audits = serverAudits({ url: () => `${app.url}/graphql` });

test('the audit looks at as much as it did when it was passed', () => {
  expect(audits).toHaveLength(61);
});

test.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))(
  'a GraphQL server that is audited: %s %s',
  async (_id, _name, fn) => {
    const result = await fn();
    // Neither a warning nor a notice: what SHOULD be and what MAY be is so too.
    expect([result.status, 'reason' in result ? result.reason : undefined]).toEqual(['ok', undefined]);
  },
);
