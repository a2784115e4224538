/**
 * The parts of Solid whose names or shapes change in version 2 (Suspense, ErrorBoundary, effects, `For` with accessors, ...).
 * Everything in web/ reaches them through this file, so that the change is made once.
 */
export { batch, createEffect, ErrorBoundary, For, lazy, mergeProps, on, onMount, splitProps, Suspense } from 'solid-js'
