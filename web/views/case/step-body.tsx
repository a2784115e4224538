/** What stands in a step of a case study, by the id of the step. */
import type { Component, JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { newsroomSteps } from './newsroom/steps.tsx'
import { phrasebookSteps } from './phrasebook/steps.tsx'
import { quizSteps } from './quiz/steps.tsx'

const bodies: Readonly<Record<string, Component>> = { ...newsroomSteps, ...phrasebookSteps, ...quizSteps }

export const StepBody = (props: { readonly step: string }): JSX.Element => <Dynamic component={bodies[props.step]} />
