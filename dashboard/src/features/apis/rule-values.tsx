import { SimpleGrid, Text } from '@mantine/core'
import { rateInWords } from '@tollgate/model/limits/limit-in-words'
import { recordOf } from '../../lib/json-values.ts'
import { LongTextField, NumberField, WordsField } from '../../ui/fields.tsx'
import { DurationField } from '../../ui/limit-fields.tsx'
import { PairsField } from '../../ui/pairs-field.tsx'
import { AlgorithmFields } from './advanced.tsx'
import { useDesign } from './design.ts'

/** What a rule of a kind sets, beside its path and method. */
export function RuleValues({
  kind,
  path,
}: {
  readonly kind: string
  readonly path: readonly (string | number)[]
}) {
  const { at, get } = useDesign()
  const field = (name: string) => at(...path, name)
  switch (kind) {
    case 'mock_response':
      return (
        <>
          <NumberField {...field('code')} label="Status" min={200} max={599} />
          <LongTextField {...field('body')} label="Body" />
          <PairsField {...field('headers')} label="Headers" what="header" />
        </>
      )
    case 'rate_limit':
      return (
        <>
          <Text size="sm">{rateInWords(recordOf(get(...path)))}, from all callers together</Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <NumberField {...field('rate')} label="Requests" min={1} />
            <DurationField {...field('per')} label="Within" />
            <AlgorithmFields path={path} />
          </SimpleGrid>
        </>
      )
    case 'request_costs':
      return (
        <NumberField {...field('cost')} label="Cost" about="Units of rate and quota; 0 is free" min={0} />
      )
    case 'size_limits':
      return <NumberField {...field('size_limit')} label="Largest body" unit="bytes" min={0} />
    case 'hard_timeouts':
      return <NumberField {...field('timeout')} label="Time to answer" unit="seconds" min={0} />
    case 'transform_headers':
    case 'transform_response_headers':
      return (
        <>
          <PairsField {...field('add_headers')} label="Added" what="header" />
          <WordsField {...field('delete_headers')} label="Removed" placeholder="x-header" />
        </>
      )
    default:
      return null
  }
}
