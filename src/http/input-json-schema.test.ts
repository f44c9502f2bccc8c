import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { checkInputs } from '../agencies/index.ts';
import type { Manifest } from '../contract/index.ts';
import { jsonSchemaOfInputs } from './input-json-schema.ts';

const text = { 'zh-CN': '文', en: 'text' };
const common = { label: text, help: text, mismatch: text, scannable: false, keyboard: 'text' } as const;
const inputs: Manifest['inputs'] = {
  fields: [
    { ...common, name: 'accountNumber', pattern: '^\\d{4,6}$', maxLength: 5 },
    { ...common, name: 'phone', pattern: '^1\\d{3}$', maxLength: 11 },
    { ...common, name: 'holder', pattern: '^\\p{Script=Han}{2,}$', maxLength: 4 },
    {
      ...common,
      name: 'kind',
      pattern: '^[a-z]+$',
      maxLength: 10,
      presets: [
        { value: 'home', label: text },
        { value: 'shop', label: text },
      ],
    },
  ],
  groups: [['accountNumber'], ['phone', 'holder', 'kind']],
  accountField: 'accountNumber',
};

/** Right, nearly right, and anything. */
const textLike = (...near: string[]) =>
  fc.oneof(fc.constantFrom(...near), fc.constantFrom(...near), fc.string({ minLength: 1, maxLength: 6 }));
const typedInputs = fc.record(
  {
    accountNumber: textLike('1234', '12345', '123456'),
    phone: textLike('1380', '13800'),
    holder: textLike('张三', '𬭎三', '张三李四王'),
    kind: textLike('home', 'shop', 'office'),
  },
  { requiredKeys: [] },
);

it('the JSON Schema of a form takes just what the server takes', () => {
  const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(jsonSchemaOfInputs(inputs));
  let taken = 0;
  fc.assert(
    fc.property(
      fc.oneof({ arbitrary: typedInputs, weight: 9 }, fc.dictionary(fc.string(), textLike('home'))),
      (typed) => {
        const isTaken = checkInputs(inputs, typed as Record<string, string>).length === 0;
        if (isTaken) taken++;
        expect(validate(typed)).toBe(isTaken);
      },
    ),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(10);
});
