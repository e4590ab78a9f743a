import { MultiSelect, Stack } from '@mantine/core'
import { recordOf } from '../../lib/json-values.ts'
import { ChoiceField, LongTextField, NumberField } from '../../ui/fields.tsx'
import { PairsField } from '../../ui/pairs-field.tsx'
import { useDesign } from './design.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

type RulePath = { readonly kind: string; readonly path: readonly (string | number)[] }

/** Which methods a rule holds for: one or any; lists may also have an action for each of several. */
export function RuleMethods({ path }: RulePath) {
  const { at, get, set, isReadOnly } = useDesign()
  const actions = recordOf(get(...path, 'method_actions'))
  const named = Object.keys(actions)
  if (named.length === 0) {
    return (
      <ChoiceField
        {...at(...path, 'method')}
        label="Method"
        choices={[
          { value: '', label: 'Any' },
          ...methods.map((method) => ({ value: method, label: method })),
        ]}
      />
    )
  }
  return (
    <Stack gap="sm">
      <MultiSelect
        label="Methods"
        data={[...new Set([...methods, ...named])]}
        value={named}
        disabled={isReadOnly}
        onChange={(next) =>
          set(
            [...path, 'method_actions'],
            Object.fromEntries(next.map((method) => [method, actions[method] ?? noAction])),
          )
        }
      />
      {named
        .filter((method) => recordOf(actions[method]).action === 'reply')
        .map((method) => (
          <Stack key={method} gap="xs">
            <NumberField
              {...at(...path, 'method_actions', method, 'code')}
              label={`Status of the reply to ${method}`}
            />
            <LongTextField
              {...at(...path, 'method_actions', method, 'data')}
              label={`Body of the reply to ${method}`}
            />
            <PairsField
              {...at(...path, 'method_actions', method, 'headers')}
              label={`Headers of the reply to ${method}`}
              what="header"
            />
          </Stack>
        ))}
    </Stack>
  )
}

const noAction = { action: 'no_action', code: 200, data: '', headers: {} }
