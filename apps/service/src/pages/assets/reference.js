// The interactive reference. Plain script: browsers run it as it is.

const dark = matchMedia('(prefers-color-scheme: dark)');
const paint = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', paint);
paint();

const exchange = '/csp/gateway/am/api/auth/api-tokens/authorize';

// What is not needed stays empty until somebody fills it in: an example in an optional field would be sent with the call.
const withoutFillings = (document) => {
  for (const methods of Object.values(document.paths))
    for (const { parameters = [] } of Object.values(methods))
      for (const parameter of parameters) if (!parameter.required) delete parameter.example;
  return document;
};

const show = (spec) => {
  // Tokens live in this page's memory: nothing keeps them, and a reload forgets them.
  const ui = SwaggerUIBundle({
    spec,
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
    requestSnippets: {
      generators: { curl_bash: { title: 'curl' } },
      defaultExpanded: true,
      languages: ['curl_bash'],
    },
    // An exchange that was tried signs the reference in.
    responseInterceptor: (response) => {
      const { pathname } = new URL(response.url, location.href);
      if (response.ok && pathname === exchange && response.obj?.access_token)
        ui.preauthorizeApiKey('bearer', response.obj.access_token);
      return response;
    },
  });
};

fetch('/openapi.json')
  .then((answer) => answer.json())
  .then((document) => show(withoutFillings(document)));
