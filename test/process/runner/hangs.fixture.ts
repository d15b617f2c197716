test('never settles', () => new Promise(() => undefined));
test('runs all the same', () => undefined);
