test('passes', () => expect(jest.fn(() => 1)()).toBe(1));
