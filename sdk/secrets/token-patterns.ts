/**
 * Tokens of known services by their looks, from the rules of gitleaks 8.30.0, © 2019 Zachary
 * Rice, MIT licence (docs/licences/gitleaks.txt). Made by `npm run generate`.
 */
export const tokenPatterns: readonly RegExp[] = [
  // 1password-secret-key
  /\bA3-[A-Z0-9]{6}-(?:(?:[A-Z0-9]{11})|(?:[A-Z0-9]{6}-[A-Z0-9]{5}))-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}\b/g,
  // 1password-service-account-token
  /ops_eyJ[a-zA-Z0-9+/]{250,}={0,}/g,
  // adobe-client-secret
  /\b(p8e-[a-z0-9]{20,})/gi,
  // age-secret-key
  /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{20,}/g,
  // airtable-personnal-access-token
  /\b(pat[A-Za-z0-9]{14}\.[a-f0-9]{64})\b/g,
  // authress-service-client-access-key
  /\b((?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.(?:acc)[_-][a-z0-9-]{10,32}\.[a-z0-9+/_=-]{20,})/gi,
  // aws-amazon-bedrock-api-key-long-lived
  /\b(ABSK[A-Za-z0-9+/]{109,269}={0,})/g,
  // aws-amazon-bedrock-api-key-short-lived
  /bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t/g,
  // clickhouse-cloud-api-secret-key
  /\b(4b1d[A-Za-z0-9]{38})\b/g,
  // clojars-api-token
  /CLOJARS_[a-z0-9]{20,}/gi,
  // cloudflare-origin-ca-key
  /\b(v1\.0-[a-f0-9]{24}-[a-f0-9]{20,})/g,
  // databricks-api-token
  /\b(dapi[a-f0-9]{32}(?:-\d)?)/g,
  // digitalocean-access-token
  /\b(doo_v1_[a-f0-9]{20,})/g,
  // digitalocean-pat
  /\b(dop_v1_[a-f0-9]{20,})/g,
  // digitalocean-refresh-token
  /\b(dor_v1_[a-f0-9]{20,})/gi,
  // doppler-api-token
  /dp\.pt\.[a-z0-9]{20,}/gi,
  // duffel-api-token
  /duffel_(?:test|live)_[a-z0-9_=-]{20,}/gi,
  // dynatrace-api-token
  /dt0c01\.[a-z0-9]{24}\.[a-z0-9]{20,}/gi,
  // easypost-api-token
  /\bEZAK[a-z0-9]{54}\b/gi,
  // easypost-test-api-token
  /\bEZTK[a-z0-9]{54}\b/gi,
  // facebook-access-token
  /\b(\d{15,16}(\||%)[0-9a-z_-]{20,})/gi,
  // facebook-page-access-token
  /\b(EAA[MC][a-z0-9]{20,})/gi,
  // flutterwave-encryption-key
  /FLWSECK_TEST-[a-h0-9]{12,}/gi,
  // flutterwave-secret-key
  /FLWSECK_TEST-[a-h0-9]{32}-X/gi,
  // flyio-access-token
  /\b((?:fo1_[\w-]{43}|fm1[ar]_[a-zA-Z0-9+/]{100,}={0,3}|fm2_[a-zA-Z0-9+/]{100,}={0,}))/g,
  // frameio-api-token
  /fio-u-[a-z0-9_=-]{20,}/gi,
  // gcp-api-key
  /\b(AIza[\w-]{20,})/g,
  // github-app-token
  /(?:ghu|ghs)_[0-9a-zA-Z]{20,}/g,
  // github-fine-grained-pat
  /github_pat_\w{20,}/g,
  // github-oauth
  /gho_[0-9a-zA-Z]{20,}/g,
  // github-pat
  /ghp_[0-9a-zA-Z]{20,}/g,
  // github-refresh-token
  /ghr_[0-9a-zA-Z]{20,}/g,
  // gitlab-cicd-job-token
  /glcbt-[0-9a-zA-Z]{1,5}_[0-9a-zA-Z_-]{20,}/g,
  // gitlab-deploy-token
  /gldt-[0-9a-zA-Z_-]{20,}/g,
  // gitlab-feature-flag-client-token
  /glffct-[0-9a-zA-Z_-]{20,}/g,
  // gitlab-feed-token
  /glft-[0-9a-zA-Z_-]{20,}/g,
  // gitlab-incoming-mail-token
  /glimt-[0-9a-zA-Z_-]{20,}/g,
  // gitlab-kubernetes-agent-token
  /glagent-[0-9a-zA-Z_-]{20,}/g,
  // gitlab-oauth-app-secret
  /gloas-[0-9a-zA-Z_-]{20,}/g,
  // gitlab-pat
  /glpat-[\w-]{20,}/g,
  // gitlab-ptt
  /glptt-[0-9a-f]{20,}/g,
  // gitlab-rrt
  /GR1348941[\w-]{20,}/g,
  // gitlab-runner-authentication-token
  /glrt-[0-9a-zA-Z_-]{20,}/g,
  // gitlab-scim-token
  /glsoat-[0-9a-zA-Z_-]{20,}/g,
  // gitlab-session-cookie
  /_gitlab_session=[0-9a-z]{20,}/g,
  // grafana-api-key
  /\b(eyJrIjoi[A-Za-z0-9]{70,400}={0,})/gi,
  // grafana-cloud-api-token
  /\b(glc_[A-Za-z0-9+/]{32,400}={0,})/gi,
  // grafana-service-account-token
  /\b(glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8,})/gi,
  // heroku-api-key-v2
  /\b((HRKU-AA[0-9a-zA-Z_-]{20,}))/g,
  // huggingface-access-token
  /\b(hf_(?:[a-z]{20,}))/gi,
  // huggingface-organization-api-token
  /\b(api_org_(?:[a-z]{20,}))/gi,
  // infracost-api-token
  /\b(ico-[a-zA-Z0-9]{20,})/g,
  // intra42-client-secret
  /\b(s-s4t2(?:ud|af)-[abcdef0123456789]{20,})/gi,
  // linear-api-key
  /lin_api_[a-z0-9]{20,}/gi,
  // maxmind-license-key
  /\b([A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)/g,
  // notion-api-token
  /\b(ntn_[0-9]{11}[A-Za-z0-9]{32}[A-Za-z0-9]{3,})/g,
  // npm-access-token
  /\b(npm_[a-z0-9]{20,})/gi,
  // octopus-deploy-api-key
  /\b(API-[A-Z0-9]{20,})/g,
  // openai-api-key
  /\b(sk-(?:proj|svcacct|admin)-(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})T3BlbkFJ(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})\b|sk-[a-zA-Z0-9]{20}T3BlbkFJ[a-zA-Z0-9]{20,})/g,
  // openshift-user-token
  /\b(sha256~[\w-]{20,})/g,
  // perplexity-api-key
  /\b(pplx-[a-zA-Z0-9]{20,})/g,
  // planetscale-api-token
  /\b(pscale_tkn_[\w=.-]{20,})/gi,
  // planetscale-oauth-token
  /\b(pscale_oauth_[\w=.-]{20,})/g,
  // planetscale-password
  /\b(pscale_pw_[\w=.-]{20,})/gi,
  // postman-api-token
  /\b(PMAK-[a-f0-9]{24}-[a-f0-9]{20,})/gi,
  // prefect-api-token
  /\b(pnu_[a-zA-Z0-9]{20,})/g,
  // pulumi-api-token
  /\b(pul-[a-f0-9]{20,})/g,
  // pypi-upload-token
  /pypi-AgEIcHlwaS5vcmc[\w-]{20,}/g,
  // readme-api-token
  /\b(rdme_[a-z0-9]{20,})/g,
  // rubygems-api-token
  /\b(rubygems_[a-f0-9]{20,})/g,
  // scalingo-api-token
  /\b(tk-us-[\w-]{20,})/g,
  // sendgrid-api-token
  /\b(SG\.[a-z0-9=_.-]{20,})/gi,
  // sendinblue-api-token
  /\b(xkeysib-[a-f0-9]{64}-[a-z0-9]{16,})/gi,
  // sentry-user-token
  /\b(sntryu_[a-f0-9]{20,})/g,
  // settlemint-application-access-token
  /\b(sm_aat_[a-zA-Z0-9]{16,})/g,
  // settlemint-personal-access-token
  /\b(sm_pat_[a-zA-Z0-9]{16,})/g,
  // settlemint-service-access-token
  /\b(sm_sat_[a-zA-Z0-9]{16,})/g,
  // shippo-api-token
  /\b(shippo_(?:live|test)_[a-fA-F0-9]{20,})/g,
  // shopify-access-token
  /shpat_[a-fA-F0-9]{20,}/g,
  // shopify-custom-access-token
  /shpca_[a-fA-F0-9]{20,}/g,
  // shopify-private-app-access-token
  /shppa_[a-fA-F0-9]{20,}/g,
  // shopify-shared-secret
  /shpss_[a-fA-F0-9]{20,}/g,
  // slack-app-token
  /xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+/gi,
  // slack-bot-token
  /xoxb-[0-9]{10,13}-[0-9]{10,13}[a-zA-Z0-9-]*/g,
  // slack-config-access-token
  /xoxe.xox[bp]-\d-[A-Z0-9]{20,}/gi,
  // slack-config-refresh-token
  /xoxe-\d-[A-Z0-9]{20,}/gi,
  // slack-legacy-bot-token
  /xoxb-[0-9]{8,14}-[a-zA-Z0-9]{18,}/g,
  // slack-legacy-token
  /xox[os]-\d+-\d+-\d+-[a-fA-F\d]+/g,
  // slack-legacy-workspace-token
  /xox[ar]-(?:\d-)?[0-9a-zA-Z]{8,}/g,
  // slack-user-token
  /xox[pe](?:-[0-9]{10,13}){3}-[a-zA-Z0-9-]{20,}/g,
  // slack-webhook-url
  /(?:https?:\/\/)?hooks.slack.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{20,}/g,
  // square-access-token
  /\b((?:EAAA|sq0atp-)[\w-]{20,})/g,
  // stripe-access-token
  /\b((?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,})/g,
  // twilio-api-key
  /SK[0-9a-fA-F]{20,}/g,
  // vault-batch-token
  /\b(hvb\.[\w-]{20,})/g,
  // vault-service-token
  /\b((?:hvs\.[\w-]{90,120}|s\.(?:[a-z0-9]{20,})))/gi,
];
