/** The part of preact and htm that the page uses, for the type checker; see ../../tsconfig.json. */

type Done = void | (() => void)
type Ref<T> = { current: T }
type SetState<T> = (next: T | ((old: T) => T)) => void

export function html(parts: TemplateStringsArray, ...values: unknown[]): any
export function render(what: unknown, where: Element): void
export function useState<T>(initial: T | (() => T)): [T, SetState<T>]
export function useRef<T>(initial: T): Ref<T>
export function useMemo<T>(make: () => T, inputs: unknown[]): T
export function useCallback<F extends (...given: any[]) => any>(fn: F, inputs: unknown[]): F
export function useEffect(effect: () => Done, inputs?: unknown[]): void
export function useLayoutEffect(effect: () => Done, inputs?: unknown[]): void
export function useErrorBoundary(): [Error | undefined, () => void]
