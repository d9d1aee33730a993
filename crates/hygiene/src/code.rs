use http::StatusCode;
use serde::{Serialize, Serializer};

/// The status of an error: 4xx (the client's) or 5xx (ours), and never anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorStatus(StatusCode);

impl ErrorStatus {
    /// None for a status that is no error.
    #[must_use]
    pub fn new(status: StatusCode) -> Option<Self> {
        (status.is_client_error() || status.is_server_error()).then_some(Self(status))
    }

    /// The number.
    #[must_use]
    pub fn as_u16(self) -> u16 {
        self.0.as_u16()
    }
}

impl From<ErrorStatus> for StatusCode {
    fn from(status: ErrorStatus) -> Self {
        status.0
    }
}

impl Serialize for ErrorStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.as_u16())
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $text:literal, $status:ident, $message:literal;)+) => {
        /// What went wrong, as clients switch on it. Stable: a code is never renamed and keeps its status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $code,)+ }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// The code as it stands in an answer.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $text,)+ }
            }

            /// The status that it always has.
            #[must_use]
            pub const fn status(self) -> ErrorStatus {
                match self { $(Self::$code => ErrorStatus(StatusCode::$status),)+ }
            }

            /// What it says to people, unless the answer says something more precise.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$code => $message,)+ }
            }
        }
    };
}

codes! {
    /// The input is wrong; `fields` tells where and why.
    ValidationFailed = "VALIDATION_FAILED", BAD_REQUEST, "The request is not valid";
    /// Address or password, and nobody learns which.
    InvalidCredentials = "INVALID_CREDENTIALS", UNAUTHORIZED, "Invalid email or password";
    /// No credential, or one that is not accepted (any more).
    Unauthenticated = "UNAUTHENTICATED", UNAUTHORIZED, "Authentication is required";
    /// An access token that was good: its time is over, or its session has had new secrets or its user another role or
    /// address since. A refresh token gets another one.
    TokenExpired = "TOKEN_EXPIRED", UNAUTHORIZED, "Authentication is required: token expired";
    /// Unknown, spent, expired or revoked, alike.
    InvalidRefreshToken = "INVALID_REFRESH_TOKEN", UNAUTHORIZED, "Invalid refresh token";
    /// The session is good, but the deed wants a fresh proof of who is there.
    StepUpRequired = "STEP_UP_REQUIRED", UNAUTHORIZED, "Please confirm that it is you";
    /// The account's address is yet to be verified.
    EmailNotVerified = "EMAIL_NOT_VERIFIED", FORBIDDEN, "Please verify your email address first";
    /// The caller is known, and may not.
    Forbidden = "FORBIDDEN", FORBIDDEN, "This is not allowed";
    /// The account is banned.
    AccountBanned = "ACCOUNT_BANNED", FORBIDDEN, "This account has been banned";
    /// Nothing is here, or nothing that the caller may know of.
    NotFound = "NOT_FOUND", NOT_FOUND, "Not found";
    /// The path exists, with other methods: they stand in `Allow`.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", METHOD_NOT_ALLOWED, "This method is not allowed here";
    /// A request in the clear that must not be repeated by a redirect.
    HttpsRequired = "HTTPS_REQUIRED", FORBIDDEN, "Please use HTTPS";
    /// An account with this address exists.
    EmailAlreadyExists = "EMAIL_ALREADY_EXISTS", CONFLICT, "This email address is taken";
    /// An organization with this slug exists.
    SlugAlreadyExists = "SLUG_ALREADY_EXISTS", CONFLICT, "An organization with this slug already exists";
    /// The state of things does not admit it.
    Conflict = "CONFLICT", CONFLICT, "This conflicts with the current state";
    /// A body above the limit.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", PAYLOAD_TOO_LARGE, "The request body is too large";
    /// A body that is not `application/json`.
    UnsupportedMediaType =
        "UNSUPPORTED_MEDIA_TYPE", UNSUPPORTED_MEDIA_TYPE, "The request body must be application/json";
    /// The request came too slowly.
    RequestTimeout = "REQUEST_TIMEOUT", REQUEST_TIMEOUT, "The request took too long to arrive";
    /// Header fields above the limit, in number or size.
    HeadersTooLarge = "HEADERS_TOO_LARGE", REQUEST_HEADER_FIELDS_TOO_LARGE, "The request headers are too large";
    /// A token that came by mail: wrong, used or expired, alike.
    TokenInvalid = "TOKEN_INVALID", BAD_REQUEST, "This link or code is not valid, or its time is over";
    /// Too many failed attempts on an account.
    AccountLocked = "ACCOUNT_LOCKED", TOO_MANY_REQUESTS, "Too many failed attempts, please try again later";
    /// Too many requests.
    RateLimited = "RATE_LIMITED", TOO_MANY_REQUESTS, "Too many requests, please try again later";
    /// Our fault. The log knows more, under the request's id.
    Internal = "INTERNAL", INTERNAL_SERVER_ERROR, "Something went wrong";
    /// The database can't be reached or is too busy.
    StorageUnavailable = "STORAGE_UNAVAILABLE", SERVICE_UNAVAILABLE, "The service is temporarily unavailable";
    /// More work than the service can take on.
    Overloaded = "OVERLOADED", SERVICE_UNAVAILABLE, "The service is busy, please try again later";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
