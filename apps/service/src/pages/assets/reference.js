// The interactive reference. Plain script: browsers run it as it is.

const dark = matchMedia('(prefers-color-scheme: dark)');
const paint = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', paint);
paint();

const exchange = '/csp/gateway/am/api/auth/api-tokens/authorize';

// Tokens live in this page's memory: nothing keeps them, and a reload forgets them.
const ui = SwaggerUIBundle({
  url: '/openapi.json',
  domNode: document.getElementById('reference'),
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  queryConfigEnabled: false,
  docExpansion: 'none',
  defaultModelsExpandDepth: -1,
  defaultModelRendering: 'example',
  displayRequestDuration: true,
  filter: true,
  requestSnippetsEnabled: true,
  requestSnippets: { generators: { curl_bash: { title: 'curl' } }, defaultExpanded: true, languages: null },
  // An exchange that was tried signs the reference in.
  responseInterceptor: (response) => {
    if (
      response.ok &&
      new URL(response.url, location.href).pathname === exchange &&
      response.obj?.access_token
    )
      ui.preauthorizeApiKey('bearer', response.obj.access_token);
    return response;
  },
});
