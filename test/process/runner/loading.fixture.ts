test('is never reached', () => undefined);
await new Promise(() => undefined);
