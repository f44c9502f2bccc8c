import type { Manifest } from '../contract/index.ts';

/**
 * The form of an agency as JSON Schema (draft 2020-12), for programs that ask in place of a resident: a string property for
 * each field, and each group as one way to be complete. Values are meant as the server makes them uniform: without blanks,
 * full-width digits narrowed. Check digits are beyond it; the server looks at those too.
 */
export function jsonSchemaOfInputs({ fields, groups }: Manifest['inputs']): Record<string, unknown> {
  const properties = fields.map(({ name, label, help, pattern, maxLength, presets }) => [
    name,
    {
      type: 'string',
      title: label['zh-CN'],
      description: help['zh-CN'],
      minLength: 1,
      maxLength,
      pattern,
      ...(presets ? { enum: presets.map(({ value }) => value) } : {}),
    },
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
    // An agency with services only asks for nothing.
    ...(groups.length > 0 ? { anyOf: groups.map((group) => ({ required: group })) } : {}),
  };
}
