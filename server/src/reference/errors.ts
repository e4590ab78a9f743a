import { activityProblems } from '@tollgate/management/activity/activity-routes'
import { organisationKeyProblems } from '@tollgate/management/admin/organisation-keys'
import { organisationProblems } from '@tollgate/management/admin/organisations'
import { apiProblems } from '@tollgate/management/apis/api-problems'
import { loginProblems } from '@tollgate/management/authentication/begin-session'
import { gateProblems } from '@tollgate/management/authentication/password-gate'
import { certificateProblems } from '@tollgate/management/certificates/certificate-problems'
import { controlProblems } from '@tollgate/management/control/control-problems'
import { demoProblems } from '@tollgate/management/demo/demo-routes'
import { type ProblemSpec, problems } from '@tollgate/management/errors'
import { keyProblems } from '@tollgate/management/keys/key-problems'
import { ownOrganisationProblems } from '@tollgate/management/organisation/organisation-routes'
import { organisationSessionProblems } from '@tollgate/management/organisation-sessions/organisation-session-problems'
import { policyProblems } from '@tollgate/management/policies/policy-problems'
import { requestProblems } from '@tollgate/management/requests/request-problems'
import { factorProblems } from '@tollgate/management/second-factor/factor-problems'
import { sessionProblems } from '@tollgate/management/session/session-routes'
import { signOnProblems } from '@tollgate/management/single-sign-on/sign-on-problems'
import { trialProblems } from '@tollgate/management/try-it/trial-request'
import { groupProblems } from '@tollgate/management/user-groups/user-group-problems'
import { userProblems } from '@tollgate/management/users/user-problems'
import { webhookProblems } from '@tollgate/management/webhooks/webhook-problems'
import { refusals } from '@tollgate/model/judge/refusals'

const managementTables: readonly {
  readonly of: string
  readonly table: Readonly<Record<string, ProblemSpec>>
}[] = [
  { of: 'Every route', table: problems },
  { of: 'Keys', table: keyProblems },
  { of: 'APIs', table: apiProblems },
  { of: 'Policies', table: policyProblems },
  { of: 'Certificates', table: certificateProblems },
  { of: 'Webhooks', table: webhookProblems },
  { of: 'Requests', table: requestProblems },
  { of: 'Users', table: userProblems },
  { of: 'User groups', table: groupProblems },
  { of: 'Sign-in and sessions', table: { ...loginProblems, ...gateProblems, ...sessionProblems } },
  { of: 'Second factors', table: factorProblems },
  { of: 'Single sign-on', table: signOnProblems },
  {
    of: 'Organisations',
    table: {
      ...organisationProblems,
      ...ownOrganisationProblems,
      ...organisationKeyProblems,
      ...organisationSessionProblems,
    },
  },
  { of: 'Activity', table: activityProblems },
  { of: 'Trying an API', table: trialProblems },
  { of: 'The demo', table: demoProblems },
  { of: 'Control API', table: controlProblems },
]

/** The text of docs/reference/errors.md, from the closed tables of the gate and of the management APIs. */
export function errorReference(): string {
  const gate = Object.entries(refusals).map(
    ([code, { status, message, meaning }]) => `| \`${code}\` | ${status} | ${message} | ${meaning} |`,
  )
  const management = managementTables.flatMap(({ of, table }) => [
    `### ${of}`,
    '',
    '| code | status | message |',
    '|---|---|---|',
    ...Object.values(table).map(
      ({ code, status, message }) => `| \`${code}\` | ${status} | ${message.trim()} |`,
    ),
    '',
  ])
  return [
    introduction,
    '| code | status | message | when |',
    '|---|---|---|---|',
    ...gate,
    '',
    managementIntroduction,
    ...management,
  ].join('\n')
}

const introduction = `# Errors

<!-- Written from model/src/judge/refusals.ts and management/src by \`npm run docs\`. Change it there. -->

Every answer that Tollgate makes by itself comes from one of two closed tables. The code does not travel:
clients see status and message, as the contract has them. The log has the code, and for the gateway also
the trace: every step that led to the refusal, the deciding one last. \`GET /api/requests/{request_id}/explain\`
tells it in words ([how](../how-to/find-out-why-a-request-was-refused.md)).

## The gateway

JSON, or XML when the request’s own \`Content-Type\` is an XML one; \`no_route\` and \`api_inactive\` are
plain text. The answer carries \`X-Request-Id\`, under which the log has the line.

\`\`\`json
{
    "error": "Key has expired, please renew"
}
\`\`\`
`

const managementIntroduction = `## Dashboard API, admin API and control API

\`{"Status":"Error","Message":"…","Meta":null}\`. Some messages go on after a colon: with the path of the
wrong field, or with the request id of a fault. A body that is no JSON is answered with 403, one that is
JSON of the wrong form with 400, as clients of this API expect.

The control API of the gateway (\`/tyk/…\`) has its own form, \`{"status":"error","message":"…"}\`, and its own
texts, in the last table.
`
