/**
 * One seed for every property test, so that a run that was green is green again: what decides whether a change is taken must
 * not be a throw of dice. To look for new counterexamples, `PROPERTY_SEED=random npm test`, or a number to see one again.
 */
import fc from 'fast-check';

const USUAL_SEED = 20_261_121;

const wanted = process.env.PROPERTY_SEED;
if (wanted !== 'random') fc.configureGlobal({ seed: wanted ? Number(wanted) : USUAL_SEED });
