import type { z } from 'zod';
import type { FieldProblem } from '../kernel/errors.ts';
import { pointerOf, schemaProblems } from '../kernel/schema-problems.ts';

/** What the manifest's own rules say, as codes that have words in every language; named groups become `params`. */
const FAULTS: readonly [pattern: RegExp, code: string][] = [
  [/^must be a regular expression from \^ to \$$/, 'pattern_not_anchored'],
  [/^two fields have one name$/, 'field_names_doubled'],
  [/^no field is named (?<name>.*)$/, 'field_name_unknown'],
  [/^no group asks for (?<name>.*)$/, 'field_not_asked_for'],
  [/^nothing is asked for$/, 'nothing_asked_for'],
  [/^no group is enough$/, 'no_group_enough'],
  [/^the last slab must have no bound$/, 'last_slab_bounded'],
  [/^slabs must rise$/, 'slabs_not_rising'],
  [/^the minimum is above the maximum$/, 'minimum_above_maximum'],
  [/^ends before it begins$/, 'ends_before_begin'],
  [/^two fees of the (agency|resident) hold on one date$/, 'fees_overlap'],
  [/^no one gets the fee$/, 'split_empty'],
  [/^not an IANA time zone$/, 'time_zone_unknown'],
  [/^two routes over one connection$/, 'routes_share_connection'],
  [/^needs the capability (?<capability>.*)$/, 'capability_needed'],
  [/^pay needs queryPayment$/, 'pay_needs_query_payment'],
  [/^(?<operation>.*) is not among the capabilities$/, 'operation_not_declared'],
];

/** Where a manifest is wrong, and what is wrong there. The schema was given `reportInput: true`. */
export function manifestProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const fault = issue.code === 'custom' ? faultOf(issue.message) : null;
    if (fault) return [{ pointer: pointerOf(issue.path), ...fault }];
    return schemaProblems({ issues: [issue] } as z.ZodError);
  });
}

function faultOf(message: string): Omit<FieldProblem, 'pointer'> | null {
  for (const [pattern, code] of FAULTS) {
    const match = pattern.exec(message);
    if (match) return { code, params: { ...match.groups } };
  }
  return null;
}
