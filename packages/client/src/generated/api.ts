// Made from docs/openapi.json by packages/client/scripts/generate.mjs. Do not change it by hand.
export interface paths {
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description */
        get: operations["getOpenapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the work gets on: nothing waits for too long */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests may be sent here */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures for Prometheus; on loopback and for operators */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who you are to the service
         * @description The organisation that you act in, your role, the API token behind your access token.
         *
         *     Who: reader and above.
         */
        get: operations["getCaller"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The roles and what each may do
         * @description From most to least; each may do what those below it may.
         *
         *     Who: reader and above.
         */
        get: operations["listRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organisations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The organisations that you may see
         * @description All of them for an operator, their own for everybody else.
         *
         *     Who: reader and above.
         */
        get: operations["listOrganisations"];
        put?: never;
        /**
         * Make an organisation
         * @description Its first people and API tokens are made with the header Meterhouse-Organisation.
         *
         *     Who: operator and above.
         */
        post: operations["createOrganisation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organisations/{organisationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One organisation
         * @description Who: reader and above.
         */
        get: operations["getOrganisation"];
        put?: never;
        post?: never;
        /**
         * Delete an organisation that has no meters and no usage
         * @description Else 409 `in-use` counts what it has. Its tokens, contracts and customers go with it.
         *
         *     Who: operator and above.
         */
        delete: operations["deleteOrganisation"];
        options?: never;
        head?: never;
        /**
         * Change the name or the partner number of an organisation
         * @description What is left out stays; a partner number of null is taken away.
         *
         *     Who: operator and above.
         */
        patch: operations["changeOrganisation"];
        trace?: never;
    };
    "/api/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The people of the organisation
         * @description Who: reader and above.
         */
        get: operations["listPeople"];
        put?: never;
        /**
         * Add a person to the organisation
         * @description With a role no higher than your own. Who is a member of another organisation too keeps the password they have, and it does not open this one; the answer is the same.
         *
         *     Who: administrator and above.
         */
        post: operations["addPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{personId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One person of the organisation
         * @description Who: reader and above.
         */
        get: operations["getPerson"];
        put?: never;
        post?: never;
        /**
         * Remove a person from the organisation
         * @description Their API tokens here are revoked: that stops every change at once, reads within 30 minutes.
         *
         *     Who: administrator and above.
         */
        delete: operations["removePerson"];
        options?: never;
        head?: never;
        /**
         * Change the role of a person
         * @description A lower role stops every change of their API tokens at once, reads within 30 minutes.
         *
         *     Who: administrator and above.
         */
        patch: operations["changePerson"];
        trace?: never;
    };
    "/api/v1/api-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The API tokens of the organisation
         * @description Who: reader and above.
         */
        get: operations["listApiTokens"];
        put?: never;
        /**
         * Make an API token
         * @description With a role no higher than your own. `value` is shown this once.
         *
         *     Who: administrator and above.
         */
        post: operations["createApiToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-tokens/{tokenId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One API token, without its value
         * @description Who: reader and above.
         */
        get: operations["getApiToken"];
        put?: never;
        post?: never;
        /**
         * Revoke an API token
         * @description Its exchange and every change made with it stop at once; an access token that it was exchanged for reads until its end, 30 minutes at most.
         *
         *     Who: administrator and above.
         */
        delete: operations["revokeApiToken"];
        options?: never;
        head?: never;
        /**
         * Rename an API token
         * @description Who: administrator and above.
         */
        patch: operations["renameApiToken"];
        trace?: never;
    };
    "/api/v1/api-tokens/{tokenId}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace an API token by a new one of the same name and role
         * @description The old value works until the grace has passed. `value` is shown this once.
         *
         *     Who: administrator and above.
         */
        post: operations["rotateApiToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The signing keys of the service, in force and retired
         * @description Who: operator and above.
         */
        get: operations["listSigningKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/signing-keys/{purpose}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a new signing key in force
         * @description A retired access key stays in /.well-known/jwks.json for as long as a token that it signed can live, a report key for ever.
         *
         *     Who: operator and above.
         */
        post: operations["rotateSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was changed, by whom, newest first
         * @description The organisation's own entries; for an operator those of all, or of the one that the header Meterhouse-Organisation names.
         *
         *     Who: administrator and above.
         */
        get: operations["listAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compute the chain of the whole audit log again
         * @description Says the first entry that was altered, removed or moved, or that there is none.
         *
         *     Who: operator and above.
         */
        get: operations["verifyAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/csp/gateway/am/api/auth/api-tokens/authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange an API token for an access token of 30 minutes */
        post: operations["exchangeApiToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth2/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A meter signs in with its key */
        post: operations["signInMeter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The issuer and where it is asked (RFC 8414) */
        get: operations["getAuthorizationServer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Public keys of the access tokens */
        get: operations["listAccessTokenKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/api/v1/agent-registrations/{agentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is this meter registered, and under what?
         * @description Who: reader and above.
         */
        get: operations["getRegistration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/api/v1/agent-registrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register a meter, or change its registration
         * @description Later, a field that is left out means unchanged; `version` is ignored then. Fields that are not known are ignored.
         *
         *     Who: reporter and above.
         */
        post: operations["registerMeter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/api/v1/agents/{agentId}/activation-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make the token that binds a key to a meter
         * @description It works once, for 24 hours, for this meter. A newer one, or deleting the meter, voids it.
         *
         *     Who: administrator and above.
         */
        post: operations["createActivationToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/api/v1/agents/{agentId}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bind a meter's key by its activation token
         * @description A compact JWS by the new key over an ActivationStatement: header `{"alg":"EdDSA","typ":"meterhouse-activation+jws"}`. The same request again is answered the same while its key is the current one.
         */
        post: operations["activateMeter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The meters
         * @description Deleted ones are in it only where the filter says so: `filter=deleted==true`.
         *
         *     Who: reader and above.
         */
        get: operations["listMeters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meters/{agentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One meter, deleted or not
         * @description Who: reader and above.
         */
        get: operations["getMeter"];
        put?: never;
        post?: never;
        /**
         * Delete a meter
         * @description Uploads stop with 409; hours already taken still bill, and report refs still work.
         *
         *     Who: administrator and above.
         */
        delete: operations["deleteMeter"];
        options?: never;
        head?: never;
        /**
         * Rename a meter, or bill it under something else
         * @description What is left out stays as it is; null takes it off its contract or its site. Contract, site and mode count from the next full hour. What a registration refuses is refused here: PRODUCTION to TEST, another contract while the old one has a month to submit.
         *
         *     Who: reporter and above.
         */
        patch: operations["changeMeter"];
        trace?: never;
    };
    "/api/v1/meters/{agentId}/undelete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring a deleted meter back
         * @description Who: administrator and above.
         */
        post: operations["undeleteMeter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meters/{agentId}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The keys that a meter signs and signed with
         * @description Who: reader and above.
         */
        get: operations["listMeterKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meters/{agentId}/keys/{kid}/compromise": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report a key as in wrong hands
         * @description Nothing signed with it is taken from now on, and it signs in no more: make an activation token and activate the meter again. Packages that were taken before stay and are listed with `keyCompromisedAt`; correct those that you do not trust. It cannot be taken back.
         *
         *     Who: administrator and above.
         */
        post: operations["compromiseMeterKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contracts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The contracts
         * @description Who: reader and above.
         */
        get: operations["listContracts"];
        put?: never;
        /**
         * Make a contract
         * @description Who: administrator and above.
         */
        post: operations["createContract"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contracts/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One contract
         * @description Who: reader and above.
         */
        get: operations["getContract"];
        put?: never;
        post?: never;
        /**
         * Delete a contract
         * @description Only one that nothing refers to: no site of it is left, and no meter is or was ever billed under it. Else 409 `in-use` names what does.
         *
         *     Who: administrator and above.
         */
        delete: operations["deleteContract"];
        options?: never;
        head?: never;
        /**
         * Change a contract
         * @description Another rule set rates the open months anew: the reports of the meters that were under the contract are renewed. Closed months stay as they are.
         *
         *     Who: administrator and above.
         */
        patch: operations["changeContract"];
        trace?: never;
    };
    "/api/v1/contracts/{number}/sites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The sites of a contract
         * @description Who: reader and above.
         */
        get: operations["listSites"];
        put?: never;
        /**
         * Make a site under a contract
         * @description Who: administrator and above.
         */
        post: operations["createSite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contracts/{number}/sites/{siteId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One site
         * @description Who: reader and above.
         */
        get: operations["getSite"];
        put?: never;
        post?: never;
        /**
         * Delete a site
         * @description Only one that no meter is or was ever billed under. Else 409 `in-use` names them.
         *
         *     Who: administrator and above.
         */
        delete: operations["deleteSite"];
        options?: never;
        head?: never;
        /**
         * Change a site
         * @description Reports name sites: another name renews those of the open months.
         *
         *     Who: administrator and above.
         */
        patch: operations["changeSite"];
        trace?: never;
    };
    "/api/v1/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The customers
         * @description Who: reader and above.
         */
        get: operations["listCustomers"];
        put?: never;
        /**
         * Make a customer
         * @description Who: administrator and above.
         */
        post: operations["createCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{customerId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One customer
         * @description Who: reader and above.
         */
        get: operations["getCustomer"];
        put?: never;
        post?: never;
        /**
         * Delete a customer
         * @description Only one without rules: else 409 `in-use` names them. Usage keeps the name it has.
         *
         *     Who: administrator and above.
         */
        delete: operations["deleteCustomer"];
        options?: never;
        head?: never;
        /**
         * Change a customer
         * @description Its rules carry the new name. Meters put it on what they collect from then on; usage that was taken keeps the name it has.
         *
         *     Who: administrator and above.
         */
        patch: operations["changeCustomer"];
        trace?: never;
    };
    "/api/v1/customer-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The rules that give usage to customers
         * @description Who: reader and above.
         */
        get: operations["listCustomerRules"];
        put?: never;
        /**
         * Make a rule
         * @description Usage of whatever lies under the target is the customer’s from the next collection on, unless a rule nearer to the VM says otherwise. A target has one rule.
         *
         *     Who: administrator and above.
         */
        post: operations["createCustomerRule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customer-rules/{ruleId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One rule
         * @description Who: reader and above.
         */
        get: operations["getCustomerRule"];
        put?: never;
        post?: never;
        /**
         * Delete a rule
         * @description Who: administrator and above.
         */
        delete: operations["deleteCustomerRule"];
        options?: never;
        head?: never;
        /**
         * Change a rule
         * @description Who: administrator and above.
         */
        patch: operations["changeCustomerRule"];
        trace?: never;
    };
    "/usage/api/v1/agents/{agentId}/customer-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The customer rules that a meter applies
         * @description All rules of the organisation. `ETag` names what they say; with it in `If-None-Match` the answer is 304 while they say the same.
         *
         *     Who: the meter itself, or a reader and above.
         */
        get: operations["getMeterCustomerRules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What your organisation may use, and has used
         * @description Who: reader and above.
         */
        get: operations["listQuotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organisations/{organisationId}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is set for an organisation
         * @description A quota that is null is what the service is set to; `items` says what holds.
         *
         *     Who: operator and above.
         */
        get: operations["getOrganisationQuotas"];
        /**
         * Set the quotas of an organisation
         * @description All of them: one that is left out, or null, is what the service is set to. A limit below what is used refuses what comes next and takes nothing away.
         *
         *     Who: operator and above.
         */
        put: operations["setOrganisationQuotas"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/api/v1/agents/{agentId}/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The uploads of a meter
         * @description Who: the meter itself, or a reader and above.
         */
        get: operations["listUploads"];
        put?: never;
        /**
         * Send a usage package
         * @description The body is the package as it was signed, sent as application/vnd.meterhouse.usage+gzip, application/gzip, application/octet-stream.
         *
         *     Who: the meter itself, or a reporter and above.
         */
        post: operations["sendUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/api/v1/agents/{agentId}/uploads/{uploadId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One upload, with the outcome of each slice or every fault
         * @description Who: the meter itself, or a reader and above.
         */
        get: operations["getUpload"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/api/v1/agents/{agentId}/coverage/{year}/{month}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which hours of a month a meter covered
         * @description Hours are told in runs of equal state. Seconds are those of the published rule: expected, covered, missing.
         *
         *     Who: the meter itself, or a reader and above.
         */
        get: operations["getCoverage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/months": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The months that packages have come for
         * @description Hours are product-hours, added up over the meters: the same figures as their coverage, and an hour that two meters cover is in both.
         *
         *     Who: reader and above.
         */
        get: operations["listMonths"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/months/{month}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One month
         * @description Who: reader and above.
         */
        get: operations["getMonth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rebuilds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Derive all usage again from the packages in the archive
         * @description Runs as jobs beside everything else, month by month; reports of a month wait for it.
         *
         *     Who: operator and above.
         */
        post: operations["startRebuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rebuilds/{rebuildId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far a rebuild is, and what differed
         * @description Who: operator and above.
         */
        get: operations["getRebuild"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/api/v1/reports/{year}/{month}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A month's reports of all meters
         * @description An object keyed by agentId; a month without data, and a month to come, is an empty one.
         *
         *     Deleted meters are not in it.
         *
         *     The header `Meterhouse-Renewal` says `pending` while usage has come that the listed reports do not say yet.
         *
         *     Who: reader and above.
         */
        get: operations["listMonthReports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/api/v1/reports/{year}/{month}/{agentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A month's reports of one meter
         * @description A month without data, and a month to come, is an empty array.
         *
         *     The header `Meterhouse-Renewal` says `pending` while usage has come that the listed reports do not say yet.
         *
         *     Who: reader and above.
         */
        get: operations["listMeterReports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/api/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a report by its ref
         * @description Send the entry's contentType as Accept, or another of these types: the same figures as CSV, JSON or Parquet, made when they are first asked for and the same bytes from then on; 503 with Retry-After while too many are being made. The gzip is the file: there is never a Content-Encoding. `Repr-Digest` (RFC 9530) is the SHA-256 of the whole file. Range, If-Range and If-None-Match work. A provisional report that was superseded 60 days ago is 410.
         *
         *     Who: reader and above.
         */
        get: operations["downloadReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        /**
         * Download a report by its ref
         * @description Send the entry's contentType as Accept, or another of these types: the same figures as CSV, JSON or Parquet, made when they are first asked for and the same bytes from then on; 503 with Retry-After while too many are being made. The gzip is the file: there is never a Content-Encoding. `Repr-Digest` (RFC 9530) is the SHA-256 of the whole file. Range, If-Range and If-None-Match work. A provisional report that was superseded 60 days ago is 410.
         *
         *     Who: reader and above.
         */
        head: operations["headDownloadReport"];
        patch?: never;
        trace?: never;
    };
    "/api/v1/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The backups of this service, the newest first
         * @description At most 200: those that are running, complete, failed or removed by `--backup-keep`.
         *
         *     Who: operator and above.
         */
        get: operations["listBackups"];
        put?: never;
        /**
         * Make a backup of records and archive while the service runs
         * @description Runs as a job, one at a time, and writes a folder below `--backup-dir`. Ask for the backup until its state is no longer `running`.
         *
         *     Who: operator and above.
         */
        post: operations["createBackup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backups/{backupId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far a backup is, and what it holds
         * @description Who: operator and above.
         */
        get: operations["getBackup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the people of the organisation should know of, newest first
         * @description Who: reader and above.
         */
        get: operations["listNotifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/{notificationId}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mark a notification as read, for everybody in the organisation
         * @description One that was read before stays as it is.
         *
         *     Who: reporter and above.
         */
        post: operations["readNotification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/problems/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a problem means and what to do about it */
        get: operations["getProblemPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/postman.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every call as a Postman collection (format 2.1)
         * @description Import it, set `apiToken`, and run "Exchange an API token" first: its script keeps the access token for the others.
         */
        get: operations["getPostmanCollection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            /** @description The page that explains this problem. */
            type: string;
            title: string;
            status: number;
            /** @description Stable; compare this one. */
            code: string;
            detail?: string;
            requestId?: string;
            /** @description Every fault of the request. */
            errors?: {
                /** @description A JSON pointer into the body (`/siteName`; empty: the body itself), or `path/…`, `query/…`, `header/…` for a parameter. */
                pointer: string;
                /** @example must not be empty */
                message: string;
            }[];
        } & {
            [key: string]: unknown;
        };
    };
    responses: {
        /**
         * @description `activation-invalid`: The activation is not valid.
         *
         *     `invalid-request`: The request has faults.
         *
         *     `malformed-json`: The body is not JSON.
         */
        ActivationInvalidOrInvalidRequestOrMalformedJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `activation-key-used`: The meter had this key before.
         *
         *     `meter-deleted`: The meter is deleted.
         */
        ActivationKeyUsedOrMeterDeleted: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `already-exists`: There is one of this name already.
         *
         *     `idempotency-running`: The first request with this Idempotency-Key is still running.
         *
         *     `idempotency-secret`: It was made, and its secret is not shown twice.
         */
        AlreadyExistsOrIdempotencyRunningOrIdempotencySecret: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `already-exists`: There is one of this name already.
         *
         *     `idempotency-running`: The first request with this Idempotency-Key is still running.
         *
         *     `idempotency-secret`: It was made, and its secret is not shown twice.
         *
         *     `in-use`: Something still refers to it.
         */
        AlreadyExistsOrIdempotencyRunningOrIdempotencySecretOrInUse: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `api-token-ended`: The API token is no longer in force.
         *
         *     `idempotency-running`: The first request with this Idempotency-Key is still running.
         *
         *     `idempotency-secret`: It was made, and its secret is not shown twice.
         */
        ApiTokenEndedOrIdempotencyRunningOrIdempotencySecret: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `archive-conflict`: The archive holds other bytes under that key.
         *
         *     `internal`: The service failed.
         */
        ArchiveConflictOrInternal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `archive-missing`: A file that the records name is not in the archive.
         *
         *     `internal`: The service failed.
         */
        ArchiveMissingOrInternal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `body-too-large`: The body is larger than this service takes. */
        BodyTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `chain-fork`: The package does not continue the meter's chain.
         *
         *     `correction-conflict`: The correction replaces a slice that has changed since.
         *
         *     `meter-deleted`: The meter is deleted.
         */
        ChainForkOrCorrectionConflictOrMeterDeleted: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `contract-in-use`: The old contract still has a month to submit.
         *
         *     `idempotency-running`: The first request with this Idempotency-Key is still running.
         *
         *     `idempotency-secret`: It was made, and its secret is not shown twice.
         *
         *     `meter-deleted`: The meter is deleted.
         *
         *     `mode-change-refused`: A PRODUCTION meter does not become a TEST meter.
         */
        ContractInUseOrIdempotencyRunningOrIdempotencySecretOrMeterDeletedOrModeChangeRefused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `contract-in-use`: The old contract still has a month to submit.
         *
         *     `meter-deleted`: The meter is deleted.
         *
         *     `mode-change-refused`: A PRODUCTION meter does not become a TEST meter.
         */
        ContractInUseOrMeterDeletedOrModeChangeRefused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `engine-busy`: The usage engine is busy.
         *
         *     `hour-in-future`: The package has an hour that has not come yet.
         *
         *     `unavailable`: The service cannot answer right now.
         */
        EngineBusyOrHourInFutureOrUnavailable: {
            headers: {
                /** @description Seconds to wait before the next try. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `engine-busy`: The usage engine is busy.
         *
         *     `unavailable`: The service cannot answer right now.
         */
        EngineBusyOrUnavailable: {
            headers: {
                /** @description Seconds to wait before the next try. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: Your role does not allow this. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `idempotency-key-reused`: The Idempotency-Key belongs to another request. */
        IdempotencyKeyReused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency-running`: The first request with this Idempotency-Key is still running.
         *
         *     `idempotency-secret`: It was made, and its secret is not shown twice.
         */
        IdempotencyRunningOrIdempotencySecret: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency-running`: The first request with this Idempotency-Key is still running.
         *
         *     `idempotency-secret`: It was made, and its secret is not shown twice.
         *
         *     `in-use`: Something still refers to it.
         */
        IdempotencyRunningOrIdempotencySecretOrInUse: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency-running`: The first request with this Idempotency-Key is still running.
         *
         *     `idempotency-secret`: It was made, and its secret is not shown twice.
         *
         *     `last-administrator`: Nobody would be left to administrate it.
         */
        IdempotencyRunningOrIdempotencySecretOrLastAdministrator: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency-running`: The first request with this Idempotency-Key is still running.
         *
         *     `idempotency-secret`: It was made, and its secret is not shown twice.
         *
         *     `meter-deleted`: The meter is deleted.
         */
        IdempotencyRunningOrIdempotencySecretOrMeterDeleted: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency-running`: The first request with this Idempotency-Key is still running.
         *
         *     `idempotency-secret`: It was made, and its secret is not shown twice.
         *
         *     `meter-not-deleted`: The meter is not deleted.
         */
        IdempotencyRunningOrIdempotencySecretOrMeterNotDeleted: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `internal`: The service failed. */
        Internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `invalid-request`: The request has faults. */
        InvalidRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `invalid-request`: The request has faults.
         *
         *     `malformed-json`: The body is not JSON.
         */
        InvalidRequestOrMalformedJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `meter-deleted`: The meter is deleted. */
        MeterDeleted: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `not-acceptable`: There is no rendition of the accepted types. */
        NotAcceptable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `not-found`: There is nothing at this address. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `not-found`: There is nothing at this address.
         *
         *     `organisation-unknown`: There is no such organisation.
         */
        NotFoundOrOrganisationUnknown: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `organisation-unknown`: There is no such organisation. */
        OrganisationUnknown: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `package-refused`: The package is refused. */
        PackageRefused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `quota-exceeded`: The organisation has used up a quota.
         *
         *     `rate-limited`: Too many requests.
         */
        QuotaExceededOrRateLimited: {
            headers: {
                /** @description Seconds to wait before the next try. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `range-not-satisfiable`: The range lies outside the file. */
        RangeNotSatisfiable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `rate-limited`: Too many requests. */
        RateLimited: {
            headers: {
                /** @description Seconds to wait before the next try. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `report-gone`: The provisional report has been superseded too long ago. */
        ReportGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `request-timeout`: The request did not arrive in time. */
        RequestTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `sequence-conflict`: Someone else has changed it since you looked. */
        SequenceConflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `storage-low`: The service is short of disk space. */
        StorageLow: {
            headers: {
                /** @description Seconds to wait before the next try. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unauthenticated`: Sign in first. */
        Unauthenticated: {
            headers: {
                /** @description How to authenticate (RFC 6750). */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unavailable`: The service cannot answer right now. */
        Unavailable: {
            headers: {
                /** @description Seconds to wait before the next try. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unsupported-media-type`: The body has a type that this path does not take. */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getOpenapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the work gets on: nothing waits for too long. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok",
                     *       "checks": {}
                     *     }
                     */
                    "application/json": {
                        /** @enum {unknown} */
                        status: "ok" | "failing";
                        /** @description For callers on loopback and operators only. */
                        checks?: {
                            [key: string]: {
                                ok: boolean;
                                detail: string;
                            };
                        };
                    };
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            /** @description Whether the work gets on: nothing waits for too long. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok",
                     *       "checks": {}
                     *     }
                     */
                    "application/json": {
                        /** @enum {unknown} */
                        status: "ok" | "failing";
                        /** @description For callers on loopback and operators only. */
                        checks?: {
                            [key: string]: {
                                ok: boolean;
                                detail: string;
                            };
                        };
                    };
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether requests may be sent here. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready"
                     *     }
                     */
                    "application/json": {
                        /** @enum {unknown} */
                        status: "ready" | "not ready";
                    };
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            /** @description Whether requests may be sent here. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready"
                     *     }
                     */
                    "application/json": {
                        /** @enum {unknown} */
                        status: "ready" | "not ready";
                    };
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Text format. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCaller: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who you are to the service. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "organisation": {
                     *         "id": "caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11",
                     *         "name": "Acme Cloud"
                     *       },
                     *       "homeOrganisation": {
                     *         "id": "caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11",
                     *         "name": "Acme Cloud"
                     *       },
                     *       "actor": "token:88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "role": "operator",
                     *       "operator": false,
                     *       "token": {
                     *         "id": "5b0d7a52-6f1d-4e39-9a53-0f6f1b7f9c21",
                     *         "name": "automation",
                     *         "lastFour": "cF3k"
                     *       },
                     *       "accessTokenExpiresAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @description The one that the call acts in. */
                        organisation: {
                            /** @example caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11 */
                            id: string;
                            /** @example Acme Cloud */
                            name: string;
                        };
                        /** @description The operator's own, when the call acts in another. */
                        homeOrganisation?: {
                            /** @example caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11 */
                            id: string;
                            /** @example Acme Cloud */
                            name: string;
                        };
                        /**
                         * @description As the audit log names the caller.
                         * @example token:88531d1c-296e-4b47-8431-c0e8182148e7
                         */
                        actor: string;
                        /** @enum {unknown} */
                        role: "operator" | "administrator" | "reporter" | "reader";
                        /**
                         * @description Whether the caller runs the service.
                         * @example false
                         */
                        operator: boolean;
                        /** @description The API token behind the access token, while it exists. */
                        token?: {
                            /** @example 5b0d7a52-6f1d-4e39-9a53-0f6f1b7f9c21 */
                            id: string;
                            /** @example automation */
                            name: string;
                            /** @example cF3k */
                            lastFour: string;
                        };
                        /** @example 2023-01-01T05:00:00.000Z */
                        accessTokenExpiresAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listRoles: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The roles and what each may do. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "name": "operator",
                     *           "may": [
                     *             "registers meters"
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @description From most to least; each may what those below it may. */
                        items: {
                            /** @enum {unknown} */
                            name: "operator" | "administrator" | "reporter" | "reader";
                            /** @description What it adds to the role below. */
                            may: string[];
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listOrganisations: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of id, name, partnerId, createdAt, modifiedAt; `-` before a name sorts downwards. Usually `name`.
                 * @example name
                 */
                sort?: string;
                /** @description RSQL on id, name, partnerId, createdAt, modifiedAt: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organisations that you may see. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "name": "Acme Cloud",
                     *           "partnerId": "P-1001",
                     *           "operators": false,
                     *           "sequence": 1,
                     *           "createdAt": "2023-01-01T05:00:00.000Z",
                     *           "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            id: string;
                            /** @example Acme Cloud */
                            name: string;
                            /** @example P-1001 */
                            partnerId?: string;
                            /**
                             * @description Whether it is the organisation of those who run the service.
                             * @example false
                             */
                            operators: boolean;
                            /**
                             * @description Counts every change; a change must name the one it saw.
                             * @example 1
                             */
                            sequence: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            createdAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            modifiedAt: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createOrganisation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Acme Cloud",
                 *       "partnerId": "P-1001"
                 *     }
                 */
                "application/json": {
                    /** @example Acme Cloud */
                    name: string;
                    /** @example P-1001 */
                    partnerId?: string;
                };
            };
        };
        responses: {
            /** @description Make an organisation. */
            201: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "Acme Cloud",
                     *       "partnerId": "P-1001",
                     *       "operators": false,
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example Acme Cloud */
                        name: string;
                        /** @example P-1001 */
                        partnerId?: string;
                        /**
                         * @description Whether it is the organisation of those who run the service.
                         * @example false
                         */
                        operators: boolean;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlreadyExistsOrIdempotencyRunningOrIdempotencySecret"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getOrganisation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                organisationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One organisation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "Acme Cloud",
                     *       "partnerId": "P-1001",
                     *       "operators": false,
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example Acme Cloud */
                        name: string;
                        /** @example P-1001 */
                        partnerId?: string;
                        /**
                         * @description Whether it is the organisation of those who run the service.
                         * @example false
                         */
                        operators: boolean;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteOrganisation: {
        parameters: {
            query: {
                /** @example 1 */
                sequence: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                organisationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecretOrInUse"];
            412: components["responses"]["SequenceConflict"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    changeOrganisation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                organisationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 1,
                 *       "name": "Acme Cloud",
                 *       "partnerId": "P-1001"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change; a change must name the one it saw.
                     * @example 1
                     */
                    sequence: number;
                    /** @example Acme Cloud */
                    name?: string;
                    partnerId?: string | null;
                };
            };
        };
        responses: {
            /** @description Change the name or the partner number of an organisation. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "Acme Cloud",
                     *       "partnerId": "P-1001",
                     *       "operators": false,
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example Acme Cloud */
                        name: string;
                        /** @example P-1001 */
                        partnerId?: string;
                        /**
                         * @description Whether it is the organisation of those who run the service.
                         * @example false
                         */
                        operators: boolean;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlreadyExistsOrIdempotencyRunningOrIdempotencySecretOrInUse"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    listPeople: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of id, email, role, createdAt, modifiedAt; `-` before a name sorts downwards. Usually `email`.
                 * @example email
                 */
                sort?: string;
                /** @description RSQL on id, email, role, createdAt, modifiedAt: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The people of the organisation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "email": "ops@acme.example",
                     *           "role": "operator",
                     *           "sequence": 1,
                     *           "createdAt": "2023-01-01T05:00:00.000Z",
                     *           "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            id: string;
                            /** @example ops@acme.example */
                            email: string;
                            /** @enum {unknown} */
                            role: "operator" | "administrator" | "reporter" | "reader";
                            /**
                             * @description Counts every change; a change must name the one it saw.
                             * @example 1
                             */
                            sequence: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            createdAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            modifiedAt: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    addPerson: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ops@acme.example",
                 *       "role": "operator"
                 *     }
                 */
                "application/json": {
                    /** @example ops@acme.example */
                    email: string;
                    /** @enum {unknown} */
                    role: "operator" | "administrator" | "reporter" | "reader";
                    /** @description The first one. Not applied to a person who is a member of another organisation: they keep their own. */
                    password?: string;
                };
            };
        };
        responses: {
            /** @description Add a person to the organisation. */
            201: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "email": "ops@acme.example",
                     *       "role": "operator",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example ops@acme.example */
                        email: string;
                        /** @enum {unknown} */
                        role: "operator" | "administrator" | "reporter" | "reader";
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlreadyExistsOrIdempotencyRunningOrIdempotencySecret"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getPerson: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                personId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One person of the organisation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "email": "ops@acme.example",
                     *       "role": "operator",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example ops@acme.example */
                        email: string;
                        /** @enum {unknown} */
                        role: "operator" | "administrator" | "reporter" | "reader";
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    removePerson: {
        parameters: {
            query: {
                /** @example 1 */
                sequence: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                personId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are no longer a member. */
            204: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecretOrLastAdministrator"];
            412: components["responses"]["SequenceConflict"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    changePerson: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                personId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 1,
                 *       "role": "operator"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change; a change must name the one it saw.
                     * @example 1
                     */
                    sequence: number;
                    /** @enum {unknown} */
                    role: "operator" | "administrator" | "reporter" | "reader";
                };
            };
        };
        responses: {
            /** @description Change the role of a person. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "email": "ops@acme.example",
                     *       "role": "operator",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example ops@acme.example */
                        email: string;
                        /** @enum {unknown} */
                        role: "operator" | "administrator" | "reporter" | "reader";
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecretOrLastAdministrator"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    listApiTokens: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of id, name, role, lastFour, state, personId, createdAt, modifiedAt, expiresAt, revokedAt; `-` before a name sorts downwards. Usually `-createdAt`.
                 * @example -createdAt
                 */
                sort?: string;
                /** @description RSQL on id, name, role, lastFour, state, personId, createdAt, modifiedAt, expiresAt, revokedAt: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The API tokens of the organisation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "name": "automation",
                     *           "role": "operator",
                     *           "lastFour": "cF3k",
                     *           "state": "active",
                     *           "provisioned": false,
                     *           "expiresAt": "2023-01-01T05:00:00.000Z",
                     *           "revokedAt": "2023-01-01T05:00:00.000Z",
                     *           "sequence": 1,
                     *           "createdAt": "2023-01-01T05:00:00.000Z",
                     *           "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            id: string;
                            /** @example automation */
                            name: string;
                            /** @enum {unknown} */
                            role: "operator" | "administrator" | "reporter" | "reader";
                            /**
                             * @description The last characters of its value.
                             * @example cF3k
                             */
                            lastFour: string;
                            /**
                             * @example active
                             * @enum {unknown}
                             */
                            state: "active" | "expired" | "revoked";
                            /** @description Its owner: it reaches no further than they do, and ends when they leave. */
                            personId?: string;
                            /**
                             * @description Made by the provisioning file, which makes a new one when its value there changes.
                             * @example false
                             */
                            provisioned: boolean;
                            /** @example 2023-01-01T05:00:00.000Z */
                            expiresAt?: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            revokedAt?: string;
                            /**
                             * @description Counts every change; a change must name the one it saw.
                             * @example 1
                             */
                            sequence: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            createdAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            modifiedAt: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createApiToken: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "automation",
                 *       "role": "operator",
                 *       "expiresAt": "2023-12-31T00:00:00Z"
                 *     }
                 */
                "application/json": {
                    /** @example automation */
                    name: string;
                    /** @enum {unknown} */
                    role: "operator" | "administrator" | "reporter" | "reader";
                    /** @example 2023-12-31T00:00:00Z */
                    expiresAt?: string;
                };
            };
        };
        responses: {
            /** @description Make an API token. */
            201: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "automation",
                     *       "role": "operator",
                     *       "lastFour": "cF3k",
                     *       "state": "active",
                     *       "provisioned": false,
                     *       "expiresAt": "2023-01-01T05:00:00.000Z",
                     *       "revokedAt": "2023-01-01T05:00:00.000Z",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z",
                     *       "value": "Qm3sXo2nqf1dPz7tYwB0aLr4HcJekS8V"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example automation */
                        name: string;
                        /** @enum {unknown} */
                        role: "operator" | "administrator" | "reporter" | "reader";
                        /**
                         * @description The last characters of its value.
                         * @example cF3k
                         */
                        lastFour: string;
                        /**
                         * @example active
                         * @enum {unknown}
                         */
                        state: "active" | "expired" | "revoked";
                        /** @description Its owner: it reaches no further than they do, and ends when they leave. */
                        personId?: string;
                        /**
                         * @description Made by the provisioning file, which makes a new one when its value there changes.
                         * @example false
                         */
                        provisioned: boolean;
                        /** @example 2023-01-01T05:00:00.000Z */
                        expiresAt?: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        revokedAt?: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                        /**
                         * @description The token itself. Shown this once and kept nowhere.
                         * @example Qm3sXo2nqf1dPz7tYwB0aLr4HcJekS8V
                         */
                        value: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecret"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getApiToken: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One API token, without its value. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "automation",
                     *       "role": "operator",
                     *       "lastFour": "cF3k",
                     *       "state": "active",
                     *       "provisioned": false,
                     *       "expiresAt": "2023-01-01T05:00:00.000Z",
                     *       "revokedAt": "2023-01-01T05:00:00.000Z",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example automation */
                        name: string;
                        /** @enum {unknown} */
                        role: "operator" | "administrator" | "reporter" | "reader";
                        /**
                         * @description The last characters of its value.
                         * @example cF3k
                         */
                        lastFour: string;
                        /**
                         * @example active
                         * @enum {unknown}
                         */
                        state: "active" | "expired" | "revoked";
                        /** @description Its owner: it reaches no further than they do, and ends when they leave. */
                        personId?: string;
                        /**
                         * @description Made by the provisioning file, which makes a new one when its value there changes.
                         * @example false
                         */
                        provisioned: boolean;
                        /** @example 2023-01-01T05:00:00.000Z */
                        expiresAt?: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        revokedAt?: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeApiToken: {
        parameters: {
            query: {
                /** @example 1 */
                sequence: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoke an API token. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "automation",
                     *       "role": "operator",
                     *       "lastFour": "cF3k",
                     *       "state": "active",
                     *       "provisioned": false,
                     *       "expiresAt": "2023-01-01T05:00:00.000Z",
                     *       "revokedAt": "2023-01-01T05:00:00.000Z",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example automation */
                        name: string;
                        /** @enum {unknown} */
                        role: "operator" | "administrator" | "reporter" | "reader";
                        /**
                         * @description The last characters of its value.
                         * @example cF3k
                         */
                        lastFour: string;
                        /**
                         * @example active
                         * @enum {unknown}
                         */
                        state: "active" | "expired" | "revoked";
                        /** @description Its owner: it reaches no further than they do, and ends when they leave. */
                        personId?: string;
                        /**
                         * @description Made by the provisioning file, which makes a new one when its value there changes.
                         * @example false
                         */
                        provisioned: boolean;
                        /** @example 2023-01-01T05:00:00.000Z */
                        expiresAt?: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        revokedAt?: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["ApiTokenEndedOrIdempotencyRunningOrIdempotencySecret"];
            412: components["responses"]["SequenceConflict"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    renameApiToken: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 1,
                 *       "name": "automation"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change; a change must name the one it saw.
                     * @example 1
                     */
                    sequence: number;
                    /** @example automation */
                    name: string;
                };
            };
        };
        responses: {
            /** @description Rename an API token. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "automation",
                     *       "role": "operator",
                     *       "lastFour": "cF3k",
                     *       "state": "active",
                     *       "provisioned": false,
                     *       "expiresAt": "2023-01-01T05:00:00.000Z",
                     *       "revokedAt": "2023-01-01T05:00:00.000Z",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example automation */
                        name: string;
                        /** @enum {unknown} */
                        role: "operator" | "administrator" | "reporter" | "reader";
                        /**
                         * @description The last characters of its value.
                         * @example cF3k
                         */
                        lastFour: string;
                        /**
                         * @example active
                         * @enum {unknown}
                         */
                        state: "active" | "expired" | "revoked";
                        /** @description Its owner: it reaches no further than they do, and ends when they leave. */
                        personId?: string;
                        /**
                         * @description Made by the provisioning file, which makes a new one when its value there changes.
                         * @example false
                         */
                        provisioned: boolean;
                        /** @example 2023-01-01T05:00:00.000Z */
                        expiresAt?: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        revokedAt?: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecret"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    rotateApiToken: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 1,
                 *       "graceSeconds": 3600
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change; a change must name the one it saw.
                     * @example 1
                     */
                    sequence: number;
                    /**
                     * @description How long the old value goes on working.
                     * @example 3600
                     */
                    graceSeconds: number;
                };
            };
        };
        responses: {
            /** @description Replace an API token by a new one of the same name and role. */
            201: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "automation",
                     *       "role": "operator",
                     *       "lastFour": "cF3k",
                     *       "state": "active",
                     *       "provisioned": false,
                     *       "expiresAt": "2023-01-01T05:00:00.000Z",
                     *       "revokedAt": "2023-01-01T05:00:00.000Z",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z",
                     *       "value": "Qm3sXo2nqf1dPz7tYwB0aLr4HcJekS8V"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example automation */
                        name: string;
                        /** @enum {unknown} */
                        role: "operator" | "administrator" | "reporter" | "reader";
                        /**
                         * @description The last characters of its value.
                         * @example cF3k
                         */
                        lastFour: string;
                        /**
                         * @example active
                         * @enum {unknown}
                         */
                        state: "active" | "expired" | "revoked";
                        /** @description Its owner: it reaches no further than they do, and ends when they leave. */
                        personId?: string;
                        /**
                         * @description Made by the provisioning file, which makes a new one when its value there changes.
                         * @example false
                         */
                        provisioned: boolean;
                        /** @example 2023-01-01T05:00:00.000Z */
                        expiresAt?: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        revokedAt?: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                        /**
                         * @description The token itself. Shown this once and kept nowhere.
                         * @example Qm3sXo2nqf1dPz7tYwB0aLr4HcJekS8V
                         */
                        value: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ApiTokenEndedOrIdempotencyRunningOrIdempotencySecret"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    listSigningKeys: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of kid, purpose, createdAt, retiredAt; `-` before a name sorts downwards. Usually `-createdAt`.
                 * @example -createdAt
                 */
                sort?: string;
                /** @description RSQL on kid, purpose, createdAt, retiredAt: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The signing keys of the service, in force and retired. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                     *           "purpose": "access",
                     *           "algorithm": "ES256",
                     *           "publicJwk": {
                     *             "kty": "EC"
                     *           },
                     *           "createdAt": "2023-01-01T05:00:00.000Z",
                     *           "retiredAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /**
                             * @description The RFC 7638 thumbprint of the key.
                             * @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                             */
                            kid: string;
                            /**
                             * @description `access` signs access tokens, `report` signs what is kept for ever.
                             * @example access
                             * @enum {unknown}
                             */
                            purpose: "access" | "report";
                            /** @example ES256 */
                            algorithm: string;
                            publicJwk: {
                                /** @example EC */
                                kty: string;
                            } & {
                                [key: string]: unknown;
                            };
                            /** @example 2023-01-01T05:00:00.000Z */
                            createdAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            retiredAt?: string;
                            /** @description Of a retired access key: when the last token that it signed has ended. */
                            verifiesUntil?: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    rotateSigningKey: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /**
                 * @description `access` signs access tokens, `report` signs what is kept for ever.
                 * @example access
                 */
                purpose: "access" | "report";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Put a new signing key in force. */
            201: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                     *       "purpose": "access",
                     *       "algorithm": "ES256",
                     *       "publicJwk": {
                     *         "kty": "EC"
                     *       },
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "retiredAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /**
                         * @description The RFC 7638 thumbprint of the key.
                         * @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                         */
                        kid: string;
                        /**
                         * @description `access` signs access tokens, `report` signs what is kept for ever.
                         * @example access
                         * @enum {unknown}
                         */
                        purpose: "access" | "report";
                        /** @example ES256 */
                        algorithm: string;
                        publicJwk: {
                            /** @example EC */
                            kty: string;
                        } & {
                            [key: string]: unknown;
                        };
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        retiredAt?: string;
                        /** @description Of a retired access key: when the last token that it signed has ended. */
                        verifiesUntil?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecret"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    listAuditLog: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of id, at, organisationId, actor, action, subject, requestId; `-` before a name sorts downwards. Usually `-id`.
                 * @example -id
                 */
                sort?: string;
                /** @description RSQL on id, at, organisationId, actor, action, subject, requestId: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was changed, by whom, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "42",
                     *           "at": "2023-01-01T05:00:00.000Z",
                     *           "organisationId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "actor": "token:88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "action": "meter-registered",
                     *           "subject": "meter:88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "details": {}
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /**
                             * @description Counts up; a number as text.
                             * @example 42
                             */
                            id: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            at: string;
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            organisationId?: string;
                            /** @example token:88531d1c-296e-4b47-8431-c0e8182148e7 */
                            actor: string;
                            /** @example meter-registered */
                            action: string;
                            /** @example meter:88531d1c-296e-4b47-8431-c0e8182148e7 */
                            subject: string;
                            details: {
                                [key: string]: unknown;
                            };
                            requestId?: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    verifyAuditLog: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Compute the chain of the whole audit log again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "intact": true,
                     *       "entries": 42,
                     *       "brokenAt": {
                     *         "id": "42",
                     *         "reason": "The entry was changed."
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @example true */
                        intact: boolean;
                        /**
                         * @description How many fit.
                         * @example 42
                         */
                        entries: number;
                        /** @description The digest of the last entry, hex, when all fit. */
                        head?: string;
                        /** @description The first entry that does not fit. */
                        brokenAt?: {
                            /** @example 42 */
                            id: string;
                            /** @example The entry was changed. */
                            reason: string;
                        };
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    exchangeApiToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh_token": "fu3dR8kqTtY2cF3k"
                 *     }
                 */
                "application/x-www-form-urlencoded": {
                    /**
                     * @description The API token.
                     * @example fu3dR8kqTtY2cF3k
                     */
                    refresh_token?: string;
                    /** @description The API token, by its newer name. */
                    api_token?: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Exchange an API token for an access token of 30 minutes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id_token": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln",
                     *       "token_type": "bearer",
                     *       "expires_in": 1799,
                     *       "scope": "organisation:caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11 role:administrator",
                     *       "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln",
                     *       "refresh_token": "fu3dR8kqTtY2cF3k"
                     *     }
                     */
                    "application/json": {
                        /**
                         * @description Says who; it is no access token.
                         * @example eyJhbGciOiJFUzI1NiJ9.e30.c2ln
                         */
                        id_token: string;
                        /** @enum {string} */
                        token_type: "bearer";
                        /**
                         * @description Seconds.
                         * @example 1799
                         */
                        expires_in: number;
                        /** @example organisation:caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11 role:administrator */
                        scope: string;
                        /**
                         * @description Goes into `Authorization: Bearer …` of every other call.
                         * @example eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln
                         */
                        access_token: string;
                        /**
                         * @description The API token that was sent.
                         * @example fu3dR8kqTtY2cF3k
                         */
                        refresh_token: string;
                    };
                };
            };
            /** @description Default Response */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "errorCode": "invalid_grant",
                     *       "message": "invalid_grant: Invalid refresh token: …cF3k",
                     *       "moduleCode": 340,
                     *       "statusCode": 400,
                     *       "requestId": "2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        /** @example 400 */
                        statusCode: number;
                        /** @example 2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f */
                        requestId: string;
                    };
                };
            };
            /** @description Default Response */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "errorCode": "invalid_grant",
                     *       "message": "invalid_grant: Invalid refresh token: …cF3k",
                     *       "moduleCode": 340,
                     *       "statusCode": 400,
                     *       "requestId": "2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        /** @example 400 */
                        statusCode: number;
                        /** @example 2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f */
                        requestId: string;
                    };
                };
            };
            /** @description Default Response */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "errorCode": "invalid_grant",
                     *       "message": "invalid_grant: Invalid refresh token: …cF3k",
                     *       "moduleCode": 340,
                     *       "statusCode": 400,
                     *       "requestId": "2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        /** @example 400 */
                        statusCode: number;
                        /** @example 2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f */
                        requestId: string;
                    };
                };
            };
            /** @description Default Response */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "errorCode": "invalid_grant",
                     *       "message": "invalid_grant: Invalid refresh token: …cF3k",
                     *       "moduleCode": 340,
                     *       "statusCode": 400,
                     *       "requestId": "2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        /** @example 400 */
                        statusCode: number;
                        /** @example 2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f */
                        requestId: string;
                    };
                };
            };
            /** @description Default Response */
            429: {
                headers: {
                    /** @description Seconds to wait before the next try. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "errorCode": "invalid_grant",
                     *       "message": "invalid_grant: Invalid refresh token: …cF3k",
                     *       "moduleCode": 340,
                     *       "statusCode": 400,
                     *       "requestId": "2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        /** @example 400 */
                        statusCode: number;
                        /** @example 2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f */
                        requestId: string;
                    };
                };
            };
            /** @description Default Response */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "errorCode": "invalid_grant",
                     *       "message": "invalid_grant: Invalid refresh token: …cF3k",
                     *       "moduleCode": 340,
                     *       "statusCode": 400,
                     *       "requestId": "2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        /** @example 400 */
                        statusCode: number;
                        /** @example 2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f */
                        requestId: string;
                    };
                };
            };
            /** @description Default Response */
            503: {
                headers: {
                    /** @description Seconds to wait before the next try. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "errorCode": "invalid_grant",
                     *       "message": "invalid_grant: Invalid refresh token: …cF3k",
                     *       "moduleCode": 340,
                     *       "statusCode": 400,
                     *       "requestId": "2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        /** @example 400 */
                        statusCode: number;
                        /** @example 2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f */
                        requestId: string;
                    };
                };
            };
        };
    };
    signInMeter: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "grant_type": "client_credentials",
                 *       "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                 *       "client_assertion": "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiIuLi4ifQ.c2ln"
                 *     }
                 */
                "application/x-www-form-urlencoded": {
                    /** @example client_credentials */
                    grant_type: string;
                    /** @example urn:ietf:params:oauth:client-assertion-type:jwt-bearer */
                    client_assertion_type: string;
                    /** @example eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiIuLi4ifQ.c2ln */
                    client_assertion: string;
                    /** @description When sent, the registration. */
                    client_id?: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description A meter signs in with its key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln",
                     *       "token_type": "Bearer",
                     *       "expires_in": 1799
                     *     }
                     */
                    "application/json": {
                        /** @example eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln */
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        /**
                         * @description Seconds.
                         * @example 1799
                         */
                        expires_in: number;
                    };
                };
            };
            /** @description Default Response */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "This assertion was used before: jti must be new."
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
                        /** @example This assertion was used before: jti must be new. */
                        error_description: string;
                    };
                };
            };
            /** @description Default Response */
            401: {
                headers: {
                    /** @description How to authenticate (RFC 6750). */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "This assertion was used before: jti must be new."
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
                        /** @example This assertion was used before: jti must be new. */
                        error_description: string;
                    };
                };
            };
            /** @description Default Response */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "This assertion was used before: jti must be new."
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
                        /** @example This assertion was used before: jti must be new. */
                        error_description: string;
                    };
                };
            };
            /** @description Default Response */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "This assertion was used before: jti must be new."
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
                        /** @example This assertion was used before: jti must be new. */
                        error_description: string;
                    };
                };
            };
            /** @description Default Response */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "This assertion was used before: jti must be new."
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
                        /** @example This assertion was used before: jti must be new. */
                        error_description: string;
                    };
                };
            };
            /** @description Default Response */
            429: {
                headers: {
                    /** @description Seconds to wait before the next try. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "This assertion was used before: jti must be new."
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
                        /** @example This assertion was used before: jti must be new. */
                        error_description: string;
                    };
                };
            };
            /** @description Default Response */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "This assertion was used before: jti must be new."
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
                        /** @example This assertion was used before: jti must be new. */
                        error_description: string;
                    };
                };
            };
            /** @description Default Response */
            503: {
                headers: {
                    /** @description Seconds to wait before the next try. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "This assertion was used before: jti must be new."
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
                        /** @example This assertion was used before: jti must be new. */
                        error_description: string;
                    };
                };
            };
        };
    };
    getAuthorizationServer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The issuer and where it is asked (RFC 8414). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "issuer": "https://usage.example.com",
                     *       "token_endpoint": "https://usage.example.com/oauth2/token",
                     *       "jwks_uri": "https://usage.example.com/.well-known/jwks.json",
                     *       "grant_types_supported": [
                     *         "client_credentials"
                     *       ],
                     *       "response_types_supported": [],
                     *       "token_endpoint_auth_methods_supported": [
                     *         "private_key_jwt"
                     *       ],
                     *       "token_endpoint_auth_signing_alg_values_supported": [
                     *         "EdDSA"
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example https://usage.example.com */
                        issuer: string;
                        /** @example https://usage.example.com/oauth2/token */
                        token_endpoint: string;
                        /** @example https://usage.example.com/.well-known/jwks.json */
                        jwks_uri: string;
                        grant_types_supported: string[];
                        response_types_supported: string[];
                        token_endpoint_auth_methods_supported: string[];
                        token_endpoint_auth_signing_alg_values_supported: string[];
                    };
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAccessTokenKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Public keys of the access tokens. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "kid": "2023-01",
                     *           "kty": "EC"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        keys: ({
                            /** @example 2023-01 */
                            kid: string;
                            /** @example EC */
                            kty: string;
                        } & {
                            [key: string]: unknown;
                        })[];
                    };
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRegistration: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Is this meter registered, and under what?. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "contractNumber": "1012345",
                     *       "siteName": "Site A"
                     *     }
                     */
                    "application/json": {
                        /** @example 1012345 */
                        contractNumber: string;
                        /** @example Site A */
                        siteName?: string;
                    };
                };
            };
            /** @description The registration is running; the header says at which step. */
            202: {
                headers: {
                    "Agent-Registration-Progress"?: "accepted" | "changing";
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Registered without a contract: a trial. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    registerMeter: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                 *       "label": "um46-reg-demo",
                 *       "connectivityMode": "ONLINE",
                 *       "meteringMode": "PRODUCTION",
                 *       "contractNumber": "1012345",
                 *       "siteName": "Site A",
                 *       "version": "4.6"
                 *     }
                 */
                "application/json": {
                    /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                    agentId: string;
                    /** @example um46-reg-demo */
                    label: string;
                    /** @enum {unknown} */
                    connectivityMode?: "ONLINE" | "OFFLINE";
                    /** @enum {unknown} */
                    meteringMode?: "PRODUCTION" | "TEST";
                    /** @example 1012345 */
                    contractNumber?: string;
                    /** @example Site A */
                    siteName?: string;
                    /** @example 4.6 */
                    version?: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Registered already, and as asked for: nothing to do. */
            201: {
                headers: {
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Accepted and started. */
            202: {
                headers: {
                    /** @description Where to ask how far it is. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ContractInUseOrMeterDeletedOrModeChangeRefused"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["QuotaExceededOrRateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    createActivationToken: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Make the token that binds a key to a meter. */
            201: {
                headers: {
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "activationToken": "UMA:Zq8fB3xKZq8fB3xKZq8fB3xKZq8fB3xKZq8fB3xKZq8fB3xKZq8fB3xKZq8fB3xK",
                     *       "expiresAt": "2023-01-02T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /**
                         * @description Works once, until `expiresAt`, for this meter alone. Shown this once.
                         * @example UMA:Zq8fB3xKZq8fB3xKZq8fB3xKZq8fB3xKZq8fB3xKZq8fB3xKZq8fB3xKZq8fB3xK
                         */
                        activationToken: string;
                        /** @example 2023-01-02T05:00:00.000Z */
                        expiresAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["MeterDeleted"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    activateMeter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "activation": "eyJhbGciOiJFZERTQSJ9.eyJ0b2tlbiI6Ii4uLiJ9.c2lnbmF0dXJl"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description A compact JWS over an ActivationStatement.
                     * @example eyJhbGciOiJFZERTQSJ9.eyJ0b2tlbiI6Ii4uLiJ9.c2lnbmF0dXJl
                     */
                    activation: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Bind a meter's key by its activation token. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "service": "c87f9be9-01df-43df-8013-cd7c12eefe41",
                     *       "organisation": "caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11",
                     *       "registration": "5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b",
                     *       "epoch": 1
                     *     }
                     */
                    "application/json": {
                        /** @example c87f9be9-01df-43df-8013-cd7c12eefe41 */
                        service: string;
                        /** @example caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11 */
                        organisation: string;
                        /** @example 5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b */
                        registration: string;
                        /** @example 1 */
                        epoch: number;
                    };
                };
            };
            400: components["responses"]["ActivationInvalidOrInvalidRequestOrMalformedJson"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ActivationKeyUsedOrMeterDeleted"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMeters: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of agentId, label, state, meteringMode, connectivityMode, contractNumber, siteName, version, lastUploadAt, registeredAt, modifiedAt, deleted; `-` before a name sorts downwards. Usually `agentId`.
                 * @example agentId
                 */
                sort?: string;
                /** @description RSQL on agentId, label, state, meteringMode, connectivityMode, contractNumber, siteName, version, lastUploadAt, registeredAt, modifiedAt, deleted: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The meters. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "label": "um46-reg-demo",
                     *           "connectivityMode": "ONLINE",
                     *           "version": "4.6",
                     *           "registration": "5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b",
                     *           "state": "running",
                     *           "meteringMode": "PRODUCTION",
                     *           "contractNumber": "1012345",
                     *           "siteName": "Site A",
                     *           "key": {
                     *             "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                     *             "epoch": 1,
                     *             "boundAt": "2023-01-01T05:00:00.000Z"
                     *           },
                     *           "lastUploadAt": "2023-01-01T05:00:00.000Z",
                     *           "sequence": 1,
                     *           "registeredAt": "2023-01-01T05:00:00.000Z",
                     *           "modifiedAt": "2023-01-01T05:00:00.000Z",
                     *           "deletedAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            agentId: string;
                            /** @example um46-reg-demo */
                            label: string;
                            /** @enum {unknown} */
                            connectivityMode: "ONLINE" | "OFFLINE";
                            /** @example 4.6 */
                            version?: string;
                            /**
                             * @description Names this registration in every package; also the client id at the token endpoint.
                             * @example 5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b
                             */
                            registration: string;
                            /** @enum {unknown} */
                            state: "running" | "registered";
                            /** @enum {unknown} */
                            meteringMode: "PRODUCTION" | "TEST";
                            /** @example 1012345 */
                            contractNumber?: string;
                            /** @example Site A */
                            siteName?: string;
                            /** @description What it signs with now; left out for a meter that must be activated. */
                            key?: {
                                /** @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs */
                                kid: string;
                                /** @example 1 */
                                epoch: number;
                                /** @example 2023-01-01T05:00:00.000Z */
                                boundAt: string;
                            };
                            /** @example 2023-01-01T05:00:00.000Z */
                            lastUploadAt?: string;
                            /**
                             * @description Counts every change; a change must name the one it saw.
                             * @example 1
                             */
                            sequence: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            registeredAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            modifiedAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            deletedAt?: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMeter: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One meter, deleted or not. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "label": "um46-reg-demo",
                     *       "connectivityMode": "ONLINE",
                     *       "version": "4.6",
                     *       "registration": "5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b",
                     *       "state": "running",
                     *       "meteringMode": "PRODUCTION",
                     *       "contractNumber": "1012345",
                     *       "siteName": "Site A",
                     *       "key": {
                     *         "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                     *         "epoch": 1,
                     *         "boundAt": "2023-01-01T05:00:00.000Z"
                     *       },
                     *       "lastUploadAt": "2023-01-01T05:00:00.000Z",
                     *       "sequence": 1,
                     *       "registeredAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z",
                     *       "deletedAt": "2023-01-01T05:00:00.000Z",
                     *       "assignments": [
                     *         {
                     *           "from": "2023-01-01T05:00:00Z",
                     *           "meteringMode": "PRODUCTION",
                     *           "contractNumber": "1012345",
                     *           "siteName": "Site A"
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "product": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "type": "vCenter",
                     *           "version": "8.0.3",
                     *           "firstHour": "2023-01-01T05:00:00Z",
                     *           "retiredHour": "2023-01-09T00:00:00Z"
                     *         }
                     *       ],
                     *       "coverage": {
                     *         "month": "2023-01",
                     *         "collectedHours": 1,
                     *         "expectedHours": 1
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        agentId: string;
                        /** @example um46-reg-demo */
                        label: string;
                        /** @enum {unknown} */
                        connectivityMode: "ONLINE" | "OFFLINE";
                        /** @example 4.6 */
                        version?: string;
                        /**
                         * @description Names this registration in every package; also the client id at the token endpoint.
                         * @example 5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b
                         */
                        registration: string;
                        /** @enum {unknown} */
                        state: "running" | "registered";
                        /** @enum {unknown} */
                        meteringMode: "PRODUCTION" | "TEST";
                        /** @example 1012345 */
                        contractNumber?: string;
                        /** @example Site A */
                        siteName?: string;
                        /** @description What it signs with now; left out for a meter that must be activated. */
                        key?: {
                            /** @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs */
                            kid: string;
                            /** @example 1 */
                            epoch: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            boundAt: string;
                        };
                        /** @example 2023-01-01T05:00:00.000Z */
                        lastUploadAt?: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        registeredAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        deletedAt?: string;
                        /** @description Oldest first. */
                        assignments: {
                            /** @example 2023-01-01T05:00:00Z */
                            from?: string;
                            /** @enum {unknown} */
                            meteringMode: "PRODUCTION" | "TEST";
                            /** @example 1012345 */
                            contractNumber?: string;
                            /** @example Site A */
                            siteName?: string;
                        }[];
                        /** @description By their UUID. */
                        products: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            product: string;
                            /** @example vCenter */
                            type: string;
                            /** @example 8.0.3 */
                            version: string;
                            /** @example 2023-01-01T05:00:00Z */
                            firstHour: string;
                            /** @example 2023-01-09T00:00:00Z */
                            retiredHour?: string;
                        }[];
                        coverage: {
                            /** @example 2023-01 */
                            month: string;
                            /** @description Product-hours that packages list as collected. */
                            collectedHours: number;
                            /** @description Product-hours that are expected by now. */
                            expectedHours: number;
                        };
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteMeter: {
        parameters: {
            query: {
                /** @example 1 */
                sequence: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a meter. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "label": "um46-reg-demo",
                     *       "connectivityMode": "ONLINE",
                     *       "version": "4.6",
                     *       "registration": "5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b",
                     *       "state": "running",
                     *       "meteringMode": "PRODUCTION",
                     *       "contractNumber": "1012345",
                     *       "siteName": "Site A",
                     *       "key": {
                     *         "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                     *         "epoch": 1,
                     *         "boundAt": "2023-01-01T05:00:00.000Z"
                     *       },
                     *       "lastUploadAt": "2023-01-01T05:00:00.000Z",
                     *       "sequence": 1,
                     *       "registeredAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z",
                     *       "deletedAt": "2023-01-01T05:00:00.000Z",
                     *       "assignments": [
                     *         {
                     *           "from": "2023-01-01T05:00:00Z",
                     *           "meteringMode": "PRODUCTION",
                     *           "contractNumber": "1012345",
                     *           "siteName": "Site A"
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "product": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "type": "vCenter",
                     *           "version": "8.0.3",
                     *           "firstHour": "2023-01-01T05:00:00Z",
                     *           "retiredHour": "2023-01-09T00:00:00Z"
                     *         }
                     *       ],
                     *       "coverage": {
                     *         "month": "2023-01",
                     *         "collectedHours": 1,
                     *         "expectedHours": 1
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        agentId: string;
                        /** @example um46-reg-demo */
                        label: string;
                        /** @enum {unknown} */
                        connectivityMode: "ONLINE" | "OFFLINE";
                        /** @example 4.6 */
                        version?: string;
                        /**
                         * @description Names this registration in every package; also the client id at the token endpoint.
                         * @example 5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b
                         */
                        registration: string;
                        /** @enum {unknown} */
                        state: "running" | "registered";
                        /** @enum {unknown} */
                        meteringMode: "PRODUCTION" | "TEST";
                        /** @example 1012345 */
                        contractNumber?: string;
                        /** @example Site A */
                        siteName?: string;
                        /** @description What it signs with now; left out for a meter that must be activated. */
                        key?: {
                            /** @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs */
                            kid: string;
                            /** @example 1 */
                            epoch: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            boundAt: string;
                        };
                        /** @example 2023-01-01T05:00:00.000Z */
                        lastUploadAt?: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        registeredAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        deletedAt?: string;
                        /** @description Oldest first. */
                        assignments: {
                            /** @example 2023-01-01T05:00:00Z */
                            from?: string;
                            /** @enum {unknown} */
                            meteringMode: "PRODUCTION" | "TEST";
                            /** @example 1012345 */
                            contractNumber?: string;
                            /** @example Site A */
                            siteName?: string;
                        }[];
                        /** @description By their UUID. */
                        products: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            product: string;
                            /** @example vCenter */
                            type: string;
                            /** @example 8.0.3 */
                            version: string;
                            /** @example 2023-01-01T05:00:00Z */
                            firstHour: string;
                            /** @example 2023-01-09T00:00:00Z */
                            retiredHour?: string;
                        }[];
                        coverage: {
                            /** @example 2023-01 */
                            month: string;
                            /** @description Product-hours that packages list as collected. */
                            collectedHours: number;
                            /** @description Product-hours that are expected by now. */
                            expectedHours: number;
                        };
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecretOrMeterDeleted"];
            412: components["responses"]["SequenceConflict"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    changeMeter: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 1,
                 *       "label": "um46-reg-demo",
                 *       "connectivityMode": "ONLINE",
                 *       "meteringMode": "PRODUCTION",
                 *       "contractNumber": "1012345",
                 *       "siteName": "Site A"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change; a change must name the one it saw.
                     * @example 1
                     */
                    sequence: number;
                    /** @example um46-reg-demo */
                    label?: string;
                    /** @enum {unknown} */
                    connectivityMode?: "ONLINE" | "OFFLINE";
                    /** @enum {unknown} */
                    meteringMode?: "PRODUCTION" | "TEST";
                    /** @description Null: on trial, without a contract. */
                    contractNumber?: string | null;
                    /** @description Null: no site. */
                    siteName?: string | null;
                };
            };
        };
        responses: {
            /** @description Rename a meter, or bill it under something else. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "label": "um46-reg-demo",
                     *       "connectivityMode": "ONLINE",
                     *       "version": "4.6",
                     *       "registration": "5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b",
                     *       "state": "running",
                     *       "meteringMode": "PRODUCTION",
                     *       "contractNumber": "1012345",
                     *       "siteName": "Site A",
                     *       "key": {
                     *         "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                     *         "epoch": 1,
                     *         "boundAt": "2023-01-01T05:00:00.000Z"
                     *       },
                     *       "lastUploadAt": "2023-01-01T05:00:00.000Z",
                     *       "sequence": 1,
                     *       "registeredAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z",
                     *       "deletedAt": "2023-01-01T05:00:00.000Z",
                     *       "assignments": [
                     *         {
                     *           "from": "2023-01-01T05:00:00Z",
                     *           "meteringMode": "PRODUCTION",
                     *           "contractNumber": "1012345",
                     *           "siteName": "Site A"
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "product": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "type": "vCenter",
                     *           "version": "8.0.3",
                     *           "firstHour": "2023-01-01T05:00:00Z",
                     *           "retiredHour": "2023-01-09T00:00:00Z"
                     *         }
                     *       ],
                     *       "coverage": {
                     *         "month": "2023-01",
                     *         "collectedHours": 1,
                     *         "expectedHours": 1
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        agentId: string;
                        /** @example um46-reg-demo */
                        label: string;
                        /** @enum {unknown} */
                        connectivityMode: "ONLINE" | "OFFLINE";
                        /** @example 4.6 */
                        version?: string;
                        /**
                         * @description Names this registration in every package; also the client id at the token endpoint.
                         * @example 5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b
                         */
                        registration: string;
                        /** @enum {unknown} */
                        state: "running" | "registered";
                        /** @enum {unknown} */
                        meteringMode: "PRODUCTION" | "TEST";
                        /** @example 1012345 */
                        contractNumber?: string;
                        /** @example Site A */
                        siteName?: string;
                        /** @description What it signs with now; left out for a meter that must be activated. */
                        key?: {
                            /** @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs */
                            kid: string;
                            /** @example 1 */
                            epoch: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            boundAt: string;
                        };
                        /** @example 2023-01-01T05:00:00.000Z */
                        lastUploadAt?: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        registeredAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        deletedAt?: string;
                        /** @description Oldest first. */
                        assignments: {
                            /** @example 2023-01-01T05:00:00Z */
                            from?: string;
                            /** @enum {unknown} */
                            meteringMode: "PRODUCTION" | "TEST";
                            /** @example 1012345 */
                            contractNumber?: string;
                            /** @example Site A */
                            siteName?: string;
                        }[];
                        /** @description By their UUID. */
                        products: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            product: string;
                            /** @example vCenter */
                            type: string;
                            /** @example 8.0.3 */
                            version: string;
                            /** @example 2023-01-01T05:00:00Z */
                            firstHour: string;
                            /** @example 2023-01-09T00:00:00Z */
                            retiredHour?: string;
                        }[];
                        coverage: {
                            /** @example 2023-01 */
                            month: string;
                            /** @description Product-hours that packages list as collected. */
                            collectedHours: number;
                            /** @description Product-hours that are expected by now. */
                            expectedHours: number;
                        };
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ContractInUseOrIdempotencyRunningOrIdempotencySecretOrMeterDeletedOrModeChangeRefused"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    undeleteMeter: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 1
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change; a change must name the one it saw.
                     * @example 1
                     */
                    sequence: number;
                };
            };
        };
        responses: {
            /** @description Bring a deleted meter back. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "label": "um46-reg-demo",
                     *       "connectivityMode": "ONLINE",
                     *       "version": "4.6",
                     *       "registration": "5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b",
                     *       "state": "running",
                     *       "meteringMode": "PRODUCTION",
                     *       "contractNumber": "1012345",
                     *       "siteName": "Site A",
                     *       "key": {
                     *         "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                     *         "epoch": 1,
                     *         "boundAt": "2023-01-01T05:00:00.000Z"
                     *       },
                     *       "lastUploadAt": "2023-01-01T05:00:00.000Z",
                     *       "sequence": 1,
                     *       "registeredAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z",
                     *       "deletedAt": "2023-01-01T05:00:00.000Z",
                     *       "assignments": [
                     *         {
                     *           "from": "2023-01-01T05:00:00Z",
                     *           "meteringMode": "PRODUCTION",
                     *           "contractNumber": "1012345",
                     *           "siteName": "Site A"
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "product": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "type": "vCenter",
                     *           "version": "8.0.3",
                     *           "firstHour": "2023-01-01T05:00:00Z",
                     *           "retiredHour": "2023-01-09T00:00:00Z"
                     *         }
                     *       ],
                     *       "coverage": {
                     *         "month": "2023-01",
                     *         "collectedHours": 1,
                     *         "expectedHours": 1
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        agentId: string;
                        /** @example um46-reg-demo */
                        label: string;
                        /** @enum {unknown} */
                        connectivityMode: "ONLINE" | "OFFLINE";
                        /** @example 4.6 */
                        version?: string;
                        /**
                         * @description Names this registration in every package; also the client id at the token endpoint.
                         * @example 5f0c7c3e-0b5f-4f0a-8a55-0c1d2e3f4a5b
                         */
                        registration: string;
                        /** @enum {unknown} */
                        state: "running" | "registered";
                        /** @enum {unknown} */
                        meteringMode: "PRODUCTION" | "TEST";
                        /** @example 1012345 */
                        contractNumber?: string;
                        /** @example Site A */
                        siteName?: string;
                        /** @description What it signs with now; left out for a meter that must be activated. */
                        key?: {
                            /** @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs */
                            kid: string;
                            /** @example 1 */
                            epoch: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            boundAt: string;
                        };
                        /** @example 2023-01-01T05:00:00.000Z */
                        lastUploadAt?: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        registeredAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        deletedAt?: string;
                        /** @description Oldest first. */
                        assignments: {
                            /** @example 2023-01-01T05:00:00Z */
                            from?: string;
                            /** @enum {unknown} */
                            meteringMode: "PRODUCTION" | "TEST";
                            /** @example 1012345 */
                            contractNumber?: string;
                            /** @example Site A */
                            siteName?: string;
                        }[];
                        /** @description By their UUID. */
                        products: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            product: string;
                            /** @example vCenter */
                            type: string;
                            /** @example 8.0.3 */
                            version: string;
                            /** @example 2023-01-01T05:00:00Z */
                            firstHour: string;
                            /** @example 2023-01-09T00:00:00Z */
                            retiredHour?: string;
                        }[];
                        coverage: {
                            /** @example 2023-01 */
                            month: string;
                            /** @description Product-hours that packages list as collected. */
                            collectedHours: number;
                            /** @description Product-hours that are expected by now. */
                            expectedHours: number;
                        };
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecretOrMeterNotDeleted"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["QuotaExceededOrRateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    listMeterKeys: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys that a meter signs and signed with. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                     *           "epoch": 1,
                     *           "publicKey": {
                     *             "kty": "OKP",
                     *             "crv": "Ed25519",
                     *             "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
                     *           },
                     *           "boundAt": "2023-01-01T05:00:00.000Z",
                     *           "supersededAt": "2023-01-01T05:00:00.000Z",
                     *           "compromisedAt": "2023-01-01T05:00:00.000Z",
                     *           "packages": 31
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @description Newest first. */
                        items: {
                            /** @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs */
                            kid: string;
                            /** @example 1 */
                            epoch: number;
                            publicKey: {
                                /** @enum {string} */
                                kty: "OKP";
                                /** @enum {string} */
                                crv: "Ed25519";
                                /** @example 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo */
                                x: string;
                            };
                            /** @example 2023-01-01T05:00:00.000Z */
                            boundAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            supersededAt?: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            compromisedAt?: string;
                            /**
                             * @description Packages on record that it signed.
                             * @example 31
                             */
                            packages: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    compromiseMeterKey: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
                /** @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs */
                kid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The disk of the appliance was sold."
                 *     }
                 */
                "application/json": {
                    /** @example The disk of the appliance was sold. */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Report a key as in wrong hands. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                     *       "epoch": 1,
                     *       "publicKey": {
                     *         "kty": "OKP",
                     *         "crv": "Ed25519",
                     *         "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
                     *       },
                     *       "boundAt": "2023-01-01T05:00:00.000Z",
                     *       "supersededAt": "2023-01-01T05:00:00.000Z",
                     *       "compromisedAt": "2023-01-01T05:00:00.000Z",
                     *       "packages": 31
                     *     }
                     */
                    "application/json": {
                        /** @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs */
                        kid: string;
                        /** @example 1 */
                        epoch: number;
                        publicKey: {
                            /** @enum {string} */
                            kty: "OKP";
                            /** @enum {string} */
                            crv: "Ed25519";
                            /** @example 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo */
                            x: string;
                        };
                        /** @example 2023-01-01T05:00:00.000Z */
                        boundAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        supersededAt?: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        compromisedAt?: string;
                        /**
                         * @description Packages on record that it signed.
                         * @example 31
                         */
                        packages: number;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecret"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    listContracts: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of number, family, currency, ruleSet, createdAt, modifiedAt; `-` before a name sorts downwards. Usually `number`.
                 * @example number
                 */
                sort?: string;
                /** @description RSQL on number, family, currency, ruleSet, createdAt, modifiedAt: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The contracts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "number": "1012345",
                     *           "family": "RENTAL",
                     *           "currency": "USD",
                     *           "minimumCommit": {
                     *             "quantity": "360",
                     *             "unit": "points"
                     *           },
                     *           "ruleSet": "flex",
                     *           "sequence": 1,
                     *           "createdAt": "2023-01-01T05:00:00.000Z",
                     *           "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 1012345 */
                            number: string;
                            /** @example RENTAL */
                            family: string;
                            /** @example USD */
                            currency: string;
                            minimumCommit: {
                                /** @example 360 */
                                quantity: string;
                                /** @example points */
                                unit: string;
                            };
                            /** @enum {unknown} */
                            ruleSet: "flex" | "cores" | "plain";
                            /**
                             * @description Counts every change; a change must name the one it saw.
                             * @example 1
                             */
                            sequence: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            createdAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            modifiedAt: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createContract: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "number": "1012345",
                 *       "family": "RENTAL",
                 *       "currency": "USD",
                 *       "minimumCommit": {
                 *         "quantity": "360",
                 *         "unit": "points"
                 *       },
                 *       "ruleSet": "flex"
                 *     }
                 */
                "application/json": {
                    /** @example 1012345 */
                    number: string;
                    /** @example RENTAL */
                    family: string;
                    /** @example USD */
                    currency: string;
                    minimumCommit?: {
                        /** @example 360 */
                        quantity: string;
                        /** @example points */
                        unit: string;
                    };
                    /** @enum {unknown} */
                    ruleSet: "flex" | "cores" | "plain";
                };
            };
        };
        responses: {
            /** @description Make a contract. */
            201: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "number": "1012345",
                     *       "family": "RENTAL",
                     *       "currency": "USD",
                     *       "minimumCommit": {
                     *         "quantity": "360",
                     *         "unit": "points"
                     *       },
                     *       "ruleSet": "flex",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 1012345 */
                        number: string;
                        /** @example RENTAL */
                        family: string;
                        /** @example USD */
                        currency: string;
                        minimumCommit: {
                            /** @example 360 */
                            quantity: string;
                            /** @example points */
                            unit: string;
                        };
                        /** @enum {unknown} */
                        ruleSet: "flex" | "cores" | "plain";
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlreadyExistsOrIdempotencyRunningOrIdempotencySecret"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getContract: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 1012345 */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One contract. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "number": "1012345",
                     *       "family": "RENTAL",
                     *       "currency": "USD",
                     *       "minimumCommit": {
                     *         "quantity": "360",
                     *         "unit": "points"
                     *       },
                     *       "ruleSet": "flex",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 1012345 */
                        number: string;
                        /** @example RENTAL */
                        family: string;
                        /** @example USD */
                        currency: string;
                        minimumCommit: {
                            /** @example 360 */
                            quantity: string;
                            /** @example points */
                            unit: string;
                        };
                        /** @enum {unknown} */
                        ruleSet: "flex" | "cores" | "plain";
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteContract: {
        parameters: {
            query: {
                /** @example 1 */
                sequence: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 1012345 */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a contract. */
            204: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecretOrInUse"];
            412: components["responses"]["SequenceConflict"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    changeContract: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 1012345 */
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 1,
                 *       "family": "RENTAL",
                 *       "currency": "USD",
                 *       "minimumCommit": {
                 *         "quantity": "360",
                 *         "unit": "points"
                 *       },
                 *       "ruleSet": "flex"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change; a change must name the one it saw.
                     * @example 1
                     */
                    sequence: number;
                    /** @example RENTAL */
                    family?: string;
                    /** @example USD */
                    currency?: string;
                    minimumCommit?: {
                        /** @example 360 */
                        quantity: string;
                        /** @example points */
                        unit: string;
                    };
                    /** @enum {unknown} */
                    ruleSet?: "flex" | "cores" | "plain";
                };
            };
        };
        responses: {
            /** @description Change a contract. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "number": "1012345",
                     *       "family": "RENTAL",
                     *       "currency": "USD",
                     *       "minimumCommit": {
                     *         "quantity": "360",
                     *         "unit": "points"
                     *       },
                     *       "ruleSet": "flex",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 1012345 */
                        number: string;
                        /** @example RENTAL */
                        family: string;
                        /** @example USD */
                        currency: string;
                        minimumCommit: {
                            /** @example 360 */
                            quantity: string;
                            /** @example points */
                            unit: string;
                        };
                        /** @enum {unknown} */
                        ruleSet: "flex" | "cores" | "plain";
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecret"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    listSites: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of name, countryRegion, postCode, createdAt, modifiedAt; `-` before a name sorts downwards. Usually `name`.
                 * @example name
                 */
                sort?: string;
                /** @description RSQL on name, countryRegion, postCode, createdAt, modifiedAt: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 1012345 */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sites of a contract. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "contractNumber": "1012345",
                     *           "name": "Site A",
                     *           "countryRegion": "BG",
                     *           "address": "1 Example Street",
                     *           "postCode": "1000",
                     *           "sequence": 1,
                     *           "createdAt": "2023-01-01T05:00:00.000Z",
                     *           "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            id: string;
                            /** @example 1012345 */
                            contractNumber: string;
                            /** @example Site A */
                            name: string;
                            /** @example BG */
                            countryRegion: string;
                            /** @example 1 Example Street */
                            address: string;
                            /** @example 1000 */
                            postCode: string;
                            /**
                             * @description Counts every change; a change must name the one it saw.
                             * @example 1
                             */
                            sequence: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            createdAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            modifiedAt: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createSite: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 1012345 */
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Site A",
                 *       "countryRegion": "BG",
                 *       "address": "1 Example Street",
                 *       "postCode": "1000"
                 *     }
                 */
                "application/json": {
                    /** @example Site A */
                    name: string;
                    /** @example BG */
                    countryRegion?: string;
                    /** @example 1 Example Street */
                    address?: string;
                    /** @example 1000 */
                    postCode?: string;
                };
            };
        };
        responses: {
            /** @description Make a site under a contract. */
            201: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "contractNumber": "1012345",
                     *       "name": "Site A",
                     *       "countryRegion": "BG",
                     *       "address": "1 Example Street",
                     *       "postCode": "1000",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example 1012345 */
                        contractNumber: string;
                        /** @example Site A */
                        name: string;
                        /** @example BG */
                        countryRegion: string;
                        /** @example 1 Example Street */
                        address: string;
                        /** @example 1000 */
                        postCode: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlreadyExistsOrIdempotencyRunningOrIdempotencySecret"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getSite: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 1012345 */
                number: string;
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                siteId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One site. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "contractNumber": "1012345",
                     *       "name": "Site A",
                     *       "countryRegion": "BG",
                     *       "address": "1 Example Street",
                     *       "postCode": "1000",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example 1012345 */
                        contractNumber: string;
                        /** @example Site A */
                        name: string;
                        /** @example BG */
                        countryRegion: string;
                        /** @example 1 Example Street */
                        address: string;
                        /** @example 1000 */
                        postCode: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteSite: {
        parameters: {
            query: {
                /** @example 1 */
                sequence: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 1012345 */
                number: string;
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                siteId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a site. */
            204: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecretOrInUse"];
            412: components["responses"]["SequenceConflict"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    changeSite: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 1012345 */
                number: string;
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                siteId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 1,
                 *       "name": "Site A",
                 *       "countryRegion": "BG",
                 *       "address": "1 Example Street",
                 *       "postCode": "1000"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change; a change must name the one it saw.
                     * @example 1
                     */
                    sequence: number;
                    /** @example Site A */
                    name?: string;
                    /** @example BG */
                    countryRegion?: string;
                    /** @example 1 Example Street */
                    address?: string;
                    /** @example 1000 */
                    postCode?: string;
                };
            };
        };
        responses: {
            /** @description Change a site. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "contractNumber": "1012345",
                     *       "name": "Site A",
                     *       "countryRegion": "BG",
                     *       "address": "1 Example Street",
                     *       "postCode": "1000",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example 1012345 */
                        contractNumber: string;
                        /** @example Site A */
                        name: string;
                        /** @example BG */
                        countryRegion: string;
                        /** @example 1 Example Street */
                        address: string;
                        /** @example 1000 */
                        postCode: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlreadyExistsOrIdempotencyRunningOrIdempotencySecret"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    listCustomers: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of name, number, createdAt, modifiedAt; `-` before a name sorts downwards. Usually `name`.
                 * @example name
                 */
                sort?: string;
                /** @description RSQL on name, number, createdAt, modifiedAt: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "name": "Northwind",
                     *           "number": "C-1001",
                     *           "sequence": 1,
                     *           "createdAt": "2023-01-01T05:00:00.000Z",
                     *           "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            id: string;
                            /** @example Northwind */
                            name: string;
                            /** @example C-1001 */
                            number: string;
                            /**
                             * @description Counts every change; a change must name the one it saw.
                             * @example 1
                             */
                            sequence: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            createdAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            modifiedAt: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createCustomer: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Northwind",
                 *       "number": "C-1001"
                 *     }
                 */
                "application/json": {
                    /** @example Northwind */
                    name: string;
                    /** @example C-1001 */
                    number?: string;
                };
            };
        };
        responses: {
            /** @description Make a customer. */
            201: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "Northwind",
                     *       "number": "C-1001",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example Northwind */
                        name: string;
                        /** @example C-1001 */
                        number: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlreadyExistsOrIdempotencyRunningOrIdempotencySecret"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getCustomer: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                customerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One customer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "Northwind",
                     *       "number": "C-1001",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example Northwind */
                        name: string;
                        /** @example C-1001 */
                        number: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteCustomer: {
        parameters: {
            query: {
                /** @example 1 */
                sequence: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                customerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a customer. */
            204: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecretOrInUse"];
            412: components["responses"]["SequenceConflict"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    changeCustomer: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                customerId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 1,
                 *       "name": "Northwind",
                 *       "number": "C-1001"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change; a change must name the one it saw.
                     * @example 1
                     */
                    sequence: number;
                    /** @example Northwind */
                    name?: string;
                    /** @example C-1001 */
                    number?: string;
                };
            };
        };
        responses: {
            /** @description Change a customer. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "Northwind",
                     *       "number": "C-1001",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /** @example Northwind */
                        name: string;
                        /** @example C-1001 */
                        number: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlreadyExistsOrIdempotencyRunningOrIdempotencySecret"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    listCustomerRules: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of id, name, customerId, productType, productId, targetType, targetId, createdAt, modifiedAt; `-` before a name sorts downwards. Usually `name`.
                 * @example name
                 */
                sort?: string;
                /** @description RSQL on id, name, customerId, productType, productId, targetType, targetId, createdAt, modifiedAt: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rules that give usage to customers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "name": "Northwind",
                     *           "customerId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "productType": "vCenter",
                     *           "productId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "targetType": "vCenter",
                     *           "targetId": "group-v1042",
                     *           "sequence": 1,
                     *           "createdAt": "2023-01-01T05:00:00.000Z",
                     *           "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            id: string;
                            /**
                             * @description The customer's name.
                             * @example Northwind
                             */
                            name: string;
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            customerId: string;
                            /** @enum {unknown} */
                            productType: "vCenter" | "VCD";
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            productId: string;
                            /** @enum {unknown} */
                            targetType: "vCenter" | "Datacenter" | "ClusterComputeResource" | "ResourcePool" | "HostSystem" | "Folder" | "VCD" | "vcd_organization";
                            /** @example group-v1042 */
                            targetId: string;
                            /**
                             * @description Counts every change; a change must name the one it saw.
                             * @example 1
                             */
                            sequence: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            createdAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            modifiedAt: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createCustomerRule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Northwind",
                 *       "productType": "vCenter",
                 *       "productId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                 *       "targetType": "vCenter",
                 *       "targetId": "group-v1042"
                 *     }
                 */
                "application/json": {
                    /** @example Northwind */
                    name: string;
                    /** @enum {unknown} */
                    productType: "vCenter" | "VCD";
                    /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                    productId: string;
                    /** @enum {unknown} */
                    targetType: "vCenter" | "Datacenter" | "ClusterComputeResource" | "ResourcePool" | "HostSystem" | "Folder" | "VCD" | "vcd_organization";
                    /** @example group-v1042 */
                    targetId: string;
                };
            };
        };
        responses: {
            /** @description Make a rule. */
            201: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Where it is now. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "Northwind",
                     *       "customerId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "productType": "vCenter",
                     *       "productId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "targetType": "vCenter",
                     *       "targetId": "group-v1042",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /**
                         * @description The customer's name.
                         * @example Northwind
                         */
                        name: string;
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        customerId: string;
                        /** @enum {unknown} */
                        productType: "vCenter" | "VCD";
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        productId: string;
                        /** @enum {unknown} */
                        targetType: "vCenter" | "Datacenter" | "ClusterComputeResource" | "ResourcePool" | "HostSystem" | "Folder" | "VCD" | "vcd_organization";
                        /** @example group-v1042 */
                        targetId: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlreadyExistsOrIdempotencyRunningOrIdempotencySecret"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getCustomerRule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                ruleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One rule. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "Northwind",
                     *       "customerId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "productType": "vCenter",
                     *       "productId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "targetType": "vCenter",
                     *       "targetId": "group-v1042",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /**
                         * @description The customer's name.
                         * @example Northwind
                         */
                        name: string;
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        customerId: string;
                        /** @enum {unknown} */
                        productType: "vCenter" | "VCD";
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        productId: string;
                        /** @enum {unknown} */
                        targetType: "vCenter" | "Datacenter" | "ClusterComputeResource" | "ResourcePool" | "HostSystem" | "Folder" | "VCD" | "vcd_organization";
                        /** @example group-v1042 */
                        targetId: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteCustomerRule: {
        parameters: {
            query: {
                /** @example 1 */
                sequence: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                ruleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a rule. */
            204: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecret"];
            412: components["responses"]["SequenceConflict"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    changeCustomerRule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                ruleId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 1,
                 *       "name": "Northwind",
                 *       "productType": "vCenter",
                 *       "productId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                 *       "targetType": "vCenter",
                 *       "targetId": "group-v1042"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change; a change must name the one it saw.
                     * @example 1
                     */
                    sequence: number;
                    /** @example Northwind */
                    name?: string;
                    /** @enum {unknown} */
                    productType?: "vCenter" | "VCD";
                    /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                    productId?: string;
                    /** @enum {unknown} */
                    targetType?: "vCenter" | "Datacenter" | "ClusterComputeResource" | "ResourcePool" | "HostSystem" | "Folder" | "VCD" | "vcd_organization";
                    /** @example group-v1042 */
                    targetId?: string;
                };
            };
        };
        responses: {
            /** @description Change a rule. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "name": "Northwind",
                     *       "customerId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "productType": "vCenter",
                     *       "productId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "targetType": "vCenter",
                     *       "targetId": "group-v1042",
                     *       "sequence": 1,
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "modifiedAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /**
                         * @description The customer's name.
                         * @example Northwind
                         */
                        name: string;
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        customerId: string;
                        /** @enum {unknown} */
                        productType: "vCenter" | "VCD";
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        productId: string;
                        /** @enum {unknown} */
                        targetType: "vCenter" | "Datacenter" | "ClusterComputeResource" | "ResourcePool" | "HostSystem" | "Folder" | "VCD" | "vcd_organization";
                        /** @example group-v1042 */
                        targetId: string;
                        /**
                         * @description Counts every change; a change must name the one it saw.
                         * @example 1
                         */
                        sequence: number;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        modifiedAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["AlreadyExistsOrIdempotencyRunningOrIdempotencySecret"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getMeterCustomerRules: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customer rules that a meter applies. */
            200: {
                headers: {
                    /** @description Names these rules; send it back as `If-None-Match`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "rules": [
                     *         {
                     *           "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "name": "Northwind",
                     *           "productType": "vCenter",
                     *           "productId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "targetType": "vCenter",
                     *           "targetId": "group-v1042"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @description By id. */
                        rules: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            id: string;
                            /** @example Northwind */
                            name: string;
                            /** @enum {unknown} */
                            productType: "vCenter" | "VCD";
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            productId: string;
                            /** @enum {unknown} */
                            targetType: "vCenter" | "Datacenter" | "ClusterComputeResource" | "ResourcePool" | "HostSystem" | "Folder" | "VCD" | "vcd_organization";
                            /** @example group-v1042 */
                            targetId: string;
                        }[];
                    };
                };
            };
            /** @description The customer rules that a meter applies. */
            304: {
                headers: {
                    /** @description Names these rules; send it back as `If-None-Match`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listQuotas: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What your organisation may use, and has used. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "quota": "meters",
                     *           "limit": 1000,
                     *           "used": 12,
                     *           "resetsAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @enum {unknown} */
                            quota: "meters" | "uploadsPerDay" | "uploadBytesPerDay" | "renderingsPerHour";
                            /**
                             * @description The most that there may be.
                             * @example 1000
                             */
                            limit: number;
                            /**
                             * @description What there is now, or was used in the running period.
                             * @example 12
                             */
                            used: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            resetsAt?: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOrganisationQuotas: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                organisationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is set for an organisation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "organisationId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "sequence": 0,
                     *       "meters": 1000,
                     *       "uploadsPerDay": 1000,
                     *       "uploadBytesPerDay": 1000,
                     *       "renderingsPerHour": 1000,
                     *       "items": [
                     *         {
                     *           "quota": "meters",
                     *           "limit": 1000,
                     *           "used": 12,
                     *           "resetsAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        organisationId: string;
                        /**
                         * @description Counts every change, 0 before the first; a change must name the one it saw.
                         * @example 0
                         */
                        sequence: number;
                        /** @description Meters that are not deleted. Null: what the service is set to. */
                        meters?: number | null;
                        /** @description Packages recorded in a day, UTC, also those refused for their content. Null: what the service is set to. */
                        uploadsPerDay?: number | null;
                        /** @description Bytes of those packages as they were sent. Null: what the service is set to. */
                        uploadBytesPerDay?: number | null;
                        /** @description Reports made on request in an hour, UTC, such as other forms of a report. Null: what the service is set to. */
                        renderingsPerHour?: number | null;
                        items: {
                            /** @enum {unknown} */
                            quota: "meters" | "uploadsPerDay" | "uploadBytesPerDay" | "renderingsPerHour";
                            /**
                             * @description The most that there may be.
                             * @example 1000
                             */
                            limit: number;
                            /**
                             * @description What there is now, or was used in the running period.
                             * @example 12
                             */
                            used: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            resetsAt?: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    setOrganisationQuotas: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                organisationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sequence": 0,
                 *       "meters": 1000,
                 *       "uploadsPerDay": 1000,
                 *       "uploadBytesPerDay": 1000,
                 *       "renderingsPerHour": 1000
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Counts every change, 0 before the first; a change must name the one it saw.
                     * @example 0
                     */
                    sequence: number;
                    /** @description Meters that are not deleted. Null: what the service is set to. */
                    meters?: number | null;
                    /** @description Packages recorded in a day, UTC, also those refused for their content. Null: what the service is set to. */
                    uploadsPerDay?: number | null;
                    /** @description Bytes of those packages as they were sent. Null: what the service is set to. */
                    uploadBytesPerDay?: number | null;
                    /** @description Reports made on request in an hour, UTC, such as other forms of a report. Null: what the service is set to. */
                    renderingsPerHour?: number | null;
                };
            };
        };
        responses: {
            /** @description Set the quotas of an organisation. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "organisationId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "sequence": 0,
                     *       "meters": 1000,
                     *       "uploadsPerDay": 1000,
                     *       "uploadBytesPerDay": 1000,
                     *       "renderingsPerHour": 1000,
                     *       "items": [
                     *         {
                     *           "quota": "meters",
                     *           "limit": 1000,
                     *           "used": 12,
                     *           "resetsAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        organisationId: string;
                        /**
                         * @description Counts every change, 0 before the first; a change must name the one it saw.
                         * @example 0
                         */
                        sequence: number;
                        /** @description Meters that are not deleted. Null: what the service is set to. */
                        meters?: number | null;
                        /** @description Packages recorded in a day, UTC, also those refused for their content. Null: what the service is set to. */
                        uploadsPerDay?: number | null;
                        /** @description Bytes of those packages as they were sent. Null: what the service is set to. */
                        uploadBytesPerDay?: number | null;
                        /** @description Reports made on request in an hour, UTC, such as other forms of a report. Null: what the service is set to. */
                        renderingsPerHour?: number | null;
                        items: {
                            /** @enum {unknown} */
                            quota: "meters" | "uploadsPerDay" | "uploadBytesPerDay" | "renderingsPerHour";
                            /**
                             * @description The most that there may be.
                             * @example 1000
                             */
                            limit: number;
                            /**
                             * @description What there is now, or was used in the running period.
                             * @example 12
                             */
                            used: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            resetsAt?: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequestOrMalformedJson"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecret"];
            412: components["responses"]["SequenceConflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    listUploads: {
        parameters: {
            query?: {
                limit?: string;
                cursor?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The uploads of a meter. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "uploadId": "01943f1e-8f5a-7c3e-9d7e-2f4b6a8c0e12",
                     *           "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "month": "2023-01",
                     *           "epoch": 1,
                     *           "number": 1,
                     *           "digest": "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de",
                     *           "receivedAt": "2023-02-01T05:00:00.000Z",
                     *           "state": "accepted",
                     *           "bytes": 1,
                     *           "records": {
                     *             "vm": 1,
                     *             "host": 1,
                     *             "cluster": 1
                     *           },
                     *           "correctionReason": "The host was counted twice.",
                     *           "receivedBy": "meter:88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "loadedAt": "2023-02-01T05:00:00.000Z",
                     *           "keyCompromisedAt": "2023-01-01T05:00:00.000Z",
                     *           "outcomes": {
                     *             "counted": 1,
                     *             "raised": 1,
                     *             "corrected": 1,
                     *             "noted": 1,
                     *             "duplicate": 1,
                     *             "outranked": 1,
                     *             "conflict": 1,
                     *             "late": 1
                     *           }
                     *         }
                     *       ],
                     *       "nextCursor": "42",
                     *       "missing": [
                     *         {
                     *           "epoch": 1,
                     *           "from": 1,
                     *           "to": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @description Newest first. */
                        items: {
                            /** @example 01943f1e-8f5a-7c3e-9d7e-2f4b6a8c0e12 */
                            uploadId: string;
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            agentId: string;
                            /** @example 2023-01 */
                            month: string;
                            epoch: number;
                            number: number;
                            /**
                             * @description The package's identity: SHA-256 of the canonical form of `package`.
                             * @example 9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de
                             */
                            digest: string;
                            /** @example 2023-02-01T05:00:00.000Z */
                            receivedAt: string;
                            /** @enum {unknown} */
                            state: "accepted" | "loaded" | "late" | "refused";
                            bytes: number;
                            records: {
                                vm: number;
                                host: number;
                                cluster: number;
                            };
                            /** @example The host was counted twice. */
                            correctionReason?: string;
                            /** @example meter:88531d1c-296e-4b47-8431-c0e8182148e7 */
                            receivedBy: string;
                            /** @example 2023-02-01T05:00:00.000Z */
                            loadedAt?: string;
                            /**
                             * @description The key that signed it was reported then as in wrong hands; what was taken before stays.
                             * @example 2023-01-01T05:00:00.000Z
                             */
                            keyCompromisedAt?: string;
                            outcomes: {
                                counted?: number;
                                raised?: number;
                                corrected?: number;
                                noted?: number;
                                duplicate?: number;
                                outranked?: number;
                                conflict?: number;
                                late?: number;
                            };
                        }[];
                        /** @example 42 */
                        nextCursor?: string;
                        /** @description Gaps in the chain of packages. */
                        missing: {
                            epoch: number;
                            from: number;
                            to: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    sendUpload: {
        parameters: {
            query?: {
                correction?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.meterhouse.usage+gzip": unknown;
                "application/gzip": unknown;
                "application/octet-stream": unknown;
            };
        };
        responses: {
            /** @description Send a usage package. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "uploadId": "01943f1e-8f5a-7c3e-9d7e-2f4b6a8c0e12",
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "month": "2023-01",
                     *       "epoch": 1,
                     *       "number": 1,
                     *       "digest": "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de",
                     *       "receivedAt": "2023-02-01T05:00:00.000Z",
                     *       "decision": "accepted",
                     *       "slices": [
                     *         {
                     *           "product": "ffd2beeb-1f0a-4b0e-8f77-0d6d5b0c2a11",
                     *           "hour": "2023-01-01T05:00:00Z",
                     *           "status": "collected",
                     *           "outcome": "counted",
                     *           "digest": "1f3c9a0b5d7e42618f90a1b2c3d4e5f6"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example 01943f1e-8f5a-7c3e-9d7e-2f4b6a8c0e12 */
                        uploadId: string;
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        agentId: string;
                        /** @example 2023-01 */
                        month: string;
                        epoch: number;
                        number: number;
                        /**
                         * @description The package's identity: SHA-256 of the canonical form of `package`.
                         * @example 9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de
                         */
                        digest: string;
                        /** @example 2023-02-01T05:00:00.000Z */
                        receivedAt: string;
                        /** @enum {unknown} */
                        decision: "accepted" | "late";
                        slices: {
                            /** @example ffd2beeb-1f0a-4b0e-8f77-0d6d5b0c2a11 */
                            product: string;
                            /** @example 2023-01-01T05:00:00Z */
                            hour: string;
                            /** @enum {unknown} */
                            status: "collected" | "partial" | "unreachable";
                            /** @enum {unknown} */
                            outcome: "counted" | "raised" | "corrected" | "noted" | "duplicate" | "outranked" | "conflict" | "late";
                            /**
                             * @description The slice's content digest: what a correction names.
                             * @example 1f3c9a0b5d7e42618f90a1b2c3d4e5f6
                             */
                            digest: string;
                        }[];
                    };
                };
            };
            /** @description Send a usage package. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "uploadId": "01943f1e-8f5a-7c3e-9d7e-2f4b6a8c0e12",
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "month": "2023-01",
                     *       "epoch": 1,
                     *       "number": 1,
                     *       "digest": "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de",
                     *       "receivedAt": "2023-02-01T05:00:00.000Z",
                     *       "decision": "accepted",
                     *       "slices": [
                     *         {
                     *           "product": "ffd2beeb-1f0a-4b0e-8f77-0d6d5b0c2a11",
                     *           "hour": "2023-01-01T05:00:00Z",
                     *           "status": "collected",
                     *           "outcome": "counted",
                     *           "digest": "1f3c9a0b5d7e42618f90a1b2c3d4e5f6"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example 01943f1e-8f5a-7c3e-9d7e-2f4b6a8c0e12 */
                        uploadId: string;
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        agentId: string;
                        /** @example 2023-01 */
                        month: string;
                        epoch: number;
                        number: number;
                        /**
                         * @description The package's identity: SHA-256 of the canonical form of `package`.
                         * @example 9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de
                         */
                        digest: string;
                        /** @example 2023-02-01T05:00:00.000Z */
                        receivedAt: string;
                        /** @enum {unknown} */
                        decision: "accepted" | "late";
                        slices: {
                            /** @example ffd2beeb-1f0a-4b0e-8f77-0d6d5b0c2a11 */
                            product: string;
                            /** @example 2023-01-01T05:00:00Z */
                            hour: string;
                            /** @enum {unknown} */
                            status: "collected" | "partial" | "unreachable";
                            /** @enum {unknown} */
                            outcome: "counted" | "raised" | "corrected" | "noted" | "duplicate" | "outranked" | "conflict" | "late";
                            /**
                             * @description The slice's content digest: what a correction names.
                             * @example 1f3c9a0b5d7e42618f90a1b2c3d4e5f6
                             */
                            digest: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ChainForkOrCorrectionConflictOrMeterDeleted"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["PackageRefused"];
            429: components["responses"]["QuotaExceededOrRateLimited"];
            500: components["responses"]["ArchiveConflictOrInternal"];
            503: components["responses"]["EngineBusyOrHourInFutureOrUnavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getUpload: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                uploadId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One upload, with the outcome of each slice or every fault. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "uploadId": "01943f1e-8f5a-7c3e-9d7e-2f4b6a8c0e12",
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "month": "2023-01",
                     *       "epoch": 1,
                     *       "number": 1,
                     *       "digest": "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de",
                     *       "receivedAt": "2023-02-01T05:00:00.000Z",
                     *       "state": "accepted",
                     *       "bytes": 1,
                     *       "records": {
                     *         "vm": 1,
                     *         "host": 1,
                     *         "cluster": 1
                     *       },
                     *       "correctionReason": "The host was counted twice.",
                     *       "receivedBy": "meter:88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "loadedAt": "2023-02-01T05:00:00.000Z",
                     *       "keyCompromisedAt": "2023-01-01T05:00:00.000Z",
                     *       "slices": [
                     *         {
                     *           "product": "ffd2beeb-1f0a-4b0e-8f77-0d6d5b0c2a11",
                     *           "hour": "2023-01-01T05:00:00Z",
                     *           "status": "collected",
                     *           "outcome": "counted",
                     *           "digest": "1f3c9a0b5d7e42618f90a1b2c3d4e5f6"
                     *         }
                     *       ],
                     *       "faultCount": 1,
                     *       "faults": [
                     *         {
                     *           "part": "file",
                     *           "line": 1,
                     *           "pointer": "/memoryMib",
                     *           "message": "must be a whole number",
                     *           "code": "not-an-integer"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example 01943f1e-8f5a-7c3e-9d7e-2f4b6a8c0e12 */
                        uploadId: string;
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        agentId: string;
                        /** @example 2023-01 */
                        month: string;
                        epoch: number;
                        number: number;
                        /**
                         * @description The package's identity: SHA-256 of the canonical form of `package`.
                         * @example 9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de
                         */
                        digest: string;
                        /** @example 2023-02-01T05:00:00.000Z */
                        receivedAt: string;
                        /** @enum {unknown} */
                        state: "accepted" | "loaded" | "late" | "refused";
                        bytes: number;
                        records: {
                            vm: number;
                            host: number;
                            cluster: number;
                        };
                        /** @example The host was counted twice. */
                        correctionReason?: string;
                        /** @example meter:88531d1c-296e-4b47-8431-c0e8182148e7 */
                        receivedBy: string;
                        /** @example 2023-02-01T05:00:00.000Z */
                        loadedAt?: string;
                        /**
                         * @description The key that signed it was reported then as in wrong hands; what was taken before stays.
                         * @example 2023-01-01T05:00:00.000Z
                         */
                        keyCompromisedAt?: string;
                        slices: {
                            /** @example ffd2beeb-1f0a-4b0e-8f77-0d6d5b0c2a11 */
                            product: string;
                            /** @example 2023-01-01T05:00:00Z */
                            hour: string;
                            /** @enum {unknown} */
                            status: "collected" | "partial" | "unreachable";
                            /** @enum {unknown} */
                            outcome: "counted" | "raised" | "corrected" | "noted" | "duplicate" | "outranked" | "conflict" | "late";
                            /**
                             * @description The slice's content digest: what a correction names.
                             * @example 1f3c9a0b5d7e42618f90a1b2c3d4e5f6
                             */
                            digest: string;
                        }[];
                        faultCount?: number;
                        faults?: {
                            /** @enum {unknown} */
                            part: "file" | "header" | "vm" | "host" | "cluster";
                            line: number | null;
                            /** @example /memoryMib */
                            pointer: string;
                            /** @example must be a whole number */
                            message: string;
                            /** @example not-an-integer */
                            code: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCoverage: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
                /** @example 2023 */
                year: string;
                /** @example 1 */
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Which hours of a month a meter covered. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "month": "2023-01",
                     *       "products": [
                     *         {
                     *           "product": "ffd2beeb-1f0a-4b0e-8f77-0d6d5b0c2a11",
                     *           "type": "vCenter",
                     *           "version": "8.0",
                     *           "expectedSeconds": 1,
                     *           "coveredSeconds": 1,
                     *           "missingSeconds": 1,
                     *           "hours": [
                     *             {
                     *               "from": "2023-01-01T05:00:00Z",
                     *               "to": "2023-01-01T09:00:00Z",
                     *               "state": "collected",
                     *               "reason": "connection-refused",
                     *               "coveredSeconds": 1
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        agentId: string;
                        /** @example 2023-01 */
                        month: string;
                        products: {
                            /** @example ffd2beeb-1f0a-4b0e-8f77-0d6d5b0c2a11 */
                            product: string;
                            /** @example vCenter */
                            type: string;
                            /** @example 8.0 */
                            version: string;
                            expectedSeconds: number;
                            coveredSeconds: number;
                            missingSeconds: number;
                            /** @description Ascending, in runs of equal state. */
                            hours: {
                                /** @example 2023-01-01T05:00:00Z */
                                from: string;
                                /** @example 2023-01-01T09:00:00Z */
                                to: string;
                                /** @enum {unknown} */
                                state: "collected" | "partial" | "unreachable" | "missing" | "overlapping";
                                /** @example connection-refused */
                                reason?: string;
                                /** @description Of each hour of a partial run: seconds that were seen. */
                                coveredSeconds?: number;
                            }[];
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMonths: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of month, state; `-` before a name sorts downwards. Usually `-month`.
                 * @example -month
                 */
                sort?: string;
                /** @description RSQL on month, state: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The months that packages have come for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "month": "2023-01",
                     *           "state": "open",
                     *           "meters": 1,
                     *           "products": 1,
                     *           "uploads": {
                     *             "taken": 1,
                     *             "late": 1,
                     *             "refused": 1
                     *           },
                     *           "hours": {
                     *             "collected": 1,
                     *             "partial": 1,
                     *             "unreachable": 1,
                     *             "expected": 1,
                     *             "missing": "12.000"
                     *           },
                     *           "reports": {
                     *             "current": 1,
                     *             "pending": 1,
                     *             "renewedAt": "2023-01-01T05:00:00.000Z"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 2023-01 */
                            month: string;
                            /** @enum {unknown} */
                            state: "open" | "closing" | "closed";
                            /**
                             * @description Meters whose packages list an hour of it.
                             * @example 1
                             */
                            meters: number;
                            /**
                             * @description Products (meter and source) that have an hour in it or are expected to.
                             * @example 1
                             */
                            products: number;
                            uploads: {
                                /**
                                 * @description Packages that were accepted.
                                 * @example 1
                                 */
                                taken: number;
                                /**
                                 * @description Packages that came after it closed and wait.
                                 * @example 1
                                 */
                                late: number;
                                /**
                                 * @description Packages that were refused for their content.
                                 * @example 1
                                 */
                                refused: number;
                            };
                            hours: {
                                /**
                                 * @description Product-hours that packages list as collected.
                                 * @example 1
                                 */
                                collected: number;
                                /**
                                 * @description Product-hours that packages list as partial.
                                 * @example 1
                                 */
                                partial: number;
                                /**
                                 * @description Product-hours that packages list as unreachable.
                                 * @example 1
                                 */
                                unreachable: number;
                                /**
                                 * @description Product-hours that are expected by now.
                                 * @example 1
                                 */
                                expected: number;
                                /**
                                 * @description Expected minus covered time in product-hours, to three decimals: unlisted and unreachable hours, and what partial ones lack.
                                 * @example 12.000
                                 */
                                missing: string;
                            };
                            reports: {
                                /**
                                 * @description Reports that are listed.
                                 * @example 1
                                 */
                                current: number;
                                /**
                                 * @description Meters whose reports do not say yet what has come.
                                 * @example 1
                                 */
                                pending: number;
                                /** @example 2023-01-01T05:00:00.000Z */
                                renewedAt?: string;
                            };
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMonth: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 2023-01 */
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One month. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "month": "2023-01",
                     *       "state": "open",
                     *       "meters": 1,
                     *       "products": 1,
                     *       "uploads": {
                     *         "taken": 1,
                     *         "late": 1,
                     *         "refused": 1
                     *       },
                     *       "hours": {
                     *         "collected": 1,
                     *         "partial": 1,
                     *         "unreachable": 1,
                     *         "expected": 1,
                     *         "missing": "12.000"
                     *       },
                     *       "reports": {
                     *         "current": 1,
                     *         "pending": 1,
                     *         "renewedAt": "2023-01-01T05:00:00.000Z"
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @example 2023-01 */
                        month: string;
                        /** @enum {unknown} */
                        state: "open" | "closing" | "closed";
                        /**
                         * @description Meters whose packages list an hour of it.
                         * @example 1
                         */
                        meters: number;
                        /**
                         * @description Products (meter and source) that have an hour in it or are expected to.
                         * @example 1
                         */
                        products: number;
                        uploads: {
                            /**
                             * @description Packages that were accepted.
                             * @example 1
                             */
                            taken: number;
                            /**
                             * @description Packages that came after it closed and wait.
                             * @example 1
                             */
                            late: number;
                            /**
                             * @description Packages that were refused for their content.
                             * @example 1
                             */
                            refused: number;
                        };
                        hours: {
                            /**
                             * @description Product-hours that packages list as collected.
                             * @example 1
                             */
                            collected: number;
                            /**
                             * @description Product-hours that packages list as partial.
                             * @example 1
                             */
                            partial: number;
                            /**
                             * @description Product-hours that packages list as unreachable.
                             * @example 1
                             */
                            unreachable: number;
                            /**
                             * @description Product-hours that are expected by now.
                             * @example 1
                             */
                            expected: number;
                            /**
                             * @description Expected minus covered time in product-hours, to three decimals: unlisted and unreachable hours, and what partial ones lack.
                             * @example 12.000
                             */
                            missing: string;
                        };
                        reports: {
                            /**
                             * @description Reports that are listed.
                             * @example 1
                             */
                            current: number;
                            /**
                             * @description Meters whose reports do not say yet what has come.
                             * @example 1
                             */
                            pending: number;
                            /** @example 2023-01-01T05:00:00.000Z */
                            renewedAt?: string;
                        };
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    startRebuild: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Derive all usage again from the packages in the archive. */
            202: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The address of what was made. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "rebuildId": "5b0d7a52-6f1d-4e39-9a53-0f6f1b7f9c21",
                     *       "months": 1
                     *     }
                     */
                    "application/json": {
                        /** @example 5b0d7a52-6f1d-4e39-9a53-0f6f1b7f9c21 */
                        rebuildId: string;
                        months: number;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecret"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getRebuild: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                rebuildId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far a rebuild is, and what differed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "rebuildId": "5b0d7a52-6f1d-4e39-9a53-0f6f1b7f9c21",
                     *       "askedBy": "api-token:automation",
                     *       "askedAt": "2023-02-01T05:00:00.000Z",
                     *       "finishedAt": "2023-02-01T05:00:00.000Z",
                     *       "months": [
                     *         {
                     *           "organisationId": "caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11",
                     *           "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "month": "2023-01",
                     *           "slices": 1,
                     *           "finishedAt": "2023-02-01T05:00:00.000Z",
                     *           "differences": [
                     *             {
                     *               "what": "slice-records"
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example 5b0d7a52-6f1d-4e39-9a53-0f6f1b7f9c21 */
                        rebuildId: string;
                        /** @example api-token:automation */
                        askedBy: string;
                        /** @example 2023-02-01T05:00:00.000Z */
                        askedAt: string;
                        /** @example 2023-02-01T05:00:00.000Z */
                        finishedAt?: string;
                        months: {
                            /** @example caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11 */
                            organisationId: string;
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            agentId: string;
                            /** @example 2023-01 */
                            month: string;
                            /** @description Slices whose digest was derived again. */
                            slices?: number;
                            /** @example 2023-02-01T05:00:00.000Z */
                            finishedAt?: string;
                            differences: {
                                /** @enum {unknown} */
                                what: "slice-records" | "slice-digest" | "usage-rows" | "stray-rows" | "unrecorded-package" | "unreadable-package";
                                product?: string;
                                hour?: string;
                                upload?: string;
                                found?: string;
                                derived?: string;
                            }[];
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMonthReports: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 2023 */
                year: string;
                /** @example 1 */
                month: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A month's reports of all meters. */
            200: {
                headers: {
                    /** @description `pending` while usage has come that these reports do not say yet, else `current`. */
                    "Meterhouse-Renewal"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "88531d1c-296e-4b47-8431-c0e8182148e7": [
                     *         {
                     *           "ref": "LXgiQ9OIr3lKEcTNsVgg1x-WYWlXxcoe",
                     *           "contentType": "text/tab-separated-values+gzip",
                     *           "reportType": "MONTHLY_USAGE",
                     *           "contentLength": 142,
                     *           "checksum": "c04cf7b2d373d30912b5f0130e182f0c"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        [key: string]: {
                            /**
                             * @description The `ref` of an entry. Opaque; URL-encode it.
                             * @example kS8VQm3sXo2nqf1dPz7tYwB0aLr4HcJe
                             */
                            ref: string;
                            /**
                             * @description Send it as `Accept` to download the report.
                             * @enum {string}
                             */
                            contentType: "text/tab-separated-values+gzip";
                            /** @enum {unknown} */
                            reportType: "MONTHLY_USAGE" | "CUSTOMER_MONTHLY_USAGE" | "VM_HISTORY" | "CLUSTER_HISTORY" | "HOURLY_USAGE";
                            /**
                             * @description Bytes that the download sends.
                             * @example 142
                             */
                            contentLength: number;
                            /**
                             * @description MD5 of those bytes, hexadecimal.
                             * @example c04cf7b2d373d30912b5f0130e182f0c
                             */
                            checksum: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMeterReports: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 2023 */
                year: string;
                /** @example 1 */
                month: string;
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A month's reports of one meter. */
            200: {
                headers: {
                    /** @description `pending` while usage has come that these reports do not say yet, else `current`. */
                    "Meterhouse-Renewal"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "ref": "kS8VQm3sXo2nqf1dPz7tYwB0aLr4HcJe",
                     *         "contentType": "text/tab-separated-values+gzip",
                     *         "reportType": "MONTHLY_USAGE",
                     *         "contentLength": 142,
                     *         "checksum": "c04cf7b2d373d30912b5f0130e182f0c"
                     *       }
                     *     ]
                     */
                    "application/json": {
                        /**
                         * @description The `ref` of an entry. Opaque; URL-encode it.
                         * @example kS8VQm3sXo2nqf1dPz7tYwB0aLr4HcJe
                         */
                        ref: string;
                        /**
                         * @description Send it as `Accept` to download the report.
                         * @enum {string}
                         */
                        contentType: "text/tab-separated-values+gzip";
                        /** @enum {unknown} */
                        reportType: "MONTHLY_USAGE" | "CUSTOMER_MONTHLY_USAGE" | "VM_HISTORY" | "CLUSTER_HISTORY" | "HOURLY_USAGE";
                        /**
                         * @description Bytes that the download sends.
                         * @example 142
                         */
                        contentLength: number;
                        /**
                         * @description MD5 of those bytes, hexadecimal.
                         * @example c04cf7b2d373d30912b5f0130e182f0c
                         */
                        checksum: string;
                    }[];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    downloadReport: {
        parameters: {
            query: {
                /**
                 * @description The `ref` of an entry. Opaque; URL-encode it.
                 * @example kS8VQm3sXo2nqf1dPz7tYwB0aLr4HcJe
                 */
                ref: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Download a report by its ref. */
            200: {
                headers: {
                    /** @description Names these bytes; send it back as `If-None-Match` or `If-Range`. */
                    ETag?: string;
                    /** @description A file name that tells what it is. */
                    "Content-Disposition"?: string;
                    /** @description `bytes`. */
                    "Accept-Ranges"?: string;
                    /** @description Of a 206: which bytes of how many. */
                    "Content-Range"?: string;
                    /** @description SHA-256 of the whole file (RFC 9530). */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/tab-separated-values+gzip": unknown;
                    "text/csv+gzip": unknown;
                    "application/json+gzip": unknown;
                    "application/vnd.apache.parquet": unknown;
                };
            };
            /** @description Download a report by its ref. */
            206: {
                headers: {
                    /** @description Names these bytes; send it back as `If-None-Match` or `If-Range`. */
                    ETag?: string;
                    /** @description A file name that tells what it is. */
                    "Content-Disposition"?: string;
                    /** @description `bytes`. */
                    "Accept-Ranges"?: string;
                    /** @description Of a 206: which bytes of how many. */
                    "Content-Range"?: string;
                    /** @description SHA-256 of the whole file (RFC 9530). */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/tab-separated-values+gzip": unknown;
                    "text/csv+gzip": unknown;
                    "application/json+gzip": unknown;
                    "application/vnd.apache.parquet": unknown;
                };
            };
            /** @description Download a report by its ref. */
            304: {
                headers: {
                    /** @description Names these bytes; send it back as `If-None-Match` or `If-Range`. */
                    ETag?: string;
                    /** @description A file name that tells what it is. */
                    "Content-Disposition"?: string;
                    /** @description `bytes`. */
                    "Accept-Ranges"?: string;
                    /** @description Of a 206: which bytes of how many. */
                    "Content-Range"?: string;
                    /** @description SHA-256 of the whole file (RFC 9530). */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            406: components["responses"]["NotAcceptable"];
            410: components["responses"]["ReportGone"];
            416: components["responses"]["RangeNotSatisfiable"];
            429: components["responses"]["QuotaExceededOrRateLimited"];
            500: components["responses"]["ArchiveMissingOrInternal"];
            503: components["responses"]["EngineBusyOrUnavailable"];
        };
    };
    headDownloadReport: {
        parameters: {
            query: {
                /**
                 * @description The `ref` of an entry. Opaque; URL-encode it.
                 * @example kS8VQm3sXo2nqf1dPz7tYwB0aLr4HcJe
                 */
                ref: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Download a report by its ref. */
            200: {
                headers: {
                    /** @description Names these bytes; send it back as `If-None-Match` or `If-Range`. */
                    ETag?: string;
                    /** @description A file name that tells what it is. */
                    "Content-Disposition"?: string;
                    /** @description `bytes`. */
                    "Accept-Ranges"?: string;
                    /** @description Of a 206: which bytes of how many. */
                    "Content-Range"?: string;
                    /** @description SHA-256 of the whole file (RFC 9530). */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/tab-separated-values+gzip": unknown;
                    "text/csv+gzip": unknown;
                    "application/json+gzip": unknown;
                    "application/vnd.apache.parquet": unknown;
                };
            };
            /** @description Download a report by its ref. */
            206: {
                headers: {
                    /** @description Names these bytes; send it back as `If-None-Match` or `If-Range`. */
                    ETag?: string;
                    /** @description A file name that tells what it is. */
                    "Content-Disposition"?: string;
                    /** @description `bytes`. */
                    "Accept-Ranges"?: string;
                    /** @description Of a 206: which bytes of how many. */
                    "Content-Range"?: string;
                    /** @description SHA-256 of the whole file (RFC 9530). */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/tab-separated-values+gzip": unknown;
                    "text/csv+gzip": unknown;
                    "application/json+gzip": unknown;
                    "application/vnd.apache.parquet": unknown;
                };
            };
            /** @description Download a report by its ref. */
            304: {
                headers: {
                    /** @description Names these bytes; send it back as `If-None-Match` or `If-Range`. */
                    ETag?: string;
                    /** @description A file name that tells what it is. */
                    "Content-Disposition"?: string;
                    /** @description `bytes`. */
                    "Accept-Ranges"?: string;
                    /** @description Of a 206: which bytes of how many. */
                    "Content-Range"?: string;
                    /** @description SHA-256 of the whole file (RFC 9530). */
                    "Repr-Digest"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            406: components["responses"]["NotAcceptable"];
            410: components["responses"]["ReportGone"];
            416: components["responses"]["RangeNotSatisfiable"];
            429: components["responses"]["QuotaExceededOrRateLimited"];
            500: components["responses"]["ArchiveMissingOrInternal"];
            503: components["responses"]["EngineBusyOrUnavailable"];
        };
    };
    listBackups: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The backups of this service, the newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "0b6e6e8c-6c0f-4b0c-9b57-6a1c2f0a4d11",
                     *           "state": "complete",
                     *           "askedBy": "token:861aeceb-64a5-4b5f-8c0a-3f3a2f9a5b11",
                     *           "createdAt": "2023-02-03T04:05:06.789Z",
                     *           "finishedAt": "2023-02-03T04:05:06.789Z",
                     *           "folder": "20230203T040506Z-0b6e6e8c",
                     *           "rows": 1024,
                     *           "archiveFiles": 1024,
                     *           "bytes": 1024,
                     *           "failure": "There is not enough room for it."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 0b6e6e8c-6c0f-4b0c-9b57-6a1c2f0a4d11 */
                            id: string;
                            /**
                             * @description `removed`: it was complete, and went when `--backup-keep` newer ones were.
                             * @example complete
                             * @enum {unknown}
                             */
                            state: "running" | "complete" | "failed" | "removed";
                            /** @example token:861aeceb-64a5-4b5f-8c0a-3f3a2f9a5b11 */
                            askedBy: string;
                            /** @example 2023-02-03T04:05:06.789Z */
                            createdAt: string;
                            /** @example 2023-02-03T04:05:06.789Z */
                            finishedAt?: string;
                            /**
                             * @description The name of its folder in the backup directory.
                             * @example 20230203T040506Z-0b6e6e8c
                             */
                            folder?: string;
                            /**
                             * @description Rows of the records.
                             * @example 1024
                             */
                            rows?: number;
                            /**
                             * @description Packages, receipts and reports.
                             * @example 1024
                             */
                            archiveFiles?: number;
                            /**
                             * @description Bytes of all its files. Those that are links take no room of their own.
                             * @example 1024
                             */
                            bytes?: number;
                            /** @example There is not enough room for it. */
                            failure?: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createBackup: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Make a backup of records and archive while the service runs. */
            202: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The address of what was made. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b6e6e8c-6c0f-4b0c-9b57-6a1c2f0a4d11",
                     *       "state": "complete",
                     *       "askedBy": "token:861aeceb-64a5-4b5f-8c0a-3f3a2f9a5b11",
                     *       "createdAt": "2023-02-03T04:05:06.789Z",
                     *       "finishedAt": "2023-02-03T04:05:06.789Z",
                     *       "folder": "20230203T040506Z-0b6e6e8c",
                     *       "rows": 1024,
                     *       "archiveFiles": 1024,
                     *       "bytes": 1024,
                     *       "failure": "There is not enough room for it."
                     *     }
                     */
                    "application/json": {
                        /** @example 0b6e6e8c-6c0f-4b0c-9b57-6a1c2f0a4d11 */
                        id: string;
                        /**
                         * @description `removed`: it was complete, and went when `--backup-keep` newer ones were.
                         * @example complete
                         * @enum {unknown}
                         */
                        state: "running" | "complete" | "failed" | "removed";
                        /** @example token:861aeceb-64a5-4b5f-8c0a-3f3a2f9a5b11 */
                        askedBy: string;
                        /** @example 2023-02-03T04:05:06.789Z */
                        createdAt: string;
                        /** @example 2023-02-03T04:05:06.789Z */
                        finishedAt?: string;
                        /**
                         * @description The name of its folder in the backup directory.
                         * @example 20230203T040506Z-0b6e6e8c
                         */
                        folder?: string;
                        /**
                         * @description Rows of the records.
                         * @example 1024
                         */
                        rows?: number;
                        /**
                         * @description Packages, receipts and reports.
                         * @example 1024
                         */
                        archiveFiles?: number;
                        /**
                         * @description Bytes of all its files. Those that are links take no room of their own.
                         * @example 1024
                         */
                        bytes?: number;
                        /** @example There is not enough room for it. */
                        failure?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecret"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getBackup: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                backupId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far a backup is, and what it holds. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0b6e6e8c-6c0f-4b0c-9b57-6a1c2f0a4d11",
                     *       "state": "complete",
                     *       "askedBy": "token:861aeceb-64a5-4b5f-8c0a-3f3a2f9a5b11",
                     *       "createdAt": "2023-02-03T04:05:06.789Z",
                     *       "finishedAt": "2023-02-03T04:05:06.789Z",
                     *       "folder": "20230203T040506Z-0b6e6e8c",
                     *       "rows": 1024,
                     *       "archiveFiles": 1024,
                     *       "bytes": 1024,
                     *       "failure": "There is not enough room for it."
                     *     }
                     */
                    "application/json": {
                        /** @example 0b6e6e8c-6c0f-4b0c-9b57-6a1c2f0a4d11 */
                        id: string;
                        /**
                         * @description `removed`: it was complete, and went when `--backup-keep` newer ones were.
                         * @example complete
                         * @enum {unknown}
                         */
                        state: "running" | "complete" | "failed" | "removed";
                        /** @example token:861aeceb-64a5-4b5f-8c0a-3f3a2f9a5b11 */
                        askedBy: string;
                        /** @example 2023-02-03T04:05:06.789Z */
                        createdAt: string;
                        /** @example 2023-02-03T04:05:06.789Z */
                        finishedAt?: string;
                        /**
                         * @description The name of its folder in the backup directory.
                         * @example 20230203T040506Z-0b6e6e8c
                         */
                        folder?: string;
                        /**
                         * @description Rows of the records.
                         * @example 1024
                         */
                        rows?: number;
                        /**
                         * @description Packages, receipts and reports.
                         * @example 1024
                         */
                        archiveFiles?: number;
                        /**
                         * @description Bytes of all its files. Those that are links take no room of their own.
                         * @example 1024
                         */
                        bytes?: number;
                        /** @example There is not enough room for it. */
                        failure?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listNotifications: {
        parameters: {
            query?: {
                /**
                 * @description How many items a page has at most, 50 unless said.
                 * @example 50
                 */
                limit?: string;
                /** @description The `nextCursor` of the page before, asked with the same `filter` and `sort`. */
                cursor?: string;
                /**
                 * @description By any of id, kind, subject, state, createdAt, readAt; `-` before a name sorts downwards. Usually `-createdAt`.
                 * @example -createdAt
                 */
                sort?: string;
                /** @description RSQL on id, kind, subject, state, createdAt, readAt: `==` and `!=` (`*` in text stands for any characters), `=gt=`, `=ge=`, `=lt=`, `=le=`, `=in=(a,b)`, `=out=(a,b)`; `;` and, `,` or, parentheses. */
                filter?: string;
            };
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the people of the organisation should know of, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "kind": "meter-key-replaced",
                     *           "subject": "meter:88531d1c-296e-4b47-8431-c0e8182148e7",
                     *           "message": "The meter um46 has another key.",
                     *           "createdAt": "2023-01-01T05:00:00.000Z",
                     *           "readAt": "2023-01-01T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        items: {
                            /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                            id: string;
                            /**
                             * @description Stable; compare this one.
                             * @example meter-key-replaced
                             */
                            kind: string;
                            /**
                             * @description What it is about, as the audit log names it.
                             * @example meter:88531d1c-296e-4b47-8431-c0e8182148e7
                             */
                            subject: string;
                            /** @example The meter um46 has another key. */
                            message: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            createdAt: string;
                            /** @example 2023-01-01T05:00:00.000Z */
                            readAt?: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OrganisationUnknown"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    readNotification: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For operators: the organisation to act in, by id or by name (a name that is not ASCII: by id).
                 * @example Acme Cloud
                 */
                "meterhouse-organisation"?: string;
                /**
                 * @description Kept for 24 hours: the same request with the same key is answered again and not made again.
                 * @example 6a1f7f86-25a8-4a3e-9c6b-2d0f6f1d8a11
                 */
                "idempotency-key"?: string;
            };
            path: {
                /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                notificationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Mark a notification as read, for everybody in the organisation. */
            200: {
                headers: {
                    /** @description `true` when this is the answer that the key got before. */
                    "Idempotency-Replayed"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "kind": "meter-key-replaced",
                     *       "subject": "meter:88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "message": "The meter um46 has another key.",
                     *       "createdAt": "2023-01-01T05:00:00.000Z",
                     *       "readAt": "2023-01-01T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                        id: string;
                        /**
                         * @description Stable; compare this one.
                         * @example meter-key-replaced
                         */
                        kind: string;
                        /**
                         * @description What it is about, as the audit log names it.
                         * @example meter:88531d1c-296e-4b47-8431-c0e8182148e7
                         */
                        subject: string;
                        /** @example The meter um46 has another key. */
                        message: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        createdAt: string;
                        /** @example 2023-01-01T05:00:00.000Z */
                        readAt?: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFoundOrOrganisationUnknown"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecret"];
            422: components["responses"]["IdempotencyKeyReused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageLow"];
        };
    };
    getProblemPage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `code` of a problem.
                 * @example not-found
                 */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page for people. */
            200: {
                headers: {
                    /** @description Names this text; send it back as `If-None-Match`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
        };
    };
    getPostmanCollection: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The collection, with `baseUrl` set to this service. */
            200: {
                headers: {
                    /** @description Names this text; send it back as `If-None-Match`. */
                    ETag?: string;
                    /** @description A file name to keep it by. */
                    "Content-Disposition"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
}
