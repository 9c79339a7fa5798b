/** Written from the API's description. */
export interface paths {
  '/api/activity': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          minutes?: number;
          key?: string;
        };
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
            'application/json': components['schemas']['Activity'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/stack': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
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
            'application/json': components['schemas']['Stack'];
          };
        };
        /** @description Default Response */
        503: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @enum {string} */
              status: 'starting';
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
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
            'text/event-stream': components['schemas']['Live'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/outcomes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
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
            'text/event-stream': {
              [key: string]: unknown;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/uploads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          /** @description Part of the key; case does not matter */
          search?: string;
          state?:
            | 'reading'
            | 'waiting'
            | 'processing'
            | 'done'
            | 'rejected'
            | 'out-of-date'
            | 'no-recipe';
          code?: string;
          recipe?: string;
          format?: string;
          /** @description Milliseconds since 1970 */
          since?: number;
          offset?: number;
          limit?: number;
        };
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
            'application/json': components['schemas']['UploadPage'];
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/rejections': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          span?: 'hour' | 'day' | 'month';
        };
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
            'application/json': components['schemas']['Rejections'];
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/upload': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query: {
          key: string;
          /** @description Part of the key; case does not matter */
          search?: string;
          state?:
            | 'reading'
            | 'waiting'
            | 'processing'
            | 'done'
            | 'rejected'
            | 'out-of-date'
            | 'no-recipe';
          code?: string;
          recipe?: string;
          format?: string;
          /** @description Milliseconds since 1970 */
          since?: number;
        };
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
            'application/json': components['schemas']['Story'];
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    put: {
      parameters: {
        query: {
          key: string;
        };
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
            'application/json': components['schemas']['Stored'];
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/uploads/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            keys: string[];
            /**
             * @description Also uploads that were processed
             * @default false
             */
            force?: boolean;
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
            'application/json': {
              uploads: {
                key: string;
                /** @enum {string} */
                outcome: 'done' | 'rejected' | 'no-recipe' | 'unfinished';
                outputs: string[];
                skipped: string[];
                code?: string;
                message?: string;
                retryable?: boolean;
                sent: boolean;
              }[];
            };
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/uploads/remove': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            keys: string[];
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
            'application/json': {
              receipts: {
                stack: string;
                key: string;
                time: string;
                removed: {
                  bucket: string;
                  key: string;
                  versionId: string;
                }[];
                invalidation: string | null;
                invalidationError?: string;
                verified: boolean;
              }[];
            };
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/redrive': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @description Only these codes */
            codes?: string[];
            /** @description Only messages with such a key */
            prefix?: string;
            /** @description Only these messages */
            messageIds?: string[];
            /**
             * @description Most messages to move
             * @default 10000
             */
            limit?: number;
            /**
             * @description Most messages per second
             * @default 50
             */
            rate?: number;
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
            'application/json': {
              stack: string;
              found: {
                [key: string]: number;
              };
              matching: {
                [key: string]: number;
              };
              folders: {
                [key: string]: number;
              };
              letters: {
                messageId: string;
                code: string;
                keys: string[];
                sent: string;
              }[];
              moved: number;
              dryRun: boolean;
              /** @enum {string} */
              stoppedBy: 'end' | 'limit' | 'in-flight' | 'signal';
            };
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/redrive/dry-run': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @description Only these codes */
            codes?: string[];
            /** @description Only messages with such a key */
            prefix?: string;
            /** @description Only these messages */
            messageIds?: string[];
            /**
             * @description Most messages to move
             * @default 10000
             */
            limit?: number;
            /**
             * @description Most messages per second
             * @default 50
             */
            rate?: number;
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
            'application/json': {
              stack: string;
              found: {
                [key: string]: number;
              };
              matching: {
                [key: string]: number;
              };
              folders: {
                [key: string]: number;
              };
              letters: {
                messageId: string;
                code: string;
                keys: string[];
                sent: string;
              }[];
              moved: number;
              dryRun: boolean;
              /** @enum {string} */
              stoppedBy: 'end' | 'limit' | 'in-flight' | 'signal';
            };
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/object': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query: {
          key: string;
          bucket: 'source' | 'processed';
          download?: '1';
          /** @description ETag: makes the address change with the object */
          v?: string;
        };
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
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/playground': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
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
            'application/json': components['schemas']['Playground'];
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/playground/photo': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put: {
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
            'application/json': {
              photo: string;
            };
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/playground/render': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @description Default: the deployed one that the upload matches */
            recipe?: string;
            from:
              | {
                  key: string;
                }
              | {
                  photo: string;
                };
            /**
             * @description Compares with the source, and describes the plan
             * @default false
             */
            measure?: boolean;
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
            'application/json': {
              readonly problems: components['schemas']['TextProblem'][];
              rendering: components['schemas']['Rendering'] | null;
            };
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/playground/output': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query: {
          id: string;
          variant: string;
        };
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
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/playground/stack-file': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @description One recipe, YAML */
            recipe: string;
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
            'application/json': {
              readonly problems: components['schemas']['TextProblem'][];
              text: string | null;
            };
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/playground/use': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @description One recipe, YAML */
            recipe: string;
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
            'application/json': {
              readonly problems: components['schemas']['TextProblem'][];
              file: string | null;
            };
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
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
            'application/json': components['schemas']['Changes'];
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/changes/compare': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @default  */
            prefix?: string;
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
            'application/json': components['schemas']['Changes'];
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/changes/apply': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @description `orphaned` deletes outputs */
            kinds: (
              | 'missing'
              | 'source-changed'
              | 'recipe-changed'
              | 'transform-changed'
              | 'damaged'
              | 'retryable'
              | 'orphaned'
            )[];
            /** @default  */
            prefix?: string;
            /**
             * @description Most messages per second
             * @default 50
             */
            rate?: number;
            /**
             * @description Most messages to send
             * @default 10000
             */
            limit?: number;
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
            'application/json': components['schemas']['Changes'];
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/changes/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
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
            'application/json': components['schemas']['Changes'];
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/changes/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
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
            'application/json': components['schemas']['Changes'];
          };
        };
        /** @description Default Response */
        '4XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
        /** @description Default Response */
        '5XX': {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Error'];
          };
        };
      };
    };
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
    /** @description Pixels, or a percentage of the picture’s side (`25%`). */
    lengthInput: number | string;
    /** @enum {string} */
    gravityInput:
      | 'centre'
      | 'center'
      | 'north'
      | 'northeast'
      | 'east'
      | 'southeast'
      | 'south'
      | 'southwest'
      | 'west'
      | 'northwest'
      | 'top'
      | 'right top'
      | 'right'
      | 'right bottom'
      | 'bottom'
      | 'left bottom'
      | 'left'
      | 'left top';
    /** @enum {string} */
    positionInput:
      | 'centre'
      | 'center'
      | 'north'
      | 'northeast'
      | 'east'
      | 'southeast'
      | 'south'
      | 'southwest'
      | 'west'
      | 'northwest'
      | 'top'
      | 'right top'
      | 'right'
      | 'right bottom'
      | 'bottom'
      | 'left bottom'
      | 'left'
      | 'left top'
      | 'attention'
      | 'entropy';
    /** @description A CSS colour (`white`, `#8a6f52`, `#8a6f5280`, `rgb(138, 111, 82)`, `transparent`), or `{ r, g, b, alpha }` with channels 0 to 255 and alpha 0 to 1. */
    colourInput:
      | string
      | {
          r: number;
          g: number;
          b: number;
          /** @default 1 */
          alpha: number;
        };
    /** @description 1 (smallest) to 100 (best), or `{ ssim: 0.98 }` with a value from 0.5 to 0.9999. `ssim` selects the lowest quality whose structural similarity to the picture before encoding is at least that value. It is measured on lightness with the `bezkrovny` algorithm of ssim.js. The search uses 16 tiles of 128×128 pixels, then checks and corrects the result on the whole file, with at most 4 files. It takes 3 to 11 times the CPU of one file (five photos, 1,280 pixels wide: JPEG 4 to 11, WebP 3 to 9, AVIF 3 to 6 times). If no quality is sufficient, the file has quality 100. */
    qualityInput:
      | number
      | {
          ssim: number;
        };
    /** @description A format (`jpeg`, `png`, `webp`, `avif`, `gif`, `tiff`), or a map of its options (`{ format: webp, quality: 70 }`). */
    candidateInput:
      | ('jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff')
      | (
          | {
              /** @constant */
              format: 'jpeg';
              /**
               * @description Quality of the file.
               * @default 80
               */
              quality: components['schemas']['qualityInput'];
              /** @description Maximum size of the file, bytes. Searches the best quality that fits, at most `quality`, with at most 8 files (1.4 to 6 times the CPU of one file, on the same photos). If quality 1 does not fit, `otherwise` decides. */
              maxBytes?: number;
              /**
               * @description If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.
               * @enum {string}
               */
              otherwise?: 'reject' | 'exceed';
              /** @description Progressive JPEG: 2 % fewer bytes for twice the CPU of a baseline JPEG. Default: false with `effort: fast`, otherwise true. */
              progressive?: boolean;
              /**
               * @description `4:2:0` keeps a quarter of the colour detail, `4:4:4` all of it.
               * @default 4:2:0
               * @enum {string}
               */
              chromaSubsampling: '4:2:0' | '4:4:4';
              /**
               * @description mozjpeg’s table 3 gives 5 % fewer bytes at equal SSIMULACRA2 than 0, the one of the JPEG standard.
               * @default 3
               */
              quantisationTable: number;
              /** @description Trellis quantisation and overshoot deringing: 4 % fewer bytes at equal quality for 2.5 times the CPU. Default: true with `effort: small`, otherwise false. */
              mozjpeg?: boolean;
              /** @description Only this part of `mozjpeg`. Default: the value of `mozjpeg`. */
              trellisQuantisation?: boolean;
              /** @description Only this part of `mozjpeg`. Default: the value of `mozjpeg`. */
              overshootDeringing?: boolean;
              /**
               * @description Optimises the Huffman tables: fewer bytes. Progressive JPEGs always have optimised tables.
               * @default true
               */
              optimiseCoding: boolean;
              /**
               * @description Tries several progressive scans: with `mozjpeg`, 1 % fewer bytes at 1.5 times its CPU.
               * @default false
               */
              optimiseScans: boolean;
            }
          | {
              /** @constant */
              format: 'png';
              /** @description Level of zlib: 0 is fast, 9 is small. Default: 2 with `effort: fast`, 6 with `balanced`, 9 with `small`. */
              compressionLevel?: number;
              /** @description Selects a filter for each row. Photos get 40 % fewer bytes for twice the CPU; drawings may become larger. Default: true with `effort: small` and no `palette`, otherwise false. */
              adaptiveFiltering?: boolean;
              /**
               * @description Interlaced: larger; viewers show a coarse version first.
               * @default false
               */
              progressive: boolean;
              /**
               * @description At most 256 colours, by libimagequant: smaller and lossy.
               * @default false
               */
              palette: boolean;
              /**
               * @description With `palette`: uses the smallest number of colours that reaches this quality.
               * @default 100
               */
              quality: number;
              /** @description With `palette`: maximum size of the file, bytes. Lowers `quality` as in other formats, with at most 8 files. If quality 1 does not fit, `otherwise` decides. */
              maxBytes?: number;
              /**
               * @description If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.
               * @enum {string}
               */
              otherwise?: 'reject' | 'exceed';
              /** @description With `palette`: CPU effort. Compared with 7: 1 takes a quarter of the CPU for 15 % more bytes, 10 takes 1.7 times the CPU for almost no gain. Default: 1 with `effort: fast`, otherwise 7. */
              effort?: number;
              /**
               * @description With `palette`: maximum number of colours.
               * @default 256
               */
              colours: number;
              /**
               * @description With `palette`: strength of the Floyd-Steinberg error diffusion.
               * @default 1
               */
              dither: number;
            }
          | {
              /** @constant */
              format: 'webp';
              /**
               * @description Quality of the file.
               * @default 80
               */
              quality: components['schemas']['qualityInput'];
              /** @description Maximum size of the file, bytes. Searches the best quality that fits, at most `quality`, with at most 8 files (1.4 to 6 times the CPU of one file, on the same photos). If quality 1 does not fit, `otherwise` decides. */
              maxBytes?: number;
              /**
               * @description If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.
               * @enum {string}
               */
              otherwise?: 'reject' | 'exceed';
              /**
               * @description Quality of the alpha channel; 100 is lossless.
               * @default 100
               */
              alphaQuality: number;
              /**
               * @description Lossless compression; `quality` then controls the effort.
               * @default false
               */
              lossless: boolean;
              /**
               * @description Like `lossless`, but pixels may change slightly for fewer bytes. A lower `quality` allows larger changes.
               * @default false
               */
              nearLossless: boolean;
              /**
               * @description Colour subsampling of a higher quality: sharper red edges, more CPU.
               * @default false
               */
              smartSubsample: boolean;
              /**
               * @description Adjusts the deblocking filter: better edges of low contrast, much more CPU.
               * @default false
               */
              smartDeblock: boolean;
              /**
               * @description Type of the picture, for the encoder’s internal settings.
               * @default default
               * @enum {string}
               */
              preset: 'default' | 'photo' | 'picture' | 'drawing' | 'icon' | 'text';
              /**
               * @description Keeps the colours of fully transparent pixels, which are not visible.
               * @default false
               */
              exact: boolean;
              /** @description CPU effort, 0 to 6. Compared with 4: 2 takes 0.46 times the CPU for 5 % more bytes, 6 takes 2.5 times the CPU for 5 % fewer bytes. Default: 2 with `effort: fast`, 4 with `balanced`, 6 with `small`. */
              effort?: number;
              /**
               * @description For animations: no key frames, for fewer bytes; slow.
               * @default false
               */
              minSize: boolean;
              /**
               * @description For animations: each frame is lossy or lossless, whichever is smaller; slow.
               * @default false
               */
              mixed: boolean;
              /** @description For animations: number of repetitions; 0 repeats without end. Default: the value of the upload. */
              loop?: number;
              /** @description For animations: duration of each frame, milliseconds. Default: the values of the upload. */
              delay?: number;
            }
          | {
              /** @constant */
              format: 'avif';
              /** @description Quality of the file. Default: 60, or 65 if the longer side is below 500 pixels. */
              quality?: components['schemas']['qualityInput'];
              /** @description Maximum size of the file, bytes. Searches the best quality that fits, at most `quality`, with at most 8 files (1.4 to 6 times the CPU of one file, on the same photos). If quality 1 does not fit, `otherwise` decides. */
              maxBytes?: number;
              /**
               * @description If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.
               * @enum {string}
               */
              otherwise?: 'reject' | 'exceed';
              /**
               * @description Lossless compression.
               * @default false
               */
              lossless: boolean;
              /** @description CPU effort: 0 is fast, 9 is small. Compared with 1, at equal quality: 0 takes 0.3 times the CPU for 7 % more bytes, 3 takes 3 times the CPU for 4 % fewer bytes, 4 (sharp’s default) takes 12 times the CPU for 7 % fewer bytes. Default: 0 with `effort: fast`, 1 with `balanced`, 3 with `small`. */
              effort?: number;
              /**
               * @description `4:2:0` keeps a quarter of the colour detail, `4:4:4` all of it.
               * @default 4:2:0
               * @enum {string}
               */
              chromaSubsampling: '4:2:0' | '4:4:4';
              /**
               * @description Bits per channel. 10 and 12 reduce banding in smooth gradients; not every viewer supports 12.
               * @default 8
               */
              bitdepth: 8 | 10 | 12;
              /**
               * @description Metric that the encoder optimises.
               * @default auto
               * @enum {string}
               */
              tune: 'auto' | 'iq' | 'psnr' | 'ssim';
            }
          | {
              /** @constant */
              format: 'gif';
              /**
               * @description Maximum number of colours.
               * @default 256
               */
              colours: number;
              /** @description CPU effort. Compared with 7: 1 takes a quarter of the CPU for 13 % more bytes, 10 takes 1.4 times the CPU for almost no gain. Default: 1 with `effort: fast`, otherwise 7. */
              effort?: number;
              /**
               * @description Strength of the error diffusion.
               * @default 1
               */
              dither: number;
              /**
               * @description Maximum difference between frames that is ignored.
               * @default 0
               */
              interFrameMaxError: number;
              /**
               * @description Maximum difference of two palettes that are merged.
               * @default 3
               */
              interPaletteMaxError: number;
              /**
               * @description Keeps equal frames separate instead of one frame with a longer duration.
               * @default false
               */
              keepDuplicateFrames: boolean;
              /**
               * @description Interlaced: viewers show a coarse version first.
               * @default false
               */
              progressive: boolean;
              /** @description For animations: number of repetitions; 0 repeats without end. Default: the value of the upload. */
              loop?: number;
              /** @description For animations: duration of each frame, milliseconds. Default: the values of the upload. */
              delay?: number;
            }
          | {
              /** @constant */
              format: 'tiff';
              /**
               * @description All except `jpeg` are lossless. `deflate` takes twice the CPU of `lzw` for 8 % fewer bytes. Default: `deflate` with `effort: small`, otherwise `lzw`.
               * @enum {string}
               */
              compression?: 'none' | 'packbits' | 'lzw' | 'deflate' | 'jpeg';
              /**
               * @description With `compression: jpeg`: quality of the file.
               * @default 80
               */
              quality: number;
              /** @description With `compression: jpeg`: maximum size of the file, bytes. Lowers `quality` as in other formats, with at most 8 files. If quality 1 does not fit, `otherwise` decides. */
              maxBytes?: number;
              /**
               * @description If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.
               * @enum {string}
               */
              otherwise?: 'reject' | 'exceed';
              /**
               * @description With `lzw` and `deflate`: `horizontal` stores differences, for fewer bytes.
               * @default horizontal
               * @enum {string}
               */
              predictor: 'none' | 'horizontal';
              /**
               * @description Stores tiles instead of strips.
               * @default false
               */
              tile: boolean;
              /**
               * @description With `tile`: pixels, a multiple of 16.
               * @default 256
               */
              tileWidth: number;
              /**
               * @description With `tile`: pixels, a multiple of 16.
               * @default 256
               */
              tileHeight: number;
              /**
               * @description Also stores reduced copies of the picture.
               * @default false
               */
              pyramid: boolean;
              /**
               * @description For files of more than 4 GiB.
               * @default false
               */
              bigtiff: boolean;
              /**
               * @description Horizontal resolution, pixels per millimetre. If it is set, `metadata: { keep: [resolution] }` does not replace it.
               * @default 1
               */
              xres: number;
              /**
               * @description Vertical resolution, pixels per millimetre.
               * @default 1
               */
              yres: number;
              /**
               * @description Unit of the resolution in the file.
               * @default inch
               * @enum {string}
               */
              resolutionUnit: 'inch' | 'cm';
            }
        );
    ErrorInput: {
      code: string;
      /** @description One sentence for people */
      error: string;
    };
    StackInput: {
      /** @description Name of the Pulumi stack */
      stack: string;
      /** @description Of S3 and SQS, without a slash at the end */
      endpoint: string;
      region: string;
      sourceBucket: string;
      processedBucket: string;
      queueUrl: string;
      deadLetterQueueUrl: string;
      /** @description The first one that matches wins */
      readonly recipes: {
        name: string;
        match: {
          prefix: string;
          /** @description The key ends in one of these; absent if every ending matches */
          readonly suffixes?: string[];
        };
        /** @description In the recipe's order */
        readonly variants: string[];
      }[];
      /** @description The program's output of the same name */
      settings: unknown;
      /** @description On AWS; absent for a local stack */
      deployed?: boolean;
      /** @description Of CloudFront */
      deliveryUrl?: string;
      /** @description Of CloudWatch */
      dashboardUrl?: string;
      /** @description Whether this console may change the stack */
      writable?: boolean;
    };
    ActivityInput: {
      /** @description Numbers of the function's outcomes and failures by code */
      outcomes: {
        [key: string]: number;
      };
      /** @description Lines of the function's log that name a key, oldest first */
      readonly events: {
        /** @description Milliseconds since 1970 */
        at: number;
        message: string;
        key: string;
        code?: string;
        reason?: string;
        /** @description Milliseconds */
        duration?: number;
      }[];
      /** @description Batches that the function works on */
      running: number;
      /** @description When the oldest message of the queue was sent, milliseconds since 1970 */
      oldestMessage: number | null;
    };
    UploadInput: {
      key: string;
      bytes: number;
      eTag: string;
      /** @description Milliseconds since 1970 */
      modified: number;
      /** @enum {string} */
      state:
        'reading' | 'waiting' | 'processing' | 'done' | 'rejected' | 'out-of-date' | 'no-recipe';
      /** @description Recipe that matches the key */
      recipe: string | null;
      /** @description Of a rejection */
      code?: string;
      /** @description Of a rejection */
      message?: string;
      retryable?: boolean;
      format?: string;
      width?: number;
      height?: number;
      /** @description Number of variants */
      outputs: number;
      outputBytes: number;
      /** @description The smallest variant that is large enough for a card */
      thumbnail?: {
        key: string;
        eTag: string;
        width: number;
        height: number;
      };
      thumbhash?: string;
      colour?: string;
    };
    CountsInput: {
      /** @description Uploads that the index knows */
      listed: number;
      /** @description False while the bucket is being listed */
      complete: boolean;
      /** @description The bucket has more uploads than the index lists */
      limited: boolean;
      states: {
        [key: string]: number;
      };
      /** @description Of rejections */
      codes: {
        [key: string]: number;
      };
      recipes: {
        [key: string]: number;
      };
      /** @description Of the uploads */
      formats: {
        [key: string]: number;
      };
    };
    UploadPageInput: {
      /** @description Uploads that match */
      total: number;
      readonly uploads: components['schemas']['UploadInput'][];
      counts: components['schemas']['CountsInput'];
    };
    RejectionsInput: {
      /** @description Of the first bar, milliseconds since 1970 */
      begin: number;
      /** @description Width of a bar */
      seconds: number;
      /** @description By code: uploads of each bar, by the time of the upload */
      codes: {
        [key: string]: number[];
      };
    };
    StoryInput: {
      /** @description Null if the index does not know the key */
      upload: components['schemas']['UploadInput'] | null;
      status: {
        stack: string;
        key: string;
        source: {
          versionId: string | null;
          eTag: string;
          bytes: number;
          modified: string;
        } | null;
        recipe: string | null;
        outcome: {
          key: string;
          /** @enum {string} */
          outcome: 'done' | 'rejected' | 'no-recipe' | 'unfinished';
          outputs: string[];
          skipped: string[];
          code?: string;
          message?: string;
          retryable?: boolean;
        } | null;
        processed: {
          versionId: string | null;
          eTag: string;
        } | null;
        current: boolean;
        objects: {
          key: string;
          bytes: number;
        }[];
        events:
          | {
              time: string;
              message: string;
              code?: string;
              reason?: string;
              duration?: number;
            }[]
          | null;
        deadLetters: {
          [key: string]: number;
        };
        advice: string;
      };
      manifest:
        | (
            | {
                /** @constant */
                version: 1;
                /** @constant */
                status: 'done';
                recipe: string;
                recipeHash: string;
                source: {
                  bucket: string;
                  key: string;
                  versionId: string | null;
                  eTag: string;
                  bytes: number;
                  sha256?: string;
                  checksumSha256?: string;
                  contentEncoding?: string;
                  /** @enum {string} */
                  format?:
                    | 'jpeg'
                    | 'png'
                    | 'webp'
                    | 'avif'
                    | 'gif'
                    | 'tiff'
                    | 'svg'
                    | 'heic'
                    | 'pdf'
                    | 'fits'
                    | 'dicom';
                  width?: number;
                  height?: number;
                  orientation?: number;
                  pages?: number;
                  takenAt?: string;
                  camera?: string;
                  facts?: {
                    resolution?: {
                      x: number;
                      y: number;
                    };
                    channels?: {
                      /** @enum {string} */
                      channel: 'grey' | 'red' | 'green' | 'blue';
                      minimum?: number;
                      maximum?: number;
                      mean?: number;
                      percentiles?: {
                        [key: string]: number;
                      };
                      histogram?: {
                        from: number;
                        to: number;
                        counts: number[];
                      };
                    }[];
                  };
                  choices?: {
                    focus?: {
                      x: number;
                      y: number;
                    };
                    crop?: {
                      left: number;
                      top: number;
                      width: number;
                      height: number;
                    };
                    alt?: string;
                    ignored?: {
                      [key: string]: string;
                    };
                  };
                };
                outputs: {
                  variant: string;
                  key: string;
                  /** @enum {string} */
                  format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'pdf';
                  contentType: string;
                  width: number;
                  height: number;
                  bytes: number;
                  pages?: number;
                  fit?: string;
                  sameAs?: string;
                  facts?: {
                    [key: string]: components['schemas']['__shared'];
                  };
                  eTag: string;
                  sha256: string;
                }[];
                skipped?: {
                  variant: string;
                  /** @enum {string} */
                  code: 'TOO_LARGE' | 'NOT_APPLICABLE';
                  message: string;
                  retryable: boolean;
                }[];
                placeholder?: {
                  thumbhash?: string;
                  blurhash?: string;
                  dominantColour?: string;
                };
                outcome?: {
                  key: string;
                  eTag: string;
                  sha256: string;
                };
              }
            | {
                /** @constant */
                version: 1;
                /** @constant */
                status: 'rejected';
                recipe: string;
                recipeHash: string;
                source: {
                  bucket: string;
                  key: string;
                  versionId: string | null;
                  eTag: string;
                  bytes: number;
                  sha256?: string;
                  checksumSha256?: string;
                  contentEncoding?: string;
                  /** @enum {string} */
                  format?:
                    | 'jpeg'
                    | 'png'
                    | 'webp'
                    | 'avif'
                    | 'gif'
                    | 'tiff'
                    | 'svg'
                    | 'heic'
                    | 'pdf'
                    | 'fits'
                    | 'dicom';
                  width?: number;
                  height?: number;
                  orientation?: number;
                  pages?: number;
                  takenAt?: string;
                  camera?: string;
                  facts?: {
                    resolution?: {
                      x: number;
                      y: number;
                    };
                    channels?: {
                      /** @enum {string} */
                      channel: 'grey' | 'red' | 'green' | 'blue';
                      minimum?: number;
                      maximum?: number;
                      mean?: number;
                      percentiles?: {
                        [key: string]: number;
                      };
                      histogram?: {
                        from: number;
                        to: number;
                        counts: number[];
                      };
                    }[];
                  };
                  choices?: {
                    focus?: {
                      x: number;
                      y: number;
                    };
                    crop?: {
                      left: number;
                      top: number;
                      width: number;
                      height: number;
                    };
                    alt?: string;
                    ignored?: {
                      [key: string]: string;
                    };
                  };
                };
                outputs: {
                  variant: string;
                  key: string;
                  /** @enum {string} */
                  format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'pdf';
                  contentType: string;
                  width: number;
                  height: number;
                  bytes: number;
                  pages?: number;
                  fit?: string;
                  sameAs?: string;
                  facts?: {
                    [key: string]: components['schemas']['__shared'];
                  };
                  eTag: string;
                  sha256: string;
                }[];
                error: {
                  /** @enum {string} */
                  code:
                    | 'UNSUPPORTED_FORMAT'
                    | 'CORRUPT_IMAGE'
                    | 'TOO_LARGE'
                    | 'NOT_APPLICABLE'
                    | 'SOURCE_UNREADABLE'
                    | 'TRANSFORM_FAILED'
                    | 'GAVE_UP';
                  message: string;
                  retryable: boolean;
                };
                outcome?: {
                  key: string;
                  eTag: string;
                  sha256: string;
                };
              }
          )
        | null;
      /** @description Key of the newer neighbour under the filter */
      previous: string | null;
      /** @description Key of the older neighbour under the filter */
      next: string | null;
      /** @description Of the upload under the filter, from 1 */
      position: number | null;
      total: number;
    };
    StoredInput: {
      key: string;
      eTag: string;
      bytes: number;
    };
    StackChangeInput: {
      /** @description When the file was saved, milliseconds since 1970 */
      at: number;
      /** @enum {string} */
      status: 'applying' | 'applied' | 'failed';
      /** @description The plan, the result, or why the earlier recipes stay */
      message: string;
    };
    LiveInput: {
      status: {
        stack: string;
        queue: {
          waiting: number;
          inFlight: number;
          delayed: number;
        };
        deadLetters: number;
        minutes: number;
        activity: {
          outcomes: {
            [key: string]: number;
          };
          running: number | null;
          throttled: number | null;
          oldestSeconds: number | null;
        } | null;
        alarms:
          | {
              name: string;
              /** @enum {string} */
              state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
              reason: string;
            }[]
          | null;
      };
      counts: components['schemas']['CountsInput'];
      history: {
        /** @description Width of a point */
        seconds: number;
        points: {
          /** @description Start, milliseconds since 1970 */
          at: number;
          done: number;
          rejected: number;
          /** @description Attempts that failed */
          failed: number;
          /** @description Median duration of an upload, milliseconds */
          latency: number | null;
        }[];
      };
      /** @description Grows with each change of the index */
      revision: number;
      /** @description The latest one since the start */
      change: components['schemas']['StackChangeInput'] | null;
    };
    RepairInput: {
      objects: number;
      /** @description Of the uploads */
      bytes: number;
      /** @description Requests to S3 and SQS that the repair takes */
      requests: number;
      gbSeconds: number;
      /** @description US dollars */
      dollars: number;
      /** @description At the pipeline's full concurrency */
      minutes: number;
      /** @description Up to ten keys */
      examples: string[];
    };
    ChangesInput: {
      /** @description The latest one since the start */
      comparison: {
        /** @enum {string} */
        state: 'running' | 'done' | 'failed' | 'stopped';
        prefix: string;
        /** @description Keys so far */
        compared: number;
        /** @description Of a comparison that is done */
        kinds: {
          'up-to-date': components['schemas']['RepairInput'];
          missing: components['schemas']['RepairInput'];
          'source-changed': components['schemas']['RepairInput'];
          'recipe-changed': components['schemas']['RepairInput'];
          'transform-changed': components['schemas']['RepairInput'];
          damaged: components['schemas']['RepairInput'];
          retryable: components['schemas']['RepairInput'];
          rejected: components['schemas']['RepairInput'];
          'no-recipe': components['schemas']['RepairInput'];
          orphaned: components['schemas']['RepairInput'];
          kept: components['schemas']['RepairInput'];
          leftover: components['schemas']['RepairInput'];
        } | null;
        /** @description The recipes have changed since it began */
        isOutdated: boolean;
        error?: string;
      } | null;
      /** @description The latest one since the start */
      run: {
        /** @enum {string} */
        state: 'running' | 'paused' | 'done' | 'failed';
        readonly kinds: (
          | 'missing'
          | 'source-changed'
          | 'recipe-changed'
          | 'transform-changed'
          | 'damaged'
          | 'retryable'
          | 'orphaned'
        )[];
        prefix: string;
        /** @description Keys so far */
        compared: number;
        /** @description Messages so far */
        sent: number;
        /** @enum {string} */
        stoppedBy?: 'end' | 'limit' | 'signal';
        error?: string;
      } | null;
    };
    TextProblemInput: {
      /** @description Offset in UTF-16 code units */
      from: number;
      to: number;
      message: string;
    };
    RenderingInput: {
      /** @description Of `GET /api/playground/output`, while it is kept */
      id: string;
      /** @enum {string} */
      status: 'done' | 'rejected' | 'failed';
      error?: {
        code: string;
        message: string;
      };
      readonly variants: {
        name: string;
        contentType: string;
        width: number;
        height: number;
        bytes: number;
        /** @description Structural similarity to the source, if measured; 1 means equal */
        ssim?: number;
      }[];
      readonly skipped: {
        variant: string;
        message: string;
      }[];
      /** @description User and system time of all threads */
      cpuMs: number;
      uploadBytes: number;
      /** @description With the manifest */
      outputBytes: number;
      writes: number;
      reads: number;
      /** @description The stages, if measured */
      plan?: string;
      /** @description From EXIF, if measured */
      shot?: {
        lens?: string;
        exposureSeconds?: number;
        aperture?: number;
        iso?: number;
        /** @description Millimetres */
        focalLength?: number;
        /** @description Millimetres on 35 mm film */
        focalLength35?: number;
        /** @description The file names the place, which is not part of this */
        hasPlace: boolean;
      };
      /** @description MiB of the smallest function that accepts the upload */
      memory: number;
      /** @description Per million such uploads */
      dollarsPerMillion: number | null;
    };
    PlaygroundInput: {
      /** @description As deployed */
      readonly recipes: {
        name: string;
        text: string;
      }[];
      /** @description Name of the stack file that “use” writes */
      file: string | null;
    };
    __shared: {
      $defs: {
        schema0:
          | string
          | number
          | boolean
          | null
          | components['schemas']['__shared'][]
          | {
              [key: string]: components['schemas']['__shared'];
            };
      };
    };
    /** @description Pixels, or a percentage of the picture’s side (`25%`). */
    length: number | string;
    /** @enum {string} */
    gravity:
      | 'centre'
      | 'center'
      | 'north'
      | 'northeast'
      | 'east'
      | 'southeast'
      | 'south'
      | 'southwest'
      | 'west'
      | 'northwest'
      | 'top'
      | 'right top'
      | 'right'
      | 'right bottom'
      | 'bottom'
      | 'left bottom'
      | 'left'
      | 'left top';
    /** @enum {string} */
    position:
      | 'centre'
      | 'center'
      | 'north'
      | 'northeast'
      | 'east'
      | 'southeast'
      | 'south'
      | 'southwest'
      | 'west'
      | 'northwest'
      | 'top'
      | 'right top'
      | 'right'
      | 'right bottom'
      | 'bottom'
      | 'left bottom'
      | 'left'
      | 'left top'
      | 'attention'
      | 'entropy';
    /** @description A CSS colour (`white`, `#8a6f52`, `#8a6f5280`, `rgb(138, 111, 82)`, `transparent`), or `{ r, g, b, alpha }` with channels 0 to 255 and alpha 0 to 1. */
    colour:
      | string
      | {
          r: number;
          g: number;
          b: number;
          /** @default 1 */
          alpha: number;
        };
    /** @description 1 (smallest) to 100 (best), or `{ ssim: 0.98 }` with a value from 0.5 to 0.9999. `ssim` selects the lowest quality whose structural similarity to the picture before encoding is at least that value. It is measured on lightness with the `bezkrovny` algorithm of ssim.js. The search uses 16 tiles of 128×128 pixels, then checks and corrects the result on the whole file, with at most 4 files. It takes 3 to 11 times the CPU of one file (five photos, 1,280 pixels wide: JPEG 4 to 11, WebP 3 to 9, AVIF 3 to 6 times). If no quality is sufficient, the file has quality 100. */
    quality:
      | number
      | {
          ssim: number;
        };
    /** @description A format (`jpeg`, `png`, `webp`, `avif`, `gif`, `tiff`), or a map of its options (`{ format: webp, quality: 70 }`). */
    candidate:
      | ('jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff')
      | (
          | {
              /** @constant */
              format: 'jpeg';
              /**
               * @description Quality of the file.
               * @default 80
               */
              quality: components['schemas']['quality'];
              /** @description Maximum size of the file, bytes. Searches the best quality that fits, at most `quality`, with at most 8 files (1.4 to 6 times the CPU of one file, on the same photos). If quality 1 does not fit, `otherwise` decides. */
              maxBytes?: number;
              /**
               * @description If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.
               * @enum {string}
               */
              otherwise?: 'reject' | 'exceed';
              /** @description Progressive JPEG: 2 % fewer bytes for twice the CPU of a baseline JPEG. Default: false with `effort: fast`, otherwise true. */
              progressive?: boolean;
              /**
               * @description `4:2:0` keeps a quarter of the colour detail, `4:4:4` all of it.
               * @default 4:2:0
               * @enum {string}
               */
              chromaSubsampling: '4:2:0' | '4:4:4';
              /**
               * @description mozjpeg’s table 3 gives 5 % fewer bytes at equal SSIMULACRA2 than 0, the one of the JPEG standard.
               * @default 3
               */
              quantisationTable: number;
              /** @description Trellis quantisation and overshoot deringing: 4 % fewer bytes at equal quality for 2.5 times the CPU. Default: true with `effort: small`, otherwise false. */
              mozjpeg?: boolean;
              /** @description Only this part of `mozjpeg`. Default: the value of `mozjpeg`. */
              trellisQuantisation?: boolean;
              /** @description Only this part of `mozjpeg`. Default: the value of `mozjpeg`. */
              overshootDeringing?: boolean;
              /**
               * @description Optimises the Huffman tables: fewer bytes. Progressive JPEGs always have optimised tables.
               * @default true
               */
              optimiseCoding: boolean;
              /**
               * @description Tries several progressive scans: with `mozjpeg`, 1 % fewer bytes at 1.5 times its CPU.
               * @default false
               */
              optimiseScans: boolean;
            }
          | {
              /** @constant */
              format: 'png';
              /** @description Level of zlib: 0 is fast, 9 is small. Default: 2 with `effort: fast`, 6 with `balanced`, 9 with `small`. */
              compressionLevel?: number;
              /** @description Selects a filter for each row. Photos get 40 % fewer bytes for twice the CPU; drawings may become larger. Default: true with `effort: small` and no `palette`, otherwise false. */
              adaptiveFiltering?: boolean;
              /**
               * @description Interlaced: larger; viewers show a coarse version first.
               * @default false
               */
              progressive: boolean;
              /**
               * @description At most 256 colours, by libimagequant: smaller and lossy.
               * @default false
               */
              palette: boolean;
              /**
               * @description With `palette`: uses the smallest number of colours that reaches this quality.
               * @default 100
               */
              quality: number;
              /** @description With `palette`: maximum size of the file, bytes. Lowers `quality` as in other formats, with at most 8 files. If quality 1 does not fit, `otherwise` decides. */
              maxBytes?: number;
              /**
               * @description If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.
               * @enum {string}
               */
              otherwise?: 'reject' | 'exceed';
              /** @description With `palette`: CPU effort. Compared with 7: 1 takes a quarter of the CPU for 15 % more bytes, 10 takes 1.7 times the CPU for almost no gain. Default: 1 with `effort: fast`, otherwise 7. */
              effort?: number;
              /**
               * @description With `palette`: maximum number of colours.
               * @default 256
               */
              colours: number;
              /**
               * @description With `palette`: strength of the Floyd-Steinberg error diffusion.
               * @default 1
               */
              dither: number;
            }
          | {
              /** @constant */
              format: 'webp';
              /**
               * @description Quality of the file.
               * @default 80
               */
              quality: components['schemas']['quality'];
              /** @description Maximum size of the file, bytes. Searches the best quality that fits, at most `quality`, with at most 8 files (1.4 to 6 times the CPU of one file, on the same photos). If quality 1 does not fit, `otherwise` decides. */
              maxBytes?: number;
              /**
               * @description If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.
               * @enum {string}
               */
              otherwise?: 'reject' | 'exceed';
              /**
               * @description Quality of the alpha channel; 100 is lossless.
               * @default 100
               */
              alphaQuality: number;
              /**
               * @description Lossless compression; `quality` then controls the effort.
               * @default false
               */
              lossless: boolean;
              /**
               * @description Like `lossless`, but pixels may change slightly for fewer bytes. A lower `quality` allows larger changes.
               * @default false
               */
              nearLossless: boolean;
              /**
               * @description Colour subsampling of a higher quality: sharper red edges, more CPU.
               * @default false
               */
              smartSubsample: boolean;
              /**
               * @description Adjusts the deblocking filter: better edges of low contrast, much more CPU.
               * @default false
               */
              smartDeblock: boolean;
              /**
               * @description Type of the picture, for the encoder’s internal settings.
               * @default default
               * @enum {string}
               */
              preset: 'default' | 'photo' | 'picture' | 'drawing' | 'icon' | 'text';
              /**
               * @description Keeps the colours of fully transparent pixels, which are not visible.
               * @default false
               */
              exact: boolean;
              /** @description CPU effort, 0 to 6. Compared with 4: 2 takes 0.46 times the CPU for 5 % more bytes, 6 takes 2.5 times the CPU for 5 % fewer bytes. Default: 2 with `effort: fast`, 4 with `balanced`, 6 with `small`. */
              effort?: number;
              /**
               * @description For animations: no key frames, for fewer bytes; slow.
               * @default false
               */
              minSize: boolean;
              /**
               * @description For animations: each frame is lossy or lossless, whichever is smaller; slow.
               * @default false
               */
              mixed: boolean;
              /** @description For animations: number of repetitions; 0 repeats without end. Default: the value of the upload. */
              loop?: number;
              /** @description For animations: duration of each frame, milliseconds. Default: the values of the upload. */
              delay?: number;
            }
          | {
              /** @constant */
              format: 'avif';
              /** @description Quality of the file. Default: 60, or 65 if the longer side is below 500 pixels. */
              quality?: components['schemas']['quality'];
              /** @description Maximum size of the file, bytes. Searches the best quality that fits, at most `quality`, with at most 8 files (1.4 to 6 times the CPU of one file, on the same photos). If quality 1 does not fit, `otherwise` decides. */
              maxBytes?: number;
              /**
               * @description If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.
               * @enum {string}
               */
              otherwise?: 'reject' | 'exceed';
              /**
               * @description Lossless compression.
               * @default false
               */
              lossless: boolean;
              /** @description CPU effort: 0 is fast, 9 is small. Compared with 1, at equal quality: 0 takes 0.3 times the CPU for 7 % more bytes, 3 takes 3 times the CPU for 4 % fewer bytes, 4 (sharp’s default) takes 12 times the CPU for 7 % fewer bytes. Default: 0 with `effort: fast`, 1 with `balanced`, 3 with `small`. */
              effort?: number;
              /**
               * @description `4:2:0` keeps a quarter of the colour detail, `4:4:4` all of it.
               * @default 4:2:0
               * @enum {string}
               */
              chromaSubsampling: '4:2:0' | '4:4:4';
              /**
               * @description Bits per channel. 10 and 12 reduce banding in smooth gradients; not every viewer supports 12.
               * @default 8
               */
              bitdepth: 8 | 10 | 12;
              /**
               * @description Metric that the encoder optimises.
               * @default auto
               * @enum {string}
               */
              tune: 'auto' | 'iq' | 'psnr' | 'ssim';
            }
          | {
              /** @constant */
              format: 'gif';
              /**
               * @description Maximum number of colours.
               * @default 256
               */
              colours: number;
              /** @description CPU effort. Compared with 7: 1 takes a quarter of the CPU for 13 % more bytes, 10 takes 1.4 times the CPU for almost no gain. Default: 1 with `effort: fast`, otherwise 7. */
              effort?: number;
              /**
               * @description Strength of the error diffusion.
               * @default 1
               */
              dither: number;
              /**
               * @description Maximum difference between frames that is ignored.
               * @default 0
               */
              interFrameMaxError: number;
              /**
               * @description Maximum difference of two palettes that are merged.
               * @default 3
               */
              interPaletteMaxError: number;
              /**
               * @description Keeps equal frames separate instead of one frame with a longer duration.
               * @default false
               */
              keepDuplicateFrames: boolean;
              /**
               * @description Interlaced: viewers show a coarse version first.
               * @default false
               */
              progressive: boolean;
              /** @description For animations: number of repetitions; 0 repeats without end. Default: the value of the upload. */
              loop?: number;
              /** @description For animations: duration of each frame, milliseconds. Default: the values of the upload. */
              delay?: number;
            }
          | {
              /** @constant */
              format: 'tiff';
              /**
               * @description All except `jpeg` are lossless. `deflate` takes twice the CPU of `lzw` for 8 % fewer bytes. Default: `deflate` with `effort: small`, otherwise `lzw`.
               * @enum {string}
               */
              compression?: 'none' | 'packbits' | 'lzw' | 'deflate' | 'jpeg';
              /**
               * @description With `compression: jpeg`: quality of the file.
               * @default 80
               */
              quality: number;
              /** @description With `compression: jpeg`: maximum size of the file, bytes. Lowers `quality` as in other formats, with at most 8 files. If quality 1 does not fit, `otherwise` decides. */
              maxBytes?: number;
              /**
               * @description If the file does not fit into `maxBytes` at quality 1: `reject` (default) skips the variant as `NOT_APPLICABLE`, `exceed` writes the file of quality 1.
               * @enum {string}
               */
              otherwise?: 'reject' | 'exceed';
              /**
               * @description With `lzw` and `deflate`: `horizontal` stores differences, for fewer bytes.
               * @default horizontal
               * @enum {string}
               */
              predictor: 'none' | 'horizontal';
              /**
               * @description Stores tiles instead of strips.
               * @default false
               */
              tile: boolean;
              /**
               * @description With `tile`: pixels, a multiple of 16.
               * @default 256
               */
              tileWidth: number;
              /**
               * @description With `tile`: pixels, a multiple of 16.
               * @default 256
               */
              tileHeight: number;
              /**
               * @description Also stores reduced copies of the picture.
               * @default false
               */
              pyramid: boolean;
              /**
               * @description For files of more than 4 GiB.
               * @default false
               */
              bigtiff: boolean;
              /**
               * @description Horizontal resolution, pixels per millimetre. If it is set, `metadata: { keep: [resolution] }` does not replace it.
               * @default 1
               */
              xres: number;
              /**
               * @description Vertical resolution, pixels per millimetre.
               * @default 1
               */
              yres: number;
              /**
               * @description Unit of the resolution in the file.
               * @default inch
               * @enum {string}
               */
              resolutionUnit: 'inch' | 'cm';
            }
        );
    Error: {
      code: string;
      /** @description One sentence for people */
      error: string;
    };
    Stack: {
      /** @description Name of the Pulumi stack */
      stack: string;
      /** @description Of S3 and SQS, without a slash at the end */
      endpoint: string;
      region: string;
      sourceBucket: string;
      processedBucket: string;
      queueUrl: string;
      deadLetterQueueUrl: string;
      /** @description The first one that matches wins */
      readonly recipes: {
        name: string;
        match: {
          prefix: string;
          /** @description The key ends in one of these; absent if every ending matches */
          readonly suffixes?: string[];
        };
        /** @description In the recipe's order */
        readonly variants: string[];
      }[];
      /** @description The program's output of the same name */
      settings: unknown;
      /** @description On AWS; absent for a local stack */
      deployed?: boolean;
      /** @description Of CloudFront */
      deliveryUrl?: string;
      /** @description Of CloudWatch */
      dashboardUrl?: string;
      /** @description Whether this console may change the stack */
      writable?: boolean;
    };
    Activity: {
      /** @description Numbers of the function's outcomes and failures by code */
      outcomes: {
        [key: string]: number;
      };
      /** @description Lines of the function's log that name a key, oldest first */
      readonly events: {
        /** @description Milliseconds since 1970 */
        at: number;
        message: string;
        key: string;
        code?: string;
        reason?: string;
        /** @description Milliseconds */
        duration?: number;
      }[];
      /** @description Batches that the function works on */
      running: number;
      /** @description When the oldest message of the queue was sent, milliseconds since 1970 */
      oldestMessage: number | null;
    };
    Upload: {
      key: string;
      bytes: number;
      eTag: string;
      /** @description Milliseconds since 1970 */
      modified: number;
      /** @enum {string} */
      state:
        'reading' | 'waiting' | 'processing' | 'done' | 'rejected' | 'out-of-date' | 'no-recipe';
      /** @description Recipe that matches the key */
      recipe: string | null;
      /** @description Of a rejection */
      code?: string;
      /** @description Of a rejection */
      message?: string;
      retryable?: boolean;
      format?: string;
      width?: number;
      height?: number;
      /** @description Number of variants */
      outputs: number;
      outputBytes: number;
      /** @description The smallest variant that is large enough for a card */
      thumbnail?: {
        key: string;
        eTag: string;
        width: number;
        height: number;
      };
      thumbhash?: string;
      colour?: string;
    };
    Counts: {
      /** @description Uploads that the index knows */
      listed: number;
      /** @description False while the bucket is being listed */
      complete: boolean;
      /** @description The bucket has more uploads than the index lists */
      limited: boolean;
      states: {
        [key: string]: number;
      };
      /** @description Of rejections */
      codes: {
        [key: string]: number;
      };
      recipes: {
        [key: string]: number;
      };
      /** @description Of the uploads */
      formats: {
        [key: string]: number;
      };
    };
    UploadPage: {
      /** @description Uploads that match */
      total: number;
      readonly uploads: components['schemas']['Upload'][];
      counts: components['schemas']['Counts'];
    };
    Rejections: {
      /** @description Of the first bar, milliseconds since 1970 */
      begin: number;
      /** @description Width of a bar */
      seconds: number;
      /** @description By code: uploads of each bar, by the time of the upload */
      codes: {
        [key: string]: number[];
      };
    };
    Story: {
      /** @description Null if the index does not know the key */
      upload: components['schemas']['Upload'] | null;
      status: {
        stack: string;
        key: string;
        source: {
          versionId: string | null;
          eTag: string;
          bytes: number;
          modified: string;
        } | null;
        recipe: string | null;
        outcome: {
          key: string;
          /** @enum {string} */
          outcome: 'done' | 'rejected' | 'no-recipe' | 'unfinished';
          outputs: string[];
          skipped: string[];
          code?: string;
          message?: string;
          retryable?: boolean;
        } | null;
        processed: {
          versionId: string | null;
          eTag: string;
        } | null;
        current: boolean;
        objects: {
          key: string;
          bytes: number;
        }[];
        events:
          | {
              time: string;
              message: string;
              code?: string;
              reason?: string;
              duration?: number;
            }[]
          | null;
        deadLetters: {
          [key: string]: number;
        };
        advice: string;
      };
      manifest:
        | (
            | {
                /** @constant */
                version: 1;
                /** @constant */
                status: 'done';
                recipe: string;
                recipeHash: string;
                source: {
                  bucket: string;
                  key: string;
                  versionId: string | null;
                  eTag: string;
                  bytes: number;
                  sha256?: string;
                  checksumSha256?: string;
                  contentEncoding?: string;
                  /** @enum {string} */
                  format?:
                    | 'jpeg'
                    | 'png'
                    | 'webp'
                    | 'avif'
                    | 'gif'
                    | 'tiff'
                    | 'svg'
                    | 'heic'
                    | 'pdf'
                    | 'fits'
                    | 'dicom';
                  width?: number;
                  height?: number;
                  orientation?: number;
                  pages?: number;
                  takenAt?: string;
                  camera?: string;
                  facts?: {
                    resolution?: {
                      x: number;
                      y: number;
                    };
                    channels?: {
                      /** @enum {string} */
                      channel: 'grey' | 'red' | 'green' | 'blue';
                      minimum?: number;
                      maximum?: number;
                      mean?: number;
                      percentiles?: {
                        [key: string]: number;
                      };
                      histogram?: {
                        from: number;
                        to: number;
                        counts: number[];
                      };
                    }[];
                  };
                  choices?: {
                    focus?: {
                      x: number;
                      y: number;
                    };
                    crop?: {
                      left: number;
                      top: number;
                      width: number;
                      height: number;
                    };
                    alt?: string;
                    ignored?: {
                      [key: string]: string;
                    };
                  };
                };
                outputs: {
                  variant: string;
                  key: string;
                  /** @enum {string} */
                  format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'pdf';
                  contentType: string;
                  width: number;
                  height: number;
                  bytes: number;
                  pages?: number;
                  fit?: string;
                  sameAs?: string;
                  facts?: {
                    [key: string]: components['schemas']['__shared'];
                  };
                  eTag: string;
                  sha256: string;
                }[];
                skipped?: {
                  variant: string;
                  /** @enum {string} */
                  code: 'TOO_LARGE' | 'NOT_APPLICABLE';
                  message: string;
                  retryable: boolean;
                }[];
                placeholder?: {
                  thumbhash?: string;
                  blurhash?: string;
                  dominantColour?: string;
                };
                outcome?: {
                  key: string;
                  eTag: string;
                  sha256: string;
                };
              }
            | {
                /** @constant */
                version: 1;
                /** @constant */
                status: 'rejected';
                recipe: string;
                recipeHash: string;
                source: {
                  bucket: string;
                  key: string;
                  versionId: string | null;
                  eTag: string;
                  bytes: number;
                  sha256?: string;
                  checksumSha256?: string;
                  contentEncoding?: string;
                  /** @enum {string} */
                  format?:
                    | 'jpeg'
                    | 'png'
                    | 'webp'
                    | 'avif'
                    | 'gif'
                    | 'tiff'
                    | 'svg'
                    | 'heic'
                    | 'pdf'
                    | 'fits'
                    | 'dicom';
                  width?: number;
                  height?: number;
                  orientation?: number;
                  pages?: number;
                  takenAt?: string;
                  camera?: string;
                  facts?: {
                    resolution?: {
                      x: number;
                      y: number;
                    };
                    channels?: {
                      /** @enum {string} */
                      channel: 'grey' | 'red' | 'green' | 'blue';
                      minimum?: number;
                      maximum?: number;
                      mean?: number;
                      percentiles?: {
                        [key: string]: number;
                      };
                      histogram?: {
                        from: number;
                        to: number;
                        counts: number[];
                      };
                    }[];
                  };
                  choices?: {
                    focus?: {
                      x: number;
                      y: number;
                    };
                    crop?: {
                      left: number;
                      top: number;
                      width: number;
                      height: number;
                    };
                    alt?: string;
                    ignored?: {
                      [key: string]: string;
                    };
                  };
                };
                outputs: {
                  variant: string;
                  key: string;
                  /** @enum {string} */
                  format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'pdf';
                  contentType: string;
                  width: number;
                  height: number;
                  bytes: number;
                  pages?: number;
                  fit?: string;
                  sameAs?: string;
                  facts?: {
                    [key: string]: components['schemas']['__shared'];
                  };
                  eTag: string;
                  sha256: string;
                }[];
                error: {
                  /** @enum {string} */
                  code:
                    | 'UNSUPPORTED_FORMAT'
                    | 'CORRUPT_IMAGE'
                    | 'TOO_LARGE'
                    | 'NOT_APPLICABLE'
                    | 'SOURCE_UNREADABLE'
                    | 'TRANSFORM_FAILED'
                    | 'GAVE_UP';
                  message: string;
                  retryable: boolean;
                };
                outcome?: {
                  key: string;
                  eTag: string;
                  sha256: string;
                };
              }
          )
        | null;
      /** @description Key of the newer neighbour under the filter */
      previous: string | null;
      /** @description Key of the older neighbour under the filter */
      next: string | null;
      /** @description Of the upload under the filter, from 1 */
      position: number | null;
      total: number;
    };
    Stored: {
      key: string;
      eTag: string;
      bytes: number;
    };
    StackChange: {
      /** @description When the file was saved, milliseconds since 1970 */
      at: number;
      /** @enum {string} */
      status: 'applying' | 'applied' | 'failed';
      /** @description The plan, the result, or why the earlier recipes stay */
      message: string;
    };
    Live: {
      status: {
        stack: string;
        queue: {
          waiting: number;
          inFlight: number;
          delayed: number;
        };
        deadLetters: number;
        minutes: number;
        activity: {
          outcomes: {
            [key: string]: number;
          };
          running: number | null;
          throttled: number | null;
          oldestSeconds: number | null;
        } | null;
        alarms:
          | {
              name: string;
              /** @enum {string} */
              state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
              reason: string;
            }[]
          | null;
      };
      counts: components['schemas']['Counts'];
      history: {
        /** @description Width of a point */
        seconds: number;
        points: {
          /** @description Start, milliseconds since 1970 */
          at: number;
          done: number;
          rejected: number;
          /** @description Attempts that failed */
          failed: number;
          /** @description Median duration of an upload, milliseconds */
          latency: number | null;
        }[];
      };
      /** @description Grows with each change of the index */
      revision: number;
      /** @description The latest one since the start */
      change: components['schemas']['StackChange'] | null;
    };
    Repair: {
      objects: number;
      /** @description Of the uploads */
      bytes: number;
      /** @description Requests to S3 and SQS that the repair takes */
      requests: number;
      gbSeconds: number;
      /** @description US dollars */
      dollars: number;
      /** @description At the pipeline's full concurrency */
      minutes: number;
      /** @description Up to ten keys */
      examples: string[];
    };
    Changes: {
      /** @description The latest one since the start */
      comparison: {
        /** @enum {string} */
        state: 'running' | 'done' | 'failed' | 'stopped';
        prefix: string;
        /** @description Keys so far */
        compared: number;
        /** @description Of a comparison that is done */
        kinds: {
          'up-to-date': components['schemas']['Repair'];
          missing: components['schemas']['Repair'];
          'source-changed': components['schemas']['Repair'];
          'recipe-changed': components['schemas']['Repair'];
          'transform-changed': components['schemas']['Repair'];
          damaged: components['schemas']['Repair'];
          retryable: components['schemas']['Repair'];
          rejected: components['schemas']['Repair'];
          'no-recipe': components['schemas']['Repair'];
          orphaned: components['schemas']['Repair'];
          kept: components['schemas']['Repair'];
          leftover: components['schemas']['Repair'];
        } | null;
        /** @description The recipes have changed since it began */
        isOutdated: boolean;
        error?: string;
      } | null;
      /** @description The latest one since the start */
      run: {
        /** @enum {string} */
        state: 'running' | 'paused' | 'done' | 'failed';
        readonly kinds: (
          | 'missing'
          | 'source-changed'
          | 'recipe-changed'
          | 'transform-changed'
          | 'damaged'
          | 'retryable'
          | 'orphaned'
        )[];
        prefix: string;
        /** @description Keys so far */
        compared: number;
        /** @description Messages so far */
        sent: number;
        /** @enum {string} */
        stoppedBy?: 'end' | 'limit' | 'signal';
        error?: string;
      } | null;
    };
    TextProblem: {
      /** @description Offset in UTF-16 code units */
      from: number;
      to: number;
      message: string;
    };
    Rendering: {
      /** @description Of `GET /api/playground/output`, while it is kept */
      id: string;
      /** @enum {string} */
      status: 'done' | 'rejected' | 'failed';
      error?: {
        code: string;
        message: string;
      };
      readonly variants: {
        name: string;
        contentType: string;
        width: number;
        height: number;
        bytes: number;
        /** @description Structural similarity to the source, if measured; 1 means equal */
        ssim?: number;
      }[];
      readonly skipped: {
        variant: string;
        message: string;
      }[];
      /** @description User and system time of all threads */
      cpuMs: number;
      uploadBytes: number;
      /** @description With the manifest */
      outputBytes: number;
      writes: number;
      reads: number;
      /** @description The stages, if measured */
      plan?: string;
      /** @description From EXIF, if measured */
      shot?: {
        lens?: string;
        exposureSeconds?: number;
        aperture?: number;
        iso?: number;
        /** @description Millimetres */
        focalLength?: number;
        /** @description Millimetres on 35 mm film */
        focalLength35?: number;
        /** @description The file names the place, which is not part of this */
        hasPlace: boolean;
      };
      /** @description MiB of the smallest function that accepts the upload */
      memory: number;
      /** @description Per million such uploads */
      dollarsPerMillion: number | null;
    };
    Playground: {
      /** @description As deployed */
      readonly recipes: {
        name: string;
        text: string;
      }[];
      /** @description Name of the stack file that “use” writes */
      file: string | null;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
