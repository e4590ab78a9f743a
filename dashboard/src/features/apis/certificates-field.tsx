import { MultiSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { usePermissions } from '../../api/me.ts'
import { listOf } from '../../lib/json-values.ts'
import { type FieldProps, WordsField } from '../../ui/fields.tsx'
import { certificatesQuery } from './queries.ts'

/** Certificates of the store, by name; who may not read them types their ids. */
export function CertificatesField(props: FieldProps & { readonly withPrivateKey?: boolean }) {
  const mayRead = usePermissions()('certs', 'read')
  const { data: certificates } = useQuery({ ...certificatesQuery, enabled: mayRead })
  if (!mayRead || certificates === undefined) return <WordsField {...props} />
  const chosen = listOf(props.form.get(props.path)).map(String)
  const known = certificates.filter((one) => !props.withPrivateKey || one.hasPrivateKey)
  const choices = [
    ...known.map(({ id, name, isExpired }) => ({
      value: id,
      label: `${name} (${id.slice(-8)}${isExpired ? ', expired' : ''})`,
    })),
    ...chosen
      .filter((id) => !known.some((one) => one.id === id))
      .map((id) => ({ value: id, label: `Not in the store: …${id.slice(-12)}` })),
  ]
  return (
    <MultiSelect
      label={props.label}
      {...(props.about !== undefined && { description: props.about })}
      placeholder={chosen.length === 0 ? 'None chosen' : ''}
      data={choices}
      value={[...new Set(chosen)]}
      disabled={props.isDisabled === true}
      nothingFoundMessage="No certificate in the store"
      searchable
      onChange={(ids) => props.form.set(props.path, ids)}
    />
  )
}
