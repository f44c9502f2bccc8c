import type { AgencyDetail, InputField, LocalText } from '../../api/types.ts';

export type Inputs = Readonly<Record<string, string>>;

/** The fields to ask for when one group of the manifest is chosen, in the manifest's order. */
export function fieldsOfGroup(agency: AgencyDetail, group: number): InputField[] {
  const names = new Set(agency.inputs.groups[group] ?? []);
  return agency.inputs.fields.filter((field) => names.has(field.name));
}

/** What the agency calls the number that names an account; null where not every way to find it asks for that. */
export function accountLabelOf({ inputs }: AgencyDetail): LocalText | null {
  const isAlwaysAsked = inputs.groups.every((names) => names.includes(inputs.accountField));
  const field = inputs.fields.find(({ name }) => name === inputs.accountField);
  return isAlwaysAsked && field ? field.label : null;
}

/** The group that was used to type these; the first when none fits. */
export function groupOf(agency: AgencyDetail, inputs: Inputs): number {
  const given = Object.keys(inputs).sort().join();
  return Math.max(
    0,
    agency.inputs.groups.findIndex((names) => [...names].sort().join() === given),
  );
}

/** What is sent: nothing around the value, and nothing of the groups that were not chosen. */
export function cleanInputs(fields: readonly InputField[], typed: Inputs): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field.name, cleanValue(field, typed[field.name] ?? '')]));
}

/** Numbers are copied from paper bills with spaces and dashes in them, and typed in full-width figures. */
function cleanValue(field: InputField, value: string): string {
  const text = value.normalize('NFKC').trim();
  if (field.presets) return value;
  // As it is painted: `粤A·12345`.
  if (field.check === 'plateNumber') return text.replaceAll(/[\s·•-]/g, '').toUpperCase();
  if (field.keyboard === 'idNumber') return text.replaceAll(/[\s-]/g, '').toUpperCase();
  return field.keyboard === 'text' ? text : text.replaceAll(/[\s-]/g, '');
}

/** Names of the fields whose value the manifest's own pattern does not match. */
export function mismatches(fields: readonly InputField[], inputs: Inputs): string[] {
  return fields
    .filter((field) => {
      const value = inputs[field.name] ?? '';
      return [...value].length > field.maxLength || !new RegExp(`^(?:${field.pattern})$`, 'u').test(value);
    })
    .map((field) => field.name);
}
