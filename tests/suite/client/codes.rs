//! The codes of errors, as the contract has them.

/// Every code of the contract and its status.
const CODES: &[(&str, u16)] = &[
    ("VALIDATION_FAILED", 400),
    ("TOKEN_INVALID", 400),
    ("INVALID_CREDENTIALS", 401),
    ("UNAUTHENTICATED", 401),
    ("TOKEN_EXPIRED", 401),
    ("INVALID_REFRESH_TOKEN", 401),
    ("STEP_UP_REQUIRED", 401),
    ("EMAIL_NOT_VERIFIED", 403),
    ("FORBIDDEN", 403),
    ("ACCOUNT_BANNED", 403),
    ("HTTPS_REQUIRED", 403),
    ("NOT_FOUND", 404),
    ("METHOD_NOT_ALLOWED", 405),
    ("REQUEST_TIMEOUT", 408),
    ("EMAIL_ALREADY_EXISTS", 409),
    ("SLUG_ALREADY_EXISTS", 409),
    ("CONFLICT", 409),
    ("PAYLOAD_TOO_LARGE", 413),
    ("UNSUPPORTED_MEDIA_TYPE", 415),
    ("ACCOUNT_LOCKED", 429),
    ("RATE_LIMITED", 429),
    ("HEADERS_TOO_LARGE", 431),
    ("INTERNAL", 500),
    ("STORAGE_UNAVAILABLE", 503),
    ("OVERLOADED", 503),
];

/// The status that belongs to a code.
pub fn status_of(code: &str) -> Option<u16> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, status)| *status)
}
