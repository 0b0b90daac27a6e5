/**
 * A promise settled from outside. One that nobody awaits may fail without ending the process:
 * a call that was fired and forgotten is the caller's choice.
 */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    mayFailUnseen(this.promise);
  }
}

/** Lets a promise fail without ending the process when nobody awaits it. */
export function mayFailUnseen<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** A promise that has failed already, under the same rule. */
export function failed<T>(error: Error): Promise<T> {
  const deferred = new Deferred<T>();
  deferred.reject(error);
  return deferred.promise;
}
