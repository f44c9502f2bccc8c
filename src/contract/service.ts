import type { AccountInputs, LocalText } from './bill.ts';
import type { CallContext } from './context.ts';
import type { Outcome, Reason } from './outcome.ts';

/** A JSON value, for forms whose shape an agency decides. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A form as JSON Schema (draft 2020-12) with our hints. */
export interface ServiceForm {
  schema: Json;
  intro?: LocalText;
}

/** A dated, agency-stated step of an application, oldest first. */
export interface ApplicationStep {
  atMs: number;
  state: 'submitted' | 'inProgress' | 'needsAction' | 'approved' | 'refused' | 'withdrawn';
  note?: LocalText;
}

export interface ServiceDocument {
  documentId: string;
  name: LocalText;
  mediaType: string;
  content: Uint8Array;
}

interface ItemRequest {
  serviceItemId: string;
  inputs: AccountInputs;
}

type OrUnavailable<T> = T | { kind: 'unavailable'; reason: Reason };

/** The operations about civic services; one provider may have these, those about bills, or both. */
export interface ServiceOperations<Settings> {
  describe(
    context: CallContext<Settings>,
    request: { serviceItemId: string },
  ): Promise<OrUnavailable<{ kind: 'form'; form: ServiceForm }>>;
  prefill(
    context: CallContext<Settings>,
    request: ItemRequest,
  ): Promise<OrUnavailable<{ kind: 'values'; values: Json }>>;
  check(
    context: CallContext<Settings>,
    request: ItemRequest & { answers: Json },
  ): Promise<OrUnavailable<{ kind: 'eligible' } | { kind: 'notEligible'; reasons: readonly LocalText[] }>>;
  query(
    context: CallContext<Settings>,
    request: ItemRequest,
  ): Promise<OrUnavailable<{ kind: 'found'; record: Json } | { kind: 'notFound' }>>;
  apply(
    context: CallContext<Settings>,
    request: ItemRequest & { reference: string; answers: Json },
  ): Promise<Outcome<{ agencyReference: string }>>;
  status(
    context: CallContext<Settings>,
    request: { reference: string },
  ): Promise<OrUnavailable<{ kind: 'steps'; steps: readonly ApplicationStep[] } | { kind: 'notFound' }>>;
  act(
    context: CallContext<Settings>,
    request: { reference: string; action: string; answers: Json },
  ): Promise<Outcome<{ agencyReference: string }>>;
  /** Free slots, and the four things done with one; each instruction is idempotent by its reference. */
  slots: {
    list(
      context: CallContext<Settings>,
      request: { serviceItemId: string; fromDate: string; toDate: string },
    ): Promise<
      OrUnavailable<{ kind: 'slots'; slots: readonly { slotId: string; startsAtMs: number; left: number }[] }>
    >;
    hold(
      context: CallContext<Settings>,
      request: { slotId: string; reference: string },
    ): Promise<Outcome<{ heldUntilMs: number }>>;
    book(
      context: CallContext<Settings>,
      request: { slotId: string; reference: string; inputs: AccountInputs },
    ): Promise<Outcome<{ agencyReference: string }>>;
    release(
      context: CallContext<Settings>,
      request: { reference: string },
    ): Promise<Outcome<{ agencyReference: string }>>;
  };
  documents(
    context: CallContext<Settings>,
    request: { reference: string },
  ): Promise<OrUnavailable<{ kind: 'documents'; documents: readonly ServiceDocument[] }>>;
}
