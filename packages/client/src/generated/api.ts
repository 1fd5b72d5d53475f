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
         * The meters that are not deleted
         * @description Who: reader and above.
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
        patch?: never;
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
        /** @description `package-refused`: The package is refused. */
        PackageRefused: {
            headers: {
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
            /** @description Default Response */
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
            /** @description Default Response */
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
            /** @description Default Response */
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
            /** @description Default Response */
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
    exchangeApiToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {} */
                "application/x-www-form-urlencoded": {
                    /** @description The API token. */
                    refresh_token?: string;
                    /** @description The API token, by its newer name. */
                    api_token?: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "token_type": "bearer",
                     *       "expires_in": 1799
                     *     }
                     */
                    "application/json": {
                        /** @description Says who; it is no access token. */
                        id_token: string;
                        /** @enum {string} */
                        token_type: "bearer";
                        /**
                         * @description Seconds.
                         * @example 1799
                         */
                        expires_in: number;
                        scope: string;
                        /** @description Goes into `Authorization: Bearer …` of every other call. */
                        access_token: string;
                        /** @description The API token that was sent. */
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
                     *       "statusCode": 1
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        statusCode: number;
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
                     *       "statusCode": 1
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        statusCode: number;
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
                     *       "statusCode": 1
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        statusCode: number;
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
                     *       "statusCode": 1
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        statusCode: number;
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
                     *       "statusCode": 1
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        statusCode: number;
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
                     *       "statusCode": 1
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        statusCode: number;
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
                     *       "statusCode": 1
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_grant */
                        errorCode: string;
                        /** @example invalid_grant: Invalid refresh token: …cF3k */
                        message: string;
                        /** @enum {number} */
                        moduleCode: 340;
                        statusCode: number;
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
                 *       "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                 *     }
                 */
                "application/x-www-form-urlencoded": {
                    /** @example client_credentials */
                    grant_type: string;
                    /** @example urn:ietf:params:oauth:client-assertion-type:jwt-bearer */
                    client_assertion_type: string;
                    client_assertion: string;
                    /** @description When sent, the registration. */
                    client_id?: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "token_type": "Bearer",
                     *       "expires_in": 1799
                     *     }
                     */
                    "application/json": {
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
                     *       "error": "invalid_client"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
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
                     *       "error": "invalid_client"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
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
                     *       "error": "invalid_client"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
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
                     *       "error": "invalid_client"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
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
                     *       "error": "invalid_client"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
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
                     *       "error": "invalid_client"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
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
                     *       "error": "invalid_client"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
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
                     *       "error": "invalid_client"
                     *     }
                     */
                    "application/json": {
                        /** @example invalid_client */
                        error: string;
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "grant_types_supported": [],
                     *       "response_types_supported": [],
                     *       "token_endpoint_auth_methods_supported": [],
                     *       "token_endpoint_auth_signing_alg_values_supported": []
                     *     }
                     */
                    "application/json": {
                        issuer: string;
                        token_endpoint: string;
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {}
                     *       ]
                     *     }
                     */
                    "application/json": {
                        keys: ({
                            kid: string;
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "contractNumber": "1012345"
                     *     }
                     */
                    "application/json": {
                        /** @example 1012345 */
                        contractNumber: string;
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
            404: components["responses"]["NotFound"];
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
                 *       "connectivityMode": "ONLINE",
                 *       "meteringMode": "PRODUCTION",
                 *       "contractNumber": "1012345",
                 *       "version": "4.6"
                 *     }
                 */
                "application/json": {
                    /** @example 88531d1c-296e-4b47-8431-c0e8182148e7 */
                    agentId: string;
                    label: string;
                    /** @enum {unknown} */
                    connectivityMode?: "ONLINE" | "OFFLINE";
                    /** @enum {unknown} */
                    meteringMode?: "PRODUCTION" | "TEST";
                    /** @example 1012345 */
                    contractNumber?: string;
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
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ContractInUseOrMeterDeletedOrModeChangeRefused"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
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
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "expiresAt": "2023-01-02T05:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @description Works once, until `expiresAt`, for this meter alone. Shown this once. */
                        activationToken: string;
                        /** @example 2023-01-02T05:00:00.000Z */
                        expiresAt: string;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
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
                /** @example {} */
                "application/json": {
                    /** @description A compact JWS over an ActivationStatement. */
                    activation: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "epoch": 1
                     *     }
                     */
                    "application/json": {
                        service: string;
                        organisation: string;
                        registration: string;
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
            /** @description Default Response */
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
                     *           "connectivityMode": "ONLINE",
                     *           "version": "4.6",
                     *           "state": "running",
                     *           "meteringMode": "PRODUCTION",
                     *           "contractNumber": "1012345",
                     *           "siteName": "Site A",
                     *           "key": {
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
                            label: string;
                            /** @enum {unknown} */
                            connectivityMode: "ONLINE" | "OFFLINE";
                            /** @example 4.6 */
                            version?: string;
                            /** @description Names this registration in every package; also the client id at the token endpoint. */
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
                                kid: string;
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "connectivityMode": "ONLINE",
                     *       "version": "4.6",
                     *       "state": "running",
                     *       "meteringMode": "PRODUCTION",
                     *       "contractNumber": "1012345",
                     *       "siteName": "Site A",
                     *       "key": {
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
                     *           "meteringMode": "PRODUCTION"
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
                        label: string;
                        /** @enum {unknown} */
                        connectivityMode: "ONLINE" | "OFFLINE";
                        /** @example 4.6 */
                        version?: string;
                        /** @description Names this registration in every package; also the client id at the token endpoint. */
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
                            kid: string;
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
                            contractNumber?: string;
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
            404: components["responses"]["NotFound"];
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "connectivityMode": "ONLINE",
                     *       "version": "4.6",
                     *       "state": "running",
                     *       "meteringMode": "PRODUCTION",
                     *       "contractNumber": "1012345",
                     *       "siteName": "Site A",
                     *       "key": {
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
                     *           "meteringMode": "PRODUCTION"
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
                        label: string;
                        /** @enum {unknown} */
                        connectivityMode: "ONLINE" | "OFFLINE";
                        /** @example 4.6 */
                        version?: string;
                        /** @description Names this registration in every package; also the client id at the token endpoint. */
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
                            kid: string;
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
                            contractNumber?: string;
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
            404: components["responses"]["NotFound"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecretOrMeterDeleted"];
            412: components["responses"]["SequenceConflict"];
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "agentId": "88531d1c-296e-4b47-8431-c0e8182148e7",
                     *       "connectivityMode": "ONLINE",
                     *       "version": "4.6",
                     *       "state": "running",
                     *       "meteringMode": "PRODUCTION",
                     *       "contractNumber": "1012345",
                     *       "siteName": "Site A",
                     *       "key": {
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
                     *           "meteringMode": "PRODUCTION"
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
                        label: string;
                        /** @enum {unknown} */
                        connectivityMode: "ONLINE" | "OFFLINE";
                        /** @example 4.6 */
                        version?: string;
                        /** @description Names this registration in every package; also the client id at the token endpoint. */
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
                            kid: string;
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
                            contractNumber?: string;
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
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["IdempotencyRunningOrIdempotencySecretOrMeterNotDeleted"];
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "epoch": 1,
                     *           "number": 1,
                     *           "state": "accepted",
                     *           "bytes": 1,
                     *           "records": {
                     *             "vm": 1,
                     *             "host": 1,
                     *             "cluster": 1
                     *           },
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
                            uploadId: string;
                            agentId: string;
                            month: string;
                            epoch: number;
                            number: number;
                            /** @description The package's identity: SHA-256 of the canonical form of `package`. */
                            digest: string;
                            receivedAt: string;
                            /** @enum {unknown} */
                            state: "accepted" | "loaded" | "late" | "refused";
                            bytes: number;
                            records: {
                                vm: number;
                                host: number;
                                cluster: number;
                            };
                            correctionReason?: string;
                            receivedBy: string;
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
            404: components["responses"]["NotFound"];
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
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "epoch": 1,
                     *       "number": 1,
                     *       "decision": "accepted",
                     *       "slices": [
                     *         {
                     *           "status": "collected",
                     *           "outcome": "counted"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        uploadId: string;
                        agentId: string;
                        month: string;
                        epoch: number;
                        number: number;
                        /** @description The package's identity: SHA-256 of the canonical form of `package`. */
                        digest: string;
                        receivedAt: string;
                        /** @enum {unknown} */
                        decision: "accepted" | "late";
                        slices: {
                            product: string;
                            hour: string;
                            /** @enum {unknown} */
                            status: "collected" | "partial" | "unreachable";
                            /** @enum {unknown} */
                            outcome: "counted" | "raised" | "corrected" | "noted" | "duplicate" | "outranked" | "conflict" | "late";
                            /** @description The slice's content digest: what a correction names. */
                            digest: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "epoch": 1,
                     *       "number": 1,
                     *       "decision": "accepted",
                     *       "slices": [
                     *         {
                     *           "status": "collected",
                     *           "outcome": "counted"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        uploadId: string;
                        agentId: string;
                        month: string;
                        epoch: number;
                        number: number;
                        /** @description The package's identity: SHA-256 of the canonical form of `package`. */
                        digest: string;
                        receivedAt: string;
                        /** @enum {unknown} */
                        decision: "accepted" | "late";
                        slices: {
                            product: string;
                            hour: string;
                            /** @enum {unknown} */
                            status: "collected" | "partial" | "unreachable";
                            /** @enum {unknown} */
                            outcome: "counted" | "raised" | "corrected" | "noted" | "duplicate" | "outranked" | "conflict" | "late";
                            /** @description The slice's content digest: what a correction names. */
                            digest: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["ChainForkOrCorrectionConflictOrMeterDeleted"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["PackageRefused"];
            429: components["responses"]["RateLimited"];
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "epoch": 1,
                     *       "number": 1,
                     *       "state": "accepted",
                     *       "bytes": 1,
                     *       "records": {
                     *         "vm": 1,
                     *         "host": 1,
                     *         "cluster": 1
                     *       },
                     *       "keyCompromisedAt": "2023-01-01T05:00:00.000Z",
                     *       "slices": [
                     *         {
                     *           "status": "collected",
                     *           "outcome": "counted"
                     *         }
                     *       ],
                     *       "faultCount": 1,
                     *       "faults": [
                     *         {
                     *           "part": "file",
                     *           "line": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        uploadId: string;
                        agentId: string;
                        month: string;
                        epoch: number;
                        number: number;
                        /** @description The package's identity: SHA-256 of the canonical form of `package`. */
                        digest: string;
                        receivedAt: string;
                        /** @enum {unknown} */
                        state: "accepted" | "loaded" | "late" | "refused";
                        bytes: number;
                        records: {
                            vm: number;
                            host: number;
                            cluster: number;
                        };
                        correctionReason?: string;
                        receivedBy: string;
                        loadedAt?: string;
                        /**
                         * @description The key that signed it was reported then as in wrong hands; what was taken before stays.
                         * @example 2023-01-01T05:00:00.000Z
                         */
                        keyCompromisedAt?: string;
                        slices: {
                            product: string;
                            hour: string;
                            /** @enum {unknown} */
                            status: "collected" | "partial" | "unreachable";
                            /** @enum {unknown} */
                            outcome: "counted" | "raised" | "corrected" | "noted" | "duplicate" | "outranked" | "conflict" | "late";
                            /** @description The slice's content digest: what a correction names. */
                            digest: string;
                        }[];
                        faultCount?: number;
                        faults?: {
                            /** @enum {unknown} */
                            part: "file" | "header" | "vm" | "host" | "cluster";
                            line: number | null;
                            pointer: string;
                            message: string;
                            code: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "products": [
                     *         {
                     *           "expectedSeconds": 1,
                     *           "coveredSeconds": 1,
                     *           "missingSeconds": 1,
                     *           "hours": [
                     *             {
                     *               "state": "collected"
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        agentId: string;
                        month: string;
                        products: {
                            product: string;
                            type: string;
                            version: string;
                            expectedSeconds: number;
                            coveredSeconds: number;
                            missingSeconds: number;
                            /** @description Ascending, in runs of equal state. */
                            hours: {
                                from: string;
                                to: string;
                                /** @enum {unknown} */
                                state: "collected" | "partial" | "unreachable" | "missing" | "overlapping";
                                reason?: string;
                            }[];
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
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
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "months": 1
                     *     }
                     */
                    "application/json": {
                        rebuildId: string;
                        months: number;
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "months": [
                     *         {
                     *           "slices": 1,
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
                        rebuildId: string;
                        askedBy: string;
                        askedAt: string;
                        finishedAt?: string;
                        months: {
                            organisationId: string;
                            agentId: string;
                            month: string;
                            /** @description Slices whose digest was derived again. */
                            slices?: number;
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
            404: components["responses"]["NotFound"];
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
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
                            /** @description Bytes that the download sends. */
                            contentLength: number;
                            /** @description MD5 of those bytes, hexadecimal. */
                            checksum: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "ref": "kS8VQm3sXo2nqf1dPz7tYwB0aLr4HcJe",
                     *         "contentType": "text/tab-separated-values+gzip",
                     *         "reportType": "MONTHLY_USAGE",
                     *         "contentLength": 0
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
                        /** @description Bytes that the download sends. */
                        contentLength: number;
                        /** @description MD5 of those bytes, hexadecimal. */
                        checksum: string;
                    }[];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/tab-separated-values+gzip": unknown;
                    "text/csv+gzip": unknown;
                    "application/json+gzip": unknown;
                    "application/vnd.apache.parquet": unknown;
                };
            };
            /** @description Default Response */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/tab-separated-values+gzip": unknown;
                    "text/csv+gzip": unknown;
                    "application/json+gzip": unknown;
                    "application/vnd.apache.parquet": unknown;
                };
            };
            /** @description Default Response */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            410: components["responses"]["ReportGone"];
            416: components["responses"]["RangeNotSatisfiable"];
            429: components["responses"]["RateLimited"];
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
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/tab-separated-values+gzip": unknown;
                    "text/csv+gzip": unknown;
                    "application/json+gzip": unknown;
                    "application/vnd.apache.parquet": unknown;
                };
            };
            /** @description Default Response */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/tab-separated-values+gzip": unknown;
                    "text/csv+gzip": unknown;
                    "application/json+gzip": unknown;
                    "application/vnd.apache.parquet": unknown;
                };
            };
            /** @description Default Response */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            410: components["responses"]["ReportGone"];
            416: components["responses"]["RangeNotSatisfiable"];
            429: components["responses"]["RateLimited"];
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
            /** @description Default Response */
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
            /** @description Default Response */
            202: {
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
            /** @description Default Response */
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
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
