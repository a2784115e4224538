/** The few icons there are: 16 px, stroke 1.3, in the colour of the text. Each stands in a control that has a name. */
import type { Component, JSX } from 'solid-js'

const Icon: Component<{ readonly children: JSX.Element }> = (props) => (
  <svg class="ico" viewBox="0 0 16 16" aria-hidden="true">
    {props.children}
  </svg>
)

/** The mark of Coattend: a square cut in half, corpus and instance in one cell. */
export const BrandMark: Component = () => (
  <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
    <path d="M1 2v15h15z" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" />
    <path d="M2.6 1H17v14.4z" fill="currentColor" />
  </svg>
)

export const ThemeIcon: Component = () => (
  <Icon>
    <circle cx="8" cy="8" r="5.5" />
    <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
  </Icon>
)

export const FullScreenIcon: Component = () => (
  <Icon>
    <path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />
  </Icon>
)

export const RestoreIcon: Component = () => (
  <Icon>
    <path d="M6 2.5V6H2.5M13.5 6H10V2.5M10 13.5V10h3.5M2.5 10H6v3.5" />
  </Icon>
)

export const ExportIcon: Component = () => (
  <Icon>
    <path d="M8 2.5v7.5M4.8 7 8 10.2 11.2 7M2.5 11v2.5h11V11" />
  </Icon>
)

export const PanIcon: Component = () => (
  <Icon>
    <path d="M4 2.5v10l2.6-2.6 1.9 4 1.6-.8-1.9-3.9h3.6z" />
  </Icon>
)

export const LassoIcon: Component = () => (
  <Icon>
    <path d="M5 10.6C3.2 10 2.2 8.700 2.200 7c0-2.500 2.600-4.300 5.800-4.300S13.800 4.500 13.800 7s-2.600 4.300-5.800 4.300c-1 0-1.600-.1-2-.3M6.300 10.200c.8.4.8 1.300.2 1.800s-1.600.2-1.700-.6.7-1.500 1.500-1.200zM5.800 12.100c0 .9-.5 1.500-1.300 1.900" />
  </Icon>
)

export const BrushIcon: Component = () => (
  <Icon>
    <path d="M13.500 2.500 7.600 8.400M9 9.800 6.200 7M6.200 7c-2.400.2-2.600 2.300-2.700 3.600-.1 1-.6 1.700-1.300 2.100 3 .8 6.300.2 6.800-2.900z" />
  </Icon>
)

export const RectangleIcon: Component = () => (
  <Icon>
    <path d="M2.500 3.500h11v9h-11z" stroke-dasharray="2.2 1.800" />
  </Icon>
)

export const SearchIcon: Component = () => (
  <Icon>
    <circle cx="7" cy="7" r="4.2" />
    <path d="M10.2 10.2 14 14" />
  </Icon>
)

/** From here another way. */
export const ContinueIcon: Component = () => (
  <Icon>
    <path d="M3.5 3v4.5a2 2 0 0 0 2 2H13M10 6.5l3 3-3 3" />
  </Icon>
)

export const MoreIcon: Component = () => (
  <Icon>
    <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" stroke-width="2" />
  </Icon>
)

export const OptionsIcon: Component = () => (
  <Icon>
    <path d="M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6" />
    <circle cx="10.2" cy="5" r="1.7" />
    <circle cx="5.8" cy="11" r="1.7" />
  </Icon>
)

/** Points up while a list runs from small to large. */
export const SortIcon: Component<{ readonly descending: boolean }> = (props) => (
  <svg class="ico sort" viewBox="0 0 8 8" aria-hidden="true">
    <path d={props.descending ? 'M1.5 3 4 5.5 6.5 3' : 'M1.5 5 4 2.5 6.5 5'} />
  </svg>
)

export const CloseIcon: Component = () => (
  <Icon>
    <path d="M4 4l8 8M12 4l-8 8" />
  </Icon>
)
