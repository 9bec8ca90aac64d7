import { type ErrorCode, RunlabError, TrackingError } from "../../../errors.js";

interface Meaning {
  names: RegExp;
  code: ErrorCode;
  what: string;
  hint: string;
}

/** In the order they are tried, on the name of an error, its code and its HTTP status. @see S3's List of error codes */
const meanings: readonly Meaning[] = [
  {
    names: /^(?:NoSuchBucket)$/,
    code: "RESOURCE_DOES_NOT_EXIST",
    what: "does not exist",
    hint: "Create the bucket first, or correct its name; MLFLOW_S3_ENDPOINT_URL says which storage is asked.",
  },
  {
    names: /^(?:CredentialsProviderError|CredentialsError)$/,
    code: "UNAUTHENTICATED",
    what: "cannot be used without credentials",
    hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
  },
  {
    names: /^(?:AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|Forbidden|401|403)$/,
    code: "PERMISSION_DENIED",
    what: "does not let these credentials do that",
    hint: "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they may do: list the bucket, get, put and delete its objects.",
  },
  {
    names: /^(?:PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|301)$/,
    code: "INVALID_PARAMETER_VALUE",
    what: "is in another region",
    hint: "Set AWS_REGION to the bucket's region.",
  },
  {
    names: /^(?:InvalidBucketName)$/,
    code: "INVALID_PARAMETER_VALUE",
    what: "has no name that a bucket can have",
    hint: "An example is s3://bucket/runs.",
  },
  {
    names:
      /^(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|TimeoutError|SlowDown|ServiceUnavailable|5\d\d|429)$/,
    code: "TEMPORARILY_UNAVAILABLE",
    what: "cannot be reached now",
    hint: "Try again, and check MLFLOW_S3_ENDPOINT_URL if the storage is not AWS's.",
  },
];

/** An error of the SDK as one of ours; credentials are in none of them. */
export function s3Error(cause: unknown, bucket: string): unknown {
  if (cause instanceof RunlabError) return cause;
  const error = Object(cause) as {
    name?: string;
    code?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const text = error.message || error.name || String(cause);
  if (/region is missing/i.test(text)) {
    return new TrackingError("INVALID_PARAMETER_VALUE", `The region of the bucket '${bucket}' is not known.`, {
      hint: "Set AWS_REGION, or MLFLOW_S3_ENDPOINT_URL for storage that is not AWS's.",
      cause,
    });
  }
  const words = [error.name, error.code, String(error.$metadata?.httpStatusCode ?? "")];
  const known = meanings.find(({ names }) => words.some((word) => word !== undefined && names.test(word)));
  const { code, what, hint } = known ?? { code: "INTERNAL_ERROR" as const, what: "gave an error", hint: undefined };
  return new TrackingError(code, `The bucket '${bucket}' ${what}: ${text}`, { ...(hint && { hint }), cause });
}
