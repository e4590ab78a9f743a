import { Button, Checkbox, Group, Paper, Skeleton, Text, Title } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { counted } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorBox } from '../../ui/error-box.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Time } from '../../ui/time.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { inPairs, nameInWords, purposeOf, standingOf } from './certificate-words.ts'
import classes from './certificates.module.css'
import {
  boundKeyQuery,
  type Certificate,
  certificateQuery,
  deleteCertificate,
  type Use,
  usesQuery,
} from './queries.ts'

/** One certificate: what it says, what uses it, deleting it. */
export function CertificatePage() {
  const { id = '' } = useParams({ strict: false })
  const { data, error, refetch } = useQuery(certificateQuery(id))
  if (data !== undefined) return <Shown certificate={data} />
  return (
    <>
      <PageHeader title="Certificate" />
      {error === null ? (
        <Skeleton h={280} aria-label="Loading" />
      ) : (
        <ErrorBox error={error} onRetry={refetch} />
      )}
    </>
  )
}

function Shown({ certificate }: { readonly certificate: Certificate }) {
  const may = usePermissions()
  const [isAsking, setIsAsking] = useState(false)
  const uses = useQuery(usesQuery(certificate.id))
  const key = useQuery({ ...boundKeyQuery(certificate.id), enabled: may('keys', 'read') })
  return (
    <>
      <PageHeader
        title={certificate.subject.CommonName || certificate.dns_names[0] || 'Certificate'}
        about={`Issued by ${nameInWords(certificate.issuer)}`}
        beside={<StatusBadge {...standingOf(certificate, Date.now())} />}
        actions={
          may('certs', 'write') && (
            <Button
              color="red"
              variant="light"
              leftSection={<IconTrash size={16} />}
              onClick={() => setIsAsking(true)}
            >
              Delete
            </Button>
          )
        }
      />
      <Says certificate={certificate} />
      <Section title="Used by">
        {uses.error !== null && <ErrorBox error={uses.error} onRetry={uses.refetch} />}
        {uses.data?.length === 0 && key.data == null && (
          <Text size="sm" c="dimmed">
            Nothing names it. An API does in its settings for TLS, by the certificate’s id.
          </Text>
        )}
        <ul className={classes.uses}>
          {uses.data?.map((use) => (
            <li key={use.api_id}>
              <Link to={paths.api(use.api_id)}>{use.name || use.api_id}</Link> {purposeOf(use)}
            </li>
          ))}
          {key.data != null && (
            <li>
              <Link to={paths.key(key.data.id)}>{key.data.name}</Link> is the key of whoever shows it
            </li>
          )}
        </ul>
      </Section>
      <DeleteDialog
        certificate={certificate}
        uses={uses.data ?? []}
        hasKey={key.data != null}
        opened={isAsking}
        onClose={() => setIsAsking(false)}
      />
    </>
  )
}

function Says({ certificate }: { readonly certificate: Certificate }) {
  const { dns_names: names } = certificate
  return (
    <Section title="What it says">
      <dl className={classes.facts}>
        <Fact name="Subject">{nameInWords(certificate.subject)}</Fact>
        <Fact name="Names">{names.length === 0 ? 'none' : names.join(', ')}</Fact>
        <Fact name="Issuer">{nameInWords(certificate.issuer)}</Fact>
        <Fact name="Valid from">
          <Time at={certificate.not_before} />
        </Fact>
        <Fact name="Valid until">
          <Time at={certificate.not_after} />
        </Fact>
        <Fact name="Private key">
          {certificate.has_private
            ? 'kept here, sealed'
            : 'not here: it can be expected, and shown to nobody'}
        </Fact>
        {certificate.is_ca && <Fact name="Kind">Certificate authority: signs others</Fact>}
        <Fact name="Certificate ID">
          <Identifier value={certificate.id} what="certificate ID" />
        </Fact>
        <Fact name="SHA-256">
          <code>{inPairs(certificate.fingerprint)}</code>
        </Fact>
      </dl>
    </Section>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} mb="md" component="section" aria-label={title}>
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      {children}
    </Paper>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function DeleteDialog(props: {
  readonly certificate: Certificate
  readonly uses: readonly Use[]
  readonly hasKey: boolean
  readonly opened: boolean
  readonly onClose: () => void
}) {
  const { certificate, uses, hasKey } = props
  const [isTakenOut, setIsTakenOut] = useState(false)
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const name = certificate.subject.CommonName || certificate.id
  const named = [...(uses.length > 0 ? [counted(uses.length, 'API')] : []), ...(hasKey ? ['its key'] : [])]
  const remove = async () => {
    await deleteCertificate(certificate.id, isTakenOut)
    toastDone(`The certificate “${name}” is deleted`)
    void navigate({ to: paths.certificates() })
    queryClient.removeQueries({ queryKey: ['certificates', 'one', certificate.id] })
    for (const resource of ['certificates', 'apis', 'keys'])
      void queryClient.invalidateQueries({ queryKey: [resource, 'list'] })
  }
  return (
    <ConfirmDialog
      opened={props.opened}
      onClose={props.onClose}
      title={`Delete the certificate “${name}”?`}
      action="Delete"
      onConfirm={remove}
    >
      {named.length === 0 ? (
        'No API names it. Its private key, if there is one, cannot be had back.'
      ) : (
        <>
          <Text size="sm">
            {named.join(' and ')} {uses.length + Number(hasKey) === 1 ? 'depends' : 'depend'} on it: what
            names it answers 503 or refuses, until another is named.
          </Text>
          <ul className={classes.uses}>
            {uses.slice(0, maxNamed).map((use) => (
              <li key={use.api_id}>{use.name || use.api_id}</li>
            ))}
            {uses.length > maxNamed && <li>and {uses.length - maxNamed} more</li>}
          </ul>
          <Group mt="sm">
            <Checkbox
              label="Take it out of these APIs first, and delete the key that it stands for"
              description="An API that then names no client certificate lets in whatever its other rules let in."
              checked={isTakenOut}
              onChange={(event) => setIsTakenOut(event.currentTarget.checked)}
            />
          </Group>
        </>
      )}
    </ConfirmDialog>
  )
}

const maxNamed = 8
