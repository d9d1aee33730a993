//! What becomes of each request.

use crate::{
    admission, asking,
    bindings::{ErrorCode, Guest, Request, Response},
    config::Config,
    decision::{Decision, GuardedRequest},
    fields, forwarding,
    rejection::Rejection,
};

/// The middleware.
pub struct Guard;

impl Guest for Guard {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let Some(head) = forwarding::head(&request) else {
            return forwarding::refuse(&Rejection::Ambiguous, None).await;
        };
        let config = match asking::config().await {
            Ok(config) => config,
            Err(refusal) => return forwarding::refuse(&refusal, None).await,
        };
        let asked = GuardedRequest { method: &head.method, target: &head.target, headers: &head.headers };
        match judge(&asked, &config).await {
            Ok(Admitted { fields, renewed }) => forwarding::forward(request, &fields, &renewed).await,
            Err(refusal) => forwarding::refuse(&refusal, asked.page(&refusal, &config)).await,
        }
    }
}

/// What the app gets, and the cookies that its client gets with the answer.
struct Admitted {
    fields: http::HeaderMap,
    renewed: Vec<http::HeaderValue>,
}

async fn judge(asked: &GuardedRequest<'_>, config: &Config) -> Result<Admitted, Rejection> {
    let Decision::Whoever(credential, path) = asked.decide(config)? else {
        return Ok(Admitted { fields: fields::for_the_app(asked.headers, None), renewed: Vec::new() });
    };
    let (given, renewed) = asking::who(config, &credential).await?;
    admission::admit(config, &given, path, asked.is_chained())?;
    Ok(Admitted { fields: fields::for_the_app(asked.headers, Some(&given)), renewed })
}
