import type { ReplaceField } from './faults.ts';
import type { JsonObject } from './reply.ts';

/** The answer with the value in the place of what it says there; unchanged where the thing is not in it. */
export function replaceField(answer: JsonObject, { id, path, value }: ReplaceField): JsonObject {
  if (id === undefined || answer['id'] === id) return replacedIn(answer, path, value);
  const entries = answer['value'];
  if (!Array.isArray(entries)) return answer;
  return {
    ...answer,
    value: entries.map((entry: unknown) =>
      isObject(entry) && entry['id'] === id ? replacedIn(entry, path, value) : entry,
    ),
  };
}

function replacedIn(object: JsonObject, path: readonly (string | number)[], value: unknown): JsonObject {
  const changed = replaced(object, path, value);
  return isObject(changed) ? changed : object;
}

/** A copy with the value at the end of the path; what the path does not fit stays as it is. */
function replaced(target: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    if (!Array.isArray(target)) return target;
    return target.map((item: unknown, place) => (place === step ? replaced(item, rest, value) : item));
  }
  if (!isObject(target)) return target;
  return { ...target, [step]: replaced(target[step], rest, value) };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
