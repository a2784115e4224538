/** Where somebody is in a case study: the step stands in the address, beside the view, so that a link opens both. */
import { useLocation, useNavigate } from '@solidjs/router'
import type { Accessor } from 'solid-js'
import { createContext, createMemo, untrack, useContext } from 'solid-js'
import { WebError } from '#web/errors.ts'
import type { View } from '#web/state/permalink.ts'
import { encodeView } from '#web/state/permalink.ts'
import { useRoom } from '#web/state/room.ts'
import type { CaseStudy } from './cases.ts'
import { placeOf } from './cases.ts'
import { viewOfStep } from './step-views.ts'

/** Name of the query's field. */
export const stepField = 'case'

export interface Guide {
  readonly study: CaseStudy
  /** Place of the open step, from 0; −1 while the guide is closed. */
  readonly place: Accessor<number>
  /** Opens a step, and what it is about in the views; null closes the guide. */
  open(step: string | null): void
  /** The address of a step with the view as it is. */
  link(step: string): string
}

export function createGuide(study: CaseStudy): Guide {
  const room = useRoom()
  const location = useLocation()
  const navigate = useNavigate()
  const step = createMemo(() => {
    const asked = location.query[stepField]
    return typeof asked === 'string' ? asked : null
  })
  const address = (name: string | null, view: View): string => {
    const query = encodeView(view, room.defaults)
    if (name !== null) query.set(stepField, name)
    return `/w/${room.id}${query.size === 0 ? '' : `?${query}`}`
  }
  return {
    study,
    place: () => placeOf(study, step()),
    open(name) {
      if (name !== null) room.selection.select(untrack(() => viewOfStep(name, room)))
      // One entry for Back, whether or not the view changes with the step.
      navigate(address(name, untrack(room.selection.view)), { scroll: false, resolve: false })
    },
    link: (name) => address(name, room.selection.view()),
  }
}

export const GuideContext = createContext<Guide>()

export function useGuide(): Guide {
  const guide = useContext(GuideContext)
  if (guide === undefined) throw new WebError('internal', 'internal: this component stands outside a case study')
  return guide
}
