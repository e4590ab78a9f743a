import { z } from 'zod'
import { type ApiEventHandlers, eventHandlers, unheardHandlers } from '../definition/api-events.ts'
import { apiFeature } from './feature.ts'
import { flag } from './field-types.ts'

/** Who is told of what happens at the API. */
export const apiEventHandlers = apiFeature({
  name: 'event-handlers',
  label: 'event handlers',
  slot: 'eventHandlers',
  fields: { api: { event_handlers: z.looseObject({}).nullish(), event_handlers_disabled: flag } },
  compile(document, { report }): ApiEventHandlers {
    const at = report.within('event_handlers', 'events')
    for (const { path, message } of unheardHandlers(document)) at.warning(path, 'not_obeyed', message)
    return eventHandlers(document)
  },
})
