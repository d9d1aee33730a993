//! The values that are the same for every answer. OWASP's secure headers project is the checklist.

use http::{
    HeaderName, HeaderValue,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        X_XSS_PROTECTION,
    },
};

pub(crate) const X_POWERED_BY: HeaderName = HeaderName::from_static("x-powered-by");

pub(crate) const CONSTANT: [(HeaderName, HeaderValue); 11] = [
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    // Apps on other origins read the answers; CORS says which.
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
    // Sign-in in a popup must be able to tell its opener.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin-allow-popups"),
    ),
    // Nothing that our pages embed comes from elsewhere without having agreed to it.
    (HeaderName::from_static("cross-origin-embedder-policy"), HeaderValue::from_static("require-corp")),
    // Documents and plug-ins of old take no permission from us.
    (HeaderName::from_static("x-permitted-cross-domain-policies"), HeaderValue::from_static("none")),
    // The filter that this header once controlled was itself a hole.
    (X_XSS_PROTECTION, HeaderValue::from_static("0")),
    // What is no page loads nothing, though a browser be brought to show it. A page has a policy of its own.
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    // Our pages need passkeys and nothing else that a browser offers.
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
             microphone=(), midi=(), payment=(), usb=(), publickey-credentials-create=(self), \
             publickey-credentials-get=(self)",
        ),
    ),
    // Most answers carry a secret or a person's data; one that may be stored says so itself.
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];
