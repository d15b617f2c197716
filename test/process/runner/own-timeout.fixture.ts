jest.setTimeout(50);
test('has the time-out of its file', () => new Promise(() => undefined));
test('has its own', () => new Promise(() => undefined), 60);
