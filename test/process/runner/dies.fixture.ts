test('crashes', () => process.abort());
