afterAll(() => new Promise(() => undefined));
test('passes', () => undefined);
